/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * metrics.h: what Prometheus and its like are told: counts that only grow, in a number of series that nobody
 * outside can raise. docs/metrics.md has what each means. Pure.
 */
#ifndef RSTTRACE_METRICS_H
#define RSTTRACE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "model/incident.h"
#include "model/summary.h"

/* So many owners have a series of their own at a time; the others share one. */
#define METRICS_OWNERS 100
/* One that has had no reset for so long makes room for another. By then its last number has been read, and that
 * its series ends takes nothing from any rate. */
#define METRICS_OWNER_NS (UINT64_C(3600) * 1000000000)

#define METRICS_ROLES 3
#define METRICS_IDLE 14

/* With their NULs; escaped, a name takes up to four times its bytes. */
#define METRICS_PROCESS_MAX (4 * RST_COMM_LEN + 1)
#define METRICS_CONTAINER_MAX 129
#define METRICS_FILE_MAX 65

/* Where the lines go that are recorded now: the frame of zstd that begins at OFFSET. An empty file: nowhere. */
struct metrics_place {
	char file[METRICS_FILE_MAX];
	uint64_t offset;
};

struct metrics_series {
	uint64_t count;
	uint64_t id; /* of the last one's line; 0: it has none */
	uint64_t wall_ns;
	struct metrics_place place;
};

struct metrics_owner {
	uint64_t hash;
	uint64_t last_ns;  /* CLOCK_MONOTONIC */
	uint64_t count[2]; /* [1]: benign */
	char process[METRICS_PROCESS_MAX];
	char container[METRICS_CONTAINER_MAX];
};

struct metrics {
	struct metrics_place place; /* of what is counted from now on */
	struct metrics_series resets[DIRECTIONS][CAUSE_COUNT][METRICS_ROLES][2];
	/* Those that are not benign; [1]: they come of a process's end. */
	uint64_t abnormal[DIRECTIONS][CAUSE_COUNT][2];
	struct metrics_owner owner[METRICS_OWNERS];
	size_t owners;
	uint64_t other[2];
	uint64_t idle[METRICS_IDLE +
		      1]; /* by the bucket that each falls into; the last has no limit */
	uint64_t idle_ms;
	uint64_t corrected; /* lines that overturn one that was counted */
};

/* Counts an incident that has passed the filters. */
void metrics_add(struct metrics *m, const struct incident *in);

/* What is not counted here. */
struct metrics_facts {
	const struct summary *summary; /* its counters, and its reconciliation */
	const char *version;
	const char *run;	/* as in struct sink_style */
	uint64_t start_wall_ns; /* CLOCK_REALTIME */
	uint64_t cpu_ns;	/* of this process */
	uint64_t resident;	/* bytes */
	bool recording;
	uint64_t unwritten; /* lines that found no room in the recording */
};

enum metrics_format {
	METRICS_PROMETHEUS,  /* Prometheus text 0.0.4 */
	METRICS_OPENMETRICS, /* OpenMetrics 1.0, with exemplars */
};

/* Adds the text to OUT. */
void metrics_text(struct buffer *out, const struct metrics *m, const struct metrics_facts *f,
		  enum metrics_format format);

/* Which of the two whoever sends ACCEPT (the value of that header; NULL: there is none) likes more, and what that
 * is called in Content-Type. */
enum metrics_format metrics_accepted(const char *accept);
const char *metrics_content_type(enum metrics_format format);

/* The upper limit of bucket I in ms. */
uint64_t metrics_idle_limit(size_t i);

#endif
