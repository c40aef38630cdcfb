/* SPDX-License-Identifier: ISC */
/*
 * What the client's side of a TLS 1.3 handshake costs: both sides in memory,
 * the certificate verified, nothing resumed.  Each new connection of a
 * delivery pays it, and a signature.
 */
#include <openssl/ssl.h>
#include <time.h>

#include "tests/bench/bench.h"

enum { ROUNDS = 400, TURNS_MAX = 10 };

static double
cpu_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One side with what it reads and writes. */
static SSL *
side(SSL_CTX *context, BIO *in, BIO *out)
{
	SSL *ssl = SSL_new(context);

	(void)BIO_up_ref(in);
	(void)BIO_up_ref(out);
	SSL_set_bio(ssl, in, out);
	return ssl;
}

/* Seconds that the client took of it. */
static double
one_handshake(SSL_CTX *client_context, SSL_CTX *server_context)
{
	BIO *to_server = BIO_new(BIO_s_mem()),
	    *to_client = BIO_new(BIO_s_mem());
	double spent = 0, at = cpu_seconds();
	SSL *client = side(client_context, to_client, to_server);
	SSL *server = side(server_context, to_server, to_client);
	char byte;

	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	if (SSL_set_tlsext_host_name(client, "h1.hosts.localhost") != 1 ||
	    SSL_set1_host(client, "h1.hosts.localhost") != 1)
		bench_die("cannot name the host");
	spent += cpu_seconds() - at;
	for (int i = 0; i < TURNS_MAX && (!SSL_is_init_finished(client) ||
					     !SSL_is_init_finished(server));
	     i++) {
		at = cpu_seconds();
		(void)SSL_do_handshake(client);
		spent += cpu_seconds() - at;
		(void)SSL_do_handshake(server);
	}
	if (!SSL_is_init_finished(client) || !SSL_is_init_finished(server))
		bench_die("no handshake");
	at = cpu_seconds();
	(void)SSL_read(client, &byte, 1); /* the session tickets */
	SSL_free(client);
	spent += cpu_seconds() - at;
	SSL_free(server);
	BIO_free(to_server);
	BIO_free(to_client);
	return spent;
}

double
bench_handshake_us(const char *ca, const char *certificate, const char *key)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());
	SSL_CTX *server = SSL_CTX_new(TLS_server_method());
	double spent = 0;

	if (SSL_CTX_load_verify_file(client, ca) != 1 ||
	    SSL_CTX_use_certificate_chain_file(server, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(server, key, SSL_FILETYPE_PEM) != 1)
		bench_die("cannot read %s or %s", ca, certificate);
	SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
	for (int i = 0; i < ROUNDS; i++)
		spent += one_handshake(client, server);
	SSL_CTX_free(client);
	SSL_CTX_free(server);
	return spent / ROUNDS * 1e6;
}
