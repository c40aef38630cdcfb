/* SPDX-License-Identifier: ISC */
#include <md4c-html.h>
#include <string.h>

#include "config/base/buf.h"
#include "federation/sanitize.h"

enum { MARKDOWN_OUT_MAX = 1024 * 1024 };

static void
on_output(const MD_CHAR *text, MD_SIZE size, void *arg)
{
	buf_add(arg, text, size);
}

const char *
sanitize_markdown(struct arena *arena, const char *markdown)
{
	const unsigned flags = MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS |
	    MD_FLAG_PERMISSIVEWWWAUTOLINKS | MD_FLAG_STRIKETHROUGH;
	struct buf out;
	const char *safe;

	if (markdown == NULL)
		return NULL;
	buf_init(&out, MARKDOWN_OUT_MAX);
	if (md_html(markdown, (MD_SIZE)strlen(markdown), on_output, &out,
		flags, 0) != 0)
		buf_clear(&out);
	safe = sanitize_html(arena, buf_str(&out), MARKDOWN_OUT_MAX);
	buf_done(&out);
	return safe;
}
