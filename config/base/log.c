/* SPDX-License-Identifier: ISC */
/*
 * Each event is one write() of one line of at most LINE_MAX_BYTES, so that
 * lines of several threads do not mix (POSIX keeps writes of up to PIPE_BUF
 * bytes whole on a pipe, and the journal takes lines).
 */
#include "config/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/base/clock.h"
#include "config/base/text.h"

enum { LINE_MAX_BYTES = 2048 };

static const struct {
	const char *name;
	int priority; /* as in syslog(3) */
} log_levels[] = {
	[LOG_ERROR] = { "error", 3 },
	[LOG_WARNING] = { "warning", 4 },
	[LOG_INFO] = { "info", 6 },
	[LOG_DEBUG] = { "debug", 7 },
};

static _Atomic int log_least = LOG_INFO;
static bool log_to_journal;

/* JOURNAL_STREAM is inherited; it counts when it names this very stream. */
static void
log_detect_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	log_to_journal = strcmp(own, stream) == 0;
}

void
log_set_level(enum log_level level)
{
	atomic_store_explicit(&log_least, (int)level, memory_order_relaxed);
}

enum log_level
log_level(void)
{
	return (enum log_level)atomic_load_explicit(
	    &log_least, memory_order_relaxed);
}

int
log_level_parse(const char *s, enum log_level *ret)
{
	for (size_t i = 0; i < N_ELEMENTS(log_levels); i++) {
		if (strcmp(s, log_levels[i].name) == 0) {
			*ret = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* Controls of ASCII, and those of Latin-1 (C1) as UTF-8 writes them. */
static void
log_clean(char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)s[0];
		unsigned char next = (unsigned char)s[1];

		if (c < 0x20 || c == 0x7f)
			s[0] = '?';
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			s[0] = s[1] = '?';
	}
}

static size_t
log_prefix(enum log_level level, char *line, size_t size)
{
	char now[CLOCK_RFC3339_SIZE];
	int n;

	if (log_to_journal) {
		n = snprintf(line, size, "<%d>", log_levels[level].priority);
	} else {
		clock_rfc3339(clock_now(), now);
		n = snprintf(line, size, "%s %s ", now, log_levels[level].name);
	}
	ASSERT(n > 0 && (size_t)n < size);
	return (size_t)n;
}

static void
log_write(const char *line, size_t len)
{
	ssize_t n;

	/* A log that cannot be written is no reason to stop. */
	do
		n = write(STDERR_FILENO, line, len);
	while (n < 0 && errno == EINTR);
}

static struct log_tally log_kept; /* under the lock */
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

/* What a peer sent may be no UTF-8; what is kept always is. */
static void
log_keep_text(const char *text)
{
	bool valid = text_utf8_valid(text, strlen(text));
	size_t len = 0;

	while (len < LOG_LAST_SIZE - 1 && text[len] != '\0') {
		bool other = ((unsigned char)text[len] & 0x80) != 0;

		log_kept.last[len] = other && !valid ? '?' : text[len];
		len++;
	}
	/* No character is cut in two. */
	while (valid && len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	log_kept.last[len] = '\0';
}

static void
log_keep(enum log_level level, const char *text)
{
	(void)pthread_mutex_lock(&log_lock);
	if (level == LOG_WARNING) {
		log_kept.warnings++;
	} else {
		log_kept.errors++;
		log_kept.last_at = clock_now();
		log_keep_text(text);
	}
	(void)pthread_mutex_unlock(&log_lock);
}

void
log_tally(struct log_tally *ret)
{
	(void)pthread_mutex_lock(&log_lock);
	*ret = log_kept;
	(void)pthread_mutex_unlock(&log_lock);
}

static void log_line(enum log_level level, const char *fmt, va_list ap)
    PRINTF_LIKE(2, 0);

static void
log_line(enum log_level level, const char *fmt, va_list ap)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char cut[] = "...";
	char line[LINE_MAX_BYTES + sizeof(cut) + 1];
	int saved = errno;
	size_t len;
	int n;

	if (level > log_level())
		return;
	(void)pthread_once(&once, log_detect_journal);
	len = log_prefix(level, line, LINE_MAX_BYTES);
	n = vsnprintf(line + len, LINE_MAX_BYTES - len, fmt, ap);
	log_clean(line + len);
	if (n >= 0 && (size_t)n >= LINE_MAX_BYTES - len)
		memcpy(line + LINE_MAX_BYTES - 1, cut, sizeof(cut));
	if (level <= LOG_WARNING)
		log_keep(level, line + len);
	len = strlen(line);
	line[len++] = '\n';
	log_write(line, len);
	errno = saved;
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_ERROR, fmt, ap);
	va_end(ap);
}

void
log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_WARNING, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_INFO, fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_DEBUG, fmt, ap);
	va_end(ap);
}
