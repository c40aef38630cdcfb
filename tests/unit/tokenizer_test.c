/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/base/text.h"
#include "store/tokenizer.h"

struct state {
	struct arena *arena;
	struct tokenizer *tokenizer;
};

static int
setup(void **state)
{
	struct state *s = xcalloc(1, sizeof(*s));

	s->arena = arena_new();
	s->tokenizer = tokenizer_new();
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct state *s = *state;

	tokenizer_free(&s->tokenizer);
	arena_free(&s->arena);
	free(s);
	return 0;
}

enum { MAX = 16 };

/* The stems of a text with a space between. */
static const char *
stems_of(struct state *s, const char *text, size_t len)
{
	struct token tokens[MAX];
	size_t count =
	    tokenizer_words(s->tokenizer, s->arena, text, len, tokens, MAX);
	const char *ret = "";

	for (size_t i = 0; i < count; i++)
		ret = arena_printf(
		    s->arena, "%s%s%s", ret, i == 0 ? "" : " ", tokens[i].stem);
	return ret;
}

static const char *
stems(struct state *s, const char *text)
{
	return stems_of(s, text, strlen(text));
}

static void
assert_alike(struct state *s, const char *a, const char *b)
{
	assert_string_not_equal(stems(s, a), "");
	assert_string_equal(stems(s, a), stems(s, b));
}

static void
plural_case_and_accents_do_not_count(void **state)
{
	assert_alike(*state, "epiceries solidaires", "Épicerie solidaire");
	assert_alike(*state, "ÉCOLES", "ecole");
	assert_alike(*state, "jardins partagés", "Jardin partagé");
	assert_alike(*state, "Réparation", "reparations");
	assert_alike(*state, "vélos photos amis", "vélo photo ami");
	assert_alike(*state, "tiers-lieux", "Tiers-lieu");
	assert_alike(*state, "locaux bateaux", "local bateau");
	/* Accents written as characters of their own. */
	assert_alike(*state, "E\u0301picerie", "épicerie");
}

static void
elided_words_go_before_either_apostrophe(void **state)
{
	assert_alike(*state, "l'atelier", "ateliers");
	assert_alike(*state, "l\u2019atelier", "atelier");
	assert_alike(*state, "d'épicerie qu'atelier", "épicerie atelier");
	assert_alike(*state, "jusqu'atelier lorsqu'atelier", "atelier atelier");
	assert_alike(*state, "presqu\u2019île", "île");
	assert_alike(*state, "aujourd'hui", "aujourd hui");
}

static void
ligatures_are_spelled(void **state)
{
	assert_alike(*state, "Cœur", "coeur");
	assert_alike(*state, "Œuvre", "oeuvre");
	assert_alike(*state, "ex æquo", "ex aequo");
	assert_alike(*state, "\ufb01nance", "finance");
	assert_alike(*state, "Straße", "strasse");
}

static void
words_that_say_nothing_are_left_out(void **state)
{
	struct state *s = *state;

	assert_string_equal(stems(s, "le de pour la dans les"), "");
	assert_string_equal(stems(s, ""), "");
	assert_string_equal(stems(s, "?! -- \u2026 \u00ab \u00bb"), "");
	assert_alike(s, "un jardin pour les enfants", "jardin enfants");
}

static void
what_is_not_a_letter_or_digit_parts_words(void **state)
{
	struct state *s = *state;

	assert_string_equal(stems(s, "zéro-déchet/2026"), "zero dechet 2026");
	assert_string_equal(
	    stems(s, "a\"b*c:d^(e) NEAR {f} - + g"), "b e near f g");
	assert_string_equal(stems(s, "vélo\u00a0cargo"), "velo cargo");
	assert_string_equal(stems(s, "vélo\U0001f6b2cargo"), "velo cargo");
	/* A soft hyphen is none. */
	assert_alike(s, "per\u00adma\u00adculture", "permaculture");
}

