/* SPDX-License-Identifier: ISC */
#include "config/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char clock_months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char clock_days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat" };

/* What four digits of year can say: 0000-01-01 to 9999-12-31. */
static const int64_t clock_first = -62167219200;
static const int64_t clock_last = 253402300799;

static _Atomic int64_t clock_offset;

static int64_t
clock_read_ms(clockid_t id)
{
	struct timespec ts;

	ASSERT(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t
clock_now_ms(void)
{
	return clock_read_ms(CLOCK_REALTIME) +
	       atomic_load_explicit(&clock_offset, memory_order_relaxed) * 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return clock_read_ms(CLOCK_MONOTONIC);
}

void
clock_set_offset(int64_t seconds)
{
	atomic_store_explicit(&clock_offset, seconds, memory_order_relaxed);
}

/* Out of range times are written as the nearest that can be. */
static struct tm
clock_fields(int64_t t)
{
	time_t clamped = (time_t)MAX(clock_first, MIN(t, clock_last));
	struct tm tm = { 0 };

	ASSERT(gmtime_r(&clamped, &tm) != NULL);
	return tm;
}

void
clock_rfc3339(int64_t t, char ret[CLOCK_RFC3339_SIZE])
{
	struct tm tm = clock_fields(t);

	snprintf(ret, CLOCK_RFC3339_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)(tm.tm_year + 1900) % 10000u,
	    (unsigned)(tm.tm_mon + 1) % 100u, (unsigned)tm.tm_mday % 100u,
	    (unsigned)tm.tm_hour % 100u, (unsigned)tm.tm_min % 100u,
	    (unsigned)tm.tm_sec % 100u);
}

void
clock_http(int64_t t, char ret[CLOCK_HTTP_SIZE])
{
	struct tm tm = clock_fields(t);

	snprintf(ret, CLOCK_HTTP_SIZE,
	    "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
	    clock_days[tm.tm_wday % 7], (unsigned)tm.tm_mday % 100u,
	    clock_months[tm.tm_mon % 12],
	    (unsigned)(tm.tm_year + 1900) % 10000u, (unsigned)tm.tm_hour % 100u,
	    (unsigned)tm.tm_min % 100u, (unsigned)tm.tm_sec % 100u);
}

/* Exactly n digits at *s, which moves past them; -1 when they are not. */
static int
clock_digits(const char **s, int n)
{
	int value = 0;

	for (int i = 0; i < n; i++) {
		char c = (*s)[0];

		if (c < '0' || c > '9')
			return -1;
		value = value * 10 + (c - '0');
		(*s)++;
	}
	return value;
}

static bool
clock_skip(const char **s, const char *any_of)
{
	if ((*s)[0] == '\0' || strchr(any_of, (*s)[0]) == NULL)
		return false;
	(*s)++;
	return true;
}

static bool
clock_is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool
clock_valid_day(int year, int month, int day)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	if (year < 0 || month < 1 || month > 12 || day < 1)
		return false;
	return day <=
	       days[month - 1] + (month == 2 && clock_is_leap(year) ? 1 : 0);
}

/* Checks ranges; a leap second counts as the second before it. */
static int
clock_assemble(struct tm *tm, int64_t *ret)
{
	if (!clock_valid_day(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday))
		return -EINVAL;
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || tm->tm_min < 0 ||
	    tm->tm_min > 59 || tm->tm_sec < 0 || tm->tm_sec > 60)
		return -EINVAL;
	tm->tm_sec = MIN(tm->tm_sec, 59);
	*ret = (int64_t)timegm(tm);
	return 0;
}

/* "HH:MM[:SS[.fraction]]": ActivityStreams 2.0 (2.3) allows no seconds. */
static int
clock_parse_time(const char **s, struct tm *tm)
{
	tm->tm_hour = clock_digits(s, 2);
	if (tm->tm_hour < 0 || !clock_skip(s, ":"))
		return -EINVAL;
	tm->tm_min = clock_digits(s, 2);
	if (tm->tm_min < 0)
		return -EINVAL;
	if (!clock_skip(s, ":"))
		return 0;
	tm->tm_sec = clock_digits(s, 2);
	if (tm->tm_sec < 0)
		return -EINVAL;
	if (!clock_skip(s, "."))
		return 0;
	if (clock_digits(s, 1) < 0)
		return -EINVAL;
	*s += strspn(*s, "0123456789");
	return 0;
}

