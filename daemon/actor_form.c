/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>

#include "config/base/text.h"
#include "daemon/actor_form.h"
#include "daemon/command.h"

void
actor_form_link(struct arena *arena, const char *text, struct actor_link *ret)
{
	const char *equal = strchr(text, '=');
	const char *scheme = strstr(text, "://");

	/* An '=' after the scheme belongs to the address. */
	if (equal == NULL || (scheme != NULL && scheme < equal)) {
		ret->label = text_trim(arena, text);
		ret->href = ret->label;
		return;
	}
	ret->label = text_trim(
	    arena, arena_strndup(arena, text, (size_t)(equal - text)));
	ret->href = text_trim(arena, equal + 1);
}

void
actor_form_split_member(struct arena *arena, const char *text,
    const char **ret_role, const char **ret_who)
{
	const char *equal = strchr(text, '=');
	const char *scheme = strstr(text, "://");

	*ret_role = NULL;
	*ret_who = text_trim(arena, text);
	if (equal == NULL || (scheme != NULL && scheme < equal))
		return;
	*ret_who = text_trim(arena, equal + 1);
	*ret_role = text_trim(
	    arena, arena_strndup(arena, text, (size_t)(equal - text)));
	if (text_empty(*ret_role))
		*ret_role = NULL;
}

static const char *
name_of(const struct actor *actor)
{
	return text_empty(actor->name) ? actor->username : actor->name;
}

int
actor_form_member(struct db *db, struct arena *arena, const struct node *node,
    const char *who, const char *role, struct project_member *ret)
{
	struct actor actor;
	int r;

	*ret = (struct project_member){ .name = who, .role = role };
	if (who[0] == '@') {
		r = command_find_local(db, arena, node, who, &actor);
		if (r < 0)
			return r;
		ret->uri = actor.uri;
		ret->name = name_of(&actor);
		return 0;
	}
	if (!text_starts_with(who, "https://") &&
	    !text_starts_with(who, "http://"))
		return 0;
	ret->uri = who;
	r = actor_by_uri(db, arena, who, &actor);
	if (r == 0 && actor.deleted_at == 0)
		ret->name = name_of(&actor);
	return r == -ENOENT ? 0 : r;
}
