/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * payload.h: what a RST says of its own reason: docs/payloads.md has the conventions and where they are from.
 * "ietf", "big-ip", "netscaler", "mptcp", "short-ttl", "text". Pure.
 */
#ifndef RSTTRACE_PAYLOAD_H
#define RSTTRACE_PAYLOAD_H

#include "model/incident.h"

/* Fills IN's payload from what its RST carries, and from the RST's own fields where it was seen. */
void payload_read(struct incident *in);

/* Appends it to the sentence. */
void payload_say(struct incident *in);

#endif
