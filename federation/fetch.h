/* SPDX-License-Identifier: ISC */
/*
 * fetch.h: documents read from other servers: GET, signed by the instance
 * actor in the form that the host takes, redirects followed by hand (each
 * checked and signed anew, never from https to http), media type, size and
 * time checked, and read as bounded JSON.
 *
 * A document of FETCH_OBJECT has the id under which it was fetched; if not, it
 * is fetched once more by the id that it gives itself, else it is of a wrong
 * origin.  What failed is remembered for a while and not asked again.
 *
 * Thread: the courier's.
 */
#ifndef FEDERATION_FETCH_H
#define FEDERATION_FETCH_H

#include "federation/courier_core.h"
#include "federation/json.h"
#include "federation/verdict.h"

enum fetch_format {
	FETCH_OBJECT,     /* ActivityPub, with its id checked */
	FETCH_COLLECTION, /* ActivityPub, of the origin that was asked */
	FETCH_JRD,        /* WebFinger */
	FETCH_JSON,       /* NodeInfo */
};

struct fetch_request {
	const char *url;
	enum fetch_format format;
	bool insist; /* asks although it failed a moment ago */
};

/* All borrowed during done(); json_incref() keeps the document. */
struct fetch_result {
	/*
	 * ACCEPTED, REFUSED (address), UNKNOWN (404), GONE (410), UNREACHABLE,
	 * BAD_ANSWER, WRONG_ORIGIN, BUSY.
	 */
	enum verdict verdict;
	const char *reason; /* a sentence; "" when accepted */
	int status;         /* of the last answer, or 0 */
	const char *url;    /* where it came from in the end */
	const char *id;     /* FETCH_OBJECT: normalised */
	json_t *document;
	const char *text;
	size_t len;
};

typedef void fetch_done_fn(void *arg, const struct fetch_result *result);

struct fetch *fetch_new(struct courier_core *core);
void fetch_free(struct fetch **fetch); /* NULL is fine */
/* Ends what waits; what is under way ends with the client. */
void fetch_stop(struct fetch *fetch);
/* done() is called once, perhaps before this returns. */
void fetch_start(struct fetch *fetch, const struct fetch_request *asked,
    fetch_done_fn *done, void *arg);

/* Whether a Content-Type may carry that format.  Pure. */
bool fetch_type_fits(enum fetch_format format, const char *content_type);

#endif
