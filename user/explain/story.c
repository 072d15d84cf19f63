/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* story.c: a hash of sets, by both ends in either order. */
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "explain/story.h"
#include "model/tuple.h"

static uint64_t end_hash(uint32_t netns, const uint8_t *address, uint16_t port)
{
	return hash_mix((uint64_t)netns << 16 | port, address, 16);
}

/* A sum: the same from both ends. */
static size_t set_of(const struct rst_event *e)
{
	const struct rst_tuple *t = &e->tuple;
	uint64_t h = end_hash(e->netns, t->local, t->local_port) +
		     end_hash(e->netns, t->remote, t->remote_port);

	return (h ^ h >> 32) % STORY_SETS;
}

/* Whether S is of the connection that E is about, told by either end. */
static bool same_ends(const struct story *s, const struct rst_event *e)
{
	return s->netns == e->netns &&
	       (tuple_same(&s->tuple, &e->tuple) || tuple_turned(&s->tuple, &e->tuple));
}

/* When the connection that EVENT is about began, as far as that is known: 0. */
static uint64_t begin_of(const struct rst_event *e)
{
	const struct rst_past *past = &e->past;
	uint64_t end = past->closed_ns ? past->closed_ns : past->at_ns;

	if (e->sock.kind == RST_SOCK_FULL)
		return e->sock.created_ns;
	if (past->kind != RST_PAST_CONNECTION || past->life_us == RST_NEVER || !past->life_us)
		return 0;
	return end - past->life_us * 1000ULL;
}

static bool begins(const struct rst_event *e)
{
	return e->hdr.type == RST_REC_SENT && e->packet.valid &&
	       (e->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_SYN;
}

/* Clocks of two CPUs, and the other end's record, may be behind. */
static bool is_of(const struct story *s, const struct rst_event *e)
{
	if (!s->first || !same_ends(s, e))
		return false;
	return e->hdr.mono_ns < s->last_ns + STORY_NS && begin_of(e) <= s->began_ns;
}

uint64_t stories_find(const struct stories *s, const struct rst_event *event)
{
	const struct story *set = s->story[set_of(event)];

	if (begins(event))
		return 0;
	for (size_t i = 0; i < STORY_WAYS; i++)
		if (is_of(&set[i], event))
			return set[i].first;
	return 0;
}

void stories_add(struct stories *s, const struct rst_event *event, uint64_t first)
{
	struct story *set = s->story[set_of(event)], *room = &set[0];

	for (size_t i = 0; i < STORY_WAYS; i++) {
		if (set[i].first == first && is_of(&set[i], event)) {
			set[i].last_ns = event->hdr.mono_ns;
			return;
		}
		/* What was there of these ends is over. */
		if (same_ends(&set[i], event)) {
			room = &set[i];
			break;
		}
		if (set[i].last_ns < room->last_ns)
			room = &set[i];
	}
	*room = (struct story){
		.tuple = event->tuple,
		.netns = event->netns,
		.first = first,
		.began_ns = event->hdr.mono_ns,
		.last_ns = event->hdr.mono_ns,
	};
}
