/* SPDX-License-Identifier: ISC */
#include "federation/admission.h"

#include <string.h>

bool
admission_mode_read(const char *word, enum admission_mode *ret)
{
	static const char *const words[] = {
		[ADMISSION_VOUCHED] = "vouched",
		[ADMISSION_OPEN] = "open",
		[ADMISSION_CLOSED] = "closed",
	};

	for (size_t i = 0; i < N_ELEMENTS(words); i++) {
		if (strcmp(word, words[i]) == 0) {
			*ret = (enum admission_mode)i;
			return true;
		}
	}
	return false;
}

/* Whoever speaks for it, but for the administrator. */
static enum peer_state
judge_others(const struct admission_facts *facts, const char **ret_why)
{
	if (facts->mode == ADMISSION_CLOSED) {
		*ret_why = "it waits for the administrator's word";
		return PEER_WAITING;
	}
	if (facts->mode == ADMISSION_OPEN) {
		*ret_why = "every known node is admitted";
		return PEER_ADMITTED;
	}
	if (facts->introduced) {
		*ret_why = "an introducer admitted it";
		return PEER_ADMITTED;
	}
	if (facts->vouches >= facts->threshold) {
		*ret_why = "enough peers vouch for it";
		return PEER_ADMITTED;
	}
	*ret_why = "it waits for the administrator's word, or for more peers "
		   "to vouch for it";
	return PEER_WAITING;
}

enum peer_state
admission_judge(const struct admission_facts *facts, const char **ret_why)
{
	switch (facts->rule) {
	case PEER_RULE_REFUSE:
		*ret_why = "the administrator refused it";
		return PEER_REFUSED;
	case PEER_RULE_PAUSE:
		*ret_why = "the administrator paused it";
		return PEER_PAUSED;
	case PEER_RULE_ADMIT:
	case PEER_RULE_NONE:
		break;
	}
	if (!facts->has_key) {
		*ret_why = "its key is not known yet";
		return PEER_WAITING;
	}
	if (facts->rule == PEER_RULE_ADMIT) {
		*ret_why = "the administrator admitted it";
		return PEER_ADMITTED;
	}
	return judge_others(facts, ret_why);
}

const char *
admission_word(enum peer_state state)
{
	static const char *const words[] = {
		[PEER_WAITING] = "waiting",
		[PEER_ADMITTED] = "admitted",
		[PEER_REFUSED] = "refused",
		[PEER_PAUSED] = "paused",
	};

	return words[state];
}
