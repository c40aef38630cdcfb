/* SPDX-License-Identifier: ISC */
#include "daemon/init_ask.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/base/text.h"
#include "daemon/place_form.h"

struct question {
	const char *option, *text;
	bool needed, number;
};

static const struct question questions[] = {
	{ "domain",
	    "Public host name of the node, as parvis.example.org (it can never "
	    "change)",
	    true, false },
	{ "name", "Name of the territory, as people say it", true, false },
	{ "commune", "Commune at its centre (may stay empty)", false, false },
	{ "insee", "INSEE code of the commune (may stay empty)", false, false },
	{ "lat", "Latitude of the centre (may stay empty)", false, true },
	{ "lon", "Longitude of the centre (may stay empty)", false, true },
	{ "admin", "Username of the administrator's profile", true, false },
	{ "certificate",
	    "PEM file of the certificate (empty: a reverse proxy has it)",
	    false, false },
	{ "key", "PEM file of its private key", false, false },
};

/* A line from the terminal, trimmed; NULL at its end. */
static const char *
read_answer(struct arena *arena, const char *text)
{
	char *line = NULL;
	size_t size = 0;
	const char *answer = NULL;

	(void)printf("%s: ", text);
	(void)fflush(stdout);
	if (getline(&line, &size, stdin) >= 0)
		answer = text_trim(arena, line);
	free_ptr(&line);
	return answer;
}

struct place
init_ask_place(const json_t *options)
{
	const json_t *lat = json_object_get(options, "lat");
	const json_t *lon = json_object_get(options, "lon");

	return (struct place){
		.insee = json_string_value(json_object_get(options, "insee")),
		.name = json_string_value(json_object_get(options, "commune")),
		.postcode =
		    json_string_value(json_object_get(options, "postcode")),
		.located = lat != NULL && lon != NULL,
		.latitude = json_number_value(lat),
		.longitude = json_number_value(lon),
	};
}

/* Whether the place is known by what was said so far; else what is wrong. */
static bool
is_settled(struct arena *arena, const json_t *options, const char **ret_error)
{
	struct place place = init_ask_place(options);
	int r = place_form_complete(
	    arena, gazetteer_builtin(), "its INSEE code", &place, ret_error);

	return r == 0 && place.located;
}

/* 0 when the answer will do. */
static int
take_answer(
    json_t *options, const struct question *question, const char *answer)
{
	double number;

	if (answer[0] == '\0')
		return question->needed ? -EINVAL : 0;
	/* The code tells the name, and better than a name that had to be
	 * asked about. */
	if (strcmp(question->option, "insee") == 0)
		(void)json_object_del(options, "commune");
	if (!question->number)
		return json_object_set_new(
		    options, question->option, json_string(answer));
	if (text_double(answer, &number) < 0)
		return -EINVAL;
	return json_object_set_new(
	    options, question->option, json_real(number));
}

/* Code and position are asked for only where the commune does not tell. */
static bool
is_place_asked(struct arena *arena, const json_t *options, const char *option)
{
	const char *error = NULL;

	if (is_settled(arena, options, &error))
		return false;
	if (strcmp(option, "insee") != 0)
		return true;
	if (error != NULL)
		(void)printf("%s\n", error);
	return error != NULL;
}

static bool
is_asked(
    struct arena *arena, const json_t *options, const struct question *question)
{
	bool listens = json_object_get(options, "http") != NULL ||
		       json_object_get(options, "https") != NULL;
	bool certificate = strcmp(question->option, "certificate") == 0;
	bool key = strcmp(question->option, "key") == 0;

	if (json_object_get(options, question->option) != NULL)
		return false;
	if (strcmp(question->option, "insee") == 0 || question->number)
		return is_place_asked(arena, options, question->option);
	if (key)
		return json_object_get(options, "certificate") != NULL;
	return !(certificate && listens);
}

static int
ask(struct arena *arena, json_t *options, const struct question *question)
{
	for (;;) {
		const char *answer = read_answer(arena, question->text);

		if (answer == NULL) {
			(void)fputs("\nparvisctl: no answer\n", stderr);
			return -EINVAL;
		}
		if (take_answer(options, question, answer) == 0)
			return 0;
		(void)puts(question->needed ? "An answer is needed."
					    : "That is not a number.");
	}
}

int
init_ask(struct arena *arena, json_t *options)
{
	bool terminal = isatty(STDIN_FILENO) == 1 &&
			!json_is_true(json_object_get(options, "yes"));
	bool missing = false;

	for (size_t i = 0; i < N_ELEMENTS(questions); i++) {
		const struct question *question = &questions[i];

		if (terminal) {
			if (is_asked(arena, options, question) &&
			    ask(arena, options, question) < 0)
				return -EINVAL;
		} else if (question->needed &&
			   json_object_get(options, question->option) == NULL) {
			(void)fprintf(stderr, "parvisctl: --%s is needed\n",
			    question->option);
			missing = true;
		}
	}
	return missing ? -EINVAL : 0;
}
