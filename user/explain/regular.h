/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * regular.h: probes that come again and again at one interval, as those of a health check do: who asks, whom, and
 * how often. Bounded in memory. Pure; the caller brings all.
 */
#ifndef RSTTRACE_REGULAR_H
#define RSTTRACE_REGULAR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/incident.h"

#define REGULAR_SETS 128
#define REGULAR_WAYS 4

/* So many intervals alike make a habit. */
#define REGULAR_LEAST 2

/* What comes faster is told by its number a second, not by its interval. */
#define REGULAR_NS 20000000ULL

struct regular_slot {
	uint8_t from[16], to[16]; /* as in struct rst_tuple; the port is the listener's */
	uint16_t port;
	uint8_t family;
	bool sent;	   /* as this host's own, or as one that it receives */
	uint32_t netns;	   /* the event's */
	uint32_t count;	   /* intervals alike, one after the other */
	uint64_t last_ns;  /* 0: free */
	uint64_t every_ns; /* their mean */
};

struct regular_probes {
	struct regular_slot slot[REGULAR_SETS][REGULAR_WAYS];
	uint64_t seed; /* of the hash: a number that nobody outside can know */
};

/* Takes IN into account if its detail says that it is a probe, and fills its `regular` if it is one of several at
 * one interval. In order of time, as lines are. */
void regular_note(struct regular_probes *r, struct incident *in);

#endif
