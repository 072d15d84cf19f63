/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * jobs.h: runs scenarios, so many at a time, each in a process of its own with a limit of time, and says
 * what became of them in the order in which they were given.
 */
#ifndef E2E_JOBS_H
#define E2E_JOBS_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include "run.h"

#define JOBS_MAX 64

enum outcome { PASSED, FAILED, SKIPPED, OUTCOMES, AGAIN };

struct job {
	const struct scenario *sc, *table;
	struct run run;
	char name[96]; /* with the family */

	pid_t pid;	    /* 0: not running */
	FILE *report;	    /* what the scenario says */
	long long began_ns; /* the last time: CLOCK_MONOTONIC */
	int tries;
	char *said; /* lines to print */
	size_t said_size;
	enum outcome outcome;
	bool done, told;
	bool alone;	/* it failed beside others, and has another try without them */
	bool once_more; /* it runs alone anyhow, and has another try if it fails */
};

struct jobs {
	struct job *job;
	size_t n;
};

/* The signal that ends it all; 0: none so far. */
extern volatile sig_atomic_t jobs_stop;

/* In a process that is forked: what the signals do by themselves; and it dies with its parent. */
void jobs_child(void);

/* Waits for one child. Returns its status, -1 if there is none. */
int jobs_wait(pid_t pid);

/*
 * Runs all of them, AT_ONCE at a time; no two of one table, which have the same ports and numbers in namespaces of
 * their own, so that a tracer could take one's resets for the other's. Those that are EXCLUSIVE, and those that
 * failed beside others, run one by one after that, unless all do. With more than one at a time each has two tries: what
 * is waited for may come late. Counts the outcomes in COUNTS. Returns how many passed in a second try.
 */
int jobs_run(struct jobs *jobs, size_t at_once, int counts[OUTCOMES]);

#endif
