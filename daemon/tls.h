/* SPDX-License-Identifier: ISC */
/*
 * tls.h: the node's certificate, and TLS for the connections that it accepts.
 *
 * TLS 1.2 and 1.3, forward secret ciphers only, session tickets, ALPN
 * http/1.1.  A reload changes what new connections get; those that stand keep
 * the certificate that they were made with.
 *
 * Thread: any; a tls locks itself.
 * Errors: -ENOENT, -EACCES, -EIO (a file cannot be read), -EINVAL (what is in
 *         it does not serve); error names the file and says what is wrong.
 */
#ifndef DAEMON_TLS_H
#define DAEMON_TLS_H

#include "config/base/base.h"

struct bufferevent;
struct event_base;
struct tls;

enum {
	TLS_ERROR_SIZE = 512,
	TLS_WARN_SECONDS = 14 * 86400, /* before the certificate's end */
};

/* PEM files: the certificate and its chain, and the unencrypted key. */
int tls_new(const char *certificate, const char *key, struct tls **ret,
    char error[TLS_ERROR_SIZE]) MUST_CHECK;
/* Reads the files again; on failure all stays as it was. */
int tls_reload(struct tls *tls, const char *certificate, const char *key,
    char error[TLS_ERROR_SIZE]) MUST_CHECK;
/* Of the certificate that new connections get. */
struct tls_certificate {
	int64_t ends_at;   /* seconds */
	bool names_domain; /* the one that was asked for */
};
/* The domain may carry a port.  -EINVAL: it has no end that can be read. */
int tls_look(struct tls *tls, const char *domain, struct tls_certificate *ret)
    MUST_CHECK;
/* Connections that stand keep what they need.  NULL is fine. */
void tls_free(struct tls **tls);

/*
 * A bufferevent, without a socket yet, for a connection that the client is
 * about to open with a handshake.  Closes its socket when freed.  NULL when
 * the library failed.
 */
struct bufferevent *tls_accept(struct tls *tls, struct event_base *base);
/* Tells the client that this is the end and no cut (close_notify). */
void tls_say_goodbye(struct bufferevent *bev);

#endif
