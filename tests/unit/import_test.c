/* SPDX-License-Identifier: ISC */
/* Reading what is imported: rows, errors with their places, and consent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/ctl_parse.h"
#include "daemon/import.h"

static struct import *
read_json(const char *text)
{
	struct import *import = import_new();

	import_read_json(import, text, strlen(text));
	return import;
}

static struct import *
read_csv(const char *text)
{
	struct import *import = import_new();

	import_read_csv(import, text, strlen(text));
	return import;
}

/* One error or notice at a place, with words in it. */
static void
assert_said(const struct import_error *list, size_t count, const char *where,
    const char *words)
{
	for (size_t i = 0; i < count && i < IMPORT_ERRORS_MAX; i++) {
		if (strcmp(list[i].where, where) == 0 &&
		    strstr(list[i].sentence, words) != NULL)
			return;
	}
	for (size_t i = 0; i < count && i < IMPORT_ERRORS_MAX; i++)
		print_message("%s: %s\n", list[i].where, list[i].sentence);
	fail_msg("\"%s\" was not said of %s", words, where);
}

static void
assert_error(const struct import *import, const char *where, const char *words)
{
	assert_said(import->errors, import->error_count, where, words);
}

static void
json_is_read_whole(void **state)
{
	CLEANUP(import_free)
	struct import *import = read_json(
	    "{\"projects\":[{\"username\":\"p\",\"name\":\"P\","
	    "\"holder\":\"a\",\"stage\":\"idea\",\"themes\":[\"x\",\"y\"],"
	    "\"team\":[{\"actor\":\"a\",\"role\":\"r\"},{\"name\":\"N\"}],"
	    "\"supporters\":[{\"actor\":\"https://b.example/o/1\"}],"
	    "\"needs\":[{\"text\":\"t\"},{\"text\":\"u\"}],"
	    "\"status_text\":\"s\",\"links\":[{\"label\":\"l\","
	    "\"href\":\"https://l.example/\"}]}],"
	    "\"profiles\":[{\"username\":\"a\",\"name\":\"A\","
	    "\"place\":{\"name\":\"Dourdan\",\"insee\":\"91200\","
	    "\"latitude\":48.5,\"longitude\":2},\"skills\":[\"s\"],"
	    "\"contact\":null}],"
	    "\"updates\":[{\"project\":\"p\",\"text\":\"t\","
	    "\"published\":\"2018-06-20T09:00:00Z\"}]}");
	const struct import_row *rows = import->rows;

	(void)state;
	assert_int_equal(import->error_count, 0);
	assert_int_equal(import->count, 3);
	assert_int_equal(rows[0].kind, IMPORT_PROFILE);
	assert_string_equal(rows[0].where, "profiles[0]");
	assert_string_equal(rows[0].actor.place.insee, "91200");
	assert_true(rows[0].actor.place.located);
	assert_true(rows[0].actor.place.latitude > 48.4);
	assert_string_equal(rows[0].lists.skills[0], "s");
	assert_null(rows[0].actor.contact);
	assert_int_equal(rows[1].kind, IMPORT_PROJECT);
	assert_string_equal(rows[1].holder, "a");
	assert_int_equal(rows[1].lists.theme_count, 2);
	assert_int_equal(rows[1].member_count, 3);
	assert_false(rows[1].members[0].by_name);
	assert_true(rows[1].members[1].by_name);
	assert_true(rows[1].members[2].supporter);
	assert_string_equal(rows[1].lists.links[0].href, "https://l.example/");
	assert_int_equal(rows[2].note.published, 1529485200);
	assert_said(import->notices, import->notice_count, "needs",
	    "2 needs kept in the file");
}

