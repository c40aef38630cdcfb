/* SPDX-License-Identifier: ISC */
/*
 * webfinger.h: from "name@host" to the id of an actor (RFC 7033), asked of
 * that host; one change of subject to another name or host is followed, when
 * that one says the same of itself.
 *
 * Thread: the courier's; webfinger_read() any.
 */
#ifndef FEDERATION_WEBFINGER_H
#define FEDERATION_WEBFINGER_H

#include "federation/fetch.h"

/*
 * verdict ACCEPTED and the actor's address, or why not; borrowed during the
 * call.
 */
typedef void webfinger_done_fn(
    void *arg, enum verdict verdict, const char *reason, const char *uri);

/* name and host as url_parse_acct() gave them; done() is called once. */
void webfinger_find(struct fetch *fetch, const char *name, const char *host,
    bool insist, webfinger_done_fn *done, void *arg);

/*
 * The subject and the actor's address in a JRD; borrowed from it.
 * -EINVAL: no subject, or no "self" link to an ActivityPub document.
 */
int webfinger_read(const json_t *document, const char **ret_subject,
    const char **ret_uri) MUST_CHECK;

#endif
