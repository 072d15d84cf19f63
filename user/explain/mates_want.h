/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * mates_want.h: whether two records may be of one RST, by its numbers, its ends and the time; of what bears a
 * number of E's, which M E looks for. Pure.
 */
#ifndef RSTTRACE_MATES_WANT_H
#define RSTTRACE_MATES_WANT_H

#include "explain/mates_group.h"

/* Whether RST, on its way as LATER or at its end, may be that which left as EARLIER, within SPAN nanoseconds. */
bool mates_in_time(const struct join_entry *earlier, const struct join_entry *later, uint64_t span);

/* SENDER and the other end or a place on the way, wherever their ends are. */
bool mates_fits(const struct join_entry *sender, const struct join_entry *other, uint64_t span);

/* An end of this direction that has no other end yet. */
bool mates_is_free(const struct join_entry *e, enum direction direction);

/* A program wrote it. */
bool mates_is_written(const struct join_entry *e);

/* E's equals, of its own end. */
mates_want_fn mates_want_own;

/* The other end of a sender or a receiver, that has none yet: with both ends the same, one of them, or none. */
mates_want_fn mates_want_other_same;
mates_want_fn mates_want_other_translated;
mates_want_fn mates_want_other_apart;

/* The sender of what passes as E, in the same three ways. */
mates_want_fn mates_want_sender_same;
mates_want_fn mates_want_sender_translated;
mates_want_fn mates_want_sender_apart;

/* The sender itself, not who passed it on; it may have its other end already. */
mates_want_fn mates_want_source;

/* What was received before E, and is the same. */
mates_want_fn mates_want_earlier;

/* What a program wrote between the same ends. */
mates_want_fn mates_want_written;

/* The program that passed on what E's end sent or got. */
mates_want_fn mates_want_relay;

/* Who got what passed as P. */
mates_want_fn mates_want_receiver;

/* Also passing, of the same flow in the same namespace, and known whose. */
mates_want_fn mates_want_seen;

/* What passes with the same numbers: with an end of E's, both, or none. */
mates_want_fn mates_want_passing;
mates_want_fn mates_want_passing_same;
mates_want_fn mates_want_passing_anyhow;

#endif
