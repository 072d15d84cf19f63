/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.h: which listener bears on an event. Pure: searches a copy of the kernel's map. */
#ifndef RSTTRACE_LISTENERS_H
#define RSTTRACE_LISTENERS_H

#include <stddef.h>

#include "incident.h"

struct listeners {
	const struct rst_listener *v;
	size_t n;
};

/*
 * Fills IN's `listener`, `role` and `role_inferred` as far as the listeners tell:
 * - for a segment that found no socket, the listener of its port at another address, family, device or
 *   network namespace (this namespace first);
 * - else the listener of the local port and address; a connection whose role nobody
 *   recorded is a server's if there is one, else a client's.
 * Listeners that came after the event are passed over.
 */
void listeners_fill(const struct listeners *l, struct incident *in);

#endif
