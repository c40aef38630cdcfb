/* SPDX-License-Identifier: ISC */
/*
 * log.h: one line per event on standard error, "level key=value ... text".
 *
 * Lines carry the journal's priority prefix (<6>) when standard error is the
 * journal (JOURNAL_STREAM), else time and level in words.  Control characters
 * and line breaks in arguments are replaced: what a peer sent cannot forge a
 * line.  Never logs secrets; callers log no personal data above debug.
 * Thread: any.
 */
#ifndef CONFIG_BASE_LOG_H
#define CONFIG_BASE_LOG_H

#include "config/base/base.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_level(void);
/* "error" ... "debug"; -EINVAL */
int log_level_parse(const char *s, enum log_level *ret) MUST_CHECK;

/* What was logged since the start, for parvisctl status; what the level
 * leaves out does not count. */
enum { LOG_LAST_SIZE = 512 };
struct log_tally {
	uint64_t errors, warnings;
	int64_t last_at;          /* the last error, 0: there was none */
	char last[LOG_LAST_SIZE]; /* its text, cut; UTF-8 */
};
void log_tally(struct log_tally *ret);

void log_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warning(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
