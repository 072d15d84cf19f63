/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mates_group.c: the chains of the records of RSTs, and groups of what they lead to. */
#include <string.h>

#include "base/hash.h"
#include "explain/mates.h"
#include "explain/mates_group.h"
#include "model/tuple.h"

/* No more that bear one number are looked at. */
#define WALK 512

/* Its remote end is the source. */
static bool ends_turned(const struct join_entry *e)
{
	return e->direction == DIR_RECEIVED;
}

struct mates_ends mates_ends_of(const struct join_entry *e)
{
	const struct rst_tuple *t = &e->event.tuple;

	if (ends_turned(e))
		return (struct mates_ends){ t->remote, t->local, t->remote_port, t->local_port };
	return (struct mates_ends){ t->local, t->remote, t->local_port, t->remote_port };
}

int mates_ends_alike(const struct join_entry *a, const struct join_entry *b)
{
	struct mates_ends x = mates_ends_of(a), y = mates_ends_of(b);

	if (a->event.tuple.family != b->event.tuple.family)
		return -1;
	return tuple_same_end(x.source, x.source_port, y.source, y.source_port) +
	       tuple_same_end(x.target, x.target_port, y.target, y.target_port);
}

bool mates_same_flow(const struct join_entry *a, const struct join_entry *b)
{
	return mates_ends_alike(a, b) == 2;
}

static uint64_t *bucket_of(struct join *j, const struct join_entry *e, uint32_t number,
			   enum join_key key)
{
	bool turned = ends_turned(e);
	uint64_t source = turned ? e->remote_hash : e->local_hash;
	uint64_t target = turned ? e->local_hash : e->remote_hash;
	uint64_t h = key == JOIN_BY_ENDS     ? hash_word(source, target)
		     : key == JOIN_BY_SOURCE ? source
		     : key == JOIN_BY_TARGET ? target
					     : j->seed;

	return &j->node_bucket[hash_word(h, (uint64_t)key << 32 | number) % JOIN_NODE_BUCKETS];
}

/* By which of its numbers a RST can be found: one that bears 0 only for want of another by that which it
 * acknowledges. Returns how many. */
static uint32_t keys_of(const struct numbers *n, uint32_t keys[NUMBERS_MAX])
{
	uint32_t count = 0;

	if (!n->exact) {
		memcpy(keys, n->v, sizeof(n->v));
		return n->n;
	}
	if (n->v[0] || !n->flags)
		keys[count++] = n->v[0];
	if (n->flags)
		keys[count++] = n->ack;
	return count;
}

void mates_add(struct join *j, uint64_t number)
{
	struct join_entry *e = join_at(j, number);
	uint32_t keys[NUMBERS_MAX], n;

	e->numbers =
		numbers_of(&e->event, e->direction, e->have_arrival ? &e->arrival.packet : NULL);
	n = keys_of(&e->numbers, keys);
	for (uint32_t i = 0; i < n; i++) {
		for (int key = 0; key < JOIN_KEYS; key++) {
			uint64_t *bucket = bucket_of(j, e, keys[i], (enum join_key)key);
			uint64_t slot = i * JOIN_KEYS + (uint64_t)key;

			e->node[slot] = *bucket;
			*bucket = number * JOIN_NODES + slot;
		}
	}
}

static bool contains(const struct mates_group *g, const struct join_entry *e)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (g->v[i] == e)
			return true;
	return false;
}

void mates_group_add(struct mates_group *g, struct join_entry *e)
{
	if (contains(g, e))
		return;
	if (g->n == MATES_GROUP)
		g->more = true;
	else
		g->v[g->n++] = e;
}

/* Whether M's node SLOT is one of those that E looks for by NUMBER and KEY. Others are there only because
 * they fall into the same bucket: those of a flood that bears one number are not to hide what E is. */
static bool is_of_chain(const struct join_entry *m, uint64_t slot, const struct join_entry *e,
			uint32_t number, enum join_key key)
{
	uint32_t keys[NUMBERS_MAX], n = keys_of(&m->numbers, keys);
	struct mates_ends x = mates_ends_of(e), y = mates_ends_of(m);

	if (slot % JOIN_KEYS != (uint64_t)key || slot / JOIN_KEYS >= n ||
	    keys[slot / JOIN_KEYS] != number)
		return false;
	if ((key == JOIN_BY_ENDS || key == JOIN_BY_SOURCE) &&
	    !tuple_same_end(x.source, x.source_port, y.source, y.source_port))
		return false;
	return (key != JOIN_BY_ENDS && key != JOIN_BY_TARGET) ||
	       tuple_same_end(x.target, x.target_port, y.target, y.target_port);
}

void mates_gather(struct join *j, const struct join_entry *e, enum join_key key,
		  mates_want_fn *want, struct mates_group *g)
{
	uint32_t keys[NUMBERS_MAX], n = keys_of(&e->numbers, keys), walked = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t node = *bucket_of(j, e, keys[i], key);

		while (join_has(j, node / JOIN_NODES)) {
			struct join_entry *m = join_at(j, node / JOIN_NODES);

			if (is_of_chain(m, node % JOIN_NODES, e, keys[i], key) &&
			    walked++ == WALK) {
				g->more = true;
				return;
			}
			if (m != e && want(e, m))
				mates_group_add(g, m);
			node = m->node[node % JOIN_NODES];
		}
	}
}

void mates_gather_came(struct join *j, const struct join_entry *e, mates_want_fn *want,
		       struct mates_group *g)
{
	struct join_entry before = *e;

	before.event.tuple = e->came;
	before.local_hash = e->came_local_hash;
	before.remote_hash = e->came_remote_hash;
	mates_gather(j, &before, JOIN_BY_ENDS, want, g);
}

void mates_group_sort(struct mates_group *g)
{
	for (uint32_t i = 1; i < g->n; i++) {
		struct join_entry *e = g->v[i];
		uint32_t at = i;

		for (; at && g->v[at - 1]->event.hdr.mono_ns > e->event.hdr.mono_ns; at--)
			g->v[at] = g->v[at - 1];
		g->v[at] = e;
	}
}

bool mates_one_flow(const struct mates_group *g)
{
	for (uint32_t i = 1; i < g->n; i++)
		if (!mates_same_flow(g->v[0], g->v[i]))
			return false;
	return g->n;
}
