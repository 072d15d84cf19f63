/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * join.h: brings the RST that XDP saw together with the socket that took it. XDP always comes
 * first, so an arrival waits for its event; what nobody took in time is reported by itself. Pure.
 */
#ifndef RSTTRACE_JOIN_H
#define RSTTRACE_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

/* A socket that is locked by its owner takes the RST from its backlog, when the lock is released:
 * within a scheduling delay. */
#define JOIN_WAIT_NS 250000000ULL
#define JOIN_MAX 4096

struct join {
	struct rst_arrival waiting[JOIN_MAX]; /* oldest first, from `head` */
	bool taken[JOIN_MAX];
	uint32_t head, n;
};

/* Remembers ARRIVAL. The caller makes room first: see join_full. */
void join_add(struct join *j, const struct rst_arrival *arrival);
bool join_full(const struct join *j);

/* Finds the arrival that EVENT took. Returns false if XDP saw none; else copies it to *OUT. */
bool join_take(struct join *j, const struct rst_event *event, struct rst_arrival *out);

/*
 * Takes the oldest arrival that nobody took and whose time is over at NOW_NS. FORCE: whatever its
 * time. Returns false when there is none.
 */
bool join_expired(struct join *j, uint64_t now_ns, bool force, struct rst_arrival *out);

#endif
