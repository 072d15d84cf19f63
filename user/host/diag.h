/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* diag.h: asks the kernel afterwards what it still knows (sock_diag), in the right namespace. */
#ifndef RSTTRACE_DIAG_H
#define RSTTRACE_DIAG_H

#include <stdbool.h>

#include "model/incident.h"

struct diag;

/* What sock_diag tells of a TCP socket. */
struct diag_socket {
	uint64_t cookie;
	uint32_t inode; /* 0: no open file (a request, TIME_WAIT, an orphan, not accepted) */
	uint32_t uid;	/* 0 of a request and of TIME_WAIT, whoever's it is */
	uint8_t state;	/* enum rst_tcp_state; SYN_RECV: a request. FIN_WAIT2 may be TIME_WAIT's */
};

/* Returns 0 and a handle that the caller closes, or -ENOMEM. */
int diag_open(struct diag **out);
void diag_close(struct diag *d);

/* Closes what stands open in other namespaces: a socket there would keep a deleted one alive. */
void diag_release(struct diag *d);

/*
 * The socket for exactly these two ends in namespace NETNS, which process PID (0: none known) may
 * be in. Without a connection the kernel answers with the listener that the segment would meet:
 * then the state is LISTEN. Does not find connections that are bound to an interface (also IPv6
 * link-local ones). Returns 0; -ENOENT: there is none; another -errno: the namespace cannot be
 * reached, or does not answer.
 */
int diag_find(struct diag *d, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
	      struct diag_socket *out);

/*
 * The same in any namespace that has a name or a process, but BUT; *NETNS is where. Returns 0; -ENOENT: there
 * is none, or in several; -EAGAIN: looking once more would take too much CPU time.
 */
int diag_anywhere(struct diag *d, uint32_t but, const struct rst_tuple *tuple, uint32_t *netns,
		  struct diag_socket *out);

/* A connection, with the ends as its socket has them. */
struct diag_connection {
	struct rst_tuple tuple;
	struct diag_socket socket;
};

/*
 * The connections of NETNS that share one end with TUPLE and not the other: of the same local address and
 * port with another peer, or of the same peer on another local port. Listeners, half-open ones and
 * TIME_WAIT are none. Fills at most MAX of OUT. Returns how many there are, or -errno; -EAGAIN: asking
 * once more would take too much CPU time.
 */
int diag_alike(struct diag *d, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
	       struct diag_connection *out, int max);

/*
 * The name of an interface of that namespace, not escaped, good until diag_release; NULL if there
 * is none (any more), or the namespace cannot be reached.
 */
const char *diag_interface(struct diag *d, uint32_t netns, uint32_t pid, uint32_t ifindex);

#endif
