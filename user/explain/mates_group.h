/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * mates_group.h: finds records of RSTs by a number and by their ends. Every entry stands in one chain for each
 * of its numbers and each way to find it by that. A group is what could be one RST or several equal ones. Pure.
 */
#ifndef RSTTRACE_MATES_GROUP_H
#define RSTTRACE_MATES_GROUP_H

#include "explain/join.h"

/* No more are compared with each other. */
#define MATES_GROUP 64

struct mates_group {
	struct join_entry *v[MATES_GROUP];
	uint32_t n;
	bool more; /* than were looked at, or fit in */
};

/* The ends of a RST as packets have them. */
struct mates_ends {
	const uint8_t *source, *target;
	uint16_t source_port, target_port;
};

struct mates_ends mates_ends_of(const struct join_entry *e);

/* How many of the two ends are the same; -1: of two families. */
int mates_ends_alike(const struct join_entry *a, const struct join_entry *b);

bool mates_same_flow(const struct join_entry *a, const struct join_entry *b);

/* Adds E, unless it is there. */
void mates_group_add(struct mates_group *g, struct join_entry *e);

/* In order of time. */
void mates_group_sort(struct mates_group *g);

/* Whether there are any, and all of G have the same two ends. */
bool mates_one_flow(const struct mates_group *g);

/* Whether M is one of those that E looks for; see mates_want.h. */
typedef bool mates_want_fn(const struct join_entry *e, const struct join_entry *m);

/* Adds to G what WANT wants of all that bears a number of E's and shares what KEY says. */
void mates_gather(struct join *j, const struct join_entry *e, enum join_key key,
		  mates_want_fn *want, struct mates_group *g);

/* The same with both ends that E, which passes, came in with. */
void mates_gather_came(struct join *j, const struct join_entry *e, mates_want_fn *want,
		       struct mates_group *g);

#endif
