/* SPDX-License-Identifier: ISC */
/*
 * TCP: a socket of its own for each worker, with SO_REUSEPORT, so that the
 * kernel spreads connections.  That option would also let a second node of
 * the same user take half of them in silence: a first socket without it finds
 * out whether the address is free.
 * Unix: one socket, its descriptor duplicated for each worker.
 */
#include "daemon/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/base/text.h"

enum { LISTENER_BACKLOG = 1024 };

struct place {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
		struct sockaddr_un local;
	} address;
	socklen_t len;
};

static void
close_socket(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static const char *
reason_of(int code)
{
	const char *text = strerrordesc_np(code);

	return text != NULL ? text : "unknown error";
}

static int
fail(char error[LISTENER_ERROR_SIZE], const char *name, int code)
{
	snprintf(error, LISTENER_ERROR_SIZE, "cannot listen on %s: %s%s", name,
	    reason_of(code),
	    code == EACCES ? " (ports below 1024 need the capability "
			     "CAP_NET_BIND_SERVICE)"
			   : "");
	return -code;
}

/* --- Addresses --- */

static bool
parse_tcp(const char *name, struct place *ret)
{
	struct place place = { 0 };
	const char *colon = strrchr(name, ':');
	char host[INET6_ADDRSTRLEN + 2];
	size_t len;
	int64_t port;

	if (colon == NULL || text_int64(colon + 1, 0, 65535, &port) != 0)
		return false;
	len = (size_t)(colon - name);
	if (len < 2 || len >= sizeof(host))
		return false;
	memcpy(host, name, len);
	host[len] = '\0';
	if (host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		place.address.six.sin6_family = AF_INET6;
		place.address.six.sin6_port = htons((uint16_t)port);
		place.len = sizeof(place.address.six);
		if (inet_pton(
			AF_INET6, host + 1, &place.address.six.sin6_addr) != 1)
			return false;
	} else {
		place.address.four.sin_family = AF_INET;
		place.address.four.sin_port = htons((uint16_t)port);
		place.len = sizeof(place.address.four);
		if (inet_pton(AF_INET, host, &place.address.four.sin_addr) != 1)
			return false;
	}
	*ret = place;
	return true;
}

static bool
parse_local(const char *name, struct place *ret)
{
	struct place place = { .len = sizeof(place.address.local) };
	const char *path = name + strlen("unix:");

	if (path[0] != '/' ||
	    strlen(path) >= sizeof(place.address.local.sun_path))
		return false;
	place.address.local.sun_family = AF_UNIX;
	memcpy(place.address.local.sun_path, path, strlen(path) + 1);
	*ret = place;
	return true;
}

static bool
is_loopback(const struct place *place)
{
	if (place->address.any.sa_family == AF_INET)
		return ntohl(place->address.four.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&place->address.six.sin6_addr);
}

static int
parse_place(const struct listener *listener, struct place *ret,
    char error[LISTENER_ERROR_SIZE])
{
	if (!listener->tls && listener->local) {
		if (parse_local(listener->name, ret))
			return 0;
		snprintf(error, LISTENER_ERROR_SIZE,
		    "listen.http: \"%s\": an absolute path of at most 107 "
		    "bytes is expected after unix:",
		    listener->name);
		return -EINVAL;
	}
	if (!parse_tcp(listener->name, ret)) {
		snprintf(error, LISTENER_ERROR_SIZE,
		    "listen.%s: \"%s\": an address and port are expected, as "
		    "127.0.0.1:8080 or [::1]:8080",
		    listener->tls ? "https" : "http", listener->name);
		return -EINVAL;
	}
	if (!listener->tls && !is_loopback(ret)) {
		snprintf(error, LISTENER_ERROR_SIZE,
		    "listen.http: \"%s\": plain HTTP is only served on "
		    "loopback or a Unix socket, behind a reverse proxy",
		    listener->name);
		return -EINVAL;
	}
	return 0;
}

/* --- Sockets --- */

/* 0 and a descriptor, or -errno. */
static int
tcp_socket(const struct place *place, bool shared, int *ret)
{
	int fd = socket(place->address.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, code;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	/*
	 * Inherited by what is accepted.  Without it an answer over TLS waits
	 * some 40 ms for the acknowledgement of its first record.
	 */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (place->address.any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &place->address.any, place->len) != 0) {
		code = errno;
		close(fd);
		return -code;
	}
	*ret = fd;
	return 0;
}

static uint16_t
port_of(int fd)
{
	struct place place = { .len = sizeof(place.address) };

	if (getsockname(fd, &place.address.any, &place.len) != 0)
		return 0;
	return place.address.any.sa_family == AF_INET
		   ? ntohs(place.address.four.sin_port)
		   : ntohs(place.address.six.sin6_port);
}

static void
set_port(struct place *place, uint16_t port)
{
	if (place->address.any.sa_family == AF_INET)
		place->address.four.sin_port = htons(port);
	else
		place->address.six.sin6_port = htons(port);
}

static int
open_tcp(struct listener *listener, struct place *place,
    char error[LISTENER_ERROR_SIZE])
{
	int fd, r;

	if ((r = tcp_socket(place, false, &fd)) != 0)
		return fail(error, listener->name, -r);
	listener->port = port_of(fd);
	close(fd);
	set_port(place, listener->port);
	for (size_t i = 0; i < listener->count; i++) {
		if ((r = tcp_socket(place, true, &listener->sockets[i])) != 0)
			return fail(error, listener->name, -r);
		if (listen(listener->sockets[i], LISTENER_BACKLOG) != 0)
			return fail(error, listener->name, errno);
	}
	return 0;
}

/* A file that nobody listens behind is left over from a node that died. */
static void
remove_stale(const struct place *place)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (stat(place->address.local.sun_path, &st) == 0 &&
	    S_ISSOCK(st.st_mode) &&
	    connect(fd, &place->address.any, place->len) != 0 &&
	    errno == ECONNREFUSED)
		unlink(place->address.local.sun_path);
	close(fd);
}

