/* SPDX-License-Identifier: ISC */
/*
 * gazetteer.h: the communes of France, metropolitan and overseas: codes,
 * names, postal codes, position, population, and what they belong to.
 *
 * The one that is a part of the program is made from
 * contrib/gazetteer/communes.txt, indexed when the program is built
 * (gazetteer_pack.c): looking something up reads constant memory, and there is
 * nothing to load.  Callers get copies of what they asked for, so that a
 * gazetteer may come to stand for several layers, one of which corrects
 * another, without their knowing.
 *
 * Names are compared by their letters and digits alone: case, accents,
 * hyphens and apostrophes do not count, St and Ste stand for Saint and Sainte,
 * lès and lez for les.  A leading article may be left out.  The former names
 * of communes that were merged lead to the commune of today.
 *
 * Memory: the text in a place lives as long as the gazetteer; the one of the
 *         program, always.  Thread: any.
 */
#ifndef CONFIG_GAZETTEER_H
#define CONFIG_GAZETTEER_H

#include "config/base/base.h"

struct gazetteer;

enum { GAZETTEER_FOUND_MAX = 100 };

struct gazetteer_place {
	char insee[6]; /* code of the commune: "91200", "2A004" */
	const char *name;
	/* A former code or name that was asked for and led here; "" and NULL
	 * otherwise. */
	char former_insee[6];
	const char *former_name;
	const char *postcodes; /* with a space between, or "" */
	const char *departement, *departement_name; /* "91", "Essonne" */
	const char *region_name;
	const char *epci, *epci_name; /* NULL where there is none */
	uint32_t population;          /* 0 also where nobody counts */
	double latitude, longitude;   /* WGS 84, degrees */
	/* The point was reckoned from the communes around, or set by hand: it
	 * may be some ten kilometres off. */
	bool approximate;
	double kilometres; /* from where was asked, by gazetteer_nearest() */
};

/* The one of the program, with what lies over it. */
const struct gazetteer *gazetteer_builtin(void);

struct gazetteer_point {
	const char *insee; /* code of a commune of today */
	double latitude, longitude;
};

/*
 * Lays points over those of the program, in place of all that lay there; of
 * two for a commune the later counts, and codes of none are passed over.
 * count 0: as it was built.  A lookup sees either what was or what is.
 */
void gazetteer_lay_over(const struct gazetteer_point *points, size_t count);
/* Where the program itself has a commune of today.  -ENOENT. */
int gazetteer_bare(
    const char *insee, double *ret_latitude, double *ret_longitude) MUST_CHECK;
/*
 * Packed bytes, aligned to 4, as a gazetteer; they must outlive it.
 * -EINVAL when they are none of this version and machine.
 */
int gazetteer_open(const void *bytes, size_t len, const struct gazetteer **ret)
    MUST_CHECK;
size_t gazetteer_count(const struct gazetteer *gazetteer);
/* The i-th commune in the order of codes; i < gazetteer_count(). */
void gazetteer_get(
    const struct gazetteer *gazetteer, size_t i, struct gazetteer_place *ret);

/* By its code of today or a former one.  -ENOENT. */
int gazetteer_by_insee(const struct gazetteer *gazetteer, const char *insee,
    struct gazetteer_place *ret) MUST_CHECK;

/*
 * The following fill at most max places, max up to GAZETTEER_FOUND_MAX, each
 * commune once, and return how many they filled.
 */

/* The communes of that name, most people first; former names only where no
 * commune of today has it. */
size_t gazetteer_by_name(const struct gazetteer *gazetteer, const char *name,
    size_t max, struct gazetteer_place *ret);
/* The communes that have a postal code, most people first. */
size_t gazetteer_by_postcode(const struct gazetteer *gazetteer,
    const char *postcode, size_t max, struct gazetteer_place *ret);
/*
 * What a text that is being typed may become, most people first: the beginning
 * of a name, of a postal code or of a code; after a name, the beginning of a
 * postal code narrows it ("saint denis 93").
 */
size_t gazetteer_complete(const struct gazetteer *gazetteer, const char *text,
    size_t max, struct gazetteer_place *ret);
/* Communes whose names are likest to one that no commune has; may be none. */
size_t gazetteer_similar(const struct gazetteer *gazetteer, const char *name,
    size_t max, struct gazetteer_place *ret);
/* The communes whose points are nearest to a position, nearest first. */
size_t gazetteer_nearest(const struct gazetteer *gazetteer, double latitude,
    double longitude, size_t max, struct gazetteer_place *ret);

/* Whether a commune has that postal code. */
bool gazetteer_has_postcode(
    const struct gazetteer_place *place, const char *postcode);
/* Great-circle distance in kilometres. */
double gazetteer_distance(double latitude, double longitude,
    double other_latitude, double other_longitude);

#endif
