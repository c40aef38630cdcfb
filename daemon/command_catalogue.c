/* SPDX-License-Identifier: ISC */
/*
 * catalogue show, check.  A check reads the instance actor's key and then the
 * log page by page, and judges each as it comes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/base/clock.h"
#include "config/base/text.h"
#include "daemon/command.h"
#include "federation/catalogue_check.h"
#include "federation/lthash.h"
#include "federation/url.h"
#include "store/actor.h"
#include "store/catalogue.h"

enum {
	PAGES_MAX = 2000,
	PAGES_PER_LINE = 10, /* of progress */
};

static json_t *
digest_text(const uint8_t digest[SHA256_SIZE])
{
	char hex[2 * SHA256_SIZE + 1];

	text_hex(digest, SHA256_SIZE, hex);
	return json_string(hex);
}

static void
set_number(json_t *object, const char *key, int64_t number)
{
	json_object_set_new(object, key, json_integer((json_int_t)number));
}

/* --- What is held --- */

static json_t *
origin_view(const struct catalogue_origin *origin)
{
	uint8_t digest[SHA256_SIZE];
	struct lthash hash;
	json_t *view = json_object();

	lthash_decode(&hash, origin->state);
	lthash_digest(&hash, digest);
	command_set_text(view, "domain", origin->domain);
	set_number(view, "live", origin->count);
	set_number(view, "epoch", origin->epoch);
	set_number(view, "seq", origin->seq);
	json_object_set_new(view, "digest", digest_text(digest));
	command_set_time(view, "head_at", origin->head_at);
	if (origin->id == CATALOGUE_OWN)
		return view;
	command_set_text(view, "source", origin->source);
	command_set_time(view, "read_at", origin->read_at);
	command_set_text(view, "problem", origin->problem);
	return view;
}

void
command_catalogue_show(struct command_request *request)
{
	struct catalogue_origin origin;
	const char *name = NULL, *domain = NULL;
	int r;

	if (request->argument_count > 0)
		name = request->arguments[0];
	if (name != NULL &&
	    url_normalize_host(request->arena, name, &domain) < 0) {
		command_refuse(
		    request, CODE_INVALID, "%s is no domain of a node", name);
		return;
	}
	r = name == NULL ? catalogue_origin_get(request->db, request->arena,
			       CATALOGUE_OWN, &origin)
			 : catalogue_origin_by_domain(
			       request->db, request->arena, domain, &origin);
	if (r == -ENOENT && name != NULL)
		command_refuse(request, CODE_NOT_FOUND,
		    "nothing is held of a catalogue of %s", domain);
	else if (r == -ENOENT)
		command_refuse(request, CODE_NOT_FOUND,
		    "there is no catalogue yet: it begins with the keys of the "
		    "instance, which are being made");
	else if (r < 0)
		command_refuse_errno(request, r, NULL);
	else
		command_answer(request, origin_view(&origin));
}

/* --- Another's --- */

struct check {
	struct catalogue_read_origin origin;
	struct key *key;
	struct catalogue_check *check;
	int64_t pages;
};

static void
check_free(struct check **check)
{
	key_free(&(*check)->key);
	catalogue_check_free(&(*check)->check);
	free(*check);
	*check = NULL;
}

static json_t *
check_view(const struct check *check, enum catalogue_read_fault fault)
{
	struct catalogue_check_figures figures;
	json_t *view = json_object();

	catalogue_check_figures(check->check, &figures);
	command_set_text(view, "domain", check->origin.domain);
	command_set_text(view, "verdict", catalogue_read_word(fault));
	command_set_text(view, "sentence", catalogue_read_sentence(fault));
	set_number(view, "pages", figures.pages);
	set_number(view, "entries", figures.entries);
	set_number(view, "live", figures.live);
	set_number(view, "deleted", figures.deleted);
	set_number(view, "epoch", figures.head.epoch);
	set_number(view, "seq", figures.head.seq);
	json_object_set_new(view, "digest", digest_text(figures.head.digest));
	command_set_time(view, "head_at", figures.head.published);
	return view;
}

/* The verdict; the end of a check that could read what it wanted. */
static void
conclude(struct command_request *request, struct check *check,
    enum catalogue_read_fault fault, const char *error)
{
	json_t *view = check_view(check, fault);

	if (fault == CATALOGUE_READ_NONE)
		command_answer(request, view);
	else
		command_refuse_details(request, CODE_FAILED,
		    arena_printf(request->arena,
			"the catalogue of %s cannot be trusted: %s (%s); page "
			"%lld: %s",
			check->origin.domain, catalogue_read_sentence(fault),
			catalogue_read_word(fault), (long long)check->pages,
			error),
		    json_pack("[o]", view));
	check_free(&check);
}

