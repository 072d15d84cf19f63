/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink.h: the one interface of every output. A sink takes data and a writer; it reads no clock. */
#ifndef RSTTRACE_SINK_H
#define RSTTRACE_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/writer.h"
#include "model/attack_report.h"
#include "model/denial.h"
#include "model/incident.h"
#include "model/summary.h"

enum time_format {
	TIME_CLOCK, /* 05:12:01.123, local time */
	TIME_FULL,  /* -T: 2026-11-22T05:12:01.123456+0100 */
	TIME_SINCE, /* -t: seconds since start */
};

struct sink_style {
	bool stack;   /* -s: the kernel stack under each line */
	bool wide;    /* -w: one line an event, however long */
	bool quiet;   /* -q: the summary only */
	bool every;   /* --every: nothing is folded */
	bool colored; /* for a terminal that has colours */
	int width;    /* columns of a line; 0: TEXT_LINE_WIDTH */
	enum time_format time;
	uint64_t start_ns;     /* CLOCK_REALTIME of the start, for TIME_SINCE */
	uint64_t suspended_ns; /* for how long this host has slept since its boot */
	bool in_order; /* what comes late is put where its time is, if that is not too far; by outputs that can */
	const char *
		run; /* before the number in the ids of this run's lines, see run_id.h; NULL: no ids */
};

struct sink;

/*
 * What an output is. Every function that returns an int returns 0 or -errno: -ENOMEM, or that of the
 * write that failed (-EPIPE: the reader is gone). What was written before stays.
 */
struct sink_ops {
	const char *name;
	int (*open)(struct sink *sink); /* makes sink->state */
	void (*close)(struct sink *sink);
	int (*begin)(struct sink *sink); /* tracing has begun; NULL: nothing is written then */
	int (*event)(struct sink *sink, const struct incident *in);
	int (*attack)(struct sink *sink, const struct attack_report *r);
	int (*denial)(struct sink *sink, const struct denial *d);
	int (*summary)(struct sink *sink, const struct summary *s);
	int (*lost)(struct sink *sink,
		    uint64_t n); /* so many events, before the next one; NULL: untold */
};

struct sink {
	const struct sink_ops *ops;
	bool aside;	    /* when it fails, the others go on without it */
	int err;	    /* why it is out; 0: it is not */
	struct writer *out; /* borrowed */
	struct sink_style style;
	void *state; /* its own */
};

/* The output of that name; NULL: there is none. */
const struct sink_ops *sink_find(const char *name);

#define SINKS_MAX 4

/* The outputs of a run. All get the same; one that fails does not keep the others from it. What one that
 * is aside fails with is no failure of these functions: it is out from then on. */
struct sinks {
	struct sink sink[SINKS_MAX];
	size_t n;
};

/* Opens one more, which writes to OUT. Returns 0, -ENOMEM, or -ENOSPC: there are SINKS_MAX. */
int sinks_add(struct sinks *all, const struct sink_ops *ops, struct writer *out,
	      const struct sink_style *style);

/* Of each of these: 0, or the first failure. Events may wait in the writers until sinks_flush; the
 * other two are written at once. */
int sinks_begin(struct sinks *all);
int sinks_event(struct sinks *all, const struct incident *in);
int sinks_attack(struct sinks *all, const struct attack_report *r);
int sinks_denial(struct sinks *all, const struct denial *d);
int sinks_summary(struct sinks *all, const struct summary *s);
int sinks_lost(struct sinks *all, uint64_t n);
int sinks_flush(struct sinks *all);

/* Closes all; what was not flushed is lost. The writers stay the caller's. */
void sinks_close(struct sinks *all);

#endif
