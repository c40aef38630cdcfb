/* SPDX-License-Identifier: ISC */
/*
 * What an answer means, when to try again, and what may go before what.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "federation/delivery.h"
#include "federation/fetch.h"
#include "federation/sender_record.h"
#include "federation/webfinger.h"

enum { NOW = 1000000 };

static void
an_answer_means_what_the_table_says(void **state)
{
	static const struct {
		struct delivery_answer answer;
		enum delivery_outcome outcome;
	} rows[] = {
		{ { .status = 200 }, DELIVERY_DELIVERED },
		{ { .status = 202 }, DELIVERY_DELIVERED },
		{ { .status = 204 }, DELIVERY_DELIVERED },
		/* It took it and went on talking. */
		{ { .status = 202, .error = -EMSGSIZE }, DELIVERY_DELIVERED },
		/* The status came, the rest did not: sent again. */
		{ { .status = 202, .error = -ETIMEDOUT }, DELIVERY_HOST_DOWN },
		{ { .status = 301 }, DELIVERY_RETRY },
		{ { .status = 400 }, DELIVERY_DROP },
		{ { .status = 401 }, DELIVERY_OTHER_FORM },
		{ { .status = 401, .other_form = true }, DELIVERY_RETRY },
		{ { .status = 401, .other_form = true, .attempts = 12 },
		    DELIVERY_DROP },
		{ { .status = 403 }, DELIVERY_OTHER_FORM },
		{ { .status = 403, .other_form = true }, DELIVERY_DROP },
		{ { .status = 404 }, DELIVERY_GONE },
		{ { .status = 405 }, DELIVERY_DROP },
		{ { .status = 408 }, DELIVERY_RETRY },
		{ { .status = 410 }, DELIVERY_GONE },
		{ { .status = 413 }, DELIVERY_DROP },
		{ { .status = 425 }, DELIVERY_RETRY },
		{ { .status = 429 }, DELIVERY_PAUSE },
		{ { .status = 429, .retry_after = "5" }, DELIVERY_PAUSE },
		{ { .status = 500 }, DELIVERY_RETRY },
		{ { .status = 500, .host_failures = 1 }, DELIVERY_RETRY },
		{ { .status = 500, .host_failures = 2 }, DELIVERY_HOST_DOWN },
		{ { .status = 501 }, DELIVERY_DROP },
		{ { .status = 503 }, DELIVERY_RETRY },
		{ { .status = 503, .retry_after = "9" }, DELIVERY_PAUSE },
		{ { .error = -EHOSTUNREACH }, DELIVERY_HOST_DOWN },
		{ { .error = -ETIMEDOUT }, DELIVERY_HOST_DOWN },
		{ { .error = -EPROTO }, DELIVERY_HOST_DOWN },
		{ { .error = -EACCES }, DELIVERY_HOST_DOWN },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		if (delivery_judge(&rows[i].answer) != rows[i].outcome)
			fail_msg("row %zu: %s", i,
			    delivery_outcome_word(
				delivery_judge(&rows[i].answer)));
	}
}

static void
backoff_doubles_up_to_the_longest_within_a_tenth(void **state)
{
	static const int64_t expected[] = { 60, 120, 240, 480, 960, 1920, 3840,
		7680, 15360, 21600, 21600 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(expected); i++) {
		int64_t wait = expected[i], attempt = (int64_t)i + 1;

		assert_int_equal(
		    delivery_backoff(60, 21600, attempt, 0), wait - wait / 10);
		assert_int_equal(
		    delivery_backoff(60, 21600, attempt, (uint32_t)wait / 5),
		    wait - wait / 10 + wait / 5);
		for (uint32_t noise = 1; noise < UINT32_MAX / 7; noise *= 7) {
			int64_t s = delivery_backoff(60, 21600, attempt, noise);

			assert_in_range(s, wait - wait / 10, wait + wait / 10);
		}
	}
	assert_int_equal(delivery_backoff(1, 1, 1000000, 12345), 1);
	assert_true(delivery_backoff(1, 86400, INT64_MAX, 0) > 0);
}

static void
retry_after_is_seconds_or_a_date_within_bounds(void **state)
{
	char date[CLOCK_HTTP_SIZE];

	(void)state;
	assert_int_equal(delivery_retry_after("120", NOW, 60, 3600), 120);
	assert_int_equal(delivery_retry_after("0", NOW, 60, 3600), 1);
	assert_int_equal(delivery_retry_after("999999", NOW, 60, 3600), 3600);
	assert_int_equal(delivery_retry_after("-5", NOW, 60, 3600), 60);
	assert_int_equal(delivery_retry_after("soon", NOW, 60, 3600), 60);
	assert_int_equal(delivery_retry_after(NULL, NOW, 60, 3600), 60);
	clock_http(NOW + 77, date);
	assert_int_equal(delivery_retry_after(date, NOW, 60, 3600), 77);
	clock_http(NOW - 77, date);
	assert_int_equal(delivery_retry_after(date, NOW, 60, 3600), 1);
}

