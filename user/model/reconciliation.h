/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* reconciliation.h: what was traced, set against the kernel's own counters. */
#ifndef RSTTRACE_RECONCILIATION_H
#define RSTTRACE_RECONCILIATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/counters.h"

/* Why the kernel has counted more than was seen (count > 0), or less. */
struct reconcile_part {
	const char *why; /* goes on behind a number; static storage */
	int64_t count;
	bool certain; /* counted; otherwise concluded, since so many may be */
};

#define RECONCILE_PARTS 12

/* One counter: kernel = events + all parts + unexplained. */
struct reconcile_line {
	uint32_t netns;
	enum counter counter;
	uint64_t kernel;
	uint64_t events;
	struct reconcile_part part[RECONCILE_PARTS];
	uint32_t parts;
	int64_t unexplained;
	const char *advice; /* when something is unexplained; static storage */
};

enum reconcile_state {
	RECONCILE_GONE,	    /* the namespace is not to be found any more */
	RECONCILE_REPLACED, /* its number is now another's */
	RECONCILE_DENIED,   /* its counters cannot be read */
};

/* A namespace with events whose counters say nothing. */
struct reconcile_unknown {
	uint32_t netns;
	enum reconcile_state state;
};

/* What bears on the handshakes that the listeners of a namespace dropped. */
struct reconcile_listeners {
	uint32_t netns;
	uint64_t for_room; /* so many, at least, for want of room */
	uint64_t icmp; /* ICMP errors that end half-open connections, and others of their type */
};

/* All namespaces. */
struct reconciliation {
	struct reconcile_line *line;
	size_t lines;
	struct reconcile_unknown *unknown;
	size_t unknowns;
	struct reconcile_listeners *listeners;
	size_t nlisteners;
};

#endif
