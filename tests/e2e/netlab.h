/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * netlab.h: two network namespaces joined by a veth pair. They have no names: they live as long as
 * a process or a file descriptor holds them, so that nothing is left however the test ends.
 */
#ifndef E2E_NETLAB_H
#define E2E_NETLAB_H

#include <stdint.h>

enum side {
	SIDE_SERVER, /* 192.0.2.1, 2001:db8::1 on "srv0" */
	SIDE_CLIENT, /* 192.0.2.2, 2001:db8::2 on "cli0" */
	SIDE_HOME,   /* the namespace that the test was started in */
};

/* An address on the client's side that no kernel answers for: packets to it reach cli0 and are
 * dropped there, so that a crafted peer need not fight the RSTs of a real one. */
#define GHOST_V4 "192.0.2.99"
#define GHOST_V6 "2001:db8::99"

struct netlab {
	int ns[3]; /* by enum side */
	uint32_t inode[3];
};

/* Makes the lab. Ends the process with a message if that fails. */
void netlab_open(struct netlab *lab);

/* Moves the calling process into one of the namespaces. */
void netlab_enter(const struct netlab *lab, enum side side);

/* Runs a shell command in a namespace. Returns its exit status, -1 if it did not exit. */
int netlab_try(const struct netlab *lab, enum side side, const char *command);

/* The same, and ends the process with a message unless it succeeds. */
void netlab_sh(const struct netlab *lab, enum side side, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A counter of /proc/net/snmp or /proc/net/netstat, e.g. ("Tcp", "OutRsts"). -1: no such one. */
long netlab_counter(const struct netlab *lab, enum side side, const char *group, const char *name);

/* Waits until a counter is at least AT_LEAST. Ends the process if it stays below. */
void netlab_await(const struct netlab *lab, enum side side, const char *group, const char *name,
		  long at_least);

/* Drops each SYN-ACK that arrives at the client, until netlab_admit(). */
void netlab_block_synack(const struct netlab *lab);
/* Drops each SYN that the client sends, for good. */
void netlab_block_syn(const struct netlab *lab);
/* Drops everything of TCP that arrives at SIDE, until netlab_admit(). */
void netlab_block(const struct netlab *lab, enum side side);
/* Drops what arrives at SIDE and matches an nft expression, "tcp flags rst", until
 * netlab_admit(). */
void netlab_block_that(const struct netlab *lab, enum side side, const char *match);
/* Writes to a file below /proc/sys/net/ipv4. */
void netlab_sysctl(const struct netlab *lab, enum side side, const char *name, int value);
/* Waits until ss shows no socket that matches FILTER (of its command line). */
void netlab_await_none(const struct netlab *lab, enum side side, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void netlab_admit(const struct netlab *lab, enum side side);

#endif
