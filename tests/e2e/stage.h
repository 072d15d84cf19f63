/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stage.h: the usual cast where the peer is nobody's kernel: a server, and the ghost as its client. */
#ifndef E2E_STAGE_H
#define E2E_STAGE_H

#include "ghost.h"
#include "pair.h"

struct stage {
	struct pair p;
	struct ghost ghost;
	struct end peer;
	struct segment state; /* the ghost's side: what it sends next, and what it has seen */
	int s;		      /* the server's socket; -1: none */
};

/* The server listens; the ghost is at PORT. */
void stage_set(struct run *run, struct stage *s, int port);

/* A connection, begun by the ghost, that the server has accepted. */
void stage_connect(struct stage *s);

/* The ghost sends N bytes, and the server reads them. */
void stage_data(struct stage *s, int n);

/* The server connects to the ghost, which has seen its SYN: state.ack is what to answer it with. */
void stage_connect_from(struct run *run, struct stage *s);

/* The ghost sends, from where it is, a segment of its own: N bytes, or none. */
void stage_send(struct stage *s, int flags, int n);

void stage_clear(struct stage *s);

#endif
