/* SPDX-License-Identifier: ISC */
/*
 * gazetteer_make: a part of the build; packs the gazetteer's text from
 * standard input to standard output.
 */
#include <stdio.h>

#include "config/gazetteer_pack.h"

int
main(void)
{
	char error[GAZETTEER_PACK_ERROR], piece[65536];
	struct buf text, packed;
	size_t n;
	int r;

	buf_init(&text, GAZETTEER_PACK_BYTES);
	buf_init(&packed, GAZETTEER_PACK_BYTES);
	while ((n = fread(piece, 1, sizeof(piece), stdin)) > 0)
		buf_add(&text, piece, n);
	if (text.len == 0 || ferror(stdin) != 0) {
		(void)fputs("gazetteer_make: nothing to read\n", stderr);
		return 1;
	}
	r = gazetteer_pack(text.data, &packed, error);
	if (r < 0)
		(void)fprintf(stderr, "gazetteer_make: %s\n", error);
	else if (fwrite(packed.data, 1, packed.len, stdout) != packed.len ||
		 fflush(stdout) != 0)
		r = -1;
	buf_done(&text);
	buf_done(&packed);
	return r == 0 ? 0 : 1;
}
