/* SPDX-License-Identifier: ISC */
/*
 * template.h: pages from templates and data; a strict part of Mustache.
 *
 *	{{name}}           text, escaped for HTML
 *	{{&name}}          text as it is: only for what sanitize.h made
 *	{{#name}}..{{/name}}  for each of a list, within an object, or if true
 *	{{^name}}..{{/name}}  if missing, false, "" or an empty list
 *	{{>name}}          another template, in the same place of the data
 *	{{!...}}           a remark
 *
 * Names are looked up in the innermost object that a section opened and
 * nowhere else: what an item of a list does not have is missing, and never
 * taken from the page around it.  {{.}} is the item itself.  The templates are
 *compiled into the program from daemon/templates and parsed once, at start.
 * Thread: template_load() main, before the others; template_render() any.
 */
#ifndef DAEMON_TEMPLATE_H
#define DAEMON_TEMPLATE_H

#include <jansson.h>

#include "config/base/buf.h"

/* Parses every template; one that is wrong is our own bug and aborts. */
void template_load(void);
void template_unload(void);
/* Appends the page to out.  A name that does not exist aborts. */
void template_render(const char *name, const json_t *data, struct buf *out);

/* A file that was compiled in: a template or daemon/static, by name. */
struct asset {
	const char *name; /* "front.html", "parvis.css" */
	const unsigned char *data;
	size_t len;
};
extern const struct asset asset_files[];
extern const size_t asset_count;
/* NULL when there is none. */
const struct asset *asset_find(const char *name);

/* For tests: renders a text that is not one of the files. -EINVAL. */
int template_render_text(const char *text, const json_t *data, struct buf *out)
    MUST_CHECK;

#endif
