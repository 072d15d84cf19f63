/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * wire_needs.h: what of this host can put a RST on the wire that its TCP did not send. Pure: it is handed what was
 * found, one thing at a time (wire_look.h finds it), and sums up.
 */
#ifndef RSTTRACE_WIRE_NEEDS_H
#define RSTTRACE_WIRE_NEEDS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_need {
	WIRE_FORWARDS,
	WIRE_BRIDGES,
	WIRE_DEVICE,  /* TUN, TAP: a program is at its other end */
	WIRE_REJECTS, /* a rule answers with a RST */
	WIRE_DIVERTS, /* a rule sends packets on, or a program decides about them */
	WIRE_RAW,
	WIRE_PACKET,
	WIRE_PROGRAM, /* BPF */
	WIRE_UNKNOWN, /* a namespace that cannot be looked into */
	WIRE_NEEDS,
};

#define WIRE_WHAT 64

/* All things of one kind. */
struct wire_reason {
	uint32_t count;	     /* 0: there is none */
	uint32_t namespaces; /* that they are in */
	uint32_t netns;	     /* of the first, and of the last */
	uint32_t last_netns;
	char what[WIRE_WHAT]; /* the first: an interface, a device's or rule's kind, not escaped */
	uint64_t inode;	      /* the first socket's */
	uint32_t pid;	      /* who has it; 0: not known */
	char comm[16];
};

struct wire_needs {
	struct wire_reason reason[WIRE_NEEDS];
};

/* Something in the namespace NETNS; WHAT may be NULL. */
void wire_needs_add(struct wire_needs *n, enum wire_need need, uint32_t netns, const char *what);

/* Whether anything needs the wire. */
bool wire_needs_any(const struct wire_needs *n);

/* An interface that forwards: not the loopback one, where nothing comes in from elsewhere. */
void wire_needs_forwarding(struct wire_needs *n, uint32_t netns, uint32_t ifindex, const char *name,
			   bool six);

/* An interface by its kind, and that of its master; NULL: it has none. */
void wire_needs_link(struct wire_needs *n, uint32_t netns, const char *name, const char *kind,
		     const char *master);

/* A rule's expression (of nft) or target (of iptables): its name, and with what it rejects; TCP_RESET: with a RST. */
void wire_needs_rule(struct wire_needs *n, uint32_t netns, const char *expression, bool tcp_reset);

/* A line of /proc/net/raw or raw6 (RAW) or of /proc/net/packet, the header included. OWN: the tracer's own sockets'
 * inodes, which write nothing. */
void wire_needs_socket(struct wire_needs *n, uint32_t netns, const char *line, bool raw,
		       const uint64_t *own, size_t n_own);

/* A BPF program by its type (enum bpf_prog_type). */
void wire_needs_program(struct wire_needs *n, uint32_t type);

/* "eth0 forwards; a packet socket of dhclient/612", escaped; "nothing". Returns BUF. */
char *wire_needs_text(char *buf, size_t size, const struct wire_needs *n);

#endif
