/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * load.h: what keeps the kernel's TCP busy while a tracer watches. Both ends of each connection are
 * in one thread, pinned to one CPU: no context switch, no wakeup, so that what is measured is the
 * way through TCP, and a program on it shows.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "netlab.h"

enum load_kind {
	LOAD_SYN,    /* connect() to a closed port, on one CPU */
	LOAD_SYN2,   /* the same on two CPUs: the reader of events has none for itself */
	LOAD_RAW,    /* hand-made SYNs to a closed port: the highest rate */
	LOAD_UNREAD, /* the server closes with a byte unread */
	LOAD_LINGER, /* the client closes with SO_LINGER 0 */
	LOAD_PACED,  /* connect() to a closed port, 5,000 times a second */
	LOAD_CONN,   /* connect, request, response, close */
	LOAD_RR,     /* request and response on one connection */
	LOAD_BULK,   /* a stream */
	LOAD_UDP,    /* request and response, no TCP at all */
	LOAD_MANY,   /* as LOAD_CONN, beside connections that are open and idle */
	LOADS,
};

struct load_info {
	const char *key; /* of the command line */
	const char *title;
	const char *unit; /* of struct load_result.rate */
	double scale;	  /* operations or bytes a second to that unit */
	bool resets;	  /* counted by OutRsts, and one for each operation; else there are none */
};

extern const struct load_info loads[LOADS];

struct load_result {
	double seconds;
	/* Resets a second; or of the loads without any, transactions a second or Gbit/s that three
	 * of four slices of 10 ms stay below: who else has the CPU, here or on the host of a virtual
	 * machine, only ever slows the load down. */
	double rate;
	uint64_t done; /* operations or bytes */
	uint64_t rsts; /* by OutRsts of both ends */
};

/* How many connections LOAD_MANY has open, if memory allows it. */
#define LOAD_MANY_OPEN 100000

/* Runs a load for SECONDS in processes of its own, besides what LOAD_MANY takes to begin. Ends this one with a
 * message if it cannot. */
struct load_result load_run(const struct netlab *lab, enum load_kind kind, double seconds);

/* A raw socket on the client's side; for load_probe(). */
int load_probe_open(const struct netlab *lab);
/* Sends one SYN to a closed port of the server, which answers it with a RST. */
void load_probe(int fd);

#endif
