/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ask_meant.h: whose connection a segment was for that met this host's own ports because no NAT translated
 * it, where conntrack has no entry that would tell.
 */
#ifndef RSTTRACE_ASK_MEANT_H
#define RSTTRACE_ASK_MEANT_H

#include "cli/ask.h"

/* That it was for the connection with these ends, whose socket is FOUND: its owner is looked for by the
 * socket's file; what the segment met instead is none. */
void ask_meant_set(struct incident *in, enum meant_by by, const struct rst_tuple *tuple,
		   const struct diag_socket *found);

/* Collects the connections that share an end with IN's segment: here those of either end, in the namespaces
 * of other listeners those of its peer, which a NAT that has lost its entry may have led there. */
void ask_meant_collect(const struct ask *a, struct incident *in);

/* Chooses among them by their numbers, which FOUND has in the same order. */
void ask_meant_choose(struct incident *in, const struct rst_found *found);

/* Looks for ended connections of the peers of N segments of which nothing else is known. */
void ask_meant_ended(const struct ask *a, struct incident *in, size_t n);

#endif
