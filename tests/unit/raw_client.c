/* SPDX-License-Identifier: ISC */
#include "tests/unit/raw_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "config/base/base.h"
#include "config/base/clock.h"

struct raw_client {
	int fd;
	SSL *ssl;
	char *bytes; /* received, not yet taken */
	size_t len, taken;
};

int64_t
raw_now_ms(void)
{
	return clock_monotonic_ms();
}

void
raw_nap(void)
{
	poll(NULL, 0, 2);
}

static struct raw_client *
client_new(int fd)
{
	struct raw_client *client = xcalloc(1, sizeof(*client));
	struct timeval tv = { RAW_DEADLINE_MS / 1000, 0 };
	int on = 1;

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	client->fd = fd;
	client->bytes = xmalloc(RAW_BYTES_MAX + 1);
	return client;
}

struct raw_client *
raw_connect(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(
	    connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)),
	    0);
	return client_new(fd);
}

struct raw_client *
raw_connect_local(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
	    connect(fd, (struct sockaddr *)(void *)&address, sizeof(address)),
	    0);
	return client_new(fd);
}

struct raw_client *
raw_connect_tls(uint16_t port, int max_version, const char *protocol)
{
	struct raw_client *client = raw_connect(port);
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(context, max_version);
	SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
	client->ssl = SSL_new(context);
	SSL_CTX_free(context);
	if (protocol != NULL)
		SSL_set_alpn_protos(client->ssl,
		    (const unsigned char *)protocol,
		    (unsigned)strlen(protocol));
	SSL_set_fd(client->ssl, client->fd);
	if (SSL_connect(client->ssl) != 1)
		raw_close(&client);
	return client;
}

void
raw_close(struct raw_client **client)
{
	if (*client == NULL)
		return;
	SSL_free((*client)->ssl);
	close((*client)->fd);
	free((*client)->bytes);
	free(*client);
	*client = NULL;
}

void
raw_abort(struct raw_client **client)
{
	struct linger reset = { 1, 0 };

	setsockopt((*client)->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	raw_close(client);
}

static bool
try_bytes(struct raw_client *client, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = client->ssl != NULL
				? SSL_write(client->ssl, data, (int)len)
				: send(client->fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

bool
raw_try_send(struct raw_client *client, const char *text)
{
	return try_bytes(client, text, strlen(text));
}

void
raw_send(struct raw_client *client, const char *text)
{
	assert_true(raw_try_send(client, text));
}

void
raw_send_bytes(struct raw_client *client, const void *data, size_t len)
{
	(void)try_bytes(client, data, len); /* may be refused half way */
}

/* More bytes; 0 at the end, -1 when cut or late. */
static ssize_t
receive_more(struct raw_client *client)
{
	size_t room = RAW_BYTES_MAX - client->len;
	char *to = client->bytes + client->len;
	ssize_t n;

	assert_true(room > 0);
	n = client->ssl != NULL ? SSL_read(client->ssl, to, (int)room)
				: recv(client->fd, to, room, 0);
	if (n > 0)
		client->len += (size_t)n;
	client->bytes[client->len] = '\0';
	return n;
}

static void
need_more(struct raw_client *client)
{
	if (receive_more(client) <= 0)
		fail_msg("connection closed or silent in mid answer, after: %s",
		    client->bytes);
}

static void
drop_taken(struct raw_client *client)
{
	client->len -= client->taken;
	memmove(client->bytes, client->bytes + client->taken, client->len);
	client->bytes[client->len] = '\0';
	client->taken = 0;
}

const char *
raw_header(const struct raw_answer *answer, const char *name)
{
	static char value[1024];
	size_t len = strlen(name);

	for (const char *line = strchr(answer->head, '\n'); line != NULL;
	     line = strchr(line, '\n')) {
		line++;
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			snprintf(value, sizeof(value), "%.*s",
			    (int)strcspn(line + len + 2, "\n"), line + len + 2);
			return value;
		}
	}
	return NULL;
}

void
raw_receive(struct raw_client *client, bool head_only, struct raw_answer *ret)
{
	const char *end, *length;
	size_t head_len, kept = 0;

	drop_taken(client);
	while ((end = strstr(client->bytes, "\r\n\r\n")) == NULL ||
	       client->len == 0)
		need_more(client);
	head_len = (size_t)(end - client->bytes);
	assert_true(head_len < sizeof(ret->head));
	for (size_t i = 0; i < head_len; i++) {
		if (client->bytes[i] != '\r')
			ret->head[kept++] = client->bytes[i];
	}
	ret->head[kept] = '\0';
	if (sscanf(ret->head, "HTTP/1.%*1[01] %d ", &ret->status) != 1)
		fail_msg("no status line: %s", ret->head);
	head_len += 4;
	length = raw_header(ret, "Content-Length");
	ret->len = 0;
	if (!head_only && length != NULL)
		assert_int_equal(sscanf(length, "%zu", &ret->len), 1);
	while (client->len < head_len + ret->len)
		need_more(client);
	ret->body = client->bytes + head_len;
	client->taken = head_len + ret->len;
}

void
raw_ask(struct raw_client *client, const char *text, struct raw_answer *ret)
{
	raw_send(client, text);
	raw_receive(client, false, ret);
}

bool
raw_closed_within(struct raw_client *client, int ms)
{
	int64_t end = raw_now_ms() + ms;
	int64_t left;

	while ((left = end - raw_now_ms()) > 0) {
		struct pollfd pfd = { client->fd, POLLIN, 0 };

		if (poll(&pfd, 1, (int)left) <= 0)
			return false;
		client->len = client->taken = 0;
		if (receive_more(client) <= 0)
			return true;
	}
	return false;
}

int64_t
raw_wait_closed(struct raw_client *client)
{
	int64_t start = raw_now_ms();

	if (!raw_closed_within(client, RAW_DEADLINE_MS))
		fail_msg("the connection was not closed");
	return raw_now_ms() - start;
}

long
raw_serial(struct raw_client *client)
{
	X509 *certificate = SSL_get1_peer_certificate(client->ssl);
	long serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));

	X509_free(certificate);
	return serial;
}

const char *
raw_protocol(struct raw_client *client)
{
	static char name[32];
	const unsigned char *chosen;
	unsigned len;

	SSL_get0_alpn_selected(client->ssl, &chosen, &len);
	snprintf(name, sizeof(name), "%.*s", (int)len,
	    len > 0 ? (const char *)chosen : "");
	return name;
}

const char *
raw_version(struct raw_client *client)
{
	return SSL_get_version(client->ssl);
}

void
raw_write_certificate(const char *certificate, const char *key, long serial)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);
	FILE *out;

	ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
	X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x509), 24 * 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x509, name);
	X509_set_pubkey(x509, pair);
	assert_true(X509_sign(x509, pair, EVP_sha256()) > 0);
	assert_non_null(out = fopen(certificate, "w"));
	PEM_write_X509(out, x509);
	fclose(out);
	assert_non_null(out = fopen(key, "w"));
	PEM_write_PrivateKey(out, pair, NULL, NULL, 0, NULL, NULL);
	fclose(out);
	X509_free(x509);
	EVP_PKEY_free(pair);
}
