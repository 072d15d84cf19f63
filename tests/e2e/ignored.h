/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ignored.h: a stage for RSTs that come in and end nothing: a server, and the ghost, which makes them. */
#ifndef E2E_IGNORED_H
#define E2E_IGNORED_H

#include <jansson.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

/* What an ignored RST's event must say. */
struct ignored {
	const char *detail;
	const char *reason;    /* alternatives by "|" */
	const char *location;  /* how it begins; NULL: any */
	const char *state;     /* of the socket that it would have hit; NULL: there is none */
	long long offset;      /* of the sequence number to the next that is expected */
	int flags;	       /* besides RST */
	int ack_offset;	       /* to what may be acknowledged */
	bool nobody;	       /* has the socket: the connection ended in good order */
	const char *certainty; /* NULL: "certain" */
	const char *hook;      /* of the router, that drops it */
};

struct ignored_stage {
	struct pair p;
	struct ghost ghost;
	struct end peer;
	struct segment state; /* the ghost's side of the connection */
	struct segment rst;
	int s; /* the server's socket */
};

/* A listener that the tracer watches on the server's side, or on SIDE with -i INTERFACE; a ghost; and a RST of the
 * ghost's that nothing is odd about, still without a number. */
void ignored_stage(struct run *run, struct ignored_stage *s);
void ignored_stage_at(struct run *run, struct ignored_stage *s, enum side side,
		      const char *interface);

/* A connection of the ghost's; the RST bears the number that is next. */
void ignored_connect(struct ignored_stage *s);

void ignored_send(struct ignored_stage *s);

/* The connection has not noticed. */
void ignored_check_alive(struct ignored_stage *s);

/* What the tracer says of the one that came in ("received"), or passed ("passing"). */
json_t *ignored_check(struct run *run, struct ignored_stage *s, const struct ignored *x,
		      const char *direction);

/* The tracer's end, with one RST by the ghost that the server ignored. */
json_t *ignored_finish(struct run *run, struct ignored_stage *s, const struct ignored *x);

void ignored_clear(struct ignored_stage *s);

/* Of scenarios that have a pair of hosts, and once more with -i. */
#define IGNORED(name, play, what)                               \
	{                                                       \
		name, play, V4_V6, false, LAB_PAIR, true, &what \
	}

#endif
