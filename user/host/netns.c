/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netns.c: /proc/PID/ns/net and the bind mounts of `ip netns`. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "host/netns.h"
#include "base/text.h"
#include "base/clock.h"
#include "base/util.h"

#define NAMED "/run/netns"
#define PATH_ROOM (sizeof(NAMED) + 256 + 16)

/* The inode number of the network namespace that FD is open on; 0: it is none. */
static uint32_t inode_of_fd(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fd < 0 || fstatfs(fd, &fs) || fs.f_type != NSFS_MAGIC ||
	    ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET || fstat(fd, &st))
		return 0;
	return (uint32_t)st.st_ino;
}

static uint32_t inode_of(const char *path)
{
	_cleanup(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return inode_of_fd(fd);
}

uint32_t netns_own(void)
{
	return inode_of("/proc/self/ns/net");
}

int netns_resolve(uint32_t *netns, const char *name, FILE *err)
{
	unsigned long long number;
	char path[256];
	char *end;

	*netns = 0;
	if (!name)
		return 0;
	errno = 0;
	number = strtoull(name, &end, 10);
	if (isdigit((unsigned char)*name) && !*end && !errno && number && number <= UINT32_MAX) {
		*netns = (uint32_t)number;
		return 0;
	}
	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NAMED "/", name);
	*netns = inode_of(path);
	if (*netns)
		return 0;
	text_escape(path, sizeof(path), name, SIZE_MAX);
	fprintf(err,
		"rsttrace: there is no network namespace \"%s\"; give a name from `ip netns`, a path "
		"such as /proc/PID/ns/net, or an inode number from `lsns -t net`\n",
		path);
	return -ENOENT;
}

int netns_resolve_open(uint32_t *netns, int *fd, const char *name, FILE *err)
{
	char path[256];
	int e = netns_resolve(netns, name, err);

	if (e)
		return e;
	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NAMED "/", name);
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* Given by its number, it has another way. */
	if (inode_of_fd(*fd) != *netns) {
		closep(fd);
		*fd = netns_open(*netns, 0);
	}
	if (*fd >= 0)
		return 0;
	fprintf(err, "rsttrace: network namespace %s cannot be opened: %s\n", name,
		strerror(errno));
	return -ENOENT;
}

static int open_if(const char *path, uint32_t netns)
{
	_cleanup(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!netns || inode_of_fd(fd) != netns)
		return -ENOENT;
	return take_fd(&fd);
}

/* Opens the first of the directory's entries that is the namespace, and leaves its path in PATH.
 * SUFFIX completes their paths. */
static int open_among(const char *directory, const char *suffix, uint32_t netns, char *path,
		      size_t size)
{
	_cleanup(closedirp) DIR *dir = opendir(directory);
	const struct dirent *entry;
	int fd = -ENOENT;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		/* Of /proc, the processes only. */
		if (*suffix && !isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(path, size, "%s/%s%s", directory, entry->d_name, suffix);
		fd = open_if(path, netns);
	}
	return fd;
}

/* Where a namespace was found last. Looking through all processes takes long, and the same few
 * namespaces are asked for again and again. */
#define KNOWN 64
#define KNOWN_NOT_NS 1000000000ULL

static struct known {
	uint32_t netns;	       /* 0: free */
	uint64_t not_until_ns; /* it was nowhere: not looked for again before */
	char path[PATH_ROOM];
} known[KNOWN];

static int open_known(uint32_t netns)
{
	struct known *k = &known[netns % KNOWN];
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	int fd = -ENOENT;

	if (k->netns == netns) {
		fd = *k->path ? open_if(k->path, netns) : -ENOENT;
		if (fd >= 0 || now < k->not_until_ns)
			return fd;
	}
	*k = (struct known){ .netns = netns };
	fd = open_among(NAMED, "", netns, k->path, sizeof(k->path));
	/* A container's namespace has no name there, but processes. */
	if (fd < 0)
		fd = open_among("/proc", "/ns/net", netns, k->path, sizeof(k->path));
	if (fd < 0) {
		k->path[0] = '\0';
		k->not_until_ns = now + KNOWN_NOT_NS;
	}
	return fd;
}

