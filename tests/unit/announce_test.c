/* SPDX-License-Identifier: ISC */
/*
 * The territory passes on what its members publish.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "store/outbox.h"
#include "tests/unit/federation_fixture.h"

#define INBOX_T "https://t.example/inbox"

struct scene {
	struct node_fixture *f;
	struct actor territory, project;
};

/* A territory with a follower elsewhere, and a project that may be found. */
static struct scene
scene_of(void **state)
{
	struct scene scene = { .f = *state };
	struct node_fixture *f = scene.f;
	struct place place = { 0 };
	struct actor follower;

	assert_int_equal(publish_node_actors(&f->publish, "Pays", &place), 0);
	assert_int_equal(actor_of_kind(f->publish.db, f->publish.arena,
			     ACTOR_TERRITORY, &scene.territory),
	    0);
	scene.project = node_fixture_project(f, "jardin");
	scene.project.discoverable = true;
	assert_int_equal(
	    publish_actor_update(&f->publish, &scene.project, NULL), 0);
	follower = node_fixture_remote(f, "t.example", "tina");
	node_fixture_follow(f, &follower, &scene.territory);
	return scene;
}

static struct object
say(struct scene *scene, struct note_form form)
{
	struct object note;

	form.text = "Nous ouvrons samedi.";
	assert_int_equal(publish_note_create(&scene->f->publish,
			     scene->project.id, &form, &note),
	    0);
	return note;
}

static void
update_is_announced_by_id_and_as_activity(void **state)
{
	struct scene scene = scene_of(state);
	struct activity_row *rows;
	size_t count;

	(void)say(&scene, (struct note_form){ 0 });
	assert_int_equal(node_fixture_waiting(scene.f, "Announce", INBOX_T), 2);
	assert_int_equal(node_fixture_waiting(scene.f, "Create", INBOX_T), 0);
	assert_int_equal(
	    outbox_list(scene.f->publish.db, scene.f->publish.arena,
		scene.territory.id, 0, 10, &rows, &count),
	    0);
	assert_int_equal(count, 1); /* the id alone is listed */
}

static void
local_follower_of_the_territory_sees_it(void **state)
{
	struct scene scene = scene_of(state);
	struct actor lise = node_fixture_profile(scene.f, "lise");

	node_fixture_follow(scene.f, &lise, &scene.territory);
	(void)say(&scene, (struct note_form){ 0 });
	assert_int_equal(node_fixture_shown(scene.f, &lise), 1);
}

static void
change_and_end_reach_those_who_only_follow_the_territory(void **state)
{
	struct scene scene = scene_of(state);
	struct object note = say(&scene, (struct note_form){ 0 });
	struct note_form form = { .text = "Nous ouvrons dimanche." };

	assert_int_equal(
	    publish_note_update(&scene.f->publish, note.id, &form), 0);
	assert_int_equal(node_fixture_waiting(scene.f, "Update", INBOX_T), 1);
	assert_int_equal(publish_note_delete(&scene.f->publish, note.id), 0);
	assert_int_equal(node_fixture_waiting(scene.f, "Delete", INBOX_T), 1);
}

/* The newest Announce, when what it announces is an activity of this type. */
static bool
announced_a(struct scene *scene, const char *type)
{
	json_t *announce = node_fixture_sent(scene->f, "Announce");
	json_t *object = json_object_get(announce, "object");
	const char *inner = json_string_value(json_object_get(object, "type"));
	bool is = inner != NULL && strcmp(inner, type) == 0;

	json_decref(announce);
	return is;
}

static void
change_and_end_are_announced_as_activities(void **state)
{
	struct scene scene = scene_of(state);
	struct object note = say(&scene, (struct note_form){ 0 });
	struct note_form form = { .text = "Nous ouvrons dimanche." };

	assert_true(announced_a(&scene, "Create"));
	assert_int_equal(
	    publish_note_update(&scene.f->publish, note.id, &form), 0);
	assert_true(announced_a(&scene, "Update"));
	assert_int_equal(publish_note_delete(&scene.f->publish, note.id), 0);
	assert_true(announced_a(&scene, "Delete"));
}

static void
end_reaches_those_who_were_told_whatever_the_author_chose_since(void **state)
{
	struct scene scene = scene_of(state);
	struct object note = say(&scene, (struct note_form){ 0 });

	scene.project.discoverable = false;
	assert_int_equal(
	    publish_actor_update(&scene.f->publish, &scene.project, NULL), 0);
	assert_int_equal(publish_note_delete(&scene.f->publish, note.id), 0);
	assert_int_equal(node_fixture_waiting(scene.f, "Delete", INBOX_T), 1);
	assert_true(announced_a(&scene, "Delete"));
}

static void
end_of_an_author_reaches_those_who_were_told(void **state)
{
	struct scene scene = scene_of(state);

	(void)say(&scene, (struct note_form){ 0 });
	assert_int_equal(
	    publish_actor_delete(&scene.f->publish, scene.project.id), 0);
	assert_int_equal(node_fixture_waiting(scene.f, "Delete", INBOX_T), 1);
	assert_true(announced_a(&scene, "Delete"));
}

static void
end_of_an_author_who_was_not_passed_on_is_not_told(void **state)
{
	struct scene scene = scene_of(state);

	(void)say(
	    &scene, (struct note_form){ .visibility = VISIBILITY_UNLISTED });
	assert_int_equal(
	    publish_actor_delete(&scene.f->publish, scene.project.id), 0);
	assert_int_equal(node_fixture_waiting(scene.f, "Delete", INBOX_T), 0);
}

static void
what_is_not_for_all_is_not_announced(void **state)
{
	struct scene scene = scene_of(state);

	(void)say(
	    &scene, (struct note_form){ .visibility = VISIBILITY_FOLLOWERS });
	(void)say(
	    &scene, (struct note_form){ .visibility = VISIBILITY_UNLISTED });
	(void)say(&scene,
	    (struct note_form){ .in_reply_to = "https://t.example/n/1" });
	assert_int_equal(node_fixture_waiting(scene.f, "Announce", INBOX_T), 0);
}

static void
who_does_not_wish_to_be_found_is_not_announced(void **state)
{
	struct scene scene = scene_of(state);

	scene.project.discoverable = false;
	assert_int_equal(
	    publish_actor_update(&scene.f->publish, &scene.project, NULL), 0);
	(void)say(&scene, (struct note_form){ 0 });
	assert_int_equal(node_fixture_waiting(scene.f, "Announce", INBOX_T), 0);
}

#define TEST(fn) \
	cmocka_unit_test_setup_teardown( \
	    fn, node_fixture_setup, node_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(update_is_announced_by_id_and_as_activity),
		TEST(local_follower_of_the_territory_sees_it),
		TEST(change_and_end_reach_those_who_only_follow_the_territory),
		TEST(change_and_end_are_announced_as_activities),
		TEST(
		    end_reaches_those_who_were_told_whatever_the_author_chose_since),
		TEST(end_of_an_author_reaches_those_who_were_told),
		TEST(end_of_an_author_who_was_not_passed_on_is_not_told),
		TEST(what_is_not_for_all_is_not_announced),
		TEST(who_does_not_wish_to_be_found_is_not_announced),
	};

	return cmocka_run_group_tests(
	    tests, node_fixture_group_setup, node_fixture_group_teardown);
}
