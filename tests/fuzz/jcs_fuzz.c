/* SPDX-License-Identifier: ISC */
/*
 * Canonical JSON: the canonical text is JSON, and its own canonical text; a
 * number reads back as the same double.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "federation/jcs.h"

enum {
	FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY,
	OUTPUT_MAX = 1 << 22,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_number(const uint8_t *data, size_t size)
{
	char text[JCS_NUMBER_SIZE];
	double number;

	if (size < sizeof(number))
		return;
	memcpy(&number, data, sizeof(number));
	if (jcs_number(number, text) != 0)
		ASSERT(!isfinite(number));
	else
		ASSERT(strtod(text, NULL) == number);
}

static void
check_again(const struct buf *first)
{
	/* Integers of any size: canonical text has no point in 1e20. */
	json_t *value = json_loadb(
	    buf_str(first), first->len, FLAGS | JSON_DECODE_INT_AS_REAL, NULL);
	struct buf second;

	ASSERT(value != NULL);
	buf_init(&second, OUTPUT_MAX);
	ASSERT(jcs_format(&second, value) == 0);
	ASSERT(strcmp(buf_str(first), buf_str(&second)) == 0);
	buf_done(&second);
	json_decref(value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *value = json_loadb((const char *)data, size, FLAGS, NULL);
	struct buf buf;

	check_number(data, size);
	if (value == NULL)
		return 0;
	buf_init(&buf, OUTPUT_MAX);
	if (jcs_format(&buf, value) == 0)
		check_again(&buf);
	buf_done(&buf);
	json_decref(value);
	return 0;
}
