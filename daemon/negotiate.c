/* SPDX-License-Identifier: ISC */
/*
 * Each offered form looks for the most specific range of Accept that covers
 * it (RFC 9110 12.5.1); that range gives its q.  Then the forms compete.
 */
#include "daemon/negotiate.h"

#include <string.h>
#include <strings.h>

enum {
	RANGES_MAX = 32,
	QUALITY_MAX = 1000, /* q in thousandths */
};

static const char PROFILE[] = "https://www.w3.org/ns/activitystreams";

struct slice {
	const char *s;
	size_t len;
};

enum profile { PROFILE_NONE, PROFILE_AS, PROFILE_OTHER };

struct range {
	struct slice type, subtype;
	int quality;
	enum profile profile;
};

struct score {
	int quality;     /* -1: no range covers the form */
	int specificity; /* 0 for all types ... 3 for a type with its profile */
	int position;    /* of the range in Accept, from 0 */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice
trim(struct slice in)
{
	while (in.len > 0 && is_space(in.s[0])) {
		in.s++;
		in.len--;
	}
	while (in.len > 0 && is_space(in.s[in.len - 1]))
		in.len--;
	return in;
}

static bool
slice_is(struct slice in, const char *word)
{
	return in.len == strlen(word) && strncasecmp(in.s, word, in.len) == 0;
}

/* Takes what stands before the next separator outside quotes. */
static bool
take_until(struct slice *in, char separator, struct slice *ret)
{
	bool quoted = false;
	size_t i;

	if (in->s == NULL)
		return false;
	for (i = 0; i < in->len; i++) {
		if (quoted && in->s[i] == '\\' && i + 1 < in->len)
			i++;
		else if (in->s[i] == '"')
			quoted = !quoted;
		else if (in->s[i] == separator && !quoted)
			break;
	}
	*ret = trim((struct slice){ in->s, i });
	if (i < in->len) {
		in->s += i + 1;
		in->len -= i + 1;
	} else {
		*in = (struct slice){ NULL, 0 };
	}
	return true;
}

/* "0.8" in thousandths; -1 for what is no qvalue (RFC 9110 12.4.2). */
static int
parse_quality(struct slice in)
{
	int quality, weight = 100;

	if (in.len == 0 || in.len > 5 || (in.s[0] != '0' && in.s[0] != '1'))
		return -1;
	quality = (in.s[0] - '0') * QUALITY_MAX;
	if (in.len > 1 && in.s[1] != '.')
		return -1;
	for (size_t i = 2; i < in.len; i++, weight /= 10) {
		if (in.s[i] < '0' || in.s[i] > '9')
			return -1;
		quality += (in.s[i] - '0') * weight;
	}
	return quality <= QUALITY_MAX ? quality : -1;
}

/* A profile may name several addresses, separated by spaces. */
static enum profile
parse_profile(struct slice in)
{
	struct slice word;

	if (in.len >= 2 && in.s[0] == '"' && in.s[in.len - 1] == '"') {
		in.s++;
		in.len -= 2;
	}
	while (take_until(&in, ' ', &word)) {
		if (slice_is(word, PROFILE))
			return PROFILE_AS;
	}
	return PROFILE_OTHER;
}

static bool
parse_range(struct slice in, struct range *ret)
{
	struct range range = { .quality = QUALITY_MAX };
	struct slice part, name;

	if (!take_until(&in, ';', &part))
		return false;
	if (slice_is(part, "*")) /* some clients mean all types by it */
		part = (struct slice){ "*/*", 3 };
	if (!take_until(&part, '/', &range.type) || range.type.len == 0)
		return false;
	if (part.s == NULL || part.len == 0)
		return false;
	range.subtype = trim(part);
	while (take_until(&in, ';', &part)) {
		if (!take_until(&part, '=', &name) || part.s == NULL)
			continue;
		part = trim(part);
		if (slice_is(name, "q"))
			range.quality = parse_quality(part);
		else if (slice_is(name, "profile"))
			range.profile = parse_profile(part);
	}
	*ret = range;
	return range.quality >= 0;
}

static const struct form {
	enum negotiate_form form;
	const char *type, *subtype, *content_type;
} forms[] = {
	{ NEGOTIATE_ACTIVITY, "application", "activity+json",
	    "application/activity+json" },
	{ NEGOTIATE_LD, "application", "ld+json",
	    "application/ld+json; "
	    "profile=\"https://www.w3.org/ns/activitystreams\"" },
	{ NEGOTIATE_JSON, "application", "json", "application/json" },
	{ NEGOTIATE_HTML, "text", "html", "text/html; charset=utf-8" },
};

/* How closely a range names the form; -1 when it does not cover it. */
static int
specificity(const struct range *range, const struct form *form)
{
	if (slice_is(range->type, "*") && slice_is(range->subtype, "*"))
		return 0;
	if (!slice_is(range->type, form->type))
		return -1;
	if (slice_is(range->subtype, "*"))
		return 1;
	if (!slice_is(range->subtype, form->subtype))
		return -1;
	if (form->form != NEGOTIATE_LD)
		return 3;
	if (range->profile == PROFILE_OTHER)
		return -1;
	return range->profile == PROFILE_AS ? 3 : 2;
}

static struct score
score_form(const struct range *ranges, int count, const struct form *form)
{
	struct score best = { -1, -1, 0 };

	for (int i = 0; i < count; i++) {
		int s = specificity(&ranges[i], form);

		if (s > best.specificity)
			best = (struct score){ ranges[i].quality, s, i };
	}
	return best;
}

static bool
better(struct score a, struct score b)
{
	if (a.quality != b.quality)
		return a.quality > b.quality;
	if (a.specificity != b.specificity)
		return a.specificity > b.specificity;
	return a.position < b.position;
}

static int
parse_ranges(const char *accept, struct range ranges[RANGES_MAX])
{
	struct slice in = { accept, strlen(accept) }, part;
	int count = 0;

	while (count < RANGES_MAX && take_until(&in, ',', &part)) {
		if (parse_range(part, &ranges[count]))
			count++;
	}
	return count;
}

/* preferred wins among those that only wildcards cover equally well. */
static enum negotiate_form
choose(const char *accept, unsigned offered, enum negotiate_form preferred)
{
	struct range ranges[RANGES_MAX];
	struct score best = { 0, -1, 0 };
	enum negotiate_form ret = NEGOTIATE_NONE;
	int count;

	if (accept == NULL || accept[strspn(accept, " \t")] == '\0')
		accept = "*/*";
	count = parse_ranges(accept, ranges);
	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		struct score score;

		if ((offered & forms[i].form) == 0)
			continue;
		score = score_form(ranges, count, &forms[i]);
		if (score.quality <= 0)
			continue;
		if (better(score, best) ||
		    (forms[i].form == preferred && !better(best, score))) {
			best = score;
			ret = forms[i].form;
		}
	}
	return ret;
}

