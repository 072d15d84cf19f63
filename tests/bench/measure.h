/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* measure.h: the rounds, and what they found. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "load.h"
#include "netlab.h"
#include "progs.h"
#include "tool.h"

#define ROUNDS_MAX 300
#define PROG_ROWS 32

/* One number of a tool under a load in a round. */
enum metric {
	M_RATE,	     /* struct load_result.rate */
	M_MADE,	     /* resets, by OutRsts */
	M_SENT,	     /* resets that the tool told of as sent */
	M_PRINTED,   /* entries */
	M_LOST,	     /* by what the tool says */
	M_LOST_SENT, /* of those, sent ones */
	M_CPU,	     /* the tool's, in seconds */
	M_RSS,	     /* bytes, the most */
	M_BARE,	     /* bytes at the end, without rings */
	M_NS,	     /* in the tool's BPF programs for each reset */
	M_HOOK,	     /* ns for each run of its program at tcp_send_reset */
	M_EMPTY,     /* ns for each run of the empty program, at the same time */
	M_COUNTED,   /* the part of the load's time in its BPF programs, by the account */
	M_SHARE,     /* the same without what the account makes of programs that do nothing */
	M_FIRST,     /* ms from its start to the first event; of LOAD_RAW */
	M_IDLE,	     /* CPU ms for each second without any event; of LOAD_RAW */
	M_XDP,	     /* ns for each packet in rsttrace's XDP program; of LOAD_RR */
	M_PASS,	     /* the same in one that passes all */
	METRICS,
};

extern const char *const metric_names[METRICS];

/* One BPF program of rsttrace --every under one load. */
struct prog_row {
	char name[PROG_NAME];
	double calls[LOADS]; /* for each reset or operation; the last round's */
	double ns[LOADS];    /* for each call */
};

struct bench {
	int rounds;		   /* that were, or are to be, measured */
	bool pairs;		   /* as many as versus_measure() needs */
	bool quick;		   /* each tool and each load once, to see that it works */
	double seconds;		   /* of each load */
	double limit;		   /* the most seconds that a load may take if PAIRS */
	unsigned int loads, tools; /* bits: those that were chosen */
	struct netlab lab;
	int probe;
	const char *missing[TOOLS]; /* why a tool does not take part; NULL: it does */
	char why[TOOLS][160];
	double v[METRICS][LOADS][TOOLS][ROUNDS_MAX]; /* NAN: not measured */
	struct prog_row prog[PROG_ROWS];
	int nprog;
	unsigned int accounted; /* bits of loads that PROG knows of */
	double empty_ns;	/* of one run of an empty program, of late */
};

/* Whether that tool is to run under that load. */
bool measure_wants(const struct bench *b, enum load_kind load, enum tool_id tool);

/* Sets all values to not measured. */
void measure_begin(struct bench *b);

/* Runs a tool beside a load and notes what it did. */
void measure_tool(struct bench *b, enum load_kind load, enum tool_id tool, int round);

/* Runs everything. LAB and PROBE are open; a tool that fails becomes missing. */
void measure_all(struct bench *b);

#endif
