/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* netns.h: network namespaces by inode number, as events name them. */
#ifndef RSTTRACE_NETNS_H
#define RSTTRACE_NETNS_H

#include <stdint.h>
#include <stdio.h>

/* The inode number of this process's network namespace; 0 if /proc does not tell. */
uint32_t netns_own(void);

/*
 * What the user named: NULL (all: *NETNS is 0), an inode number, a path, or a name below
 * /run/netns. Returns 0, or -errno after one line on ERR.
 */
int netns_resolve(uint32_t *netns, const char *name, FILE *err);

/*
 * Opens the namespace with inode number NETNS, which process PID (0: none known) may be in.
 * Returns a file descriptor for setns(2) that the caller closes; -ENOENT if no way leads there.
 */
int netns_open(uint32_t netns, uint32_t pid);

/* The same, and opens it: *FD is the caller's. */
int netns_resolve_open(uint32_t *netns, int *fd, const char *name, FILE *err);

/* What PATH below /proc, a link to a network namespace, says: of "net:[4026531840]" the number. To follow it and to ask
 * takes five system calls. 0: it is no link, or cannot be read. */
uint32_t netns_of_link(const char *path);

/*
 * Calls FN, with a descriptor that is open on it, for each network namespace that has a name or a
 * process: the own one first, each of them once. Returns 0, -ENOMEM, or what FN returned first that
 * is not 0.
 */
typedef int netns_fn(int fd, uint32_t netns, void *context);
int netns_each(netns_fn *fn, void *context);

/*
 * Calls FN inside the namespace that FD is open on; the calling thread is back in its own when this
 * returns. Returns what FN returned, or -errno. Needs CAP_SYS_ADMIN. Once the clerk is used, FN is called where we are,
 * and only the two below are of the namespace.
 */
int netns_within(int fd, int (*fn)(void *context), void *context);

/* socket(2), close-on-exec, and fopen(3) of /proc/net/NAME, to be read: of the namespace that netns_within is in, or
 * else of the own one. */
int netns_socket_here(int domain, int type, int protocol);
FILE *netns_fopen_here(const char *name);

/* A number that no other namespace has had since the system started: that of the calling thread's.
 * 0: the kernel has none (5.14). */
uint64_t netns_cookie(void);

/*
 * socket(2) inside that namespace. A socket stays in the namespace it was made in; the calling
 * thread is back in its own when this returns. Returns a file descriptor that the caller closes, or
 * -errno. Without CAP_SYS_ADMIN only the own namespace can be had.
 */
int netns_socket(uint32_t netns, uint32_t pid, int domain, int type, int protocol);

/* The same inside the namespace that FD is open on. */
int netns_socket_at(int fd, int domain, int type, int protocol);

#endif
