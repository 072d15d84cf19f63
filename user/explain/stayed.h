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

/* The same where the socket tells: WHAT is no route, or an interface that is down. */
void stayed_without_way(struct stayed *s, enum rst_unsent what);

#endif
