/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * killer.h: who made a process end, and whose socket it was that somebody else held last: from what the
 * kernel side noted of the processes. Pure.
 */
#ifndef RSTTRACE_KILLER_H
#define RSTTRACE_KILLER_H

#include "model/incident.h"

/* Finds IN's `opener`, if that is not who closed the socket or ended with it. */
void killer_find_opener(struct incident *in);

/* The start of the process that ended or closed, by which it was noted; 0: there is none to ask about. */
uint64_t killer_wants(const struct incident *in);

/* NOTED is that process's note: sets IN's `killer`. */
void killer_judge(struct incident *in, const struct rst_process *noted);

/* The start of the init with whose pid namespace it ended; 0: it did not. NOTED is that one's note. */
uint64_t killer_wants_init(const struct incident *in);
void killer_judge_init(struct incident *in, const struct rst_process *noted);

/* What became of the opener: by its note (NULL: there is none), and whether it RUNS on by now. */
void killer_judge_opener(struct incident *in, const struct rst_process *noted, bool runs);

#endif
