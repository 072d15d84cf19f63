/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* conntrack.h: what address translation (NAT) the kernel applies to a flow, in any namespace. */
#ifndef RSTTRACE_CONNTRACK_H
#define RSTTRACE_CONNTRACK_H

#include <stdbool.h>

#include "model/incident.h"

struct conntrack;

/* Returns 0 and a handle that the caller closes, or -errno. Opens nothing yet. */
int conntrack_open(struct conntrack **out);
void conntrack_close(struct conntrack *c);

/* Closes what stands open in namespaces: a socket there would keep a deleted one alive. */
void conntrack_release(struct conntrack *c);

/*
 * The flow that a packet from PACKET's local to its remote end belongs to, as it is before or after its
 * translation. NETNS and PID as for diag_find. True only if the flow is
 * translated. Flows of conntrack zones other than the first are not found, nor those that a RST
 * has ended at once: conntrack forgets a flow whose only reply is a RST. That a namespace tracks
 * nothing at all is asked once between two conntrack_release: the packet must be older than that.
 */
bool conntrack_find(struct conntrack *c, uint32_t netns, uint32_t pid,
		    const struct rst_tuple *packet, struct translation *out);

/* Whether the kernel tracks connections and has not refused to answer, as far as it was asked. */
bool conntrack_available(const struct conntrack *c);

/* Takes both directions of the flow that NLH, a netlink message, tells of into a struct translation, DATA: an mnl_cb_t.
 * `there` stays false when either is not whole. */
struct nlmsghdr;
int conntrack_take(const struct nlmsghdr *nlh, void *data);

#endif
