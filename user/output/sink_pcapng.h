/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_pcapng.h: resets as packets, for Wireshark and its like: the segment that provoked the RST, if it is known, and
 * the RST, each with what there is to say as its comment. docs/wireshark.md tells users what is in it.
 */
#ifndef RSTTRACE_SINK_PCAPNG_H
#define RSTTRACE_SINK_PCAPNG_H

#include "output/sink.h"

extern const struct sink_ops sink_pcapng;

/* How much was told so far. */
struct pcapng_told {
	uint64_t resets, packets;
	uint64_t without; /* resets that are no packet: of no known ends */
};

struct pcapng_told sink_pcapng_told(const struct sink *sink);

/* Ends the file, of which LOST events are missing; SAYS is in the comment of its statistics, NULL: nothing. Where
 * there is a summary, that does it. Returns 0 or -errno. */
int sink_pcapng_end(struct sink *sink, uint64_t lost, const char *says);

#endif
