/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline.h: the stages in a row, from a record to the output: decode, join, attribute, find the
 * owner, say why, filter, print. */
#ifndef RSTTRACE_PIPELINE_H
#define RSTTRACE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "explain/attack.h"
#include "explain/chain.h"
#include "explain/regular.h"
#include "explain/correct.h"
#include "explain/join.h"
#include "explain/story.h"
#include "cli/ask.h"
#include "cli/options.h"
#include "output/sink.h"
#include "model/denial.h"
#include "model/summary.h"
#include "output/metrics.h"
#include "model/wire.h"

/* Events that are attributed together, so that one pass over the open files serves them all. */
#define PIPELINE_BATCH ASK_OWNERS_MAX

/* Of the newest so many that a firewall decided on, it is known what its ruleset said soon after. */
#define PIPELINE_SOON 64

/* Where one of a batch comes from, and what it is by itself, without its other end. */
struct pipeline_place {
	const struct join_entry *entry;
	uint8_t mate; /* which of the batch is its other end; PIPELINE_BATCH: none of it */
	bool role_inferred;
	bool finished;
	enum rst_role role; /* as the listeners told */
	enum cause_id cause;
};

/* The stack of a RST whose stack decides what it is held as, until its turn comes. */
struct pipeline_stack {
	uint64_t number; /* of the entry in the join that it is of; 0: none */
	uint32_t nframes;
	int emitter;
	bool relayed;
	uint64_t stack;
	struct frame location;
	struct frame frames[RST_STACK_MAX];
};

struct pipeline {
	/* Borrowed, and set by the caller before the first record. */
	const struct options *o;
	struct ask ask;
	struct sinks sinks;
	struct summary summary;
	struct metrics *metrics; /* NULL: nobody wants them */
	uint32_t netns;		 /* --netns; 0: all */
	uint32_t own_netns;
	uint64_t wall_minus_mono;
	uint64_t started_ns;
	char cgroup[PROCESS_CGROUP_MAX]; /* --cgroup; empty: all */

	uint64_t written; /* events that reached the output */
	int err;	  /* the first failure of the output */

	/* Its own. */
	struct join join;
	struct attack attack;
	struct correct correct;
	struct chain chain;
	struct stories stories;
	struct regular_probes probes;
	const struct listeners *listeners; /* as of this run, if it has needed them */
	uint64_t missed_states;		   /* as of this run, if it has asked */
	bool missed_known;
	uint64_t remembered, forgotten; /* the same */
	bool history_known;
	uint64_t caller[2];	  /* what the kernel side was told of last: of RSTs, of data */
	uint32_t folds_cursor;	  /* the slot at which the look for stopped folds goes on */
	uint64_t folds_looked_ns; /* CLOCK_MONOTONIC of the last look at all of them */
	uint64_t counted_only, counted_only_ns; /* incoming resets without events, and since when */
	struct pipeline_stack stack[JOIN_ROOM]; /* by place in the join */
	struct rst_event event[PIPELINE_BATCH]; /* of those that an answer has changed */
	struct incident incident[PIPELINE_BATCH];
	struct pipeline_place place[PIPELINE_BATCH];
	uint8_t at[JOIN_ROOM]; /* by place in the join: which of the batch it may be */
	struct incident mate;  /* scratch, for the other end's verdict */
	struct rst_event mate_event;
	struct attack_report report; /* scratch */
	struct denial denial;	     /* scratch */
	size_t n;
	uint64_t looked; /* number of the newest entry whose rule was looked for soon */
	struct {
		uint64_t number; /* of the entry; 0: none */
		struct ruleset_answer answer;
	} soon[PIPELINE_SOON];
	const struct wire *wire; /* NULL: what leaves is always looked at */
};

void pipeline_init(struct pipeline *p);

/* Takes one record (a tracer_record_fn, with the pipeline as context). Returns -ENOBUFS when it
 * took the record but has no room for another: then call pipeline_run. */
int pipeline_record(void *context, const void *data, size_t size);

/* Takes what the kernel side has counted and not told of, of folds that stopped; FORCE: of all. The
 * ring has to be empty. Returns -ENOBUFS when there is no room for more: then call pipeline_run, and
 * this once more. */
int pipeline_folds(struct pipeline *p, bool force);

/* Brings out what has waited long enough; FORCE: everything. */
void pipeline_run(struct pipeline *p, bool force);

/* No more is wanted: the count is reached, or the output failed. */
bool pipeline_done(const struct pipeline *p);

#endif
