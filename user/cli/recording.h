/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recording.h: what `rsttrace record` does beyond tracing: the JSON output's lines go to a recorder, and with
 * them what was lost, and what is not covered. */
#ifndef RSTTRACE_RECORDING_H
#define RSTTRACE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "cli/options.h"
#include "model/summary.h"
#include "output/sink.h"
#include "record/recorder.h"

/* All zero: nothing is recorded. */
struct recording {
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct writer out;	   /* of the sink, into the recorder */
	struct sink *sink;
	struct record_header header;
	struct utsname host;
	char boot[64];
	struct json_out line;		/* scratch */
	uint64_t counters[RST_CNT_MAX]; /* as of the last look, */
	uint64_t looked_ns;		/* at that moment */
	uint32_t not_covered;		/* sentences that are told */
};

/* Makes sure that it can record what the options say. Returns 0, or -errno after a line on stderr. */
int recording_open(struct recording *r, const struct options *o);

/* Adds the sink. Returns as sinks_add. */
int recording_add(struct recording *r, struct sinks *sinks, const struct sink_style *style);

/* Tracing has begun: the first file, with what S says is not covered. RUN is borrowed. Returns 0, or
 * -errno after a line on stderr. */
int recording_begin(struct recording *r, const char *run, const struct summary *s);

/* What was not covered, and is no sentence of the summary's. Returns as recording_tick. */
int recording_note(struct recording *r, const char *sentence);

/* Whether recording_tick wants S's counters to be those of now. */
bool recording_looks(const struct recording *r);

/* At least once a second, with what S has by now. Returns 0, or -errno when nothing can be recorded any
 * more. */
int recording_tick(struct recording *r, const struct summary *s);

/* When it wants to be called at the latest, CLOCK_MONOTONIC. */
uint64_t recording_due(const struct recording *r);

/* The file is to be ended, with a summary: call recording_next. */
bool recording_wants_next(const struct recording *r);

/* Ends the file with the summary S, and begins another. Returns as recording_tick. */
int recording_next(struct recording *r, const struct summary *s);

/* What there is can be read by any program then. Returns the same. */
int recording_flush(struct recording *r);

/* The end of it; the sinks have been flushed. Returns 0, or -errno after a line on stderr. */
int recording_end(struct recording *r);

void recording_free(struct recording *r);

#endif
