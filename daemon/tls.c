/* SPDX-License-Identifier: ISC */
#include "daemon/tls.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls {
	pthread_mutex_t lock;
	SSL_CTX *context; /* of new connections; each holds a reference */
};

/* For TLS 1.2; those of 1.3 are all good. */
static const char CIPHERS[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

static void
context_free(SSL_CTX **context)
{
	SSL_CTX_free(*context);
}

/* A client that offers protocols must offer the one that we speak. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";

	(void)ssl;
	(void)arg;
	for (unsigned i = 0; i < in_len; i += 1U + in[i]) {
		if (in[i] != ours[0] || i + 1U + in[i] > in_len ||
		    memcmp(in + i, ours, 9) != 0)
			continue;
		*out = in + i + 1;
		*out_len = in[i];
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Why OpenSSL refused, in its words; empties its queue. */
static void
explain(char error[TLS_ERROR_SIZE], const char *what, const char *file)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);

	snprintf(error, TLS_ERROR_SIZE, "%s: %s: %s", file, what,
	    reason != NULL ? reason : "unknown error");
	ERR_clear_error();
}

static int
check_readable(const char *file, const char *what, char error[TLS_ERROR_SIZE])
{
	int code;

	if (file == NULL || file[0] == '\0') {
		snprintf(error, TLS_ERROR_SIZE,
		    "no %s file is set, but https is to be served", what);
		return -EINVAL;
	}
	if (access(file, R_OK) == 0)
		return 0;
	code = errno;
	snprintf(error, TLS_ERROR_SIZE, "%s: cannot read the %s: %s", file,
	    what,
	    code == ENOENT   ? "no such file"
	    : code == EACCES ? "permission denied"
			     : "input/output error");
	return code == ENOENT || code == EACCES ? -code : -EIO;
}

/* A passphrase would be asked for on a terminal that nobody watches. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static int
load_files(SSL_CTX *context, const char *certificate, const char *key,
    char error[TLS_ERROR_SIZE])
{
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
		explain(error, "not a usable PEM certificate", certificate);
		return -EINVAL;
	}
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
		explain(error, "not the certificate's private key in PEM", key);
		return -EINVAL;
	}
	if (SSL_CTX_check_private_key(context) != 1) {
		explain(error, "does not belong to the certificate", key);
		return -EINVAL;
	}
	return 0;
}

static bool
set_policy(SSL_CTX *context)
{
	static const unsigned char session_context[] = "parvis";

	SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* Idle connections give their record buffers back: some 34 KB each. */
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS |
				      SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* Sessions are kept by the clients, in tickets, not here. */
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(context, CIPHERS) == 1 &&
	       SSL_CTX_set_session_id_context(
		   context, session_context, sizeof(session_context) - 1) == 1;
}

static int
make_context(const char *certificate, const char *key, SSL_CTX **ret,
    char error[TLS_ERROR_SIZE])
{
	CLEANUP(context_free) SSL_CTX *context = NULL;
	int r;

	if ((r = check_readable(certificate, "certificate", error)) != 0)
		return r;
	if ((r = check_readable(key, "key", error)) != 0)
		return r;
	context = SSL_CTX_new(TLS_server_method());
	if (context == NULL || !set_policy(context)) {
		explain(error, "TLS cannot be set up", certificate);
		return -EIO;
	}
	if ((r = load_files(context, certificate, key, error)) != 0)
		return r;
	*ret = context;
	context = NULL;
	return 0;
}

int
tls_new(const char *certificate, const char *key, struct tls **ret,
    char error[TLS_ERROR_SIZE])
{
	SSL_CTX *context;
	struct tls *tls;
	int r = make_context(certificate, key, &context, error);

	if (r != 0)
		return r;
	tls = xcalloc(1, sizeof(*tls));
	pthread_mutex_init(&tls->lock, NULL);
	tls->context = context;
	*ret = tls;
	return 0;
}

int
tls_reload(struct tls *tls, const char *certificate, const char *key,
    char error[TLS_ERROR_SIZE])
{
	SSL_CTX *context, *old;
	int r = make_context(certificate, key, &context, error);

	if (r != 0)
		return r;
	pthread_mutex_lock(&tls->lock);
	old = tls->context;
	tls->context = context;
	pthread_mutex_unlock(&tls->lock);
	SSL_CTX_free(old);
	return 0;
}

int
tls_look(struct tls *tls, const char *domain, struct tls_certificate *ret)
{
	struct tls_certificate found = { 0 };
	size_t len = strcspn(domain, ":");
	struct tm end;
	X509 *x509;
	int r = -EINVAL;

	pthread_mutex_lock(&tls->lock);
	x509 = SSL_CTX_get0_certificate(tls->context);
	if (x509 != NULL &&
	    ASN1_TIME_to_tm(X509_get0_notAfter(x509), &end) == 1) {
		found.ends_at = (int64_t)timegm(&end);
		found.names_domain =
		    X509_check_host(x509, domain, len, 0, NULL) == 1;
		r = 0;
	}
	pthread_mutex_unlock(&tls->lock);
	ERR_clear_error();
	if (r == 0)
		*ret = found;
	return r;
}

void
tls_free(struct tls **tls)
{
	if (*tls == NULL)
		return;
	SSL_CTX_free((*tls)->context);
	pthread_mutex_destroy(&(*tls)->lock);
	free(*tls);
	*tls = NULL;
}

struct bufferevent *
tls_accept(struct tls *tls, struct event_base *base)
{
	struct bufferevent *bev;
	SSL *ssl;

	pthread_mutex_lock(&tls->lock);
	ssl = SSL_new(tls->context);
	pthread_mutex_unlock(&tls->lock);
	if (ssl == NULL)
		return NULL;
	bev = bufferevent_openssl_socket_new(
	    base, -1, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL) {
		SSL_free(ssl);
		return NULL;
	}
	/* Many clients close without a word; that is the end, not an error. */
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

void
tls_say_goodbye(struct bufferevent *bev)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);

	if (ssl != NULL && SSL_is_init_finished(ssl))
		(void)SSL_shutdown(ssl);
	ERR_clear_error();
}
