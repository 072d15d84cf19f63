/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * netlab.h: two network namespaces joined by a veth pair, or by a third one between them. They have
 * no names: they live as long as a process or a file descriptor holds them, so that nothing is left
 * however the test ends.
 */
#ifndef E2E_NETLAB_H
#define E2E_NETLAB_H

#include <stdint.h>

enum side {
	SIDE_SERVER, /* 192.0.2.1, 2001:db8::1 on "srv0" */
	SIDE_CLIENT, /* 192.0.2.2, 2001:db8::2 on "cli0" */
	SIDE_ROUTER, /* between them, if the lab has one */
	SIDE_HOME,   /* the namespace that the test was started in */
	SIDES,
};

/* How server and client are joined. The router's interfaces are "rts0" towards the server and
 * "rtc0" towards the client. */
enum netlab_shape {
	LAB_PAIR,   /* srv0 and cli0 are a pair */
	LAB_ROUTED, /* by a router: 192.0.2.0/31 and 2001:db8::/127 on the server's side of it,
		     * 192.0.2.2/31 and 2001:db8::2/127 on the client's */
	LAB_ROUTED_BRIDGE, /* the same, but the router's addresses on the client's side are those
			    * of "br0", a bridge whose only port is rtc0 */
	LAB_BRIDGED,	   /* by a bridge "br0" with both ports; one subnet, as in LAB_PAIR */
};

/* An address on the client's side that no kernel answers for: packets to it reach cli0 and are
 * dropped there, so that a crafted peer need not fight the RSTs of a real one. */
#define GHOST_V4 "192.0.2.99"
#define GHOST_V6 "2001:db8::99"

struct netlab {
	int ns[SIDES];
	uint32_t inode[SIDES]; /* of namespaces: 0 where there is none */
};

/* Sets "lo" of the caller's network namespace up. Ends the process with a message if that fails. */
void netlab_loopback_up(void);

/* Makes the lab. Ends the process with a message if that fails. */
void netlab_open(struct netlab *lab, enum netlab_shape shape);

/* The last byte of each interface's MAC address; the others are 02:00:00:00:00. */
enum netlab_mac {
	MAC_SRV0 = 0x01,
	MAC_CLI0 = 0x02,
	MAC_RTS0 = 0x11,
	MAC_RTC0 = 0x12,
	MAC_TAP0 = 0x13, /* of what a scenario adds */
	MAC_GUEST = 0x23,
};

/* "server", "client", … */
const char *netlab_side_name(enum side side);

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
/* The same at a hook, "forward", for good. */
void netlab_drop(const struct netlab *lab, enum side side, const char *hook, const char *match);
/* Writes to a file below /proc/sys/net/ipv4. */
void netlab_sysctl(const struct netlab *lab, enum side side, const char *name, int value);
/* Waits until ss shows no socket that matches FILTER (of its command line). */
void netlab_await_none(const struct netlab *lab, enum side side, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void netlab_admit(const struct netlab *lab, enum side side);

#endif
