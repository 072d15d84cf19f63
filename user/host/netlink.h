/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * netlink.h: netlink sockets inside network namespaces, one a namespace, kept for a batch of
 * events: getting into a namespace is the cost.
 */
#ifndef RSTTRACE_NETLINK_H
#define RSTTRACE_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#define NETLINK_NAMESPACES 16

struct netlink {
	int protocol; /* NETLINK_SOCK_DIAG, …; the caller sets it and zeroes the rest */
	struct {
		uint32_t netns;
		struct mnl_socket *nl; /* NULL: this namespace could not be reached */
	} at[NETLINK_NAMESPACES];
	uint32_t n;
	uint32_t seq; /* tells an answer that came too late from the one waited for */
};

/* The socket inside namespace NETNS, which process PID (0: none known) may be in; NULL: no way
 * leads there. It lasts until netlink_release, and may go when other namespaces are asked for. */
struct mnl_socket *netlink_in(struct netlink *k, uint32_t netns, uint32_t pid);

/* A socket inside the namespace that NETNS_FD is open on; the caller closes it (mnl_socket_close). NULL: there
 * is no way into it. */
struct mnl_socket *netlink_open(int netns_fd, int protocol);

/* The same in the namespace that the thread is in. */
struct mnl_socket *netlink_here(int protocol);

/*
 * Sends REQUEST, which gets its sequence number here, and hands each message of the answer to CB
 * (with DATA) as mnl_cb_run does, until CB returns MNL_CB_STOP or a dump ends. An answer that takes
 * longer than 100 ms is not waited for. Returns 0 or -errno: that of the kernel's refusal, -EAGAIN
 * when time ran out.
 */
int netlink_ask(struct netlink *k, struct mnl_socket *nl, struct nlmsghdr *request, mnl_cb_t cb,
		void *data);

/* Begins a request for all of TYPE in BUF, which is zeroed, aligned as a struct nlmsghdr, and has room for it. Returns
 * what follows the header, of SIZE bytes; more attributes may be put behind that. BUF is what netlink_ask takes. */
void *netlink_dump(void *buf, uint16_t type, size_t size);

/* Closes them all: a socket in a namespace keeps a deleted one alive. */
void netlink_release(struct netlink *k);

/* But for the one in the caller's own namespace, which is there anyway. For who asks for no dump: one that was not read
 * to its end would refuse the next (-EBUSY). */
void netlink_release_others(struct netlink *k);

#endif
