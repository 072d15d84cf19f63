/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* route.h: whether a RST has a way to its peer, as the routes are now. */
#ifndef RSTTRACE_ROUTE_H
#define RSTTRACE_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

struct route;

/* Returns 0 and a handle that the caller closes, or -errno. Opens nothing yet. */
int route_open(struct route **out);
void route_close(struct route *r);

/* Ends a batch: closes what stands open in namespaces, and forgets the answers. */
void route_release(struct route *r);

/*
 * Looks for the way of a RST from TUPLE's local to its remote end, which answers a segment that came in on
 * IFINDEX (0: not known): that decides in a VRF alone. NETNS and PID as for diag_find. Returns 0: there is
 * one; -ENETUNREACH: none; -EHOSTUNREACH, -EACCES, -EINVAL: one of the kind unreachable, prohibit,
 * blackhole; another -errno: it is not known.
 */
int route_find(struct route *r, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
	       uint32_t ifindex);

/* Whether that interface is a VRF's: so is that on which its segments come in. False as well: not known. */
bool route_is_vrf(struct route *r, uint32_t netns, uint32_t pid, uint32_t ifindex);

/* The interface that is down and by which TUPLE's ends spoke: IFINDEX (0: not known), the one that has the
 * local address, or the one in whose subnet the remote end is. 0: none is down, as far as is known. */
uint32_t route_down(struct route *r, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
		    uint32_t ifindex);

/* Whether an address of TUPLE, LOCAL or else the remote one, is one of the namespace's own. */
bool route_holds(struct route *r, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
		 bool local);

#endif
