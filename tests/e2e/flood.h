/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* flood.h: resets by the thousand, as fast as they go, and how many of them were told of. */
#ifndef E2E_FLOOD_H
#define E2E_FLOOD_H

#include "run.h"

/* Where segments come from. Nobody has these addresses; the server's answers end at the client's
 * side. */
enum flood_from {
	FROM_ONE,    /* one address */
	FROM_PREFIX, /* 200 addresses of one /24 or /64 */
	FROM_WORLD,  /* 4096 addresses, each with a prefix of its own */
};

struct flood {
	enum flood_from from;
	int flags;	 /* of the segments: GHOST_SYN, GHOST_ACK */
	int also;	 /* 0, or the flags of every second one */
	int port, ports; /* the server's: the first, and how many take turns */
	int n;
};

/* Makes the way back. */
void flood_prepare(struct run *run);

/* Sends them all and waits until the server has answered each with a reset. */
void flood_segments(struct run *run, const struct flood *f);

/* A process "e2e-flood" of the client's side tries N times to connect to a port on which nobody
 * listens. */
void flood_connects(struct run *run, int port, int n);

/* How connections end. */
enum flood_end {
	FLOOD_UNREAD, /* the server closes with a byte unread */
	FLOOD_LINGER, /* the client closes with SO_LINGER of 0 s */
};

/* A process that serves one connection after the other. */
struct flood_server {
	pid_t pid;
	volatile long *served;
};

/* It listens at the server's address, a port that several may share. */
void flood_serve(struct run *run, struct flood_server *s, int port, enum flood_end end);
void flood_serve_stop(struct flood_server *s);

/* A process "e2e-visit" of the client's side has N connections, one after the other, from its own
 * address or (flood_prepare_own) from 200 others. Returns its pid; it is gone then. */
pid_t flood_visit(struct run *run, enum flood_from from, int port, enum flood_end end, int n);
void flood_prepare_own(struct run *run);

/* ---- what became of them */

struct flood_told {
	long sum;     /* resets */
	long lines;   /* of those, with an event of their own */
	long folds;   /* events with the kernel side's count */
	long reports; /* of attacks */
	json_t *fold; /* the first */
};

/* CAUSE NULL: any; PID 0: any. */
struct flood_told flood_told(struct run *run, enum side side, const char *direction,
			     const char *cause, pid_t pid);

/* Checks that exactly N were told of, by events and (the tracer has ended, and traced only this
 * namespace) by the summary. */
void flood_check(struct run *run, enum side side, const char *direction, const char *cause, long n);

/* Checks the kernel side's totals of what SIDE's TCP has sent against its OutRsts. Says whether any of
 * them was folded. */
bool flood_check_kinds(struct run *run, enum side side);

#endif
