/* SPDX-License-Identifier: ISC */
/*
 * gazetteer_pack.h: a gazetteer's text (contrib/gazetteer/SOURCES.md has the
 * format) as packed bytes with their indexes.
 */
#ifndef CONFIG_GAZETTEER_PACK_H
#define CONFIG_GAZETTEER_PACK_H

#include "config/base/buf.h"

enum { GAZETTEER_PACK_ERROR = 200, GAZETTEER_PACK_BYTES = 32 * 1024 * 1024 };

/*
 * text is cut into its fields in place.  Appends to ret (buf_init() with
 * GAZETTEER_PACK_BYTES).  -EINVAL with the line and what is wrong.
 */
int gazetteer_pack(
    char *text, struct buf *ret, char error[GAZETTEER_PACK_ERROR]) MUST_CHECK;

#endif
