/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.h: which listener bears on an event. Pure: searches a copy of the kernel's map. */
#ifndef RSTTRACE_LISTENERS_H
#define RSTTRACE_LISTENERS_H

#include <stddef.h>

#include "incident.h"

/* A listener, and while it was there: since raw.since_ns. */
struct listener {
	struct rst_listener raw;
	uint64_t cookie;
	uint64_t until_ns;   /* 0: still there */
	uint64_t generation; /* of the kernel's map, when it was last seen there */
};

struct listeners {
	const struct listener *v;
	size_t n;
};

/*
 * Fills IN's `listener`, `role` and `role_inferred` as far as the listeners tell:
 * - for a segment that found no socket, the listener of its port at another address, family, device or
 *   network namespace (this namespace first);
 * - else the listener of the local port and address; a connection whose role nobody
 *   recorded is a server's if there is one; else a client's if its port is an ephemeral one.
 * What counts is who listened at the time of the event.
 */
void listeners_fill(const struct listeners *l, struct incident *in);

/* Copies what an event says of a listener. */
void listener_refer(struct listener_ref *ref, const struct rst_listener *l);

#endif
