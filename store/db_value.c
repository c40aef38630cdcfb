/* SPDX-License-Identifier: ISC */
/* What is bound to statements. */
#include <string.h>

#include "config/base/crypto.h"
#include "store/db.h"

struct value
db_int(int64_t n)
{
	return (struct value){ .kind = VALUE_INT, .integer = n };
}

struct value
db_id(int64_t id)
{
	return id == 0 ? db_null() : db_int(id);
}

struct value
db_size(size_t n)
{
	return db_int(n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

struct value
db_before(int64_t n)
{
	return db_int(n > 0 ? n : INT64_MAX);
}

struct value
db_real(double d)
{
	return (struct value){ .kind = VALUE_REAL, .real = d };
}

struct value
db_null(void)
{
	return (struct value){ .kind = VALUE_NULL };
}

struct value
db_text(const char *s)
{
	if (s == NULL)
		return db_null();
	return (
	    struct value){ .kind = VALUE_TEXT, .data = s, .len = strlen(s) };
}

struct value
db_blob(const void *data, size_t len)
{
	if (data == NULL)
		return db_null();
	return (struct value){ .kind = VALUE_BLOB, .data = data, .len = len };
}

struct value
db_hash(const char *s)
{
	return s == NULL ? db_null() : db_int(crypto_hash64(s));
}
