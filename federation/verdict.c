/* SPDX-License-Identifier: ISC */
#include "federation/verdict.h"

static const struct row {
	int status;
	const char *word, *sentence;
} rows[] = {
#define VERDICT(name, status, word, sentence) { status, word, sentence },
#include "federation/tbl/verdicts.h"
#undef VERDICT
};

static const struct row *
row_of(enum verdict verdict)
{
	ASSERT((size_t)verdict < N_ELEMENTS(rows));
	return &rows[verdict];
}

int
verdict_status(enum verdict verdict)
{
	return row_of(verdict)->status;
}

const char *
verdict_word(enum verdict verdict)
{
	return row_of(verdict)->word;
}

const char *
verdict_sentence(enum verdict verdict)
{
	return row_of(verdict)->sentence;
}
