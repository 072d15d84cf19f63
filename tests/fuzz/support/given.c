/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/netlink.h"
#include "given.h"

#define ANSWERS_MAX 16
#define MESSAGE_MAX 4096
#define ENTRIES_MAX 64

static struct given *files, *answers;

uint8_t given_byte(struct given *g)
{
	return g->at < g->end ? *g->at++ : 0;
}

uint16_t given_u16(struct given *g)
{
	uint8_t low = given_byte(g);

	return (uint16_t)(low | given_byte(g) << 8);
}

size_t given_bytes(struct given *g, void *to, size_t n)
{
	size_t left = (size_t)(g->end - g->at);

	if (n > left)
		n = left;
	if (n)
		memcpy(to, g->at, n);
	g->at += n;
	return n;
}

void given_files(struct given *g)
{
	files = g;
}

void given_answers(struct given *g)
{
	answers = g;
}

/* ---- files */

int __real_open(const char *path, int flags, ...);
FILE *__real_fopen(const char *path, const char *mode);
ssize_t __real_readlink(const char *path, char *buf, size_t size);
int __real_access(const char *path, int mode);
DIR *__real_opendir(const char *path);
struct dirent *__real_readdir(DIR *dir);
int __real_closedir(DIR *dir);

int __wrap_open(const char *path, int flags, ...);
FILE *__wrap_fopen(const char *path, const char *mode);
ssize_t __wrap_readlink(const char *path, char *buf, size_t size);
int __wrap_access(const char *path, int mode);
DIR *__wrap_opendir(const char *path);
DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);
struct dirent *__wrap_readdir(DIR *dir);
int __wrap_closedir(DIR *dir);

/* The next file's bytes. False: there is none. */
static int next_file(const uint8_t **at, size_t *len)
{
	const uint8_t *end;

	if (files->at == files->end) {
		errno = ENOENT;
		return 0;
	}
	end = memchr(files->at, GIVEN_END, (size_t)(files->end - files->at));
	*at = files->at;
	*len = (size_t)((end ? end : files->end) - files->at);
	files->at = end ? end + 1 : files->end;
	return 1;
}

int __wrap_open(const char *path, int flags, ...)
{
	const uint8_t *at;
	va_list args;
	mode_t mode;
	size_t len;
	int fd;

	if (files) {
		if (!next_file(&at, &len))
			return -1;
		fd = memfd_create("given", MFD_CLOEXEC);
		if (fd < 0 || pwrite(fd, at, len, 0) != (ssize_t)len)
			abort();
		return fd;
	}
	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return __real_open(path, flags, mode);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	int fd;

	if (!files)
		return __real_fopen(path, mode);
	fd = __wrap_open(path, O_RDONLY);
	return fd < 0 ? NULL : fdopen(fd, mode);
}

ssize_t __wrap_readlink(const char *path, char *buf, size_t size)
{
	const uint8_t *at;
	size_t len;

	if (!files)
		return __real_readlink(path, buf, size);
	if (!next_file(&at, &len))
		return -1;
	len = len < size ? len : size;
	memcpy(buf, at, len);
	return (ssize_t)len;
}

int __wrap_access(const char *path, int mode)
{
	return files || answers ? 0 : __real_access(path, mode);
}

/* The one folder that is open at a time. */
static struct {
	struct dirent entry;
	const uint8_t *at, *end;
	int n;
} folder;

DIR *__wrap_opendir(const char *path)
{
	const uint8_t *at;
	size_t len;

	if (!files)
		return __real_opendir(path);
	if (!next_file(&at, &len))
		return NULL;
	folder.at = at;
	folder.end = at + len;
	folder.n = 0;
	return (DIR *)&folder;
}

/* What the descriptor is open on was given as well. */
DIR *__wrap_fdopendir(int fd)
{
	if (!files)
		return __real_fdopendir(fd);
	close(fd);
	return __wrap_opendir("");
}

struct dirent *__wrap_readdir(DIR *dir)
{
	size_t len = 0;

	if ((void *)dir != &folder)
		return __real_readdir(dir);
	if (folder.at == folder.end || folder.n++ == ENTRIES_MAX)
		return NULL;
	while (folder.at < folder.end && *folder.at != '\n') {
		if (len < sizeof(folder.entry.d_name) - 1)
			folder.entry.d_name[len++] = (char)*folder.at;
		folder.at++;
	}
	folder.entry.d_name[len] = '\0';
	folder.at += folder.at < folder.end;
	return &folder.entry;
}

int __wrap_closedir(DIR *dir)
{
	return (void *)dir == &folder ? 0 : __real_closedir(dir);
}

/* ---- the kernel's answers */

struct mnl_socket *__real_netlink_in(struct netlink *k, uint32_t netns, uint32_t pid);
int __real_netlink_ask(struct netlink *k, struct mnl_socket *nl, struct nlmsghdr *request,
		       mnl_cb_t cb, void *data);
struct mnl_socket *__wrap_netlink_in(struct netlink *k, uint32_t netns, uint32_t pid);
int __wrap_netlink_ask(struct netlink *k, struct mnl_socket *nl, struct nlmsghdr *request,
		       mnl_cb_t cb, void *data);

struct mnl_socket *__wrap_netlink_in(struct netlink *k, uint32_t netns, uint32_t pid)
{
	static struct mnl_socket *nl;

	if (!answers)
		return __real_netlink_in(k, netns, pid);
	if (!nl)
		nl = mnl_socket_open(k->protocol);
	return nl;
}

/* Whatever reads beyond a message and its padding is noticed: the length of what it is received into is a multiple of 4
 * as well. Netfilter's messages have their header, as the kernel's have. */
static int hand_out(const struct netlink *k, const struct nlmsghdr *request, mnl_cb_t cb,
		    void *data)
{
	uint16_t type = given_u16(answers), len = given_u16(answers) % MESSAGE_MAX;
	size_t least = k->protocol == NETLINK_NETFILTER ? 4 : 0;
	size_t size = NLMSG_HDRLEN + (len < least ? least : len);
	struct nlmsghdr *nlh = calloc(1, NLMSG_ALIGN(size));
	int more;

	if (!nlh)
		abort();
	given_bytes(answers, (char *)nlh + NLMSG_HDRLEN, len);
	nlh->nlmsg_len = (uint32_t)size;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = request->nlmsg_flags & NLM_F_DUMP ? NLM_F_MULTI : 0;
	nlh->nlmsg_seq = request->nlmsg_seq;
	more = cb(nlh, data);
	free(nlh);
	return more;
}

int __wrap_netlink_ask(struct netlink *k, struct mnl_socket *nl, struct nlmsghdr *request,
		       mnl_cb_t cb, void *data)
{
	int more = MNL_CB_OK;
	uint8_t what;

	if (!answers)
		return __real_netlink_ask(k, nl, request, cb, data);
	if (request->nlmsg_len < NLMSG_HDRLEN)
		abort();
	if (answers->at == answers->end)
		return -ENOENT;
	what = given_byte(answers);
	if (what & 0x80)
		return -(what & 0x7f ?: EIO);
	for (int n = what % ANSWERS_MAX; n > 0 && more > MNL_CB_STOP; n--)
		more = hand_out(k, request, cb, data);
	return more < 0 ? -errno : 0;
}