/* --- Order --- */

struct row {
	int64_t id, key, activity;
	const char *inbox;
	int64_t attempts, next_at;
	bool not_ready, taken;
};

static void
check_choice(const struct row *rows, size_t count, int64_t wake)
{
	struct delivery_choice *choice = delivery_choice_new(NOW);

	for (size_t i = 0; i < count; i++) {
		const struct delivery delivery = {
			.id = rows[i].id,
			.order_key = rows[i].key,
			.activity_id = rows[i].activity,
			.inbox = rows[i].inbox,
			.attempts = rows[i].attempts,
			.next_at = rows[i].next_at,
		};

		if (delivery_choice_offer(
			choice, &delivery, !rows[i].not_ready) != rows[i].taken)
			fail_msg("row %zu", i);
	}
	assert_int_equal(delivery_choice_wake(choice), wake);
	delivery_choice_free(&choice);
	assert_null(choice);
}

static void
a_later_delivery_of_a_key_waits_for_the_earlier(void **state)
{
	static const struct row rows[] = {
		{ 1, 7, 100, "x", 0, NOW, false, true },
		{ 2, 7, 101, "x", 0, NOW, false, false },
		{ 3, 8, 102, "x", 0, NOW, false, true },
		{ 4, 7, 103, "y", 0, NOW, false, false },
	};

	(void)state;
	check_choice(rows, N_ELEMENTS(rows), INT64_MAX);
}

static void
one_activity_to_several_inboxes_goes_at_once(void **state)
{
	static const struct row rows[] = {
		{ 1, 7, 100, "x", 0, NOW, false, true },
		{ 2, 7, 100, "y", 0, NOW, false, true },
		{ 3, 7, 100, "z", 0, NOW, false, true },
		{ 4, 7, 101, "z", 0, NOW, false, false },
	};

	(void)state;
	check_choice(rows, N_ELEMENTS(rows), INT64_MAX);
}

static void
what_waits_for_its_time_holds_its_key_and_wakes(void **state)
{
	static const struct row rows[] = {
		{ 1, 7, 100, "x", 1, NOW + 30, false, false },
		{ 2, 7, 101, "x", 0, NOW, false, false },
		{ 3, 7, 101, "y", 0, NOW, false, false },
		{ 4, 9, 102, "x", 1, NOW + 20, false, false },
		{ 5, 10, 103, "x", 0, NOW, false, true },
	};

	(void)state;
	check_choice(rows, N_ELEMENTS(rows), NOW + 20);
}

static void
an_inbox_that_keeps_failing_holds_back_only_itself(void **state)
{
	static const struct row rows[] = {
		{ 1, 7, 100, "bad", 4, NOW + 30, false, false },
		{ 2, 7, 101, "bad", 0, NOW, false, false },
		{ 3, 7, 101, "good", 0, NOW, false, true },
		{ 4, 7, 102, "good", 0, NOW, false, false },
	};

	(void)state;
	check_choice(rows, N_ELEMENTS(rows), NOW + 30);
}

static void
what_cannot_be_signed_yet_is_passed_over_and_holds(void **state)
{
	static const struct row rows[] = {
		{ 1, 7, 100, "x", 0, NOW, true, false },
		{ 2, 7, 101, "x", 0, NOW, false, false },
		{ 3, 8, 102, "x", 0, NOW, false, true },
	};

	(void)state;
	check_choice(rows, N_ELEMENTS(rows), INT64_MAX);
}

static void
many_keys_keep_their_order(void **state)
{
	struct delivery_choice *choice = delivery_choice_new(NOW);

	(void)state;
	for (int64_t round = 0; round < 2; round++) {
		for (int64_t key = 0; key < 5000; key++) {
			const struct delivery delivery = {
				.id = round * 5000 + key + 1,
				.order_key = key * 4096,
				.activity_id = round * 5000 + key + 1,
				.inbox = "x",
				.next_at = NOW,
			};

			assert_int_equal(
			    delivery_choice_offer(choice, &delivery, true),
			    round == 0);
		}
	}
	delivery_choice_free(&choice);
}

/* The probe that a round would send: as the sender chooses. */
static int64_t
choose_probe(const struct delivery *rows, size_t count)
{
	struct delivery_choice *choice = delivery_choice_new(NOW);
	const struct delivery *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (delivery_choice_probe(choice, &rows[i], true) &&
		    (best == NULL || delivery_probe_before(&rows[i], best)))
			best = &rows[i];
	}
	delivery_choice_free(&choice);
	return best != NULL ? best->id : 0;
}

