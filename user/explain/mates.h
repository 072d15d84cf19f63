/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * mates.h: which records tell of one and the same RST: at the end that sent it, on its way, and at the
 * end that it came to. Two belong together by the numbers that the RST bears, and by its ends: both, or
 * one of them if the other was translated on the way, or those that a translation on the way joins.
 * Where two would do, none is taken. Pure.
 */
#ifndef RSTTRACE_MATES_H
#define RSTTRACE_MATES_H

#include "explain/join.h"

/* Makes entry NUMBER findable. Its event and its arrival are there. */
void mates_add(struct join *j, uint64_t number);

/*
 * Looks for the mate of entry NUMBER, as far as what belongs to it has come by now, unless it has one. An
 * own firewall's RST is taken when its mate is this host's own socket: that tells of it.
 */
void mates_find(struct join *j, uint64_t number);

/*
 * Makes entry NUMBER one that passes through (DIR_PASSING, `relayed`) if it is what a program wrote after
 * TCP here, or a firewall, had sent the same: the program only passed it on.
 */
void mates_relay(struct join *j, uint64_t number);

/* The entry of the program that passed on what E, which has its mate, sent or received; NULL: none. */
const struct join_entry *mates_relay_of(struct join *j, const struct join_entry *e);

#endif
