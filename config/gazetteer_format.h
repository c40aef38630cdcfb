/* SPDX-License-Identifier: ISC */
/*
 * gazetteer_format.h: a gazetteer as packed bytes, in the order of bytes of
 * the machine.  One header, tables of fixed rows, then text; offsets are in
 * bytes from the start, and text is NUL terminated.  For gazetteer*.c only.
 */
#ifndef CONFIG_GAZETTEER_FORMAT_H
#define CONFIG_GAZETTEER_FORMAT_H

#include "config/base/arena.h"

enum {
	GAZETTEER_MAGIC = 0x50475a01, /* "PGZ", version 1 */
	GAZETTEER_NONE = 0xffff,      /* of a division */
	GAZETTEER_NAME_MAX = 100,     /* bytes of a folded name */
};

/* Degrees are whole numbers of this part of one. */
#define GAZETTEER_SCALE 1e-5
#define GAZETTEER_UNITS 1e5 /* in one degree */

struct gazetteer_table {
	uint32_t at, count;
};

struct gazetteer {
	uint32_t magic, bytes;
	struct gazetteer_table communes;  /* struct packed_commune, by code */
	struct gazetteer_table formers;   /* struct packed_former, by code */
	struct gazetteer_table names;     /* struct packed_name, by folded */
	struct gazetteer_table postcodes; /* struct packed_postcode, by code */
	struct gazetteer_table
	    latitudes; /* uint32_t communes, from the south */
	struct gazetteer_table divisions; /* struct packed_division */
};

struct packed_commune {
	uint32_t code; /* gazetteer_code() */
	uint32_t name, postcodes;
	uint32_t population;
	int32_t latitude, longitude; /* GAZETTEER_SCALE */
	uint16_t departement, epci;  /* divisions, or GAZETTEER_NONE */
	uint32_t approximate;
};

struct packed_former {
	uint32_t code, commune;
};

/* Of several ways to write one, the first counts most. */
enum name_kind { NAME_OFFICIAL, NAME_WITHOUT_ARTICLE, NAME_FORMER };

struct packed_name {
	uint32_t folded, shown; /* text */
	uint32_t commune;
	uint32_t kind;
};

struct packed_postcode {
	uint32_t code, commune; /* gazetteer_code() */
};

struct packed_division {
	uint32_t code, name; /* text */
	uint32_t parent;     /* division, or GAZETTEER_NONE */
};

/* Five digits or letters as a number that sorts as they do; 0 for all else. */
uint32_t gazetteer_code(const char *text);

/*
 * A name as it is compared: text_slug() with its abbreviations spelled out.
 * open: the last word is still being typed and stands as it is.
 */
const char *gazetteer_fold(struct arena *arena, const char *name, bool open);

#endif
