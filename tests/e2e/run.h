/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * run.h: one scenario in one family, in a process of its own. A scenario reports what is wrong on
 * stderr, which main.c collects and shows only if the scenario failed.
 */
#ifndef E2E_RUN_H
#define E2E_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "act.h"
#include "netlab.h"
#include "tracer.h"

#define RUN_EXIT_FAILED 1
#define RUN_EXIT_SKIPPED 77

struct run {
	const char *name;      /* of the scenario, with its family */
	const char *binary;    /* rsttrace */
	const char *directory; /* for its own temporary files; below the one that main.c removes */
	const char *lines;     /* a file with all JSON of this run; see tracer.c */
	bool beside;	       /* others run at the same time: the tracer sees their resets too */
	const char *schema;    /* docs/rsttrace.schema.json */
	FILE *report;	       /* --report, or NULL */
	bool times;	       /* --times */
	enum speak speak;
	bool xdp;	  /* with -i: see tracer_start_on() */
	const void *what; /* of the scenario */
	struct netlab lab;
	struct tracer tracer;
};

enum families {
	ONCE = 1 << SPEAK_V4, /* the family makes no difference */
	V4_V6 = 1 << SPEAK_V4 | 1 << SPEAK_V6,
	ALL_FAMILIES = V4_V6 | 1 << SPEAK_MAPPED,
	/* And it needs a rate that only a quick build of the program keeps, or takes too long with a slow one: a
	 * sample, which the sanitizers look at, goes without. Its row says why. */
	LOAD_BOUND = 1 << 8,
	/* It says something of the whole machine, or changes something of it, so that with --jobs it runs alone. Its
	 * row says why. */
	EXCLUSIVE = 1 << 9,
};

struct scenario {
	const char *name;
	void (*play)(struct run *run);
	enum families families;
	bool bare; /* no namespaces wanted */
	enum netlab_shape shape;
	bool xdp_too;	  /* once more with run.xdp, as "NAME/FAMILY/xdp" */
	const void *what; /* tells scenarios of one play() apart */
};

/* The tables, in the order in which they run. */
extern const struct scenario scenarios_closed[], scenarios_late[], scenarios_abort[],
	scenarios_process[], scenarios_accept[], scenarios_destroy[], scenarios_limits[],
	scenarios_handshake[], scenarios_received[], scenarios_older[], scenarios_filters[],
	scenarios_xdp[], scenarios_attach[], scenarios_software[], scenarios_accounts[],
	scenarios_cli[], scenarios_doctor[], scenarios_schema[], scenarios_crash[],
	scenarios_ended[], scenarios_gone[], scenarios_overflow[], scenarios_owners[],
	scenarios_property[], scenarios_firewall[], scenarios_crafted[], scenarios_forwarded[],
	scenarios_ignored[], scenarios_injection[], scenarios_translated[], scenarios_attack[],
	scenarios_fold[], scenarios_reconcile[], scenarios_namespaces[], scenarios_output[],
	scenarios_stayed[], scenarios_history[], scenarios_exchange[], scenarios_ruleset[],
	scenarios_relay[], scenarios_report[], scenarios_wire[], scenarios_privilege[];
extern const struct scenario scenarios_service[];

extern const struct scenario scenarios_sender[], scenarios_listeners[], scenarios_pairs[],
	scenarios_many[], scenarios_races[], scenarios_relayed[], scenarios_ignored_dropped[],
	scenarios_ordinary[];

/* What is gone by the time somebody looks it up, and by whom. */
extern const struct scenario scenarios_record[];
extern const struct scenario scenarios_metrics[];
extern const struct scenario scenarios_opener[];
extern const struct scenario scenarios_pcapng[];
extern const struct scenario scenarios_vanished[];

/* Ends the scenario as failed, with one line; the tracer's output so far follows it. */
_Noreturn void run_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Records a failed check; the scenario goes on. */
void run_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the scenario as skipped. */
_Noreturn void run_skip(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For --report: the cause that an event should have had, and has; NULL: there is no event. */
void run_report_cause(const char *wanted, const char *got);

/* How many checks failed so far. */
int run_failures(void);

/* The scenario that is running in this process: for run_die(), which has no argument for it. */
void run_set_current(struct run *run);

/* CLOCK_MONOTONIC in nanoseconds. */
long long run_now(void);

/* Answers that nobody asked for, or not in that form. */
extern const struct scenario scenarios_stray[], scenarios_denied[], scenarios_payload[];

#endif
