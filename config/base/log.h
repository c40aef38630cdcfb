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

void log_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warning(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
