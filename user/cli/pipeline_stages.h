/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pipeline_stages.h: what the files of the pipeline share: pipeline_in.c takes the records in, pipeline_fill.c says
 * what each is by itself, pipeline_pair.c what its other end adds, pipeline_out.c filters and prints; pipeline.c has
 * their order.
 */
#ifndef RSTTRACE_PIPELINE_STAGES_H
#define RSTTRACE_PIPELINE_STAGES_H

#include "cli/pipeline.h"

/* ---- pipeline_in.c */

/* Reads the stack of an event that has not been attributed yet, into the scratch incident. */
struct incident *pipeline_read_stack(struct pipeline *p, const struct rst_event *event);

/* The stack of an entry: as it was kept, or read now. */
void pipeline_take_stack(struct pipeline *p, struct incident *in, const struct join_entry *entry);

/* ---- pipeline_fill.c */

/* Fills IN with what the record of ENTRY says and with the answers to what it asks, but for the verdict. ROOM: for
 * a copy of its event. */
void pipeline_fill(struct pipeline *p, struct incident *in, struct rst_event *room,
		   const struct join_entry *entry);

/* ASKED are the ends of the SYN that IN answers, its source first, before a NAT here changed them; family 0: it did
 * not, as far as is known. */
void pipeline_set_asked(struct incident *in, const struct rst_tuple *asked);

/* What became of a RST that this host sent, if it did not leave. */
void pipeline_fill_stayed(struct pipeline *p, struct incident *in, const struct join_entry *entry);

/* Looks for the rules of what has come since the last time. */
void pipeline_look_soon(struct pipeline *p);

/* What was found then for ENTRY. NULL: it was not looked for, or is forgotten. */
const struct ruleset_answer *pipeline_rule_soon(const struct pipeline *p,
						const struct join_entry *entry);

/* ---- pipeline_pair.c */

/* What the other end of the batch's number I knows. Of another one of the batch, the owner is known only later:
 * pipeline_complete_pair, when all have theirs. */
void pipeline_fill_pair(struct pipeline *p, size_t i);
void pipeline_complete_pair(struct pipeline *p, size_t i);

/* ---- pipeline_out.c */

/* As many are printed as were asked for. */
bool pipeline_enough(const struct pipeline *p);

/* The filters that need no question. */
bool pipeline_is_traced(const struct pipeline *p, enum direction direction,
			const struct rst_event *event);

/* The last of the batch's number I: whether it is wanted, its sentence, its line. Once. */
void pipeline_finish_one(struct pipeline *p, size_t i);

/* Prints the reports of attacks whose time has come; FORCE: all. */
void pipeline_report_attacks(struct pipeline *p, uint64_t now, bool force);

#endif
