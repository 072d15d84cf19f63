/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.c: the copy of the listeners, found by their ports and, when it is brought up to date, by
 * their cookies. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/listeners.h"
#include "model/tuple.h"

/* Ports below are not given to clients, by the default of net.ipv4.ip_local_port_range. */
#define EPHEMERAL_PORT 32768

static uint32_t *port_bucket(struct listeners *l, uint16_t port)
{
	return &l->by_port[port % LISTENERS_BUCKETS];
}

static uint32_t *cookie_bucket(struct listeners *l, uint64_t cookie)
{
	return &l->by_cookie[cookie % LISTENERS_BUCKETS];
}

static struct listener *find(struct listeners *l, uint64_t cookie)
{
	uint32_t number = *cookie_bucket(l, cookie);

	while (number && l->v[number - 1].cookie != cookie)
		number = l->v[number - 1].next_cookie;
	return number ? &l->v[number - 1] : NULL;
}

static struct listener *append(struct listeners *l, uint64_t cookie)
{
	uint32_t *bucket = cookie_bucket(l, cookie);
	struct listener *v = l->v;

	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 256;

		v = realloc(v, room * sizeof(*v));
		if (!v)
			return NULL;
		l->v = v;
		l->room = room;
	}
	v += l->n++;
	*v = (struct listener){ .cookie = cookie, .next_cookie = *bucket };
	*bucket = (uint32_t)l->n;
	return v;
}

int listeners_see(struct listeners *l, uint64_t generation, uint64_t cookie,
		  const struct rst_listener *raw)
{
	struct listener *v = find(l, cookie);

	if (!v)
		v = append(l, cookie);
	if (!v)
		return -ENOMEM;
	v->raw = *raw;
	v->until_ns = 0;
	v->generation = generation;
	return 0;
}

static void make_index(struct listeners *l)
{
	memset(l->by_port, 0, sizeof(l->by_port));
	memset(l->by_cookie, 0, sizeof(l->by_cookie));
	for (uint32_t number = 1; number <= l->n; number++) {
		struct listener *v = &l->v[number - 1];
		uint32_t *port = port_bucket(l, v->raw.port);
		uint32_t *cookie = cookie_bucket(l, v->cookie);

		v->next_port = *port;
		v->next_cookie = *cookie;
		*port = *cookie = number;
	}
}

void listeners_seen(struct listeners *l, uint64_t generation, uint64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct listener *v = &l->v[i];

		if (v->generation != generation && !v->until_ns)
			v->until_ns = now_ns;
		if (!v->until_ns || now_ns - v->until_ns < LISTENERS_KEPT_NS)
			l->v[kept++] = *v;
	}
	l->n = kept;
	make_index(l);
}

void listeners_free(struct listeners *l)
{
	free(l->v);
	*l = (struct listeners){ 0 };
}

/* The first listener that has the hash of the port; NULL: none. */
static const struct listener *first(const struct listeners *l, uint16_t port)
{
	uint32_t number = l->by_port[port % LISTENERS_BUCKETS];

	return number ? &l->v[number - 1] : NULL;
}

static const struct listener *next(const struct listeners *l, const struct listener *v)
{
	return v->next_port ? &l->v[v->next_port - 1] : NULL;
}

/* When a listener ended is noticed later than it was: what ended with it still counts as its. */
static bool was_there(const struct listener *l, const struct rst_event *ev)
{
	return l->raw.port == ev->tuple.local_port && l->raw.since_ns <= ev->hdr.mono_ns &&
	       (!l->until_ns || l->until_ns >= ev->hdr.mono_ns);
}

/* Whether L listens at T's local address, where that is its namespace's. */
static bool has_address(const struct rst_listener *l, const struct rst_tuple *t)
{
	bool to_any = address_is_any(l->address);

	if (l->family == t->family)
		return to_any || !memcmp(l->address, t->local, address_size(t->family));
	return l->family == 6 && to_any && !l->v6only;
}

