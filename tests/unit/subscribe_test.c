/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "federation/subscribe.h"

static const char *no_items[] = { NULL };

struct fixture {
	struct arena *arena;
	struct address_policy *policy;
};

static int
setup(void **state)
{
	struct settings settings = { 0 };
	struct fixture *f = xcalloc(1, sizeof(*f));

	settings.outbound_allow_networks.items = no_items;
	settings.outbound_allow_ports.items = no_items;
	settings.outbound_hosts.items = no_items;
	f->arena = arena_new();
	f->policy = address_policy_new(&settings);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	address_policy_free(&f->policy);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static int
read_template(
    struct fixture *f, const char *rel, const char *template, const char **ret)
{
	json_t *jrd = json_pack("{s:[{s:s}, {s:s, s:s}]}", "links", "rel",
	    "self", "rel", rel, "template", template);
	int r = subscribe_read(f->arena, jrd, f->policy, ret);

	json_decref(jrd);
	return r;
}

static void
a_template_leads_to_the_actor(void **state)
{
	struct fixture *f = *state;
	const char *template, *address;

	assert_int_equal(
	    0, read_template(f, SUBSCRIBE_REL,
		   "https://m.example/authorize_interaction?uri={uri}",
		   &template));
	assert_int_equal(0, subscribe_fill(f->arena, template,
				"https://p.example/o/1?x=é&y", &address));
	assert_string_equal("https://m.example/authorize_interaction?uri="
			    "https%3A%2F%2Fp.example%2Fo%2F1%3Fx%3D%C3%A9%26y",
	    address);
}

static void
an_intent_of_fep_3b86_is_a_template_too(void **state)
{
	struct fixture *f = *state;
	const char *template;

	assert_int_equal(
	    0, read_template(f, SUBSCRIBE_INTENT_REL,
		   "https://m.example/follow/{object}/now", &template));
	assert_string_equal("https://m.example/follow/{uri}/now", template);
}

static void
a_template_that_may_not_be_used_is_none(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {
		"",
		"{uri}",
		"http://m.example/?u={uri}",
		"https://m.example/?u=uri",
		"https://{uri}/",
		"https://m.{uri}",
		"https://m.example:81{uri}/",
		"https://m.example:8080/{uri}",
		"https://127.0.0.1/{uri}",
		"https://[::1]/{uri}",
		"https://localhost/{uri}",
		"https://m/{uri}",
		"https://u:p@m.example/{uri}",
		"ftp://m.example/{uri}",
		"javascript://m.example/%0a{uri}",
		"https://m.example\\@n.example/{uri}",
	};
	char longest[SUBSCRIBE_TEMPLATE_MAX + 32];
	const char *template = NULL;

	for (size_t i = 0; i < N_ELEMENTS(bad); i++) {
		if (read_template(f, SUBSCRIBE_REL, bad[i], &template) !=
		    -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "https://m.example/{uri}", 23);
	assert_int_equal(
	    -EINVAL, read_template(f, SUBSCRIBE_REL, longest, &template));
	assert_int_equal(-ENOENT,
	    read_template(f, "other", "https://m.example/?u={uri}", &template));
	assert_null(template);
}

static void
an_account_is_an_address_or_a_name_at_a_host(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *account, *resource, *host;
	} table[] = {
		{ "@c@M.example", "acct:c@m.example", "m.example" },
		{ "c@m.example", "acct:c@m.example", "m.example" },
		{ "acct:c@m.example", "acct:c@m.example", "m.example" },
		{ "https://m.example/@c#x", "https://m.example/@c",
		    "m.example" },
		{ "https://m.example/", NULL, NULL },
		{ "http://m.example/@c", NULL, NULL },
		{ "m.example", NULL, NULL },
		{ "c", NULL, NULL },
		{ "c@", NULL, NULL },
		{ "@@", NULL, NULL },
		{ "c d@m.example", NULL, NULL },
	};

	for (size_t i = 0; i < N_ELEMENTS(table); i++) {
		const char *resource = NULL, *host = NULL;
		int r = subscribe_account(
		    f->arena, table[i].account, &resource, &host);

		if (table[i].host == NULL) {
			if (r != -EINVAL)
				fail_msg("%s was taken", table[i].account);
			continue;
		}
		assert_int_equal(0, r);
		assert_string_equal(table[i].resource, resource);
		assert_string_equal(table[i].host, host);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_template_leads_to_the_actor, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    an_intent_of_fep_3b86_is_a_template_too, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_template_that_may_not_be_used_is_none, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    an_account_is_an_address_or_a_name_at_a_host, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
