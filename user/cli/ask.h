/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ask.h: which of the questions one incident needs, and what their answers mean to it. When they are
 * asked is the pipeline's affair.
 */
#ifndef RSTTRACE_ASK_H
#define RSTTRACE_ASK_H

#include "cli/questions.h"
#include "explain/join.h"
#include "model/features.h"

struct ask {
	const struct questions *questions; /* borrowed, as the others */
	void *context;			   /* of the questions */
	const struct features *features;
	const struct listeners *listeners; /* of this run */
};

/* Fills where IN, a RST that left without TCP or was dropped, came in and leaves, and its firewall. Of
 * one that a firewall sent, ENTRY has the segment that it answers. */
void ask_wire(const struct ask *a, struct incident *in, const struct join_entry *entry);

/* What the kernel can still be asked of: the end of what was just ending, the socket that a dropped RST would have hit, the translation
 * of a segment's flow, whether what it was for still stands. IN's event takes what is found. */
void ask_kernel(const struct ask *a, struct incident *in);

/* Writes the name of an interface of namespace NETNS; IFINDEX 0, or nobody knows: NAME stays. */
void ask_interface(const struct ask *a, char name[RST_IFNAME_LEN], uint32_t netns,
		   uint32_t ifindex);

/* Which rule of a firewall dropped IN's RST on its way out. */
void ask_stayed_rule(const struct ask *a, struct incident *in, const struct rst_stayed *stayed);

/*
 * Of a RST that found no way to its peer: what its way says, or which interface is down. Of one whose leaving
 * nobody would have seen, whether it had a way at all, as the routes are now.
 */
void ask_route(const struct ask *a, struct incident *in);

/* Who made the process end that ended IN's connection or listener, and whose that was before. Needs the
 * owner and the history. */
void ask_endings(const struct ask *a, struct incident *in);

/*
 * Which rule it was, where a firewall decided; else the firewall is emptied: the hook says nothing. SOON: what
 * ask_rule_soon found; NULL: nothing.
 */
void ask_rule(const struct ask *a, struct incident *in, const struct ruleset_answer *soon);

/* The same as early as possible, because a rule may stand for a moment only. IN is the reset of ENTRY,
 * with nothing but what its record says. */
void ask_rule_soon(const struct ask *a, struct incident *in, const struct join_entry *entry,
		   struct ruleset_answer *soon);

/* Most that ask_owners takes at once. */
#define ASK_OWNERS_MAX 64

/*
 * The owners that nothing recorded, of N incidents: one pass over the open files for
 * all. *MISSING becomes how many of them were not found: what is not found was closed in the meantime,
 * and its closer stands in the ring. Returns 0; -EAGAIN: the pass would have taken too much CPU time;
 * another -errno.
 */
int ask_owners(const struct ask *a, struct incident *in, size_t n, size_t *missing);

#endif
