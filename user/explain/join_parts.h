/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * join_parts.h: what the files of the join share: join.c, with the queue; join_arrival.c, which brings together
 * what XDP saw and what became of it; join_stayed.c, with what did not leave; join_answers.c, with the answers
 * that share a line; join_burst.c, which looks at several RSTs of one connection.
 */
#ifndef RSTTRACE_JOIN_PARTS_H
#define RSTTRACE_JOIN_PARTS_H

#include "explain/join.h"

/* The number of the newest entry between these two ends, or of others in the same bucket; the next older ones
 * hang on it by `next`. 0: none. */
uint64_t join_newest(const struct join *j, const struct rst_tuple *tuple);

/* The same between the ends of an entry. */
uint64_t join_newest_like(const struct join *j, const struct join_entry *e);

/* Adds an entry between these two ends. The caller fills its event. */
struct join_entry *join_append(struct join *j, const struct rst_tuple *tuple);

static inline uint64_t join_distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* The RST that came in as this entry, if it was seen. */
static inline const struct rst_packet *join_incoming(const struct join_entry *e)
{
	if (e->have_arrival)
		return &e->arrival.packet;
	return e->event.hdr.type == RST_REC_DROPPED ? &e->event.packet : NULL;
}

/* join_arrival.c: gives E, the newest entry, what XDP had seen of its RST before a socket took it, or before it
 * was dropped or passed on. */
void join_take_arrival(struct join *j, struct join_entry *e);

/* join_stayed.c: gives E, the newest entry, what was told before of what became of its RST on its way out. */
void join_take_waiting(struct join *j, struct join_entry *e);

/*
 * join_answers.c: what was on its way together when the connection was closed is answered one by one: one line,
 * but for those whose RST is seen at the other end, which has a line of its own for each. Returns false while
 * that may still come.
 */
bool join_gather_answers(struct join *j, struct join_entry *e, uint64_t now_ns, bool force);

#endif
