/* SPDX-License-Identifier: ISC */
/*
 * admission.h: whether a node is admitted, which is to say that its catalogue
 * is read, shown and handed on.  Pure.
 *
 * Of all that speaks about a node, the administrator's word counts first and
 * a refusal always wins.  An admission is of a domain with its key: while the
 * key is not known, nothing is admitted.
 * Thread: any.
 */
#ifndef FEDERATION_ADMISSION_H
#define FEDERATION_ADMISSION_H

#include "store/peer.h"

enum admission_mode { ADMISSION_VOUCHED, ADMISSION_OPEN, ADMISSION_CLOSED };

/* False when it is none of the words of network.admission. */
bool admission_mode_read(const char *word, enum admission_mode *ret);

struct admission_facts {
	enum admission_mode mode;
	enum peer_rule rule;
	bool has_key;
	int64_t vouches, threshold; /* by peers whom we admitted ourselves */
	bool introduced;            /* admitted by one of our introducers */
};

/* *ret_why: a sentence, constant. */
enum peer_state admission_judge(
    const struct admission_facts *facts, const char **ret_why);
/* "waiting", "admitted", "refused", "paused". */
const char *admission_word(enum peer_state state);

#endif
