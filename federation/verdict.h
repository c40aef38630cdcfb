/* SPDX-License-Identifier: ISC */
/*
 * verdict.h: judgements on peers.  What a peer does wrong is not an error of
 * ours: it is a verdict, with a status, a word and a sentence in one table.
 */
#ifndef FEDERATION_VERDICT_H
#define FEDERATION_VERDICT_H

#include "config/base/base.h"

enum verdict {
#define VERDICT(name, status, word, sentence) VERDICT_##name,
#include "federation/tbl/verdicts.h"
#undef VERDICT
};

int verdict_status(enum verdict verdict);
const char *verdict_word(enum verdict verdict);
const char *verdict_sentence(enum verdict verdict);

#endif
