/* SPDX-License-Identifier: ISC */
#include <md4c-html.h>
#include <string.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "federation/sanitize.h"

/* Tags are longer than the marks they are made of. */
enum { MARKDOWN_GROWTH = 4 };

static void
on_output(const MD_CHAR *text, MD_SIZE size, void *arg)
{
	buf_add(arg, text, size);
}

const char *
sanitize_markdown(struct arena *arena, const char *markdown)
{
	const unsigned flags = MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS |
			       MD_FLAG_PERMISSIVEWWWAUTOLINKS;
	CLEANUP(buf_done) struct buf out;
	size_t len;

	buf_init(&out, (size_t)SANITIZE_HTML_MAX * MARKDOWN_GROWTH);
	if (markdown == NULL)
		return NULL;
	len = strnlen(markdown, SANITIZE_HTML_MAX);
	while (len > 0 && !text_utf8_valid(markdown, len) &&
	       ((unsigned char)markdown[len] & 0xc0) == 0x80)
		len--;
	/* A page that grows without measure (link definitions) is plain. */
	if (md_html(markdown, (MD_SIZE)len, on_output, &out, flags, 0) != 0 ||
	    buf_failed(&out))
		return sanitize_html(arena,
		    text_html_escape(
			arena, arena_strndup(arena, markdown, len)),
		    (size_t)SANITIZE_HTML_MAX * MARKDOWN_GROWTH);
	return sanitize_html(arena, buf_str(&out), out.len);
}
