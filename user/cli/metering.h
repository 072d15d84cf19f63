/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* metering.h: --metrics and --metrics-file: what is counted, and when it is told to whom. */
#ifndef RSTTRACE_METERING_H
#define RSTTRACE_METERING_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/metrics_file.h"
#include "cli/metrics_serve.h"
#include "cli/options.h"
#include "cli/recording.h"

/* All zero: nobody wants to know. */
struct metering {
	struct metrics *metrics; /* NULL: nobody does */
	struct metrics_serve *serve;
	struct metrics_file file;
	struct buffer text; /* of the file */
	struct metrics_facts facts;
	const struct recording *recording;
	/* Brings the summary's counters to what they are now. */
	void (*refresh)(void *context);
	void *context;
	uint64_t file_due_ns, serve_due_ns, audit_due_ns; /* CLOCK_MONOTONIC */
};

/* Listens, and makes sure that the file can be written, as O says. Returns 0, or -errno after a line on stderr. SUMMARY
 * and RECORDING are borrowed. */
int metering_open(struct metering *m, const struct options *o, const struct summary *summary,
		  const struct recording *recording, void (*refresh)(void *context), void *context);

/* Tracing has begun, as RUN (see run_id.h; borrowed). */
void metering_begin(struct metering *m, const char *run, uint64_t now_ns);

/* Whether the file could be written, by what the process may do now. */
bool metering_makes_files(const struct metering *m);

/* The recording has gone on, perhaps to another place. */
void metering_place(struct metering *m);

/* Whether the kernel's counters should be compared once more; it says so once a minute. */
bool metering_wants_audit(struct metering *m, uint64_t now_ns);

/* Can be read when somebody asks; -1: nobody can. */
int metering_fd(const struct metering *m);

/* Answers (ASKED: somebody does), and writes the file, when it is due. */
void metering_step(struct metering *m, bool asked, uint64_t now_ns);

/* When it wants to be called at the latest, CLOCK_MONOTONIC. */
uint64_t metering_due(const struct metering *m);

/* The end: the file once more. */
void metering_end(struct metering *m);

void metering_free(struct metering *m);

#endif
