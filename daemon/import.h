/* SPDX-License-Identifier: ISC */
/*
 * import.h: profiles, projects and updates read from a file, in JSON
 * (contrib/demo/README.md has the format) or in CSV (parvisctl(8) has the
 * columns).
 *
 * Reading is pure: it collects rows and errors, up to IMPORT_ERRORS_MAX, each
 * with the place in the file ("line 3", "profiles[2].place").  What only the
 * node can know (names in use, lengths, known words) is found when the rows
 * are written, by import_put_row().
 * A person is discoverable or indexable only when the row says that consent
 * was given.
 *
 * Memory: all in the arena of the import.  Thread: one at a time; a
 * structure may be handed on to the writer.
 */
#ifndef DAEMON_IMPORT_H
#define DAEMON_IMPORT_H

#include "federation/publish.h"

enum { IMPORT_ERRORS_MAX = 100, IMPORT_ROWS_MAX = 200000 };

struct import_error {
	const char *where, *sentence;
};

struct import_member {
	const char *who, *role; /* role may be NULL */
	bool by_name;           /* a name, whatever it looks like */
	bool supporter;
};

enum import_kind { IMPORT_PROFILE, IMPORT_PROJECT, IMPORT_UPDATE };

/* What a file says of a choice, if it does. */
enum import_choice { CHOICE_UNSAID, CHOICE_NO, CHOICE_YES };

struct import_row {
	enum import_kind kind;
	const char *where;
	bool bad; /* has an error; not to be written */
	/* Profiles and projects: */
	struct actor actor;       /* without its choices */
	struct actor_lists lists; /* members excepted */
	struct import_member *members;
	size_t member_count;
	bool team_said, supporters_said; /* perhaps that there are none */
	const char *holder;
	unsigned coordinates; /* how many were read: two make a point */
	enum import_choice consent, discoverable, indexable, manually_approves;
	/* Updates: */
	const char *project;
	struct note_form note;
};

struct import {
	struct arena *arena;
	struct import_row *rows; /* profiles, then projects, then updates */
	size_t count;
	struct import_error errors[IMPORT_ERRORS_MAX];
	size_t error_count; /* more than are kept when beyond the maximum */
	struct import_error notices[IMPORT_ERRORS_MAX];
	size_t notice_count;
	size_t needs; /* kept in the file for the exchange, not imported */
	size_t room;  /* of rows */
};

struct import *import_new(void);
void import_free(struct import **import); /* NULL is fine */

/* Fill an empty import; what is wrong is in errors. */
void import_read_json(struct import *import, const char *text, size_t len);
void import_read_csv(struct import *import, const char *text, size_t len);

struct import_put {
	bool update; /* change what exists; what the row does not say stays */
	bool created, changed; /* filled; neither: it was there already */
};
/*
 * Writes one row.  Writer thread.  Errors as in publish.h, the sentence in
 * publish->error.
 */
int import_put_row(struct publish *publish, const struct import_row *row,
    struct import_put *put) MUST_CHECK;

/* For the readers: */
struct import_row *import_add_row(
    struct import *import, enum import_kind kind, const char *where);
void import_error(struct import *import, struct import_row *row,
    const char *where, const char *fmt, ...) PRINTF_LIKE(4, 5);
void import_notice(struct import *import, const char *where, const char *fmt,
    ...) PRINTF_LIKE(3, 4);
extern const char import_not_utf8[]; /* what is wrong, and what helps */
/* Last step of a reader: required fields, doubles, consent, order. */
void import_finish(struct import *import);

#endif
