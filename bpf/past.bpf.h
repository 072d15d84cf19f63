/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * past.bpf.h: what is remembered of connections, handshakes and listeners that are no more. Many
 * resets are the late echo of one of them.
 */
#ifndef RSTTRACE_PAST_BPF_H
#define RSTTRACE_PAST_BPF_H

#include "sock.bpf.h"

/* All evict what was used least recently. User space sets the sizes before loading. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct rst_past_key);
	__type(value, struct rst_past);
} ended_connections SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct rst_past_key);
	__type(value, struct rst_past);
} dropped_handshakes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct rst_past_key);
	__type(value, struct rst_past);
} ended_listeners SEC(".maps") __weak;

static __always_inline void past_key(struct rst_past_key *key, const struct rst_tuple *t,
				     __u32 netns)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->local, t->local, sizeof(key->local));
	__builtin_memcpy(key->remote, t->remote, sizeof(key->remote));
	key->netns = netns;
	key->local_port = t->local_port;
	key->remote_port = t->remote_port;
	key->family = t->family;
}

/* The newer of the two, if any. */
static __always_inline const struct rst_past *past_newer(const struct rst_past *a,
							 const struct rst_past *b)
{
	if (!a || !b)
		return a ? a : b;
	return a->at_ns >= b->at_ns ? a : b;
}

/* The listener that T's local end would have reached: at its address, at any, at any of both
 * families. */
static __always_inline const struct rst_past *past_listener(const struct rst_tuple *t, __u32 netns)
{
	const struct rst_past *past, *any;
	struct rst_past_key key = {};

	key.netns = netns;
	key.local_port = t->local_port;
	key.family = t->family;
	any = bpf_map_lookup_elem(&ended_listeners, &key);
	__builtin_memcpy(key.local, t->local, sizeof(key.local));
	past = past_newer(bpf_map_lookup_elem(&ended_listeners, &key), any);
	if (t->family == 6)
		return past;
	__builtin_memset(key.local, 0, sizeof(key.local));
	key.family = 6;
	return past_newer(past, bpf_map_lookup_elem(&ended_listeners, &key));
}

/* The connection of T's ends that was there before; or its handshake, dropped later. */
static __always_inline const struct rst_past *past_connection(const struct rst_tuple *t,
							      __u32 netns)
{
	struct rst_past_key key;

	past_key(&key, t, netns);
	return past_newer(bpf_map_lookup_elem(&ended_connections, &key),
			  bpf_map_lookup_elem(&dropped_handshakes, &key));
}

/* Whether a TIME_WAIT socket of that sort (TCP_FIN_WAIT2 or TCP_TIME_WAIT) stands for T's connection; it
 * does no longer, now that a RST went one way or the other. */
static __always_inline bool past_take_timewait(const struct rst_tuple *t, __u32 netns, __u8 sort)
{
	struct rst_past *past;
	struct rst_past_key key;

	past_key(&key, t, netns);
	past = bpf_map_lookup_elem(&ended_connections, &key);
	if (!past || past->timewait != sort ||
	    bpf_ktime_get_ns() - past->at_ns > past->timewait_s * 1000000000ULL)
		return false;
	past->timewait = 0;
	return true;
}

/* How that ended (RST_END_NOT: there was none), and *OWNER: whose it was. */
static __always_inline __u8 past_end(const struct rst_tuple *t, __u32 netns, __u32 *owner)
{
	const struct rst_past *past = past_connection(t, netns);

	if (!past)
		return RST_END_NOT;
	*owner = past->owner.pid;
	return past->end;
}

/* What bears on a segment that found no connection: its connection or handshake, else the listener
 * it was for. Not inlined: its keys would take stack of those that have little left. */
static __noinline __attribute__((unused)) void past_recall(struct rst_past *out,
							   const struct rst_tuple *t, __u32 netns,
							   bool is_syn)
{
	const struct rst_past *past = NULL;

	if (!is_syn)
		past = past_connection(t, netns);
	if (!past)
		past = past_listener(t, netns);
	if (past)
		*out = *past;
}

#endif
