/* SPDX-License-Identifier: ISC */
/*
 * negotiate.h: which form of a resource a client asks for (RFC 9110 12.5).
 *
 * Thread: any; pure functions.
 * Limits: the first 32 ranges of a header count, the rest is ignored.
 */
#ifndef DAEMON_NEGOTIATE_H
#define DAEMON_NEGOTIATE_H

#include "config/base/base.h"

/* Forms that a resource may have: bits, so that one can name several. */
enum negotiate_form {
	NEGOTIATE_NONE = 0,          /* none of those on offer: 406 */
	NEGOTIATE_ACTIVITY = 1 << 0, /* application/activity+json */
	NEGOTIATE_LD = 1 << 1,   /* ld+json with the ActivityStreams profile */
	NEGOTIATE_JSON = 1 << 2, /* application/json */
	NEGOTIATE_HTML = 1 << 3, /* text/html */
};

/*
 * The form to answer with, one of those on offer.  Higher q wins; with equal
 * q the more specific range, then the one named first in Accept.  A missing
 * or empty Accept, and a wildcard, give the first on offer in the order of the
 * enum: a client that does not say is a machine.
 */
enum negotiate_form negotiate_accept(const char *accept, unsigned offered);
/*
 * For documents of ActivityPub that also have a page (ACTIVITY, LD and HTML
 * on offer; application/json gets ACTIVITY, as the least of all choices).
 */
enum negotiate_form negotiate_document(const char *accept);
/*
 * The same for addresses of pages: who does not say, or says only wildcards,
 * gets HTML.
 */
enum negotiate_form negotiate_page(const char *accept);
/* The Content-Type of a form, charset or profile included. */
const char *negotiate_type(enum negotiate_form form);

/* True when the client takes this coding ("gzip") with a q above 0. */
bool negotiate_encoding(const char *accept_encoding, const char *coding);

/*
 * True when a Content-Type names this media type; parameters and case are
 * ignored ("Application/JSON; charset=utf-8" is "application/json").
 */
bool negotiate_type_is(const char *content_type, const char *type);

#endif
