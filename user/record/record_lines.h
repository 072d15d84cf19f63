/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* record_lines.h: the lines of a recording that are about the recording itself. */
#ifndef RSTTRACE_RECORD_LINES_H
#define RSTTRACE_RECORD_LINES_H

#include <stdint.h>

#include "base/json_out.h"

/* What the first line of every file says, so that each stands alone. Words are borrowed, and may hold
 * anything. */
struct record_header {
	const char *version, *run; /* of rsttrace; before the number in the ids of the lines */
	const char *host, *kernel, *machine, *boot; /* boot: its id */
	const char *const *options;		    /* ends in NULL */
	const char *const *not_covered;		    /* N_NOT_COVERED sentences */
	uint32_t n_not_covered;
	uint32_t file; /* the run's so many-th, from 1 */
	uint64_t wall_ns, mono_ns,
		boot_ns; /* CLOCK_REALTIME, _MONOTONIC, _BOOTTIME of its beginning */
};

/* What was lost in a span of time that ended at these moments. */
struct record_loss {
	uint64_t wall_ns, mono_ns, span_ns;
	uint64_t sent, received, arrived, wire, dropped, missed; /* as in the summary */
	uint64_t unwritten; /* lines that found no room on the disk */
};

/* Each puts a whole line into O: into o->line. */
void record_line_header(struct json_out *o, const struct record_header *h);
void record_line_lost(struct json_out *o, const struct record_loss *l);

/* What turned out not to be covered since the header: N sentences. */
void record_line_not_covered(struct json_out *o, uint64_t wall_ns, uint64_t mono_ns,
			     const char *const *sentences, uint32_t n);

#endif
