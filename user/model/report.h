/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report.h: what a report of recordings says besides its groups. */
#ifndef RSTTRACE_REPORT_H
#define RSTTRACE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tally.h"

#define REPORT_GAPS 64

/* Nobody recorded in between. */
struct report_gap {
	uint64_t from_ns, to_ns;
};

struct report {
	size_t files, runs; /* read; runs of a recorder that they hold */
	uint64_t lines;	    /* of them, events or not */
	uint64_t lost;	    /* events that the recorders saw no room for */
	uint64_t
		unwatched_ns; /* how long RSTs that TCP did not send may have been missed (--wire) */
	uint64_t refusals;    /* connects that failed without a RST */
	uint64_t left_out;    /* by the filters */
	uint64_t skipped;     /* places in the files that could not be read */
	char host[BRIEF_NAME]; /* the one they are of; "" when of several, or not said */
	size_t hosts;
	struct report_gap gap[REPORT_GAPS];
	size_t gaps; /* of which the first REPORT_GAPS stand above */
	const enum tally_key *by;
	size_t keys;
	size_t top; /* how many groups to tell of */
	struct tally_sums sums;
	const struct tally_group **group; /* in the order in which to tell of them */
	size_t groups;
	bool more; /* they have struct tally_more */
};

#endif
