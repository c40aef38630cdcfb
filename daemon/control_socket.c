/* SPDX-License-Identifier: ISC */
#include "daemon/control_socket.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "config/base/log.h"

enum {
	CONTROL_BACKLOG = 32,
	CONTROL_NAME_BYTES = 1024, /* of the user data base's row */
};

static bool
is_named_user(const struct settings *settings, uid_t uid)
{
	const struct settings_list *names = &settings->node_control_users;
	char data[CONTROL_NAME_BYTES];
	struct passwd row, *found;

	for (size_t i = 0; i < names->count; i++) {
		found = NULL;
		if (getpwnam_r(names->items[i], &row, data, sizeof(data),
			&found) == 0 &&
		    found != NULL && row.pw_uid == uid)
			return true;
	}
	return false;
}

bool
control_socket_allows(const struct node *node, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	const struct node_snapshot *snapshot;
	bool allowed;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	snapshot = node_snapshot(node);
	allowed = is_named_user(snapshot->settings, peer.uid);
	node_release(&snapshot);
	if (!allowed)
		log_warning("control refused uid=%u", (unsigned)peer.uid);
	return allowed;
}

/* Removes a socket on which nobody listens; -EADDRINUSE when one does. */
static int
clear_path(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, r;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	r = r == 0 ? -EADDRINUSE : (errno == ECONNREFUSED ? 0 : -errno);
	(void)close(fd);
	if (r == 0 && unlink(address->sun_path) < 0)
		r = -errno;
	return r;
}

static int
listen_on(const char *path, int *ret)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	(void)memcpy(address.sun_path, path, strlen(path) + 1);
	r = clear_path(&address);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* All may connect: a refusal that says why is better than EACCES. */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, 0666) < 0 || listen(fd, CONTROL_BACKLOG) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	*ret = fd;
	return 0;
}

static void
log_listen_error(const char *path, int error)
{
	char text[128];

	if (error == -EADDRINUSE)
		log_error("control: another node answers on %s", path);
	else if (error == -EEXIST)
		log_error("control: %s exists and is no socket", path);
	else
		log_error("control: cannot listen on %s: %s", path,
		    strerror_r(-error, text, sizeof(text)));
}

int
control_socket_listen(const char *path, int *ret)
{
	int r = listen_on(path, ret);

	if (r < 0)
		log_listen_error(path, r);
	return r;
}
