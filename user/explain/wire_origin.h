/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_origin.h: what the kernel stack of a packet says of netfilter and of its way through the host.
 * Pure. */
#ifndef RSTTRACE_FIREWALL_H
#define RSTTRACE_FIREWALL_H

#include "model/incident.h"

/* Reads IN's frames and event (RST_REC_WIRE); wire_origin_firewall comes first. */
enum origin wire_origin(const struct incident *in);

/* Fills the kind, family and hook of IN's firewall from the frames of a RST that netfilter sent or
 * dropped; what they do not tell stays as it is. */
void wire_origin_firewall(struct incident *in);

/* A RST that was dropped (RST_REC_DROPPED) was on its way to somebody else. Needs `drop_reason`;
 * wire_origin_firewall comes first. */
bool wire_origin_for_others(const struct incident *in);

/* A RST that came to a socket of this host was written into a TUN or TAP device by the task that ran. */
bool wire_origin_by_tun(const struct incident *in);

/* A bridge passed it on, no router. */
bool wire_origin_bridged(const struct incident *in);

#endif
