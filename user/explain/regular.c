/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* regular.c: a hash of sets, by both addresses and the port that is probed. */
#include <string.h>

#include "base/hash.h"
#include "explain/regular.h"

/* Who asks is the client, at whichever end this host is. */
static struct regular_slot key_of(const struct incident *in)
{
	const struct rst_tuple *t = &in->ev->tuple;
	bool sent = in->direction == DIR_SENT;
	struct regular_slot k = {
		.port = sent ? t->remote_port : t->local_port,
		.family = t->family,
		.sent = sent,
		.netns = in->ev->netns,
		.last_ns = in->ev->hdr.mono_ns,
	};

	memcpy(k.from, sent ? t->local : t->remote, sizeof(k.from));
	memcpy(k.to, sent ? t->remote : t->local, sizeof(k.to));
	return k;
}

static bool same(const struct regular_slot *a, const struct regular_slot *b)
{
	return a->last_ns && a->port == b->port && a->family == b->family && a->sent == b->sent &&
	       a->netns == b->netns && !memcmp(a->from, b->from, sizeof(a->from)) &&
	       !memcmp(a->to, b->to, sizeof(a->to));
}

static struct regular_slot *find(struct regular_probes *r, const struct regular_slot *k)
{
	uint64_t h = hash_mix(r->seed, k->from, sizeof(k->from));
	struct regular_slot *set, *room;

	h = hash_mix(h, k->to, sizeof(k->to));
	h = hash_word(h, (uint64_t)k->netns << 17 | (uint64_t)k->port << 1 | k->sent);
	set = r->slot[h % REGULAR_SETS];
	room = &set[0];
	for (size_t i = 0; i < REGULAR_WAYS; i++) {
		if (same(&set[i], k))
			return &set[i];
		if (set[i].last_ns < room->last_ns)
			room = &set[i];
	}
	*room = *k;
	return room;
}

/* Timers of user space are late by what a busy machine makes them wait. */
static bool alike(uint64_t a, uint64_t b)
{
	uint64_t differ = a > b ? a - b : b - a;

	return differ <= (a > b ? a : b) / 4;
}

void regular_note(struct regular_probes *r, struct incident *in)
{
	struct regular_slot k, *s;
	uint64_t interval;

	if (!incident_detail_is(in, "probe") || in->ev->folded.count)
		return;
	k = key_of(in);
	s = find(r, &k);
	if (k.last_ns <= s->last_ns)
		return;
	interval = k.last_ns - s->last_ns;
	s->last_ns = k.last_ns;
	if (s->count && alike(interval, s->every_ns)) {
		s->every_ns = (s->every_ns * s->count + interval) / (s->count + 1);
		s->count++;
	} else {
		s->every_ns = interval;
		s->count = 1;
	}
	if (s->count < REGULAR_LEAST || s->every_ns < REGULAR_NS)
		return;
	in->regular.every_ns = s->every_ns;
	in->regular.count = s->count + 1;
}