/* Whether L takes connections to the event's local address. */
static bool takes(const struct listener *l, const struct rst_event *ev)
{
	return was_there(l, ev) && l->raw.netns == ev->netns && has_address(&l->raw, &ev->tuple);
}

void listener_refer(struct listener_ref *ref, const struct rst_listener *l)
{
	memcpy(ref->address, l->address, sizeof(ref->address));
	ref->family = l->family;
	ref->port = l->port;
	ref->netns = l->netns;
	ref->since_ns = l->since_ns;
	ref->start_ns = l->owner.start_ns;
	ref->cgroup_id = l->owner.cgroup_id;
	ref->pid = l->owner.pid;
	ref->uid = l->owner.uid;
	ref->bound_ifindex = (uint32_t)l->bound_ifindex;
	memcpy(ref->comm, l->owner.comm, sizeof(l->owner.comm));
	ref->comm[sizeof(l->owner.comm)] = '\0';
}

static const struct rst_listener *of_connection(const struct listeners *l,
						const struct rst_event *ev)
{
	for (const struct listener *v = first(l, ev->tuple.local_port); v; v = next(l, v))
		if (takes(v, ev))
			return &v->raw;
	return NULL;
}

/* Whether what was sent to T's local address, in another network namespace than L's, could have been meant
 * for L: loopback is every namespace's own, and so is an address that T does not have. */
static bool could_be_meant(const struct rst_listener *l, const struct rst_tuple *t)
{
	return !address_is_loopback(l->address, l->family) && has_address(l, t);
}

/* Of those that listen on the event's port: one of this namespace; else the only other namespace's that
 * could have been meant. Of several, nobody knows which. */
static const struct rst_listener *elsewhere(const struct listeners *l, const struct rst_event *ev)
{
	const struct rst_listener *best = NULL;
	bool several = false;

	for (const struct listener *v = first(l, ev->tuple.local_port); v; v = next(l, v)) {
		const struct rst_listener *raw = &v->raw;

		/* One that has ended is gone, not elsewhere. */
		if (!was_there(v, ev) || v->until_ns || (takes(v, ev) && !raw->bound_ifindex))
			continue;
		if (raw->netns == ev->netns)
			return raw;
		if (!could_be_meant(raw, &ev->tuple))
			continue;
		several |= best && best->netns != raw->netns;
		if (!best)
			best = raw;
	}
	return several ? NULL : best;
}

const struct listener *listeners_elsewhere(const struct listeners *l, const struct rst_event *ev,
					   const struct listener *after)
{
	const struct listener *v = after ? next(l, after) : first(l, ev->tuple.local_port);

	while (v && (!was_there(v, ev) || v->until_ns || v->raw.netns == ev->netns ||
		     !could_be_meant(&v->raw, &ev->tuple)))
		v = next(l, v);
	return v;
}

/* A listener enters the kernel's tables a moment after it is seen to begin. */
#define SETTLED_NS 1000000ULL

/* One that would take the segment and did not get it. The kernel's lookup is right: this table knows
 * neither VRFs nor BPF programs. */
static const struct rst_listener *passed_over(const struct listeners *l, const struct rst_event *ev)
{
	for (const struct listener *v = first(l, ev->tuple.local_port); v; v = next(l, v))
		if (takes(v, ev) && !v->raw.bound_ifindex && !v->until_ns &&
		    v->raw.since_ns + SETTLED_NS < ev->hdr.mono_ns)
			return &v->raw;
	return NULL;
}

void listeners_fill(const struct listeners *l, struct incident *in)
{
	const struct rst_event *ev = in->ev;
	const struct rst_listener *found = NULL;

	if (ev->sock.kind == RST_SOCK_NONE && in->direction == DIR_SENT) {
		found = passed_over(l, ev);
		in->listener.passed_over = found;
		if (!found)
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