static void
give_up(struct command_request *request, struct check *check,
    const struct courier_want *want)
{
	command_refuse(request,
	    want->verdict == VERDICT_UNKNOWN || want->verdict == VERDICT_GONE
		? CODE_NOT_FOUND
		: CODE_FAILED,
	    "%s cannot be read: %s%s%s", want->uri,
	    verdict_sentence(want->verdict), want->error[0] != '\0' ? ": " : "",
	    want->error);
	check_free(&check);
}

static void on_page(struct command_wanted *wanted);

static void
ask_page(
    struct command_request *request, struct check *check, const char *address)
{
	if (check->pages % PAGES_PER_LINE == 0 && check->pages > 0)
		command_progress(
		    request, "%lld pages read", (long long)check->pages);
	check->pages++;
	command_want(request, WANT_SHOW, address, on_page, check);
}

static enum catalogue_read_fault
judge_page(struct check *check, const json_t *document, const char **ret_next,
    char error[CATALOGUE_READ_ERROR_SIZE])
{
	struct catalogue_read_page *page = xcalloc(1, sizeof(*page));
	enum catalogue_read_fault fault =
	    catalogue_read_page(document, &check->origin, page, error);

	if (fault == CATALOGUE_READ_NONE)
		fault = catalogue_check_page(check->check, page, error);
	if (fault == CATALOGUE_READ_NONE)
		*ret_next = page->next;
	free(page);
	return fault;
}

static void
go_on(struct command_request *request, struct check *check, const char *next)
{
	char error[CATALOGUE_READ_ERROR_SIZE] = "";
	enum catalogue_read_fault fault;

	if (next == NULL) {
		fault = catalogue_check_end(check->check, error);
		conclude(request, check, fault, error);
	} else if (!url_same_origin(next, check->origin.base))
		conclude(request, check, CATALOGUE_READ_OTHER_ORIGIN,
		    "the next page is on another host");
	else if (check->pages == PAGES_MAX)
		conclude(request, check, CATALOGUE_READ_TOO_LARGE,
		    "there are more pages than are read");
	else
		ask_page(request, check, next);
}

static void
on_page(struct command_wanted *wanted)
{
	const struct courier_want *want = &wanted->want;
	struct check *check = wanted->arg;
	CLEANUP(json_release) json_t *document = NULL;
	char error[CATALOGUE_READ_ERROR_SIZE], why[JSON_ERROR_SIZE];
	const char *next = NULL;
	enum catalogue_read_fault fault;

	/* A collection is no actor or object: what came counts, and whether
	 * it is a page is judged here. */
	if (want->document == NULL || wanted->request->connection == NULL) {
		give_up(wanted->request, check, want);
		return;
	}
	if (json_read(want->document, strlen(want->document), &document, why) !=
	    0) {
		conclude(wanted->request, check, CATALOGUE_READ_MALFORMED, why);
		return;
	}
	check->origin.now = clock_now();
	fault = judge_page(check, document, &next, error);
	if (fault != CATALOGUE_READ_NONE)
		conclude(wanted->request, check, fault, error);
	else
		go_on(wanted->request, check, next);
}

/* The instance's Ed25519 key, as its actor document gives it. */
static bool
find_key(struct command_request *request, struct check *check)
{
	struct actor_key key;

	return actor_key_by_uri(request->db, request->arena,
		   check->origin.method, &key) == 0 &&
	       key.kind == KEY_ED25519 &&
	       key_from_spki(key.spki, key.spki_len, &check->key) == 0;
}

static void
begin_pages(struct command_request *request, struct check *check)
{
	if (!find_key(request, check)) {
		command_refuse(request, CODE_FAILED,
		    "%s names no Ed25519 key %s: its catalogue cannot be "
		    "verified",
		    check->origin.actor, check->origin.method);
		check_free(&check);
		return;
	}
	check->origin.key = check->key;
	ask_page(request, check,
	    arena_printf(
		request->arena, "%s?after=0", check->origin.collection));
}

static void
on_actor(struct command_wanted *wanted)
{
	const struct courier_want *want = &wanted->want;

	if (want->verdict != VERDICT_ACCEPTED)
		give_up(wanted->request, wanted->arg, want);
	else
		begin_pages(wanted->request, wanted->arg);
}

void
command_catalogue_check(struct command_request *request)
{
	const char *name = request->arguments[0], *domain;
	struct check *check;

	if (url_normalize_host(request->arena, name, &domain) < 0) {
		command_refuse(
		    request, CODE_INVALID, "%s is no domain of a node", name);
		return;
	}
	check = xcalloc(1, sizeof(*check));
	check->check = catalogue_check_new();
	catalogue_read_origin(
	    request->arena, domain, NULL, clock_now(), &check->origin);
	if (strcmp(domain, request->node->domain) == 0)
		begin_pages(request, check);
	else
		command_want_anew(
		    request, WANT_ACTOR, check->origin.actor, on_actor, check);
}