enum negotiate_form
negotiate_accept(const char *accept, unsigned offered)
{
	return choose(accept, offered, NEGOTIATE_NONE);
}

static enum negotiate_form
choose_document(const char *accept, enum negotiate_form preferred)
{
	enum negotiate_form form = choose(accept,
	    NEGOTIATE_ACTIVITY | NEGOTIATE_LD | NEGOTIATE_JSON | NEGOTIATE_HTML,
	    preferred);

	return form == NEGOTIATE_JSON ? NEGOTIATE_ACTIVITY : form;
}

enum negotiate_form
negotiate_document(const char *accept)
{
	return choose_document(accept, NEGOTIATE_NONE);
}

enum negotiate_form
negotiate_page(const char *accept)
{
	return choose_document(accept, NEGOTIATE_HTML);
}

const char *
negotiate_type(enum negotiate_form form)
{
	for (size_t i = 0; i < N_ELEMENTS(forms); i++) {
		if (forms[i].form == form)
			return forms[i].content_type;
	}
	return "application/octet-stream";
}

bool
negotiate_encoding(const char *accept_encoding, const char *coding)
{
	struct slice in, part, name, parameter;
	int named = -1, any = -1, quality;

	if (accept_encoding == NULL)
		return false;
	in = (struct slice){ accept_encoding, strlen(accept_encoding) };
	for (int i = 0; i < RANGES_MAX && take_until(&in, ',', &part); i++) {
		quality = QUALITY_MAX;
		if (!take_until(&part, ';', &name))
			continue;
		while (take_until(&part, ';', &parameter)) {
			if (parameter.len > 2 &&
			    strncasecmp(parameter.s, "q=", 2) == 0)
				quality = parse_quality((struct slice){
				    parameter.s + 2, parameter.len - 2 });
		}
		if (slice_is(name, coding))
			named = quality;
		else if (slice_is(name, "*"))
			any = quality;
	}
	return named >= 0 ? named > 0 : any > 0;
}

bool
negotiate_type_is(const char *content_type, const char *type)
{
	struct slice in, part;

	if (content_type == NULL)
		return false;
	in = (struct slice){ content_type, strlen(content_type) };
	return take_until(&in, ';', &part) && slice_is(part, type);
}
