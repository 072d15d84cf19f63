/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tool.h: the programs that are measured side by side, each as one would start it. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "count.h"
#include "netlab.h"

#define TOOL_ARGS 10

enum tool_id {
	TOOL_NONE,
	TOOL_AGAIN, /* untraced once more: how far a ratio strays by itself */
	TOOL_RSTTRACE,
	TOOL_EVERY,
	TOOL_JSON,
	TOOL_JSON_EVERY,
	TOOL_XDP,
	TOOL_WIRE_AUTO,
	TOOL_BASELINE, /* another build of rsttrace, for --baseline */
	TOOL_BASELINE_EVERY,
	TOOL_HOOKS, /* programs that do nothing, where rsttrace has its own */
	TOOL_FLOOR,
	TOOL_BPFTRACE,
	TOOL_TCPDUMP,
	TOOL_TCPDUMP_W,
	TOOLS,
	/* Not in the comparison: see measure.c. */
	TOOL_EMPTY = TOOLS,
	TOOL_PASS,
	TOOLS_ALL,
};

enum tool_ready {
	READY_FD,     /* it writes to a descriptor that it is given */
	READY_STDERR, /* it says "listening on" */
	READY_EVENT,  /* at its first event */
};

struct tool_info {
	const char *key; /* of the command line */
	const char *title;
	/* Ends in NULL. "@RSTTRACE" is the file that $RSTTRACE names (also "@BASELINE"), "%d" the descriptor for
	 * READY_FD, "%i" the interface of the side that the tool runs on. */
	const char *args[TOOL_ARGS];
	const char *package; /* what to install */
	enum count_format format;
	enum tool_ready ready;
	bool tracefs;	     /* wants one, which many machines do not mount */
	bool any_load;	     /* worth running beside ordinary traffic as well */
	bool silent;	     /* prints nothing */
	bool no_resets;	     /* not worth running under a flood of resets */
	enum tool_id versus; /* of a baseline: what is judged by it */
};

extern const struct tool_info tools[TOOLS_ALL];

/* What a run used. */
struct usage {
	double cpu;	 /* seconds, user and system, since tool_usage() */
	double rss;	 /* bytes: the most that was resident */
	double rss_bare; /* at the last look, without buffers shared with the kernel */
};

struct tool {
	const struct tool_info *info; /* NULL: not running */
	pid_t pid;
	int out, err; /* files in memory */
	uint64_t started_ns;
	double cpu_before;
};

/* Returns NULL, or why the tool cannot run here (static storage). */
const char *tool_missing(enum tool_id id);

/* Starts a tool on one side of the lab, and does not wait for anything. */
void tool_spawn(struct tool *t, enum tool_id id, const struct netlab *lab, enum side side);

/* The same, and returns once it sees resets; PROBE is for
 * load_probe(). Returns 0, or -errno with the reason in WHY. */
int tool_start(struct tool *t, enum tool_id id, const struct netlab *lab, enum side side, int probe,
	       char *why, size_t size);

/* Sends a probe each millisecond until the tool tells of one. Returns the ms since its start, or
 * NAN. */
double tool_first_event(struct tool *t, int probe);

/* Waits until it writes no more. */
void tool_settle(const struct tool *t);

/* CPU seconds of all its threads so far. */
double tool_cpu(const struct tool *t);

/* Reads what is resident besides buffers, and ends the tool as Ctrl-C would, or harder. Its output
 * stays until tool_close(). */
struct usage tool_stop(struct tool *t);

/* Frees everything. Does nothing for a tool that does not run. */
void tool_close(struct tool *t);

#endif
