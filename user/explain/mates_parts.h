/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * mates_parts.h: what the files that find mates share: mates.c, with the order of the search; mates_order.c, for
 * several equal ones; mates_translated.c, for ends that were translated; mates_way.c, for what passed in between.
 * Pure.
 */
#ifndef RSTTRACE_MATES_PARTS_H
#define RSTTRACE_MATES_PARTS_H

#include "explain/mates_group.h"

/* E's mate among OTHERS, which are all of one flow, as E's own equals are of another: equal ones belong together
 * in order of time. NULL: none, or that does not decide. */
struct join_entry *mates_in_order(struct join *j, struct join_entry *e, struct mates_group *others);

/* Leaves in G what is joined with E by a translation that is known. */
void mates_keep_translated(struct join *j, const struct join_entry *e, struct mates_group *g);

/* Leaves in G, which shares one end with E, the one flow that may be E's: the only one; or the only one that
 * keeps the ports; or the only one that does not with another; or what is known to be joined with it. */
void mates_keep_one_flow(struct join *j, const struct join_entry *e, struct mates_group *g);

/* The other end, one end of which was translated, or both. NULL: none. */
struct join_entry *mates_find_translated(struct join *j, struct join_entry *e);

/* Whoever sent PASSING, as found before or now. NULL: nobody. */
struct join_entry *mates_sender_of(struct join *j, struct join_entry *passing);

/* The other end of E, by what passed in between and has an end of each. NULL: none. */
struct join_entry *mates_via_passing(struct join *j, struct join_entry *e);

#endif
