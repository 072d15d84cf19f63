/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kinds.h: the kernel side's exact totals. Each reset is counted there by its kind before anything is
 * left out, so that these hold also where details were folded or lost.
 */
#ifndef RSTTRACE_KINDS_H
#define RSTTRACE_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* Of one kind, summed over the CPUs. */
struct total {
	struct rst_kind kind;
	struct rst_total total;
};

#define KINDS_MAX 48

/* What the summary shows: namespaces, states and most bits taken together. */
struct kind_sum {
	uint8_t class;		 /* enum rst_class; 0: the rest, for which there was no room */
	uint8_t reason;		 /* as in struct rst_kind */
	bool syn;		 /* sent: the segment that it answers is a SYN */
	bool passing;		 /* wire: it came in from another host */
	const char *reason_name; /* the caller's; NULL: none */
	struct rst_total total;
};

/* How many resets that is. */
uint64_t kinds_all(const struct rst_total *total);

void kinds_add(struct rst_total *sum, const struct rst_total *one);

/* Fills OUT from the N totals, the most frequent first; what ROOM (at least 1) does not suffice for
 * comes last, as class 0. Returns how many there are. */
size_t kinds_sum(struct kind_sum *out, size_t room, const struct total *all, size_t n);

/* A word for JSON ("no-socket", "aborted"), and what it means, in the plural. Static storage. */
const char *kind_name(const struct kind_sum *k);
const char *kind_words(const struct kind_sum *k);

#endif