static void
probes_take_turns_and_keep_the_order_of_keys(void **state)
{
	struct delivery rows[] = {
		{ .id = 1,
		    .order_key = 7,
		    .activity_id = 100,
		    .inbox = "x",
		    .next_at = NOW + 999 },
		{ .id = 2, .order_key = 7, .activity_id = 101, .inbox = "x" },
		{ .id = 3, .order_key = 8, .activity_id = 102, .inbox = "x" },
		{ .id = 4, .order_key = 9, .activity_id = 103, .inbox = "x" },
	};
	static const int64_t expected[] = { 1, 3, 4, 1, 3, 4 };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(expected); i++) {
		int64_t id = choose_probe(rows, N_ELEMENTS(rows));

		assert_int_equal(id, expected[i]);
		rows[id - 1].attempts++;
	}
}

/* --- What may be read --- */

static void
only_activity_types_carry_activities(void **state)
{
	static const struct {
		const char *type;
		bool object, jrd, json;
	} rows[] = {
		{ "application/activity+json", true, false, false },
		{ "Application/Activity+JSON; charset=utf-8", true, false,
		    false },
		{ "application/ld+json; "
		  "profile=\"https://www.w3.org/ns/activitystreams\"",
		    true, false, false },
		{ "application/ld+json;profile="
		  "\"https://x.example/ https://www.w3.org/ns/"
		  "activitystreams\"; charset=utf-8",
		    true, false, false },
		{ "application/ld+json", false, false, false },
		{ "application/ld+json; profile=\"https://www.w3.org/ns/"
		  "activitystreamsX\"",
		    false, false, false },
		{ "application/json", false, true, true },
		{ "application/jrd+json", false, true, false },
		{ "application/json; profile=\"http://nodeinfo\"", false, true,
		    true },
		{ "text/html", false, false, false },
		{ "application/activity+jsonx", false, false, false },
		{ "", false, false, false },
		{ NULL, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		const char *type = rows[i].type;

		if (fetch_type_fits(FETCH_OBJECT, type) != rows[i].object ||
		    fetch_type_fits(FETCH_COLLECTION, type) != rows[i].object ||
		    fetch_type_fits(FETCH_JRD, type) != rows[i].jrd ||
		    fetch_type_fits(FETCH_JSON, type) != rows[i].json)
			fail_msg("row %zu", i);
	}
}

static void
webfinger_names_an_activitypub_document(void **state)
{
	json_t *good = json_pack("{s:s, s:[{s:s,s:s,s:s},{s:s,s:s,s:s}]}",
	    "subject", "acct:a@b.example", "links", "rel",
	    "http://webfinger.net/rel/profile-page", "type", "text/html",
	    "href", "https://b.example/@a", "rel", "self", "type",
	    "application/activity+json", "href", "https://b.example/u/1");
	json_t *page = json_pack("{s:s, s:[{s:s,s:s,s:s}]}", "subject",
	    "acct:a@b.example", "links", "rel", "self", "type", "text/html",
	    "href", "https://b.example/@a");
	const char *subject = NULL, *uri = NULL;

	(void)state;
	assert_int_equal(webfinger_read(good, &subject, &uri), 0);
	assert_string_equal(subject, "acct:a@b.example");
	assert_string_equal(uri, "https://b.example/u/1");
	assert_int_equal(webfinger_read(page, &subject, &uri), -EINVAL);
	json_object_del(good, "subject");
	assert_int_equal(webfinger_read(good, &subject, &uri), -EINVAL);
	json_decref(good);
	json_decref(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_means_what_the_table_says),
		cmocka_unit_test(
		    backoff_doubles_up_to_the_longest_within_a_tenth),
		cmocka_unit_test(
		    retry_after_is_seconds_or_a_date_within_bounds),
		cmocka_unit_test(
		    a_later_delivery_of_a_key_waits_for_the_earlier),
		cmocka_unit_test(one_activity_to_several_inboxes_goes_at_once),
		cmocka_unit_test(
		    what_waits_for_its_time_holds_its_key_and_wakes),
		cmocka_unit_test(
		    an_inbox_that_keeps_failing_holds_back_only_itself),
		cmocka_unit_test(
		    what_cannot_be_signed_yet_is_passed_over_and_holds),
		cmocka_unit_test(many_keys_keep_their_order),
		cmocka_unit_test(probes_take_turns_and_keep_the_order_of_keys),
		cmocka_unit_test(only_activity_types_carry_activities),
		cmocka_unit_test(webfinger_names_an_activitypub_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
