/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * story.h: which line was the first about a connection, so that later ones can refer to it: the other end's,
 * the answers to what was still on its way. Bounded, in memory and in time. Pure; the caller brings all.
 */
#ifndef RSTTRACE_STORY_H
#define RSTTRACE_STORY_H

#include <stdint.h>

#include "event.h"

/* So long after its last line, a connection's next one belongs to it. */
#define STORY_NS 120000000000ULL

#define STORY_WAYS 4
#define STORY_SETS 1024

struct story {
	struct rst_tuple tuple; /* as one of its ends has it */
	uint32_t netns;
	uint64_t first;	   /* id of its first line; 0: free */
	uint64_t began_ns; /* that line's time */
	uint64_t last_ns;  /* its last line's */
};

struct stories {
	struct story story[STORY_SETS][STORY_WAYS]; /* the least lately used of a set makes room */
};

/* The first line about the connection of EVENT; 0: there was none. The same ends may have another connection
 * later: a SYN begins one, and so does a socket made since. */
uint64_t stories_find(const struct stories *s, const struct rst_event *event);

/* A line about it was written: its first, FIRST being its own id, or a later one. */
void stories_add(struct stories *s, const struct rst_event *event, uint64_t first);

#endif
