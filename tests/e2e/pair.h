/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pair.h: the usual cast of a scenario: a server, a client, and a connection between them. */
#ifndef E2E_PAIR_H
#define E2E_PAIR_H

#include "act.h"
#include "run.h"

struct pair {
	struct actor srv, cli;	   /* processes "e2e-srv" and "e2e-cli" */
	int listener;		   /* in srv */
	int s;			   /* the server's end, in srv; -1: not accepted */
	int c;			   /* the client's end, in cli */
	struct end server, client; /* addresses */
};

/* The two processes, and a listener on the server's address. */
void pair_listen(struct run *run, struct pair *p, int backlog);

/* The same, connected but not accepted. */
void pair_connect(struct run *run, struct pair *p);

/* The same, accepted. */
void pair_open(struct run *run, struct pair *p);

/* The same, and BYTES from the client wait to be read at the server. */
void pair_open_unread(struct run *run, struct pair *p, int bytes);

/* One more connection from the client; returns its descriptor in cli and its port. */
int pair_another(struct run *run, struct pair *p, int *port);

/* Waits until a socket of the server's side, which no process has any more, is in a state as ss
 * names it, "fin-wait-2". */
void pair_await_orphan(struct run *run, const struct pair *p, const char *state);

/* Exchanges between the client's socket C and the server's S, so many times. */
#define PAIR_EXCHANGES 10
void pair_converse(struct pair *p, int s, int c);

void pair_stop(struct pair *p);

#endif
