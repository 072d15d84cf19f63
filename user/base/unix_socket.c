/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* unix_socket.c: unix(7). */
#include "base/unix_socket.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/util.h"

int unix_connect(const char *name, int type)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	_cleanup(closep) int fd = -1;

	if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, name, len);
	/* One that is no file. */
	if (*name == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)))
		return -errno;
	return take_fd(&fd);
}
