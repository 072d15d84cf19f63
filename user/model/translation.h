/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* translation.h: the two faces of a flow that a NAT translates. Pure. */
#ifndef RSTTRACE_TRANSLATION_H
#define RSTTRACE_TRANSLATION_H

#include <stdbool.h>

#include "event.h"

/* Of each tuple, local is the source and remote the destination of that direction's packets. */
struct translation {
	bool there;
	struct rst_tuple original, reply;
	const char *
		by; /* who knows: "conntrack"; "connection": the socket that the segment was for, by its
			 * ends and numbers; "history": the same, ended; static */
};

/*
 * The ends that a packet of FLOW from FROM's local to its remote end has on the other side of the
 * translation. False: such a packet is none of the flow's.
 */
bool translation_other_side(const struct translation *flow, const struct rst_tuple *from,
			    struct rst_tuple *out);

/* Whether a packet from FROM's local to its remote end has the ends that the flow's packets have before
 * they are translated: in its own direction or as a reply. */
bool translation_is_before(const struct translation *flow, const struct rst_tuple *from);

#endif
