/* SPDX-License-Identifier: ISC */
/*
 * vector.h: reading the files of tests/vectors in unit tests.
 */
#ifndef TESTS_UNIT_VECTOR_H
#define TESTS_UNIT_VECTOR_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The whole file or the end of the test program. */
static inline json_t *
vector_load(const char *name)
{
	char path[1024];
	json_error_t error;
	json_t *root;

	(void)snprintf(
	    path, sizeof(path), "%s/vectors/%s", TEST_SOURCE_DIR, name);
	root = json_load_file(path, JSON_ALLOW_NUL, &error);
	if (root == NULL) {
		fprintf(stderr, "%s: %s\n", path, error.text);
		abort();
	}
	return root;
}

/* A member that must be a string. */
static inline const char *
vector_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text == NULL) {
		fprintf(stderr, "no text in member %s\n", name);
		abort();
	}
	return text;
}

/* One hexadecimal digit after another; ret holds half of them. */
static inline size_t
vector_hex(const char *hex, unsigned char *ret, size_t size)
{
	size_t n = 0;
	unsigned byte;

	for (; n < size && sscanf(hex + 2 * n, "%2x", &byte) == 1; n++)
		ret[n] = (unsigned char)byte;
	return n;
}

#endif
