/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* budget.h: bounds the CPU time of what would take more of it the busier the host is. */
#ifndef RSTTRACE_BUDGET_H
#define RSTTRACE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

/* All zero: nothing was spent yet. */
struct budget {
	uint64_t asked_ns;
	int64_t saved_ns; /* < 0: it took more than there was */
};

/* Whether anything may be spent now: one part in SHARE of one CPU's time, saved up to MOST_NS. */
static inline bool budget_has(struct budget *b, uint32_t share, int64_t most_ns)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	b->saved_ns += (int64_t)((now - b->asked_ns) / share);
	b->asked_ns = now;
	if (b->saved_ns > most_ns)
		b->saved_ns = most_ns;
	return b->saved_ns > 0;
}

/* Takes what this thread has used since BEGIN_NS (CLOCK_THREAD_CPUTIME_ID). */
static inline void budget_spend(struct budget *b, uint64_t begin_ns)
{
	b->saved_ns -= (int64_t)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_ns);
}

#endif
