/* SPDX-License-Identifier: ISC */
/*
 * clock.h: what time it is, and how times are written.
 *
 * Times are int64_t seconds since 1970 (UTC) unless a name ends in _ms.
 * Thread: any.  clock_set_offset() is for tests.
 */
#ifndef CONFIG_BASE_CLOCK_H
#define CONFIG_BASE_CLOCK_H

#include "config/base/base.h"

int64_t clock_now(void);          /* real time, seconds */
int64_t clock_now_ms(void);       /* real time, milliseconds */
int64_t clock_monotonic_ms(void); /* for durations and timers */
/* Shifts what clock_now() says, in seconds. */
void clock_set_offset(int64_t seconds);

enum { CLOCK_RFC3339_SIZE = 32, CLOCK_HTTP_SIZE = 32 };

/* "2026-06-01T19:00:00Z" */
void clock_rfc3339(int64_t t, char ret[CLOCK_RFC3339_SIZE]);
/* RFC 3339 with any offset and any fraction (dropped). 0, -EINVAL. */
int clock_rfc3339_parse(const char *s, int64_t *ret) MUST_CHECK;
/* IMF-fixdate (RFC 9110 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT" */
void clock_http(int64_t t, char ret[CLOCK_HTTP_SIZE]);
/* IMF-fixdate only, the day's name is not checked.  0, -EINVAL. */
int clock_http_parse(const char *s, int64_t *ret) MUST_CHECK;
/* "12 s", "5 min", "3 h", "4 d": a duration in seconds for people. */
enum { CLOCK_DURATION_SIZE = 24 };
void clock_duration(int64_t seconds, char ret[CLOCK_DURATION_SIZE]);

#endif