static void
json_errors_name_their_place(void **state)
{
	static const struct {
		const char *text, *where, *words;
	} rows[] = {
		{ "{\"profiles\":\n[{\"username\":}]}", "line 2", "" },
		{ "{\"profiles\":\n[{\"name\":\"\xe9t\xe9\"}]}", "line 2",
		    "iconv" },
		{ "[]", "file", "an object" },
		{ "{}", "file", "nothing to import" },
		{ "{\"profile\":[]}", "profile", "no such list" },
		{ "{\"profiles\":{}}", "profiles", "a list" },
		{ "{\"profiles\":[1]}", "profiles[0]", "an object" },
		{ "{\"profiles\":[{\"name\":\"A\"}]}", "profiles[0]",
		    "username is missing" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\","
		  "\"nickname\":\"x\"}]}",
		    "profiles[0].nickname", "no such key" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":2}]}",
		    "profiles[0].name", "a text" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\","
		  "\"consent\":\"yes\"}]}",
		    "profiles[0].consent", "true or false" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\","
		  "\"place\":{\"latitude\":\"x\"}}]}",
		    "profiles[0].place.latitude", "degrees" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\","
		  "\"place\":{\"latitude\":1}}]}",
		    "profiles[0]", "go together" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\","
		  "\"place\":{\"latitude\":91,\"longitude\":0}}]}",
		    "profiles[0]", "latitude is from -90" },
		{ "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\"},"
		  "{\"username\":\"A\",\"name\":\"B\"}]}",
		    "profiles[1]", "already, at profiles[0]" },
		{ "{\"projects\":[{\"username\":\"p\",\"name\":\"P\"}]}",
		    "projects[0]", "holder is missing" },
		{ "{\"projects\":[{\"username\":\"p\",\"name\":\"P\","
		  "\"holder\":\"a\",\"team\":[{\"role\":\"r\"}]}]}",
		    "projects[0].team[0]", "either actor or name" },
		{ "{\"projects\":[{\"username\":\"p\",\"name\":\"P\","
		  "\"holder\":\"a\",\"links\":[{\"label\":\"r\"}]}]}",
		    "projects[0].links[0]", "href is missing" },
		{ "{\"updates\":[{\"project\":\"p\",\"text\":\"t\","
		  "\"published\":\"yesterday\"}]}",
		    "updates[0].published", "a time as" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(import_free)
		struct import *import = read_json(rows[i].text);

		assert_error(import, rows[i].where, rows[i].words);
	}
}

static void
all_errors_are_told_up_to_a_bound(void **state)
{
	CLEANUP(import_free)
	struct import *two =
	    read_json("{\"profiles\":[{\"name\":\"A\"},{\"username\":\"b\"}]}");
	CLEANUP(import_free) struct import *many = import_new();

	(void)state;
	assert_int_equal(two->error_count, 2);
	assert_true(two->rows[0].bad && two->rows[1].bad);
	for (int i = 0; i < 3 * IMPORT_ERRORS_MAX; i++)
		import_error(many, NULL, "x", "number %d", i);
	assert_int_equal(many->error_count, 3 * IMPORT_ERRORS_MAX);
	assert_string_equal(
	    many->errors[IMPORT_ERRORS_MAX - 1].sentence, "number 99");
}

#define PERSON "{\"profiles\":[{\"username\":\"a\",\"name\":\"A\""

static void
nobody_is_found_without_consent(void **state)
{
	static const struct {
		const char *text;
		enum import_choice discoverable, indexable;
		size_t notices;
	} rows[] = {
		{ PERSON "}]}", CHOICE_UNSAID, CHOICE_UNSAID, 0 },
		{ PERSON ",\"consent\":true}]}", CHOICE_UNSAID, CHOICE_UNSAID,
		    0 },
		{ PERSON ",\"discoverable\":true,\"indexable\":true}]}",
		    CHOICE_UNSAID, CHOICE_UNSAID, 1 },
		{ PERSON ",\"discoverable\":true,\"consent\":false}]}",
		    CHOICE_UNSAID, CHOICE_UNSAID, 1 },
		{ PERSON ",\"discoverable\":true,\"consent\":null}]}",
		    CHOICE_UNSAID, CHOICE_UNSAID, 1 },
		{ PERSON ",\"discoverable\":false}]}", CHOICE_NO, CHOICE_UNSAID,
		    0 },
		{ PERSON ",\"discoverable\":true,\"consent\":true}]}",
		    CHOICE_YES, CHOICE_UNSAID, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(import_free)
		struct import *import = read_json(rows[i].text);

		assert_int_equal(import->error_count, 0);
		assert_int_equal(import->notice_count, rows[i].notices);
		assert_int_equal(
		    import->rows[0].discoverable, rows[i].discoverable);
		assert_int_equal(import->rows[0].indexable, rows[i].indexable);
	}
}

static void
csv_consent_is_a_column(void **state)
{
	CLEANUP(import_free)
	struct import *import =
	    read_csv("username,name,discoverable,indexable,consent\n"
		     "a,A,yes,yes,yes\n"
		     "b,B,oui,yes,\n"
		     "c,C,yes,yes,no\n");
	CLEANUP(import_free)
	struct import *without = read_csv("username,name,discoverable\n"
					  "a,A,yes\n");

	(void)state;
	assert_int_equal(import->error_count, 0);
	assert_int_equal(import->rows[0].discoverable, CHOICE_YES);
	assert_int_equal(import->rows[1].discoverable, CHOICE_UNSAID);
	assert_int_equal(import->rows[2].indexable, CHOICE_UNSAID);
	assert_said(import->notices, import->notice_count, "line 3", "b: not");
	assert_int_equal(without->rows[0].discoverable, CHOICE_UNSAID);
}

static void
csv_rows_are_told_by_their_columns(void **state)
{
	CLEANUP(import_free)
	struct import *profiles =
	    read_csv("\xef\xbb\xbfUsername;Name;skills;latitude;longitude;"
		     "links\r\n"
		     "a;\"A;B \"\"C\"\"\";\"x; y ;\";48.5;2;"
		     "\"Site=https://a.example/?b=c\"\r\n");
	CLEANUP(import_free)
	struct import *projects = read_csv("username,name,holder,team\n"
					   "p,P,a,r=@a;s=https://b.example/o/1;"
					   "Just A Name\n");
	CLEANUP(import_free)
	struct import *updates = read_csv("project\ttext\tpublished\n"
					  "p\tt\t2018-06-20T09:00:00Z\n");
	const struct import_row *row = &profiles->rows[0];

	(void)state;
	assert_int_equal(profiles->error_count, 0);
	assert_int_equal(row->kind, IMPORT_PROFILE);
	assert_string_equal(row->actor.name, "A;B \"C\"");
	assert_int_equal(row->lists.skill_count, 2);
	assert_string_equal(row->lists.skills[1], "y");
	assert_true(row->actor.place.located);
	assert_string_equal(row->lists.links[0].label, "Site");
	assert_string_equal(row->lists.links[0].href, "https://a.example/?b=c");
	row = &projects->rows[0];
	assert_int_equal(projects->error_count, 0);
	assert_int_equal(row->kind, IMPORT_PROJECT);
	assert_int_equal(row->member_count, 3);
	assert_string_equal(row->members[0].role, "r");
	assert_string_equal(row->members[0].who, "@a");
	assert_string_equal(row->members[1].who, "https://b.example/o/1");
	assert_true(row->members[2].by_name);
	assert_int_equal(updates->error_count, 0);
	assert_int_equal(updates->rows[0].note.published, 1529485200);
}

/* What French spreadsheets write. */
static void
csv_of_french_spreadsheets_is_read(void **state)
{
	CLEANUP(import_free) struct import *import = NULL;
	CLEANUP(import_free) struct import *marked = NULL;
	CLEANUP(import_free) struct import *tabs = NULL;

	(void)state;
	import =
	    read_csv("\xef\xbb\xbfusername;name;summary;latitude;longitude;"
		     "skills;discoverable;consent;;\r\n"
		     "lea;\"Léa \"\"L\"\"\";\"un\r\ndeux\";48,5276;2,01;"
		     "\"bois; terre\";VRAI;oui;;\r\n"
		     ";;;;;;;;;\r\n"
		     "paul;Paul;;;;;FAUX;;;\r\n");
	assert_int_equal(import->error_count, 0);
	assert_int_equal(import->count, 2);
	assert_string_equal(import->rows[0].actor.username, "lea");
	assert_string_equal(import->rows[0].actor.name, "Léa \"L\"");
	assert_int_equal(import->rows[0].lists.skill_count, 2);
	assert_true(import->rows[0].actor.place.latitude > 48.527);
	assert_int_equal(import->rows[0].discoverable, CHOICE_YES);
	assert_string_equal(import->rows[1].where, "line 5");
	assert_int_equal(import->rows[1].discoverable, CHOICE_NO);
	marked = read_csv("sep=;\r\nusername;name\r\nlea;Léa\r\n");
	assert_int_equal(marked->error_count, 0);
	assert_string_equal(marked->rows[0].actor.name, "Léa");
	assert_string_equal(marked->rows[0].where, "line 3");
	tabs = read_csv("username\tname\nlea\tL, a; b\n");
	assert_int_equal(tabs->error_count, 0);
	assert_string_equal(tabs->rows[0].actor.name, "L, a; b");
}

static void
places_are_completed(void **state)
{
	CLEANUP(import_free)
	struct import *import =
	    read_csv("username,name,insee,commune,postal_code\n"
		     "a,A,91200,,\nb,B,,Saint Denis,93200\nc,C,,Saint-Denis,\n"
		     "d,D,,,91410\ne,E,1120,,1120\n");
	const struct place *place = &import->rows[0].actor.place;

	(void)state;
	assert_int_equal(import->error_count, 0);
	assert_int_equal(import->count, 5);
	assert_string_equal(place->name, "Dourdan");
	assert_string_equal(place->postcode, "91410");
	assert_true(place->located && place->latitude > 48);
	assert_string_equal(import->rows[1].actor.place.insee, "93066");
	assert_string_equal(import->rows[4].actor.place.insee, "01262");
	/* What cannot be told is kept, and told of. */
	assert_string_equal(import->rows[2].actor.place.name, "Saint-Denis");
	assert_null(import->rows[2].actor.place.insee);
	assert_int_equal(import->notice_count, 1);
	assert_string_equal(import->notices[0].where, "line 4");
	assert_non_null(
	    strstr(import->notices[0].sentence, "give insee 97411"));
}

static void
csv_errors_name_their_line(void **state)
{
	static const struct {
		const char *text, *where, *words;
	} rows[] = {
		{ "", "file", "nothing to import" },
		{ "username,nam\na,A\n", "line 1", "no column named 'nam'" },
		{ "username,name\n\na,A\n\nb\n", "line 5", "1 fields" },
		{ "username,name,summary\na,A,\"one\ntwo\"\nb,,\n", "line 4",
		    "name is missing" },
		{ "username,name,consent\na,A,perhaps\n", "line 2",
		    "consent: yes or no" },
		{ "username,name,latitude\na,A,\"48,5,1\"\n", "line 2",
		    "48.5276 or 48,5276" },
		{ "nom;prénom\na;b\n", "line 1", "username is missing" },
		{ "username;name;name\na;b;c\n", "line 1", "twice" },
		{ "username;name;\na;b;c\n", "line 2", "3 fields" },
		{ "sep=;\r\nusername;nam\r\n", "line 2", "'nam'" },
		{ "username,name,latitude\na,A,48.5\n", "line 2",
		    "go together" },
		{ "username,name\na,x\"y\n", "line 2", "quote" },
		{ "username,name\na,A\nb,\"B\n", "line 3", "no end" },
		{ "username,name\na,\xe9t\xe9\n", "line 2", "not UTF-8" },
		{ "username,name\na,A\nA,B\n", "line 3", "at line 2" },
		{ "project,text,published\np,t,hier\n", "line 2", "a time as" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(import_free)
		struct import *import = read_csv(rows[i].text);

		assert_error(import, rows[i].where, rows[i].words);
	}
}

static void
the_demonstration_data_is_right(void **state)
{
	static const char *const files[] = { "chevreuse", "nantes", "lyon" };

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(files); i++) {
		CLEANUP(import_free) struct import *import = import_new();
		char path[4096], *text = NULL;
		size_t len;

		(void)snprintf(path, sizeof(path), "%s/../contrib/demo/%s.json",
		    TEST_SOURCE_DIR, files[i]);
		assert_int_equal(ctl_parse_file(path, 1 << 20, &text, &len), 0);
		import_read_json(import, text, len);
		free(text);
		for (size_t e = 0; e < import->error_count; e++)
			print_message("%s: %s: %s\n", path,
			    import->errors[e].where,
			    import->errors[e].sentence);
		assert_int_equal(import->error_count, 0);
		assert_true(import->count > 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_read_whole),
		cmocka_unit_test(json_errors_name_their_place),
		cmocka_unit_test(all_errors_are_told_up_to_a_bound),
		cmocka_unit_test(nobody_is_found_without_consent),
		cmocka_unit_test(csv_consent_is_a_column),
		cmocka_unit_test(csv_rows_are_told_by_their_columns),
		cmocka_unit_test(csv_of_french_spreadsheets_is_read),
		cmocka_unit_test(places_are_completed),
		cmocka_unit_test(csv_errors_name_their_line),
		cmocka_unit_test(the_demonstration_data_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
