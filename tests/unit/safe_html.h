/* SPDX-License-Identifier: ISC */
/*
 * safe_html.h: what the sanitizer may write, told independently of it: only
 * these tags, spelled just so, each closed where it was opened.
 */
#ifndef TESTS_UNIT_SAFE_HTML_H
#define TESTS_UNIT_SAFE_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { SAFE_HTML_DEPTH_MAX = 32, SAFE_HTML_NAME_MAX = 10 };

static inline bool
safe_html_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* The length of an opening tag and its name's; 0 when it may not be there. */
static inline size_t
safe_html_open_tag(const char *s, size_t *ret_name_len)
{
	static const char *const names[] = { "p", "ul", "ol", "li", "em", "i",
		"strong", "b", "blockquote", "code", "pre", "h2", "h3", "h4",
		"br" };
	static const char rel[] = "\" rel=\"nofollow noopener ugc\">";
	size_t i, len;

	if (safe_html_starts(s, "<a href=\"http://") ||
	    safe_html_starts(s, "<a href=\"https://")) {
		len = strlen("<a href=\"");
		len += strcspn(s + len, "\"<> '\n\t");
		*ret_name_len = 1;
		return safe_html_starts(s + len, rel) ? len + strlen(rel) : 0;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len = strlen(names[i]);
		if (strncmp(s + 1, names[i], len) == 0 && s[len + 1] == '>') {
			*ret_name_len = len;
			return len + 2;
		}
	}
	return 0;
}

/* NULL when the whole text is safe, else where it is not. */
static inline const char *
safe_html_fault(const char *s)
{
	char open[SAFE_HTML_DEPTH_MAX][SAFE_HTML_NAME_MAX + 1];
	size_t count = 0, len, name_len;

	for (; *s != '\0'; s++) {
		if (*s == '>' || *s == '"' || *s == '\'')
			return s;
		if ((unsigned char)*s < ' ' && *s != '\n' && *s != '\t')
			return s;
		if (*s != '<')
			continue;
		if (s[1] == '/') {
			len = strcspn(s + 2, ">");
			if (count == 0 || len > SAFE_HTML_NAME_MAX ||
			    strlen(open[count - 1]) != len ||
			    strncmp(open[count - 1], s + 2, len) != 0)
				return s;
			count--;
			s += len + 2;
			continue;
		}
		len = safe_html_open_tag(s, &name_len);
		if (len == 0)
			return s;
		if (!safe_html_starts(s, "<br>")) {
			if (count == SAFE_HTML_DEPTH_MAX)
				return s;
			memcpy(open[count], s + 1, name_len);
			open[count++][name_len] = '\0';
		}
		s += len - 1;
	}
	return count == 0 ? NULL : s;
}

#endif