static int
open_local(struct listener *listener, struct place *place,
    char error[LISTENER_ERROR_SIZE])
{
	const char *path = place->address.local.sun_path;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail(error, listener->name, errno);
	listener->sockets[0] = fd;
	remove_stale(place);
	/* Who may reach it is decided by the folder that it stands in. */
	if (bind(fd, &place->address.any, place->len) != 0)
		return fail(error, listener->name, errno);
	listener->path = xstrdup(path);
	if (chmod(path, 0666) != 0 || listen(fd, LISTENER_BACKLOG) != 0)
		return fail(error, listener->name, errno);
	for (size_t i = 1; i < listener->count; i++) {
		listener->sockets[i] = dup(fd);
		if (listener->sockets[i] < 0)
			return fail(error, listener->name, errno);
	}
	return 0;
}

static int
open_one(struct listener *listener, const char *name, bool tls, size_t workers,
    char error[LISTENER_ERROR_SIZE])
{
	struct place place;
	int r;

	listener->name = xstrdup(name);
	listener->tls = tls;
	listener->local = !tls && text_starts_with(name, "unix:");
	listener->count = workers;
	listener->sockets = xcalloc(workers, sizeof(*listener->sockets));
	for (size_t i = 0; i < workers; i++)
		listener->sockets[i] = -1;
	if ((r = parse_place(listener, &place, error)) != 0)
		return r;
	return listener->local ? open_local(listener, &place, error)
			       : open_tcp(listener, &place, error);
}

int
listener_open(const struct settings *settings, size_t workers,
    struct listener **ret, size_t *ret_count, char error[LISTENER_ERROR_SIZE])
{
	size_t https = settings->listen_https.count;
	size_t total = https + settings->listen_http.count;
	struct listener *listeners = xcalloc(MAX(total, 1), sizeof(*listeners));
	int r;

	for (size_t i = 0; i < total; i++) {
		bool tls = i < https;
		const char *name = tls ? settings->listen_https.items[i]
				       : settings->listen_http.items[i - https];

		r = open_one(&listeners[i], name, tls, workers, error);
		if (r != 0) {
			listener_close(&listeners, i + 1);
			return r;
		}
	}
	*ret = listeners;
	*ret_count = total;
	return 0;
}

void
listener_close(struct listener **listeners, size_t count)
{
	for (size_t i = 0; *listeners != NULL && i < count; i++) {
		struct listener *listener = &(*listeners)[i];

		for (size_t k = 0; k < listener->count; k++)
			close_socket(&listener->sockets[k]);
		if (listener->path != NULL)
			unlink(listener->path);
		free(listener->path);
		free(listener->sockets);
		free(listener->name);
	}
	free(*listeners);
	*listeners = NULL;
}
