/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * model.h: what should become of connections, as far as resets go: which end sends one, why, whose
 * it was, and who receives it. Each connection is known by its client's port, which is never used
 * twice.
 */
#ifndef E2E_MODEL_H
#define E2E_MODEL_H

#include "run.h"

struct model_end {
	int fd;	     /* in the actor; -1: closed, or not accepted */
	bool fin;    /* this end has sent its FIN */
	bool dead;   /* in state CLOSE: whatever is done to it sends nothing */
	long unread; /* bytes */
	pid_t owner; /* whose it is, or was when it was closed */
};

struct model_connection {
	bool used;
	int port;
	int server; /* index of the server process */
	bool accepted;
	struct model_end end[2]; /* by enum side */
};

enum expected_kind {
	EXPECT_SENT,
	EXPECT_RECEIVED,
	EXPECT_MET, /* by what is left of a socket: received, or ignored */
};

/* One more event that must come. CAUSES: joined by "|". OWNER 0: there must be none. */
void model_expect(int step, int port, enum side side, enum expected_kind kind, const char *causes,
		  pid_t owner);

/* A reset by one end of a connection; the other end receives it if it can. Both are dead then. */
void model_reset(int step, struct model_connection *c, enum side from, const char *causes,
		 pid_t owner);

/* How many resets of a side must have been sent by now. */
long model_sent(enum side side);

/* Checks all that the tracer said. */
void model_check(struct run *run);

#endif