int netns_open(uint32_t netns, uint32_t pid)
{
	char path[32];
	int fd = open_if("/proc/self/ns/net", netns);

	if (fd < 0 && pid) {
		snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
		fd = open_if(path, netns);
	}
	if (fd < 0)
		fd = open_known(netns);
	return fd;
}

struct seen {
	uint32_t *netns;
	size_t n, room;
};

/* Newest first: neighbours among the processes are often in the same namespace. */
static bool was_seen(const struct seen *seen, uint32_t netns)
{
	for (size_t i = seen->n; i-- > 0;)
		if (seen->netns[i] == netns)
			return true;
	return false;
}

/* What a link below /proc says, "net:[4026531840]"; following it takes half as long again. 0: it is no
 * link. */
static uint32_t inode_of_link(const char *path)
{
	char text[32];
	ssize_t len = readlink(path, text, sizeof(text) - 1);

	if (len < 5 || memcmp(text, "net:[", 5) != 0)
		return 0;
	text[len] = '\0';
	return (uint32_t)strtoul(text + 5, NULL, 10);
}

static int see(struct seen *seen, const char *path, netns_fn *fn, void *context)
{
	_cleanup(closep) int fd = -1;
	uint32_t netns = inode_of_link(path);

	if (netns && was_seen(seen, netns))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	netns = inode_of_fd(fd);
	if (!netns || was_seen(seen, netns))
		return 0;
	if (seen->n == seen->room) {
		size_t room = seen->room ? seen->room * 2 : 64;
		uint32_t *v = realloc(seen->netns, room * sizeof(*v));

		if (!v)
			return -ENOMEM;
		seen->netns = v;
		seen->room = room;
	}
	seen->netns[seen->n++] = netns;
	return fn(fd, netns, context);
}

static int see_all(struct seen *seen, const char *directory, const char *suffix, netns_fn *fn,
		   void *context)
{
	_cleanup(closedirp) DIR *dir = opendir(directory);
	const struct dirent *entry;
	char path[PATH_ROOM];
	int err = 0;

	while (dir && !err && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || (*suffix && !isdigit((unsigned char)*entry->d_name)))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", directory, entry->d_name, suffix);
		err = see(seen, path, fn, context);
	}
	return err;
}

int netns_each(netns_fn *fn, void *context)
{
	struct seen seen = { 0 };
	int err = see(&seen, "/proc/self/ns/net", fn, context);

	if (!err)
		err = see_all(&seen, NAMED, "", fn, context);
	if (!err)
		err = see_all(&seen, "/proc", "/ns/net", fn, context);
	free(seen.netns);
	return err;
}

int netns_within(int fd, int (*fn)(void *context), void *context)
{
	_cleanup(closep) int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int result;

	if (home < 0 || setns(fd, CLONE_NEWNET))
		return -errno;
	result = fn(context);
	/* Back home at once: -i names interfaces of the namespace we were started in. */
	if (setns(home, CLONE_NEWNET))
		abort();
	return result;
}

uint64_t netns_cookie(void)
{
	_cleanup(closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size))
		return 0;
	return cookie;
}

struct wanted_socket {
	int domain, type, protocol;
};

static int socket_here(void *context)
{
	const struct wanted_socket *w = context;
	int fd = socket(w->domain, w->type, w->protocol);

	return fd < 0 ? -errno : fd;
}

int netns_socket(uint32_t netns, uint32_t pid, int domain, int type, int protocol)
{
	struct wanted_socket wanted = { domain, type, protocol };
	_cleanup(closep) int there = -1;

	/* Entering even the own namespace takes CAP_SYS_ADMIN. */
	if (netns == netns_own())
		return socket_here(&wanted);
	there = netns_open(netns, pid);
	return there < 0 ? there : netns_within(there, socket_here, &wanted);
}
