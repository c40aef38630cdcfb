/* SPDX-License-Identifier: ISC */
/*
 * portrait.h: what is held here of somebody or something elsewhere, for a page
 * of ours: from its catalogue entry or from its own document, whichever is
 * newer.
 *
 * What may be shown follows the same rule as the search: an object of which a
 * catalogue speaks is shown while the search finds it; an actor of which none
 * speaks, when it wishes to be found (discoverable).  Nothing is shown of a
 * node that the administrator refuses.  No other code decides that.
 *
 * Memory: the arena.  Thread: any; reads the given connection only.
 */
#ifndef FEDERATION_PORTRAIT_H
#define FEDERATION_PORTRAIT_H

#include "federation/json.h"
#include "store/actor.h"

enum { PORTRAIT_WORDS_MAX = 32 };

enum portrait_kind {
	PORTRAIT_PROFILE,
	PORTRAIT_PROJECT,
	PORTRAIT_NEED,
	PORTRAIT_OFFER,
};

/* What is not said is NULL; texts are plain but for summary, which is safe
 * HTML. */
struct portrait {
	const char *uri, *domain; /* normalised, with a port unless 443 */
	enum portrait_kind kind;
	const char *username; /* NULL for what is no actor */
	const char *name;     /* never NULL */
	const char *summary, *status, *stage, *profile_kind;
	const char *url;    /* its page, on its own origin */
	const char *holder; /* attributedTo: a web address on its origin */
	const char *place;
	const char *themes[PORTRAIT_WORDS_MAX], *skills[PORTRAIT_WORDS_MAX];
	size_t theme_count, skill_count;
	bool listed; /* in a catalogue */
	int64_t updated;
	/* Of the actor as the store has it; 0 when it does not. */
	int64_t actor_id, fetched_at, story_at;
	bool deleted; /* it was deleted there: nothing else is set but uri */
};

/*
 * A document of an actor or a Proposal, whatever is in it; our own terms with
 * their prefix or without.  -EINVAL: no id that is a web address, or no kind
 * that is shown.  Pure.
 */
int portrait_read(struct arena *arena, const json_t *document,
    struct portrait *ret) MUST_CHECK;

/*
 * The address of something elsewhere, normalised or not.  -ENOENT: nothing is
 * held of it, or nothing that may be shown; -EINVAL: it is no https address;
 * -EXDEV: it is one of ours.
 */
int portrait_find(struct db *db, struct arena *arena, const char *base,
    const char *uri, struct portrait *ret) MUST_CHECK;
/* Whether the administrator refuses the node of that domain. */
bool portrait_refused(struct db *db, struct arena *arena, const char *domain);
/*
 * Somebody elsewhere whom the store knows by this very id, whether they wish
 * to be found or not: their name is told to who gave the id.  -ENOENT.
 */
int portrait_known(struct db *db, struct arena *arena, const char *uri,
    struct actor *ret) MUST_CHECK;

#endif
