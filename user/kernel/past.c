/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* past.c: the same keys as past.bpf.h, from the other side. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "kernel/past.h"

/* Takes what MAP has of KEY into OUT, if that is newer. */
static void take_newer(int map, const struct rst_past_key *key, struct rst_past *out)
{
	struct rst_past past;

	if (!bpf_map_lookup_elem(map, key, &past) && (!out->kind || past.at_ns > out->at_ns))
		*out = past;
}

/* What the place PLACE holds, if it is TAG's still: the kernel side may write it meanwhile. */
static bool read_ended(const struct past_maps *m, size_t place, uint32_t tag, struct rst_ended *out)
{
	const uint32_t *now = &m->set[place / RST_ENDED_WAYS].tag[place % RST_ENDED_WAYS];

	if (__atomic_load_n(now, __ATOMIC_ACQUIRE) != tag)
		return false;
	*out = m->ended[place];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(now, __ATOMIC_RELAXED) == tag;
}

static void find_ended(const struct past_maps *m, const struct rst_tuple *tuple,
		       const struct rst_past_key *key, struct rst_past *out)
{
	uint64_t hash = rst_past_hash(m->seed, tuple, rst_net(key->netns, key->netns_mix));
	size_t at = (size_t)rst_ended_set(hash, m->sets) * RST_ENDED_WAYS;
	struct rst_ended ended;

	for (size_t i = 0; m->sets && i < RST_ENDED_WAYS; i++)
		if (read_ended(m, at + i, rst_past_tag(hash), &ended) &&
		    !memcmp(&ended.key, key, sizeof(*key)))
			*out = ended.past;
}

/* At its address, at any, at any of both families. */
static void find_listener(int map, struct rst_past_key *key, struct rst_past *out)
{
	memset(key->remote, 0, sizeof(key->remote));
	key->remote_port = 0;
	take_newer(map, key, out);
	memset(key->local, 0, sizeof(key->local));
	take_newer(map, key, out);
	if (key->family == 6)
		return;
	key->family = 6;
	take_newer(map, key, out);
}

int past_find(const struct past_maps *maps, uint64_t net, const struct rst_tuple *tuple,
	      bool is_syn, struct rst_past *out)
{
	struct rst_past_key key = {
		.netns = (uint32_t)net,
		.netns_mix = (uint32_t)(net >> 32),
		.local_port = tuple->local_port,
		.remote_port = tuple->remote_port,
		.family = tuple->family,
	};

	memset(out, 0, sizeof(*out));
	memcpy(key.local, tuple->local, sizeof(key.local));
	memcpy(key.remote, tuple->remote, sizeof(key.remote));
	if (is_syn) {
		find_listener(maps->listeners, &key, out);
	} else {
		find_ended(maps, tuple, &key, out);
		take_newer(maps->handshakes, &key, out);
	}
	return out->kind ? 0 : -ENOENT;
}

static bool same_peer(const struct past_peer *q, const struct rst_past_key *key)
{
	const struct rst_tuple *t = &q->tuple;

	if (key->remote_port != t->remote_port || key->family != t->family ||
	    memcmp(key->remote, t->remote, sizeof(key->remote)) != 0)
		return false;
	return key->netns != q->netns || key->local_port != t->local_port ||
	       memcmp(key->local, t->local, sizeof(key->local)) != 0;
}

static void take_peer(struct past_peer *q, const struct rst_past_key *key,
		      const struct rst_past *past)
{
	if (!same_peer(q, key) || (q->past.kind && q->past.at_ns >= past->at_ns) ||
	    !q->fits(q->context, past))
		return;
	q->past = *past;
	q->found_netns = key->netns;
	q->found = q->tuple;
	memcpy(q->found.local, key->local, sizeof(key->local));
	q->found.local_port = key->local_port;
}

void past_peers(const struct past_maps *m, struct past_peer *q, size_t n)
{
	struct rst_ended ended;

	for (size_t i = 0; i < n; i++)
		q[i].past.kind = RST_PAST_NONE;
	for (size_t place = 0; place < (size_t)m->sets * RST_ENDED_WAYS; place++) {
		uint32_t tag = m->set[place / RST_ENDED_WAYS].tag[place % RST_ENDED_WAYS];

		if (!tag || !read_ended(m, place, tag, &ended))
			continue;
		for (size_t i = 0; i < n; i++)
			take_peer(&q[i], &ended.key, &ended.past);
	}
}
