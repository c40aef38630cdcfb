/* SPDX-License-Identifier: ISC */
/*
 * catalogue_read.h: a catalogue log as another program wrote it, and whoever
 * handed it over: parvis-catalogue(7), checked byte by byte.
 *
 * Nothing is believed but what the origin's instance key signed: origin, kind,
 * epoch and seq are read inside what is signed, and the page around entries
 * and head (which any relay writes) says nothing but where the next one is.
 * Whether entries are all there and the newest is for catalogue_check.h.
 *
 * Pure functions; what is returned is borrowed from the document.
 * Thread: any.
 */
#ifndef FEDERATION_CATALOGUE_READ_H
#define FEDERATION_CATALOGUE_READ_H

#include "federation/json.h"
#include "federation/proof.h"

enum {
	CATALOGUE_READ_ENTRY_BYTES = 16 * 1024, /* canonical, with the proof */
	CATALOGUE_READ_PAGE_ENTRIES = 100,
	CATALOGUE_READ_PAGE_BYTES = 1 << 20, /* of its entries, canonical */
	CATALOGUE_READ_AHEAD_SECONDS = 600,  /* how wrong a clock may be */
	CATALOGUE_READ_ERROR_SIZE = 320,
};

/* name, word for logs and programs, sentence for administrators */
#define CATALOGUE_READ_FAULTS(F) \
	F(NONE, "genuine", "complete and genuine") \
	F(MALFORMED, "malformed", "it is not written as a catalogue is") \
	F(TOO_LARGE, "too-large", "it is larger than a catalogue may be") \
	F(OTHER_ORIGIN, "other-origin", "it is of another origin") \
	F(UNPROVED, "unproved", "it has no proof") \
	F(WRONG_KEY, "wrong-key", \
	    "it is signed with another key than the origin's") \
	F(ALTERED, "altered", \
	    "its proof does not match: it was altered, or the key is not " \
	    "the origin's") \
	F(AHEAD, "ahead", "its time is more than ten minutes ahead") \
	F(OTHER_EPOCH, "other-epoch", "it is of another epoch than the head") \
	F(REORDERED, "reordered", "the numbers of entries do not rise") \
	F(REPLAYED, "replayed", \
	    "something old stands in place of what is newer") \
	F(LEFT_OUT, "left-out", "entries were left out") \
	F(FORKED, "forked", \
	    "the origin signed two heads that contradict each other") \
	F(MOVED, "moved", \
	    "the log was rebuilt while it was read; read it again")

enum catalogue_read_fault {
#define F(name, word, sentence) CATALOGUE_READ_##name,
	CATALOGUE_READ_FAULTS(F)
#undef F
};

const char *catalogue_read_word(enum catalogue_read_fault fault);
const char *catalogue_read_sentence(enum catalogue_read_fault fault);

/* For those who judge more of what an origin signs: returns the fault. */
enum catalogue_read_fault catalogue_read_refuse(
    char error[CATALOGUE_READ_ERROR_SIZE], enum catalogue_read_fault fault,
    const char *detail);

/* Whose log is read; made by catalogue_read_origin(). */
struct catalogue_read_origin {
	const char *domain;     /* normalised, with a port that is not 443 */
	const struct key *key;  /* the instance's Ed25519 key */
	int64_t now;            /* seconds */
	const char *base;       /* "https://" domain */
	const char *actor;      /* base "/actor" */
	const char *method;     /* actor "#ed25519-key" */
	const char *collection; /* base "/catalogue" */
};

/* The strings live in the arena; the key stays the caller's. */
void catalogue_read_origin(struct arena *arena, const char *domain,
    const struct key *key, int64_t now, struct catalogue_read_origin *ret);

struct catalogue_read_head {
	int64_t epoch, seq, count, published;
	uint8_t digest[SHA256_SIZE];
};

enum catalogue_read_kind {
	CATALOGUE_READ_UPDATE, /* the present state of a thing: live */
	CATALOGUE_READ_REMOVE, /* left the catalogue, still exists */
	CATALOGUE_READ_DELETE, /* is gone */
};

struct catalogue_read_entry {
	enum catalogue_read_kind kind;
	int64_t epoch, seq, published;
	const char *object_id;
	const json_t *object;      /* UPDATE: an object; else as written */
	uint8_t hash[SHA256_SIZE]; /* of the canonical bytes with the proof */
	size_t len;                /* of those bytes */
};

struct catalogue_read_page {
	struct catalogue_read_head head;
	struct catalogue_read_entry entries[CATALOGUE_READ_PAGE_ENTRIES];
	size_t count;
	const char *next; /* as written; NULL on the last page */
};

/*
 * What is wrong first, or NONE; then error says it with the place ("entry 12:
 * ...").  *ret is undefined unless NONE.  Within a page numbers rise, and
 * every entry is of the head's epoch.
 */
enum catalogue_read_fault catalogue_read_head(const json_t *head,
    const struct catalogue_read_origin *origin, struct catalogue_read_head *ret,
    char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;
enum catalogue_read_fault catalogue_read_entry(const json_t *entry,
    const struct catalogue_read_origin *origin,
    struct catalogue_read_entry *ret, char error[CATALOGUE_READ_ERROR_SIZE])
    MUST_CHECK;
/* Whether a document has one proof, by the origin's key. */
enum catalogue_read_fault catalogue_read_proof(const json_t *object,
    const struct catalogue_read_origin *origin,
    char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;
enum catalogue_read_fault catalogue_read_page(const json_t *page,
    const struct catalogue_read_origin *origin, struct catalogue_read_page *ret,
    char error[CATALOGUE_READ_ERROR_SIZE]) MUST_CHECK;

#endif
