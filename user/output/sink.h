/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink.h: the one interface of every output. A sink takes data and a FILE; it reads no clock. */
#ifndef RSTTRACE_SINK_H
#define RSTTRACE_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/attack_report.h"
#include "model/incident.h"
#include "model/summary.h"

enum time_format {
	TIME_CLOCK, /* 05:12:01.123, local time */
	TIME_FULL,  /* -T: 2026-11-22T05:12:01.123456+0100 */
	TIME_SINCE, /* -t: seconds since start */
};

struct sink_style {
	bool stack; /* -s: the kernel stack under each line */
	bool wide;  /* -w: one line an event, however long */
	bool quiet; /* -q: the summary only */
	bool every; /* --every: nothing is folded */
	enum time_format time;
	uint64_t start_ns; /* CLOCK_REALTIME of the start, for TIME_SINCE */
	const char *
		run; /* before the number in the ids of this run's lines, see run_id.h; NULL: no ids */
};

struct sink;

/* Every function returns 0 or -errno of the write that failed (-EPIPE: the reader is gone). What
 * was written before stays. Events are flushed by `flush` only. */
struct sink_ops {
	const char *name;
	int (*begin)(struct sink *sink);
	int (*event)(struct sink *sink, const struct incident *in);
	int (*attack)(struct sink *sink, const struct attack_report *r);
	int (*flush)(struct sink *sink);
	int (*summary)(struct sink *sink, const struct summary *s);
};

struct sink {
	const struct sink_ops *ops;
	FILE *out; /* borrowed */
	struct sink_style style;
};

extern const struct sink_ops sink_text;
extern const struct sink_ops sink_json;

#endif
