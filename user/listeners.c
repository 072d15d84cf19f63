/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.c: searches the copy of the listeners, one by one. */
#include <string.h>

#include "listeners.h"

static const uint8_t any[16];

/* Ports below are not given to clients, by the default of net.ipv4.ip_local_port_range. */
#define EPHEMERAL_PORT 32768

/* When a listener ended is noticed later than it was: what ended with it still counts as its. */
static bool was_there(const struct listener *l, const struct rst_event *ev)
{
	return l->raw.port == ev->tuple.local_port && l->raw.since_ns <= ev->hdr.mono_ns &&
	       (!l->until_ns || l->until_ns >= ev->hdr.mono_ns);
}

/* Whether L takes connections to the event's local address. */
static bool takes(const struct listener *listener, const struct rst_event *ev)
{
	const struct rst_listener *l = &listener->raw;
	const struct rst_tuple *t = &ev->tuple;
	bool to_any = !memcmp(l->address, any, sizeof(any));

	if (!was_there(listener, ev) || l->netns != ev->netns)
		return false;
	if (l->family == t->family)
		return to_any || !memcmp(l->address, t->local, t->family == 4 ? 4 : 16);
	return l->family == 6 && to_any && !l->v6only;
}

void listener_refer(struct listener_ref *ref, const struct rst_listener *l)
{
	memcpy(ref->address, l->address, sizeof(ref->address));
	ref->family = l->family;
	ref->port = l->port;
	ref->netns = l->netns;
	ref->start_ns = l->owner.start_ns;
	ref->cgroup_id = l->owner.cgroup_id;
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
			return &l->v[i].raw;
	return NULL;
}

static const struct rst_listener *elsewhere(const struct listeners *l, const struct rst_event *ev)
{
	const struct rst_listener *best = NULL;

	for (size_t i = 0; i < l->n; i++) {
		const struct rst_listener *raw = &l->v[i].raw;

		/* One that has ended is gone, not elsewhere. One that would take the segment is not
		 * elsewhere either: it came too late, or a BPF program chose against it. */
		if (!was_there(&l->v[i], ev) || l->v[i].until_ns ||
		    (takes(&l->v[i], ev) && !raw->bound_ifindex))
			continue;
		if (raw->netns == ev->netns)
			return raw;
		if (!best)
			best = raw;
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
			if (found)
				in->role = RST_ROLE_SERVER;
			else if (ev->tuple.local_port >= EPHEMERAL_PORT)
				in->role = RST_ROLE_CLIENT;
			in->role_inferred = in->role != RST_ROLE_UNKNOWN;
		}
	}
	if (found)
		listener_refer(&in->listener, found);
}