static void
bytes_that_are_no_text_part_words(void **state)
{
	struct state *s = *state;

	assert_string_equal(
	    stems_of(s, "vert\0bleu", sizeof("vert\0bleu") - 1), "vert bleu");
	assert_string_equal(stems(s, "vert\xff"
				     "bleu"),
	    "vert bleu");
	assert_string_equal(stems(s, "vert\xc3"), "vert");
	assert_string_equal(stems(s, "vert\xe2\x80"), "vert");
	assert_string_equal(stems(s, "\xed\xa0\x80vert"), "vert");
	assert_string_equal(stems(s, "\xf5\x80\x80\x80vert"), "vert");
}

static void
other_scripts_are_words_too(void **state)
{
	struct state *s = *state;

	assert_string_equal(stems(s, "Сад"), stems(s, "сад"));
	assert_string_not_equal(stems(s, "Сад"), "");
	assert_string_not_equal(stems(s, "庭園"), "");
	assert_alike(s, "Łódź", "lodz");
}

static void
long_words_and_long_texts_are_cut(void **state)
{
	struct state *s = *state;
	char *text = arena_alloc(s->arena, 100001);
	struct token tokens[MAX];

	memset(text, 'z', 100000);
	assert_int_equal(
	    tokenizer_words(s->tokenizer, s->arena, text, 100000, tokens, MAX),
	    1);
	assert_int_equal(strlen(tokens[0].word), TOKENIZER_WORD_MAX);
	for (size_t i = 1; i < 100000; i += 10)
		text[i] = ' ';
	assert_int_equal(
	    tokenizer_words(s->tokenizer, s->arena, text, 100000, tokens, MAX),
	    MAX);
	assert_int_equal(
	    tokenizer_words(s->tokenizer, s->arena, text, 100000, tokens, 0),
	    0);
}

static void
letters_of_two_bytes_are_cut_whole(void **state)
{
	struct state *s = *state;
	const char *text = "сссссссссссссссссссссссссссссс";
	struct token tokens[MAX];

	assert_int_equal(tokenizer_words(s->tokenizer, s->arena, text,
			     strlen(text), tokens, MAX),
	    1);
	assert_true(text_utf8_valid(tokens[0].word, strlen(tokens[0].word)));
	assert_true(text_utf8_valid(tokens[0].shown, strlen(tokens[0].shown)));
}

static void
a_word_is_shown_with_its_accents(void **state)
{
	struct state *s = *state;
	struct token tokens[MAX];
	const char *text = "L'Épicerie CŒUR";

	assert_int_equal(tokenizer_words(s->tokenizer, s->arena, text,
			     strlen(text), tokens, MAX),
	    2);
	assert_string_equal(tokens[0].shown, "épicerie");
	assert_string_equal(tokens[0].word, "epicerie");
	assert_string_equal(tokens[1].shown, "cœur");
	assert_string_equal(tokens[1].word, "coeur");
}

static void
a_whole_text_is_folded_to_its_letters(void **state)
{
	struct state *s = *state;

	assert_string_equal(
	    tokenizer_fold(s->arena, "Économie sociale"), "economiesociale");
	assert_string_equal(tokenizer_fold(s->arena, "2A"), "2a");
	assert_string_equal(tokenizer_fold(s->arena, "\xff - '"), "");
	assert_string_equal(tokenizer_fold(s->arena, NULL), "");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plural_case_and_accents_do_not_count),
		TEST(elided_words_go_before_either_apostrophe),
		TEST(ligatures_are_spelled),
		TEST(words_that_say_nothing_are_left_out),
		TEST(what_is_not_a_letter_or_digit_parts_words),
		TEST(bytes_that_are_no_text_part_words),
		TEST(other_scripts_are_words_too),
		TEST(long_words_and_long_texts_are_cut),
		TEST(letters_of_two_bytes_are_cut_whole),
		TEST(a_word_is_shown_with_its_accents),
		TEST(a_whole_text_is_folded_to_its_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