/* "Z", "+HH:MM" or "-HH:MM" to the end of the string, in seconds. */
static int
clock_parse_offset(const char *s, int *ret)
{
	int sign = *s == '-' ? -1 : 1;
	int hours, minutes;

	if (clock_skip(&s, "Zz")) {
		*ret = 0;
		return *s == '\0' ? 0 : -EINVAL;
	}
	if (!clock_skip(&s, "+-"))
		return -EINVAL;
	hours = clock_digits(&s, 2);
	if (hours < 0 || hours > 23 || !clock_skip(&s, ":"))
		return -EINVAL;
	minutes = clock_digits(&s, 2);
	if (minutes < 0 || minutes > 59 || *s != '\0')
		return -EINVAL;
	*ret = sign * (hours * 3600 + minutes * 60);
	return 0;
}

int
clock_rfc3339_parse(const char *s, int64_t *ret)
{
	struct tm tm = { 0 };
	int64_t local;
	int offset, year, month;

	year = clock_digits(&s, 4);
	if (year < 0 || !clock_skip(&s, "-"))
		return -EINVAL;
	month = clock_digits(&s, 2);
	if (month < 0 || !clock_skip(&s, "-"))
		return -EINVAL;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = clock_digits(&s, 2);
	if (tm.tm_mday < 0 || !clock_skip(&s, "Tt "))
		return -EINVAL;
	if (clock_parse_time(&s, &tm) < 0 ||
	    clock_parse_offset(s, &offset) < 0 ||
	    clock_assemble(&tm, &local) < 0)
		return -EINVAL;
	*ret = local - offset;
	return 0;
}

static int
clock_parse_month(const char **s)
{
	for (int i = 0; i < 12; i++) {
		if (strncmp(*s, clock_months[i], 3) == 0) {
			*s += 3;
			return i;
		}
	}
	return -1;
}

/* Fixed places: "Sun, 06 Nov 1994 08:49:37 GMT" is always 29 bytes. */
int
clock_http_parse(const char *s, int64_t *ret)
{
	static const char form[] = "aaa, dd aaa dddd dd:dd:dd GMT";
	struct tm tm = { 0 };

	if (strlen(s) != sizeof(form) - 1)
		return -EINVAL;
	for (size_t i = 0; form[i] != '\0'; i++) {
		bool letter = (s[i] >= 'a' && s[i] <= 'z') ||
			      (s[i] >= 'A' && s[i] <= 'Z');
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (form[i] == 'a'   ? !letter
		    : form[i] == 'd' ? !digit
				     : s[i] != form[i])
			return -EINVAL;
	}
	s += 5;
	tm.tm_mday = clock_digits(&s, 2);
	s++;
	tm.tm_mon = clock_parse_month(&s);
	if (tm.tm_mon < 0)
		return -EINVAL;
	s++;
	tm.tm_year = clock_digits(&s, 4) - 1900;
	s++;
	tm.tm_hour = clock_digits(&s, 2);
	s++;
	tm.tm_min = clock_digits(&s, 2);
	s++;
	tm.tm_sec = clock_digits(&s, 2);
	return clock_assemble(&tm, ret);
}

/* The largest unit that fits, rounded down. */
void
clock_duration(int64_t seconds, char ret[CLOCK_DURATION_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" },
		{ 1, "s" } };
	size_t i = 0;

	while (i + 1 < N_ELEMENTS(units) && seconds < units[i].seconds &&
	       seconds > -units[i].seconds)
		i++;
	snprintf(ret, CLOCK_DURATION_SIZE, "%" PRId64 " %s",
	    seconds / units[i].seconds, units[i].unit);
}
