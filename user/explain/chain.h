/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * chain.h: a process that stands between two connections ends the one because the other was refused or reset: a
 * proxy, a router, a sidecar, a user-mode network. Seen is only that the same thread did the one just after it was
 * told of the other.
 */
#ifndef RSTTRACE_CHAIN_H
#define RSTTRACE_CHAIN_H

#include "model/incident.h"

/* A proxy passes the end of a connection on at once. */
#define CHAIN_NS 100000000ULL

/* How many are remembered: more come in that time only in a flood, where nothing can be told apart. */
#define CHAIN_MAX 256

/* What a thread was told of one of its connections. */
struct chain_link {
	struct after what;
	uint64_t at_ns;
	uint64_t start_ns; /* of the process */
	uint64_t begun_ns; /* when the connection began; 0: not known */
	uint64_t sent_ns;  /* the last data that the process sent by it; 0: none */
	uint32_t pid, tid;
	bool taken; /* another connection was ended because of it */
};

struct chain {
	struct chain_link link[CHAIN_MAX];
	uint64_t n; /* so many there were; the next stands at n % CHAIN_MAX */
};

/* Takes what IN, whose owner is known, tells its process: a received reset. Anything else is passed over. */
void chain_keep(struct chain *c, const struct incident *in);

/* Fills `after` of IN, whose owner is known: the one reset that the thread which ended the connection, or wrote the
 * RST into a TUN device, took just before. None if there are several that it may have been. What may follow from
 * another thread's is at least not said to be a limit's doing (detail turned-away). */
void chain_find(struct chain *c, struct incident *in);

#endif
