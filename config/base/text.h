/* SPDX-License-Identifier: ISC */
/*
 * text.h: encodings and small questions about text.  Pure functions.
 *
 * Memory: results are written into the caller's buffer or the given arena.
 * Thread: any.
 */
#ifndef CONFIG_BASE_TEXT_H
#define CONFIG_BASE_TEXT_H

#include "config/base/arena.h"

/* ASCII only, whatever the locale. */
bool text_equal_nocase(const char *a, const char *b);
bool text_starts_with(const char *s, const char *prefix);
bool text_ends_with(const char *s, const char *suffix);
void text_lower(char *s); /* in place, ASCII */
/* True for the empty string and NULL. */
bool text_empty(const char *s);
/* Valid UTF-8 (RFC 3629: no surrogates, no overlong forms) without NUL. */
bool text_utf8_valid(const char *s, size_t len);
/* Number of code points of valid UTF-8. */
size_t text_utf8_length(const char *s);
/* Longest prefix of at most max code points and whole characters, in bytes. */
size_t text_utf8_prefix(const char *s, size_t max);
/* A copy without leading and trailing white space. */
char *text_trim(struct arena *arena, const char *s);

/*
 * A decimal integer that fills the whole string, within [min, max].
 * 0, -EINVAL (not a number), -ERANGE.
 */
int text_int64(const char *s, int64_t min, int64_t max, int64_t *ret)
    MUST_CHECK;
/* A decimal number with a point, whole string, any locale. 0, -EINVAL. */
int text_double(const char *s, double *ret) MUST_CHECK;

/* ret holds 2 * len + 1. */
void text_hex(const uint8_t *data, size_t len, char *ret);
/* RFC 4648 section 4, padded; whole string.  0, -EINVAL; *ret_len = bytes. */
char *text_base64(struct arena *arena, const void *data, size_t len);
int text_base64_decode(struct arena *arena, const char *s, size_t len,
    uint8_t **ret, size_t *ret_len) MUST_CHECK;
/* Bitcoin alphabet (base58btc); at most 128 bytes.  0, -EINVAL. */
char *text_base58(struct arena *arena, const uint8_t *data, size_t len);
int text_base58_decode(struct arena *arena, const char *s, uint8_t **ret,
    size_t *ret_len) MUST_CHECK;

/* RFC 3986 unreserved characters stay, all else becomes %XX. */
char *text_percent_encode(struct arena *arena, const char *s);
/* %XX decoded ('+' is left alone); -EINVAL on a bad escape or a NUL. */
int text_percent_decode(
    struct arena *arena, const char *s, size_t len, char **ret) MUST_CHECK;
/* & < > " ' as entities. */
char *text_html_escape(struct arena *arena, const char *s);

/*
 * A name for addresses from free text: ASCII lower case letters, digits and
 * single '-' (accents dropped, ligatures spelled), at most max bytes, "" when
 * nothing remains.  "Écocentre de Dourdan" gives "ecocentre-de-dourdan".
 */
char *text_slug(struct arena *arena, const char *s, size_t max);

#endif
