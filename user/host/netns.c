/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netns.c: /proc/PID/ns/net and the bind mounts of `ip netns`. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "host/clerk_answers.h"
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

/* Whoever goes elsewhere comes back (netns_within). */
uint32_t netns_own(void)
{
	static uint32_t own;

	if (!own)
		own = inode_of("/proc/self/ns/net");
	return own;
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

uint32_t netns_of_link(const char *path)
{
	char text[32];
	ssize_t len = readlink(path, text, sizeof(text) - 1);

	if (len < 5 || memcmp(text, "net:[", 5) != 0)
		return 0;
	text[len] = '\0';
	return (uint32_t)strtoul(text + 5, NULL, 10);
}

static int open_if(const char *path, uint32_t netns)
{
	_cleanup(closep) int fd = -1;
	uint32_t link = netns_of_link(path);

	/* Of a thousand processes none may be in it. What is below NAMED is no link. */
	if (link && link != netns)
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
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
	struct clerk_ask ask = { .question = CLERK_NAMESPACE, .netns = netns, .pid = pid };

	return clerk_ask_fd(&ask, -1);
}

static int open_asked(const struct clerk_ask *ask)
{
	char path[32];
	int fd = -ENOENT;

	if (ask->netns == netns_own())
		fd = open_if("/proc/self/ns/net", ask->netns);
	if (fd < 0 && ask->pid) {
		snprintf(path, sizeof(path), "/proc/%u/ns/net", ask->pid);
		fd = open_if(path, ask->netns);
	}
	return fd < 0 ? open_known(ask->netns) : fd;
}

int netns_answer_open(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	int fd = open_asked(ask);

	return fd < 0 ? fd : clerk_put_fd(out, fd) ? 0 : -ENOSPC;
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

static int see(struct seen *seen, const char *path, netns_fn *fn, void *context)
{
	_cleanup(closep) int fd = -1;
	uint32_t netns = netns_of_link(path);

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

static int each_here(netns_fn *fn, void *context)
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

struct part {
	const struct clerk_ask *ask;
	struct clerk_found *out;
	uint64_t at;
};

static int put_one(int fd, uint32_t netns, void *context)
{
	struct part *p = context;

	if (p->at++ < p->ask->id[0])
		return 0;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!clerk_put_fd(p->out, fd))
		return 1;
	clerk_put(p->out, &netns, sizeof(netns));
	return p->out->fds == CLERK_FDS;
}

int netns_answer_each(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	struct part part = { ask, out, 0 };
	int err = each_here(put_one, &part);

	return err < 0 ? err : 0;
}

int netns_each(netns_fn *fn, void *context)
{
	struct clerk_ask ask = { .question = CLERK_NAMESPACES };
	struct clerk_found found;
	uint32_t netns;
	int err;

	if (!clerk_is_used())
		return each_here(fn, context);
	do {
		err = clerk_ask(&ask, -1, &found);
		for (uint32_t i = 0; !err && i < found.fds; i++) {
			memcpy(&netns, found.bytes + i * sizeof(netns), sizeof(netns));
			err = fn(found.fd[i], netns, context);
		}
		for (uint32_t i = 0; i < found.fds; i++)
			close(found.fd[i]);
		ask.id[0] += found.fds;
	} while (!err && found.fds == CLERK_FDS);
	return err;
}

/* Where the clerk is asked instead of going there: the namespace that what is asked now is about. */
static int elsewhere = -1;

int netns_within(int fd, int (*fn)(void *context), void *context)
{
	static int home = -1;
	int result;

	if (clerk_is_used()) {
		if (!clerk_enters())
			return -EPERM;
		elsewhere = fd;
		result = fn(context);
		elsewhere = -1;
		return result;
	}
	if (home < 0)
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0 || setns(fd, CLONE_NEWNET))
		return -errno;
	result = fn(context);
	/* Back home at once: -i names interfaces of the namespace we were started in. */
	if (setns(home, CLONE_NEWNET))
		abort();
	return result;
}

static const struct {
	int domain, type, protocol;
} sockets[CLERK_SOCKETS] = {
	[CLERK_ROUTE] = { AF_NETLINK, SOCK_RAW, NETLINK_ROUTE },
	[CLERK_DIAG] = { AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG },
	[CLERK_NETFILTER] = { AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER },
	[CLERK_UNIX] = { AF_UNIX, SOCK_DGRAM, 0 },
};

static uint32_t kind_of(int domain, int type, int protocol)
{
	uint32_t kind = 0;

	while (kind < CLERK_SOCKETS &&
	       (sockets[kind].domain != domain || sockets[kind].type != type ||
		sockets[kind].protocol != protocol))
		kind++;
	return kind;
}

int netns_socket_here(int domain, int type, int protocol)
{
	struct clerk_ask ask = { .question = CLERK_SOCKET };
	int fd;

	if (elsewhere < 0) {
		fd = socket(domain, type | SOCK_CLOEXEC, protocol);
		return fd < 0 ? -errno : fd;
	}
	ask.kind = kind_of(domain, type, protocol);
	return clerk_ask_fd(&ask, elsewhere);
}

FILE *netns_fopen_here(const char *name)
{
	struct clerk_ask ask = { .question = CLERK_FILE };
	char path[64];
	FILE *f;
	int fd;

	if (elsewhere < 0) {
		snprintf(path, sizeof(path), "/proc/thread-self/net/%s", name);
		return fopen(path, "re");
	}
	snprintf(ask.name, sizeof(ask.name), "%s", name);
	fd = clerk_ask_fd(&ask, elsewhere);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	f = fdopen(fd, "re");
	if (!f)
		close(fd);
	return f;
}

/* ---- what takes a privilege */

struct errand {
	const struct clerk_ask *ask;
	struct clerk_found *out;
};

static int make_socket(void *context)
{
	const struct errand *e = context;
	uint32_t kind = e->ask->kind;
	int fd = socket(sockets[kind].domain, sockets[kind].type | SOCK_CLOEXEC,
			sockets[kind].protocol);

	return fd < 0 ? -errno : clerk_put_fd(e->out, fd) ? 0 : -ENOSPC;
}

static int open_file(void *context)
{
	const struct errand *e = context;
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/proc/thread-self/net/%.60s", e->ask->name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	return fd < 0 ? -errno : clerk_put_fd(e->out, fd) ? 0 : -ENOSPC;
}

/* Only by a descriptor of a namespace, and never for long. */
static int run_errand(const struct clerk_ask *ask, int with, struct clerk_found *out,
		      int (*fn)(void *context))
{
	struct errand errand = { ask, out };
	_cleanup(closep) int there = -1;

	if (with >= 0)
		return inode_of_fd(with) ? netns_within(with, fn, &errand) : -EINVAL;
	there = ask->netns ? open_asked(ask) : -EINVAL;
	return there < 0 ? there : netns_within(there, fn, &errand);
}

int netns_answer_socket(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	return ask->kind < CLERK_SOCKETS ? run_errand(ask, with, out, make_socket) : -EINVAL;
}

int netns_answer_file(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	if (!*ask->name || ask->name[strspn(ask->name, letters)])
		return -EPERM;
	return run_errand(ask, with, out, open_file);
}

/* ---- sockets */

uint64_t netns_cookie(void)
{
	_cleanup(closep) int fd = netns_socket_here(AF_UNIX, SOCK_DGRAM, 0);
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

	return netns_socket_here(w->domain, w->type, w->protocol);
}

int netns_socket_at(int fd, int domain, int type, int protocol)
{
	struct wanted_socket wanted = { domain, type, protocol };

	return netns_within(fd, socket_here, &wanted);
}

int netns_socket(uint32_t netns, uint32_t pid, int domain, int type, int protocol)
{
	struct clerk_ask ask = { .question = CLERK_SOCKET, .netns = netns, .pid = pid };
	_cleanup(closep) int there = -1;

	/* Entering even the own namespace takes CAP_SYS_ADMIN. */
	if (netns == netns_own())
		return netns_socket_here(domain, type, protocol);
	if (clerk_is_used() && clerk_enters()) {
		ask.kind = kind_of(domain, type, protocol);
		return clerk_ask_fd(&ask, -1);
	}
	there = netns_open(netns, pid);
	return there < 0 ? there : netns_socket_at(there, domain, type, protocol);
}
