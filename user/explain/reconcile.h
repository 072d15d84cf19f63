/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * reconcile.h: sets what was traced against the kernel's own counters, one network namespace at a
 * time. What the two count differently is known and named; what is left over is told as such. Pure.
 */
#ifndef RSTTRACE_RECONCILE_H
#define RSTTRACE_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/counters.h"
#include "model/features.h"
#include "model/kinds.h"
#include "model/reconciliation.h"

struct totals {
	struct total *v; /* in no order; no kind twice */
	size_t n;
};

/* The counters at one moment. Reading them takes a while: what was traced, before and after it. */
struct reconcile_moment {
	struct totals before, after;
	const struct counters *counters;
};

struct reconcile_input {
	uint32_t netns;
	const struct features *features;
	uint32_t directions; /* enum rst_direction_bit: what is traced at all */
	uint32_t cpus;
	uint64_t missed;	 /* resets, whatever the namespace: the kernel skipped a program */
	uint64_t missed_states;	 /* the same of changes of a socket's state */
	uint64_t no_total;	 /* the same: there was no room to count them by kind */
	bool not_there_at_start; /* or not to be found: `start` has zeroes */
	struct reconcile_moment start, end;
};

/* Fills LINE with the counters that have grown or should have. Returns how many; COUNTERS at most.
 * Those that this kernel does not have, or whose events are not traced, are left out. */
size_t reconcile(struct reconcile_line line[COUNTERS], const struct reconcile_input *in);

#endif
