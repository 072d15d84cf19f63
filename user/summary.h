/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* summary.h: what a run saw, lost and could not see. Filled as it goes, printed at the end. */
#ifndef RSTTRACE_SUMMARY_H
#define RSTTRACE_SUMMARY_H

#include <stdint.h>

#include "event.h"
#include "incident.h"

#define SUMMARY_NOTES 16

struct summary {
	uint64_t duration_ns;
	uint64_t by_cause[2][CAUSE_COUNT]; /* indexed by enum direction, then cause */
	uint64_t benign;		   /* of those */
	uint64_t shown;			   /* after the filters */
	uint64_t counters[RST_CNT_MAX];	   /* the kernel side's, enum rst_counter */
	uint64_t not_received;		   /* tcp_receive_reset without a RST (data after close) */
	uint64_t malformed;		   /* records the decoder refused */
	const char *not_covered[SUMMARY_NOTES]; /* one sentence each; static storage */
	uint32_t nnot_covered;
};

/* Adds one incident to the totals. */
void summary_add(struct summary *s, const struct incident *in, bool shown);

/* Adds a sentence to the list of what is not covered; ignored when the list is full or has it. */
void summary_not_covered(struct summary *s, const char *sentence);

/* Records lost of all kinds. */
uint64_t summary_lost(const struct summary *s);

#endif
