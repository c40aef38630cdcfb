/* SPDX-License-Identifier: ISC */
#include "federation/publish_form.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/base/text.h"
#include "federation/sanitize.h"
#include "federation/url.h"

enum {
	FORM_USERNAME_MIN = 2,
	FORM_USERNAME_MAX = 60, /* bytes */
	FORM_NAME_MAX = 120,    /* code points from here on */
	FORM_SOURCE_MAX = 40000,
	FORM_LINE_MAX = 300,
	FORM_STATUS_MAX = 2000,
	FORM_LIST_MAX = 50,
	FORM_TERM_MAX = 100,
};

const char *const publish_form_kinds[] = { "person", "organisation",
	"public_body", "support_organisation", NULL };
const char *const publish_form_stages[] = { "idea", "starting", "running",
	"looking", "done", "paused", NULL };

/* Addresses that the node gives a meaning of its own, now or one day. */
static const char *const reserved[] = { "actor", "admin", "administrator",
	"api", "catalogue", "inbox", "instance", "moderator", "nodeinfo", "o",
	"parvis", "postmaster", "relay", "root", "search", "static", "system",
	"territory", "webmaster" };

static int refuse(struct publish *publish, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static int
refuse(struct publish *publish, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(publish->error, sizeof(publish->error), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool
one_of(const char *word, const char *const *words)
{
	for (; word != NULL && *words != NULL; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

static bool
username_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_' || c == '.';
}

int
publish_form_username(struct publish *publish, const char *username)
{
	size_t len = username == NULL ? 0 : strlen(username);

	if (len < FORM_USERNAME_MIN || len > FORM_USERNAME_MAX)
		return refuse(publish,
		    "username: from %d to %d characters are needed",
		    FORM_USERNAME_MIN, FORM_USERNAME_MAX);
	for (size_t i = 0; i < len; i++) {
		if (!username_char(username[i]))
			return refuse(publish,
			    "username: only a-z, 0-9, '-', '_' and '.' may "
			    "stand in it");
	}
	if (strchr("-_.", username[0]) != NULL || username[len - 1] == '.')
		return refuse(publish,
		    "username: it must begin with a letter or a digit and "
		    "not end with '.'");
	for (size_t i = 0; i < N_ELEMENTS(reserved); i++) {
		if (strcmp(username, reserved[i]) == 0)
			return refuse(publish,
			    "username: '%s' is kept for the node itself",
			    username);
	}
	if (strcmp(username, publish->node->domain) == 0)
		return refuse(publish,
		    "username: the domain is kept for the node itself");
	return 0;
}

/* One line of at most max code points; NULL for what is empty. */
static int
line(struct publish *publish, const char *field, size_t max, const char **value)
{
	const char *clean;

	if (*value == NULL)
		return 0;
	if (!text_utf8_valid(*value, strlen(*value)))
		return refuse(publish, "%s: not UTF-8 text", field);
	if (text_utf8_length(*value) > max)
		return refuse(
		    publish, "%s: longer than %zu characters", field, max);
	clean = sanitize_line(publish->arena, *value, max);
	*value = text_empty(clean) ? NULL : clean;
	return 0;
}

static int
check_place(struct publish *publish, struct place *place)
{
	int r = line(publish, "place name", FORM_NAME_MAX, &place->name);

	if (r == 0)
		r = line(publish, "commune code", 5, &place->insee);
	if (r == 0)
		r = line(publish, "postcode", 10, &place->postcode);
	if (r < 0)
		return r;
	if (place->located &&
	    !(place->latitude >= -90.0 && place->latitude <= 90.0 &&
		place->longitude >= -180.0 && place->longitude <= 180.0))
		return refuse(publish,
		    "place: latitude from -90 to 90, longitude from -180 to "
		    "180");
	return 0;
}

static int
check_kind(struct publish *publish, struct actor *actor)
{
	if (actor->kind == ACTOR_PROJECT) {
		if (actor->stage == NULL)
			actor->stage = "idea";
		if (!one_of(actor->stage, publish_form_stages))
			return refuse(publish,
			    "stage: '%s' is none of idea, starting, running, "
			    "looking, done, paused",
			    actor->stage);
		if (actor->owner_id == 0)
			return refuse(publish, "holder: a project has one");
		actor->type = "Group";
		return 0;
	}
	if (actor->kind != ACTOR_PROFILE)
		return 0;
	if (actor->profile_kind == NULL)
		actor->profile_kind = "person";
	if (!one_of(actor->profile_kind, publish_form_kinds))
		return refuse(publish,
		    "kind: '%s' is none of person, organisation, public_body, "
		    "support_organisation",
		    actor->profile_kind);
	actor->type = strcmp(actor->profile_kind, "person") == 0
			  ? "Person"
			  : "Organization";
	return 0;
}

int
publish_form_actor(struct publish *publish, struct actor *actor)
{
	int r = check_kind(publish, actor);

	if (r == 0)
		r = line(publish, "name", FORM_NAME_MAX, &actor->name);
	if (r == 0)
		r = line(publish, "status", FORM_STATUS_MAX, &actor->status);
	if (r == 0)
		r = line(publish, "contact", FORM_LINE_MAX, &actor->contact);
	if (r == 0)
		r = check_place(publish, &actor->place);
	if (r < 0)
		return r;
	if (actor->name == NULL)
		return refuse(publish, "name: it must not be empty");
	if (actor->source != NULL &&
	    (!text_utf8_valid(actor->source, strlen(actor->source)) ||
		text_utf8_length(actor->source) > FORM_SOURCE_MAX))
		return refuse(publish,
		    "summary: UTF-8 text of at most %d characters is needed",
		    FORM_SOURCE_MAX);
	actor->summary = actor->source == NULL
			     ? NULL
			     : sanitize_markdown(publish->arena, actor->source);
	return 0;
}

static int
check_terms(struct publish *publish, const char *field, const char **terms,
    size_t count, const char ***ret)
{
	const char **copy;

	if (count > FORM_LIST_MAX)
		return refuse(
		    publish, "%s: more than %d", field, FORM_LIST_MAX);
	copy = arena_alloc(publish->arena, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++) {
		int r;

		copy[i] = terms[i];
		r = line(publish, field, FORM_TERM_MAX, &copy[i]);
		if (r < 0)
			return r;
		if (copy[i] == NULL)
			return refuse(publish, "%s: one is empty", field);
	}
	*ret = copy;
	return 0;
}

static int
check_links(struct publish *publish, const struct actor_lists *lists,
    struct actor_lists *ret)
{
	struct actor_link *links;

	if (lists->link_count > FORM_LIST_MAX)
		return refuse(publish, "links: more than %d", FORM_LIST_MAX);
	links = arena_alloc(
	    publish->arena, (lists->link_count + 1) * sizeof(*links));
	for (size_t i = 0; i < lists->link_count; i++) {
		struct url url;
		int r;

		links[i] = lists->links[i];
		if (links[i].href == NULL ||
		    url_parse(publish->arena, links[i].href, &url) < 0)
			return refuse(publish,
			    "links: '%.100s' is no http or https address",
			    links[i].href == NULL ? "" : links[i].href);
		links[i].href = url.text;
		r = line(publish, "links", FORM_NAME_MAX, &links[i].label);
		if (r < 0)
			return r;
		if (links[i].label == NULL)
			links[i].label = url.authority;
	}
	ret->links = links;
	ret->link_count = lists->link_count;
	return 0;
}

static int
check_members(struct publish *publish, const struct actor_lists *lists,
    struct actor_lists *ret)
{
	struct project_member *members;

	if (lists->member_count > 4 * FORM_LIST_MAX)
		return refuse(publish, "team: more than %d", 4 * FORM_LIST_MAX);
	members = arena_alloc(
	    publish->arena, (lists->member_count + 1) * sizeof(*members));
	for (size_t i = 0; i < lists->member_count; i++) {
		struct url url;
		int r;

		members[i] = lists->members[i];
		if (members[i].uri != NULL &&
		    url_parse(publish->arena, members[i].uri, &url) < 0)
			return refuse(publish,
			    "team: '%.100s' is no actor's address",
			    members[i].uri);
		if (members[i].uri != NULL)
			members[i].uri = url.text;
		r = line(publish, "team", FORM_NAME_MAX, &members[i].name);
		if (r == 0)
			r = line(
			    publish, "team", FORM_NAME_MAX, &members[i].role);
		if (r < 0)
			return r;
		if (members[i].name == NULL)
			return refuse(publish, "team: a name is missing");
	}
	ret->members = members;
	ret->member_count = lists->member_count;
	return 0;
}

int
publish_form_lists(struct publish *publish, const struct actor_lists *lists,
    struct actor_lists *ret)
{
	struct actor_lists clean = *lists;
	int r;

	r = check_terms(publish, "skills", lists->skills, lists->skill_count,
	    &clean.skills);
	if (r == 0)
		r = check_terms(publish, "themes", lists->themes,
		    lists->theme_count, &clean.themes);
	if (r == 0)
		r = check_terms(publish, "languages", lists->languages,
		    lists->language_count, &clean.languages);
	if (r == 0)
		r = check_links(publish, lists, &clean);
	if (r == 0)
		r = check_members(publish, lists, &clean);
	if (r == 0)
		*ret = clean;
	return r;
}
