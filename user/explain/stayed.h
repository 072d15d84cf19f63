/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stayed.h: what kept a RST from leaving this host. Pure. */
#ifndef RSTTRACE_STAYED_H
#define RSTTRACE_STAYED_H

#include "model/incident.h"

/*
 * Fills S's `what`, `by`, `location` and `firewall` from AT: an incident that has the drop's frames,
 * location, drop_reason and firewall. `by` becomes one of "firewall", "qdisc", "traffic-control",
 * "cgroup-bpf", "neighbour", "interface-down", "no-route", "other".
 */
void stayed_dropped(struct stayed *s, const struct incident *at);

/*
 * Whether IN's RST may have found no route without a trace. IPv4's answers to segments look for their route
 * before they are made (ip_send_unicast_reply in 5.10 to 7.3); IPv6's are made first, and dropped. One that
 * leaves by the device that its listener is bound to needs no route.
 */
bool stayed_may_lack_route(const struct incident *in);

/*
 * What ERR, the kernel's answer to who asks for the route of such a RST, means to S, which may know
 * already that there was none. Returns whether there is no way to the peer.
 */
bool stayed_without_route(struct stayed *s, int err);

/* The same where the socket tells: WHAT is no route, or an interface that is down. */
void stayed_without_way(struct stayed *s, enum rst_unsent what);

#endif
