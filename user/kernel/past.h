/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* past.h: asks the kernel side's memory of what ended, as past.bpf.h does when a reset happens. */
#ifndef RSTTRACE_PAST_H
#define RSTTRACE_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* Borrowed. */
struct past_maps {
	const struct rst_ended_set *set; /* the kernel's memory, as the next */
	const struct rst_ended *ended;	 /* RST_ENDED_WAYS for each */
	uint32_t sets;
	uint64_t seed;		   /* of rst_past_hash */
	int handshakes, listeners; /* descriptors of maps */
};

/*
 * What is remembered by now of a segment's two ends in namespace NET (of rst_net): of the connection; or, IS_SYN, of
 * the newest listener that it could have reached. Returns 0 or -errno: -ENOENT if nothing is.
 */
int past_find(const struct past_maps *maps, uint64_t net, const struct rst_tuple *tuple,
	      bool is_syn, struct rst_past *out);

/* An ended connection of a segment's peer, with another local end or in another namespace. */
struct past_peer {
	struct rst_tuple tuple; /* of the segment */
	uint32_t netns;
	/* Whether it is the one; the newest of those is taken. */
	bool (*fits)(const void *context, const struct rst_past *past);
	const void *context;
	struct rst_past past;	/* kind 0: none was found */
	struct rst_tuple found; /* its ends */
	uint32_t found_netns;
};

/* Looks for N of them, all at once: it goes through all that is remembered. */
void past_peers(const struct past_maps *maps, struct past_peer *q, size_t n);

#endif
