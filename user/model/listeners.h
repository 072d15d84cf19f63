/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.h: which listener bears on an event. Pure: keeps a copy of the kernel's map. */
#ifndef RSTTRACE_LISTENERS_H
#define RSTTRACE_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/incident.h"

/* A listener, and while it was there: since raw.since_ns. */
struct listener {
	struct rst_listener raw;
	uint64_t cookie;
	uint64_t until_ns;   /* 0: still there */
	uint64_t generation; /* of the kernel's map, when it was last seen there */
	/* Number, from 1, of the next one with the same hash of the port, the cookie; 0: none. */
	uint32_t next_port, next_cookie;
};

/* How long one that ended is kept, for events that are older than its end. */
#define LISTENERS_KEPT_NS 10000000000ULL

#define LISTENERS_BUCKETS 1024

/* The whole copy, in no order. Zero: an empty one. */
struct listeners {
	struct listener *v;
	size_t n, room;
	uint32_t by_port[LISTENERS_BUCKETS], by_cookie[LISTENERS_BUCKETS];
};

/* Takes over one that is in the kernel's map at this GENERATION of it. Returns 0 or -ENOMEM. */
int listeners_see(struct listeners *l, uint64_t generation, uint64_t cookie,
		  const struct rst_listener *raw);

/* After all of them: what was not seen at this GENERATION has ended, at NOW_NS at the latest. */
void listeners_seen(struct listeners *l, uint64_t generation, uint64_t now_ns);

void listeners_free(struct listeners *l);

/*
 * Fills IN's `listener`, `role` and `role_inferred` as far as the listeners tell:
 * - for a segment that found no socket, the listener that it should have reached (`passed_over`); else
 *   the one of its port at another address, family, device or network namespace (this namespace first, of
 *   others the only one that can be reached from outside);
 * - else the listener of the local port and address; a connection whose role nobody
 *   recorded is a server's if there is one; else a client's if its port is an ephemeral one.
 * What counts is who listened at the time of the event.
 */
void listeners_fill(const struct listeners *l, struct incident *in);

/* The next listener of the event's port behind AFTER (NULL: the first), in another namespace, that could have
 * been meant as far as its own address tells; NULL: there is none. */
const struct listener *listeners_elsewhere(const struct listeners *l, const struct rst_event *ev,
					   const struct listener *after);

/* Copies what an event says of a listener. */
void listener_refer(struct listener_ref *ref, const struct rst_listener *l);

#endif
