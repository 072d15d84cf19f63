/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attribute.h: from what was seen to a cause. Pure: no clock, no files, no libbpf; the rules are a
 * table (attribute.c, with the rules_*.c), the sentences another (why.c, with the why_*.c); owner.c
 * chooses whose socket it was.
 */
#ifndef RSTTRACE_ATTRIBUTE_H
#define RSTTRACE_ATTRIBUTE_H

#include <stdbool.h>

#include "model/incident.h"

/*
 * Decides the verdict's cause, certainty, rule, phase, detail and owner_from. Needs the event, the
 * frames, the reason and `listener` and `stands` where they could be found. Always sets a
 * cause: CAUSE_UNKNOWN when no rule matches.
 */
void attribute_cause(struct incident *in);

/* Row I of the table of rules: its name, and the cause that it gives; several rows may have one name.
 * Returns false behind the last. */
bool attribute_rule(size_t i, const char **name, enum cause_id *cause);

/* Whether IN, a dropped RST, was refused by the very socket that it was handed to, if that listens. */
bool attribute_by_listener(const struct incident *in);

/* Whether sock_diag must tell what a RST would have hit that was dropped before TCP looked for it, or
 * (before 6.12) what it did hit. */
bool attribute_wants_target(const struct incident *in);

/* So long after a segment found nothing, at most, is the end seen of what was being taken away then: the
 * kernel tells of it after the socket is out of its tables. */
#define ATTRIBUTE_AGAIN_NS 20000000ULL

/* Whether what IN's segment was for may have been remembered only a moment later. */
bool attribute_wants_again(const struct incident *in);

/* Whether PAST, which was remembered after IN's segment came, is what that was for. */
bool attribute_takes_again(const struct incident *in, const struct rst_past *past);

/* Whether conntrack may know why a segment came to nobody. */
bool attribute_wants_translation(const struct incident *in);

/* Whether conntrack may know to where a connection led that was reset; of one that was refused it forgets that at
 * once (nf_conntrack_tcp_packet, 5.10 to 7.3). */
bool attribute_wants_way(const struct incident *in);

/* Whether it matters for how long the segment's target has been an address of this host. */
bool attribute_wants_address(const struct incident *in);

/* Whether a program wrote what the segment answers, and its socket is to be found. */
bool attribute_wants_writer(const struct incident *in);

/* Where conntrack does not know: whether it may be for a connection that shares one of its ends. */
bool attribute_wants_alike(const struct incident *in);

/* How many of the segment's numbers, 0 to 2, are those of that connection. */
int attribute_numbers(const struct incident *in, const struct meant_candidate *c);

/* Whether it answers a SYN that no socket took. */
bool attribute_answers_syn(const struct incident *in);

/* Whether it goes on where that connection, or handshake, stopped. */
bool attribute_goes_on(const struct incident *in, const struct rst_past *past);

/* Whether a listener of another namespace may have been meant, if its addresses say so. */
bool attribute_wants_elsewhere(const struct incident *in);

/* Whether a connection with itself may hold the port that nobody listens on: clients get ports from 1024 on. */
bool attribute_wants_self(const struct incident *in);

/* Whether the verdict depends on what still stands: a request socket, or TIME_WAIT. */
bool attribute_wants_standing(const struct incident *in);

/* Whether what is remembered of the past is what the verdict rests on. */
bool attribute_uses_past(const struct incident *in);

/*
 * Whether a verdict rests on what is remembered of sockets: of a listener, or of what is no more. A
 * change of state that was missed can have made that wrong: a listener that came, or went; another
 * connection of the same two ends. What the kernel itself says at the moment of the reset (the socket's
 * state, who closes it) rests on no memory.
 */
bool attribute_rests_on_memory(const struct incident *in);

/* Takes into account that MISSED changes of state were missed up to now: such a verdict is not certain. */
void attribute_missed(struct incident *in, uint64_t missed);

/* Whether who is recorded as the owner may have handed the connection on since, by fork() or through a UNIX
 * socket, which nothing tells: data was read later. */
bool attribute_may_be_handed_on(const struct incident *in);

/* Whether the owner must be looked for among the open files, because nothing recorded names it for sure. */
bool attribute_wants_scan(const struct incident *in);

/* Chooses owner, role and history from what the event recorded, as the verdict's owner_from says; then
 * it is known what the connection was at (attribute_exchange). */
void attribute_owner(struct incident *in);

/* Sets detail, phase and whether it was benign, by the owner, the history and the other end; again when that
 * is known. */
void attribute_exchange(struct incident *in);

/* With `of`: what is only the echo of an end that was told already is benign. */
void attribute_echo(struct incident *in);

/* Writes verdict.why: the sentence with the evidence. Needs everything above, and the owner. */
void attribute_why(struct incident *in);

/* Puts what an incident stands for before its sentence, if it is a fold's sample. */
void attribute_folded(struct incident *in);

#endif
