/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer.h: runs rsttrace beside a scenario and takes in what it prints. */
#ifndef E2E_TRACER_H
#define E2E_TRACER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "netlab.h"

struct run;

/* Added to run->lines: the events there without a cause. */
#define UNKNOWN_LINES ".unknown"

struct tracer {
	pid_t pid;    /* 0: not running */
	int out, err; /* memory files: a reader that is slow must not hold the tracer up */
	off_t parsed;
	json_t *events;	 /* array */
	json_t *summary; /* NULL: none yet */
	json_t *interim; /* array of those before it */
	bool text;
	bool may_lose; /* losses are no failure */

	int shared; /* where a tracer prints that goes on when the scenario ends: see shared.h; 0: it is its own */
	off_t copied; /* from there to OUT, which has what this scenario is told */
};

/* How many events each namespace must show, no more and no less. */
struct tally {
	size_t server_sent, server_received, server_passing;
	size_t client_sent, client_received, client_passing;
	size_t router_sent, router_received, router_passing;
};

/* Starts `rsttrace -j --ready-fd N ARGS…` and waits until it traces. ARGS ends in NULL, and may
 * be NULL: then it is the shared one (shared.h), if there is one. */
void tracer_start(struct run *run, const char *const *args);

/* The same within a namespace; TEXT: without -j. */
void tracer_start_at(struct run *run, enum side side, bool text, const char *const *args);

/* The same for a scenario of either kind (run->xdp): with `-i INTERFACE` in that namespace, or
 * without any -i. */
void tracer_start_on(struct run *run, enum side side, const char *interface);

/* The same for one namespace only (--netns): what the test itself writes elsewhere is not seen. */
void tracer_start_within(struct run *run, enum side side, const char *const *args);

/* Waits for the events of WANTED, ends the tracer by SIGINT, and checks that it saw exactly them,
 * that it ended well, that it complained of nothing and lost nothing. */
void tracer_finish(struct run *run, struct tally wanted);

/* Ends the tracer by SIGINT and checks all of that but the numbers. */
void tracer_stop(struct run *run);

/* Ends the tracer by SIGINT and checks only how it ended, and what it complained of. */
void tracer_end(struct run *run);

/* Waits until N events of a namespace are there, at most five seconds; says whether they are. */
bool tracer_await(struct run *run, enum side side, const char *direction, size_t n);

/* How many events of a direction a namespace has shown so far. */
size_t tracer_count(struct run *run, enum side side, const char *direction);

/* What was printed so far to one of the files, all of it or from AT on. The caller frees it. */
char *tracer_output(int fd);
char *tracer_output_from(int fd, off_t at);

/* A file in memory, or the end of the run. */
int tracer_memory(const char *name);

/* Reads the lines that came since the last time. */
void tracer_take_in(struct tracer *t);

/* Shows on stderr what the tracer printed; if that is much, only of the scenario's namespaces. */
void tracer_dump(const struct run *run);

#endif
