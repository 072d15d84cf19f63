/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.c: searches the copy of the listeners. A host has few: a linear search will do. */
#include <string.h>

#include "listeners.h"

static const uint8_t any[16];

static bool was_there(const struct rst_listener *l, const struct rst_event *ev)
{
	return l->port == ev->tuple.local_port && l->since_ns <= ev->hdr.mono_ns;
}

/* Whether L takes connections to the event's local address. */
static bool takes(const struct rst_listener *l, const struct rst_event *ev)
{
	const struct rst_tuple *t = &ev->tuple;
	bool to_any = !memcmp(l->address, any, sizeof(any));

	if (!was_there(l, ev) || l->netns != ev->netns)
		return false;
	if (l->family == t->family)
		return to_any || !memcmp(l->address, t->local, t->family == 4 ? 4 : 16);
	return l->family == 6 && to_any && !l->v6only;
}

static void refer(struct incident *in, const struct rst_listener *l)
{
	struct listener_ref *ref = &in->listener;

	memcpy(ref->address, l->address, sizeof(ref->address));
	ref->family = l->family;
	ref->port = l->port;
	ref->netns = l->netns;
	ref->pid = l->owner.pid;
	ref->uid = l->owner.uid;
	memcpy(ref->comm, l->owner.comm, sizeof(l->owner.comm));
	ref->comm[sizeof(l->owner.comm)] = '\0';
}

static const struct rst_listener *of_connection(const struct listeners *l,
						const struct rst_event *ev)
{
	for (size_t i = 0; i < l->n; i++)
		if (takes(&l->v[i], ev))
			return &l->v[i];
	return NULL;
}

static const struct rst_listener *elsewhere(const struct listeners *l, const struct rst_event *ev)
{
	const struct rst_listener *best = NULL;

	for (size_t i = 0; i < l->n; i++) {
		/* One that would take the segment is not elsewhere: it came too late, or a BPF
		 * program chose against it. */
		if (!was_there(&l->v[i], ev) || (takes(&l->v[i], ev) && !l->v[i].bound_ifindex))
			continue;
		if (l->v[i].netns == ev->netns)
			return &l->v[i];
		if (!best)
			best = &l->v[i];
	}
	return best;
}

void listeners_fill(const struct listeners *l, struct incident *in)
{
	const struct rst_event *ev = in->ev;
	const struct rst_listener *found = NULL;

	if (ev->sock.kind == RST_SOCK_NONE && in->direction == DIR_SENT) {
		found = elsewhere(l, ev);
	} else if (ev->sock.kind != RST_SOCK_NONE) {
		found = of_connection(l, ev);
		if (ev->sock.role == RST_ROLE_UNKNOWN && ev->sock.kind != RST_SOCK_LISTENER) {
			in->role = found ? RST_ROLE_SERVER : RST_ROLE_CLIENT;
			in->role_inferred = true;
		}
	}
	if (found)
		refer(in, found);
}
