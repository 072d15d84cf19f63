/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join.c: a queue in order of arrival, with a hash over the two ends that does not care which is
 * which. What was taken stays findable until it is overwritten. */
#include <string.h>

#include "join.h"

static struct join_entry *at(struct join *j, uint64_t number)
{
	return &j->entry[number % JOIN_MAX];
}

/* Not overwritten yet. */
static bool there(const struct join *j, uint64_t number)
{
	return number && number + JOIN_MAX > j->last;
}

void join_init(struct join *j)
{
	memset(j->bucket, 0, sizeof(j->bucket));
	j->first = 1;
	j->last = 0;
}

bool join_full(const struct join *j)
{
	return j->last + 1 - j->first == JOIN_MAX;
}

bool join_empty(const struct join *j)
{
	return j->first > j->last;
}

static uint32_t mix(const uint8_t *address, uint16_t port)
{
	uint32_t h = 2166136261U ^ port;

	for (int i = 0; i < 16; i++)
		h = (h ^ address[i]) * 16777619U;
	return h;
}

static uint32_t bucket_of(const struct rst_tuple *t)
{
	/* A sum: the same from both ends. */
	return (mix(t->local, t->local_port) + mix(t->remote, t->remote_port)) % JOIN_BUCKETS;
}

static bool same_ends(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->family == b->family && a->local_port == b->local_port &&
	       a->remote_port == b->remote_port && !memcmp(a->local, b->local, sizeof(a->local)) &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

static bool other_end(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->family == b->family && a->local_port == b->remote_port &&
	       a->remote_port == b->local_port && !memcmp(a->local, b->remote, sizeof(a->local)) &&
	       !memcmp(a->remote, b->local, sizeof(a->remote));
}

static struct join_entry *append(struct join *j, const struct rst_tuple *tuple)
{
	uint64_t number = ++j->last;
	struct join_entry *e = at(j, number);
	uint32_t bucket = bucket_of(tuple);

	memset(e, 0, sizeof(*e));
	e->next = j->bucket[bucket];
	j->bucket[bucket] = number;
	return e;
}

/* The RST that XDP saw before the socket took it: in the same namespace, or, SAME_NETNS false, in
 * the one it was routed through. */
static bool take_arrival(struct join *j, struct join_entry *e, bool same_netns)
{
	for (uint64_t n = e->next; there(j, n) && n >= j->first; n = at(j, n)->next) {
		struct join_entry *a = at(j, n);

		if (!a->have_arrival || a->event.sock.kind != RST_SOCK_NONE || a->taken ||
		    (same_netns && a->event.netns != e->event.netns) ||
		    !same_ends(&a->event.tuple, &e->event.tuple))
			continue;
		e->arrival = a->arrival;
		e->have_arrival = a->taken = true;
		return true;
	}
	return false;
}

/* The other end's reset: this one's cause or its effect. The nearest in time is the one. */
static void find_mate(struct join *j, struct join_entry *e)
{
	for (uint64_t n = e->next; there(j, n); n = at(j, n)->next) {
		struct join_entry *m = at(j, n);

		if (m->mate || m->direction == e->direction ||
		    (m->have_arrival && m->event.sock.kind == RST_SOCK_NONE) ||
		    e->event.hdr.mono_ns > m->event.hdr.mono_ns + JOIN_ARRIVAL_NS ||
		    !other_end(&m->event.tuple, &e->event.tuple))
			continue;
		m->mate = j->last;
		e->mate = n;
		return;
	}
}

void join_event(struct join *j, const struct rst_event *event, enum direction direction)
{
	struct join_entry *e = append(j, &event->tuple);

	e->event = *event;
	e->direction = direction;
	e->due_ns = event->hdr.mono_ns + JOIN_PAIR_NS;
	if (direction == DIR_RECEIVED && !take_arrival(j, e, true))
		take_arrival(j, e, false);
	find_mate(j, e);
}

void join_arrival(struct join *j, const struct rst_arrival *arrival, uint32_t netns)
{
	struct join_entry *e = append(j, &arrival->tuple);

	e->event.hdr = arrival->hdr;
	e->event.tuple = arrival->tuple;
	e->event.netns = netns;
	e->event.reason = -1;
	e->arrival = *arrival;
	e->have_arrival = true;
	e->direction = DIR_RECEIVED;
	e->due_ns = arrival->hdr.mono_ns + JOIN_ARRIVAL_NS;
}

void join_owner(struct join *j, const struct rst_closed *closed)
{
	uint64_t n = j->bucket[bucket_of(&closed->tuple)];

	for (; there(j, n) && n >= j->first; n = at(j, n)->next) {
		struct rst_event *event = &at(j, n)->event;

		if (event->sock.cookie != closed->cookie)
			continue;
		event->owner.task = closed->task;
		event->owner.known_by = RST_KNOWN_SOCKET;
	}
}

const struct join_entry *join_next(struct join *j, uint64_t now_ns, bool force)
{
	while (!join_empty(j)) {
		const struct join_entry *e = at(j, j->first);

		if (!e->taken && !force && e->due_ns > now_ns)
			return NULL;
		j->first++;
		if (!e->taken)
			return e;
	}
	return NULL;
}

const struct join_entry *join_mate(const struct join *j, const struct join_entry *entry)
{
	const struct join_entry *mate = &j->entry[entry->mate % JOIN_MAX];

	return there(j, entry->mate) ? mate : NULL;
}
