/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * past.bpf.h: what is remembered of connections, handshakes and listeners that are no more. Many
 * resets are the late echo of one of them.
 */
#ifndef RSTTRACE_PAST_BPF_H
#define RSTTRACE_PAST_BPF_H

#include "sock.bpf.h"

/*
 * Connections that have ended, in an array that is made once: an entry of an LRU hash costs a microsecond to make.
 * A hash chooses a set of places; the one of them that was filled first is pushed out. User space sets the sizes
 * before loading, and reads them where they lie.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_ended_set);
} ended_sets SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RST_ENDED_WAYS);
	__type(key, __u32);
	__type(value, struct rst_ended);
} ended_connections SEC(".maps") __weak;

/* The rest evict what was used least recently. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct rst_past_key);
	__type(value, struct rst_past);
} dropped_handshakes SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct rst_past_key);
	__type(value, struct rst_past);
} ended_listeners SEC(".maps") __weak;

/* SYNs that programs wrote past TCP: the kernel will not know what answers them. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rst_past_key);
	__type(value, struct rst_past);
} written_syns SEC(".maps") __weak;

/* SYN-ACKs, and SYNs, that a connection had no use for. */
struct rst_second {
	__u64 at_ns;
	__u32 seq;
	__u32 ack; /* of a SYN alone: what the connection expected from the peer */
	__u32 is_syn;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rst_past_key);
	__type(value, struct rst_second);
} second_answers SEC(".maps") __weak;

/* Of what ended in good order, no more than that it did: its owner and its numbers would cost more than
 * all else about the connection. A slot serves many in turn. */
struct rst_orderly {
	__u32 tag; /* which connection; 0: none */
	__u32 at;  /* the jiffy */
};

#define PAST_ORDERLY_SLOTS 65536 /* a power of two: half a MiB */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PAST_ORDERLY_SLOTS);
	__type(key, __u32);
	__type(value, struct rst_orderly);
} orderly_ends SEC(".maps") __weak;

/* Connects that the peer refused: as many as there are SYNs in a scan, so a slot serves many in turn, and
 * an LRU hash would cost more than the refusal itself. */
struct rst_refused {
	__u32 tag; /* which connection; 0: none */
	__u32 snd_nxt;
	__u64 at_ns;
	__u64 cookie;
	struct rst_user owner;
	__u32 known_by;
	__u32 end; /* RST_END_RESET; read, and not written down, it is nothing that a verifier goes on with */
};

#define PAST_REFUSED_SLOTS 8192 /* a power of two: half a MiB */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PAST_REFUSED_SLOTS);
	__type(key, __u32);
	__type(value, struct rst_refused);
} refused_connects SEC(".maps") __weak;

/* Here and below, NET is of rst_net. */
static __always_inline void past_key(struct rst_past_key *key, const struct rst_tuple *t, __u64 net)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->local, t->local, sizeof(key->local));
	__builtin_memcpy(key->remote, t->remote, sizeof(key->remote));
	key->netns = net;
	key->netns_mix = net >> 32;
	key->local_port = t->local_port;
	key->remote_port = t->remote_port;
	key->family = t->family;
}

/* A number that nobody outside can foresee. */
static __always_inline __u64 past_hash(const struct rst_tuple *t, __u64 net)
{
	return rst_past_hash(rst_config.fold_seed, t, net);
}

/* ---- what writes */

/*
 * These take numbers only: so the verifier looks at them once. The place of the ended connection of HASH, plus one;
 * 0: there is none. One time in 2^27 it is another's: whoever asks compares the key.
 */
__weak __noinline __u32 rst_ended_find(__u64 hash)
{
	__u32 at = rst_ended_set(hash, rst_config.ended_sets), tag = rst_past_tag(hash);
	const struct rst_ended_set *set = bpf_map_lookup_elem(&ended_sets, &at);

#pragma unroll
	for (__u32 i = 0; set && i < RST_ENDED_WAYS; i++)
		if (set->tag[i] == tag)
			return at * RST_ENDED_WAYS + i + 1;
	return 0;
}

/* The place of the same connection, or else the one that was filled first. */
static __always_inline __u32 ended_way(struct rst_ended_set *set, __u32 tag)
{
#pragma unroll
	for (__u32 i = 0; i < RST_ENDED_WAYS; i++)
		if (set->tag[i] == tag)
			return i;
	return set->next++ % RST_ENDED_WAYS;
}

/* A place for HASH, plus one, which is to be filled now; 0: none. */
__weak __noinline __u32 rst_ended_take(__u64 hash)
{
	__u32 at = rst_ended_set(hash, rst_config.ended_sets), tag = rst_past_tag(hash);
	struct rst_ended_set *set = bpf_map_lookup_elem(&ended_sets, &at);
	__u32 way = RST_ENDED_WAYS;

	if (!set)
		return 0;
	/* Whoever reads 1 is alone: the others have added theirs after that, and read more. */
	__sync_fetch_and_add(&set->busy, 1);
	if (*(volatile __u32 *)&set->busy == 1)
		way = ended_way(set, tag);
	/* Of a remainder the compiler knows what the verifier does not. */
	barrier_var(way);
	if (way < RST_ENDED_WAYS) {
		if (set->tag[way])
			count(set->tag[way] == tag ? RST_CNT_REPLACED : RST_CNT_FORGOTTEN);
		set->tag[way] = 0;
	}
	__sync_fetch_and_add(&set->busy, -1);
	count(way < RST_ENDED_WAYS ? RST_CNT_REMEMBERED : RST_CNT_NOT_REMEMBERED);
	return way < RST_ENDED_WAYS ? at * RST_ENDED_WAYS + way + 1 : 0;
}

/* It is filled. */
__weak __noinline int rst_ended_show(__u64 hash, __u32 place)
{
	__u32 at = rst_ended_set(hash, rst_config.ended_sets);
	__u32 way = place - at * RST_ENDED_WAYS;
	struct rst_ended_set *set = bpf_map_lookup_elem(&ended_sets, &at);

	if (set && way < RST_ENDED_WAYS)
		set->tag[way] = rst_past_tag(hash);
	return 0;
}

static __always_inline void past_put_connection(const struct rst_tuple *t, __u64 net,
						const struct rst_past *past)
{
	__u64 hash = past_hash(t, net);
	__u32 place = rst_ended_take(hash) - 1;
	struct rst_ended *e = bpf_map_lookup_elem(&ended_connections, &place);

	if (!e)
		return;
	past_key(&e->key, t, net);
	e->past = *past;
	barrier();
	rst_ended_show(hash, place);
}

/* 0: the two addresses are the same. Of one number and not of a branch for each part, here and below, the verifier makes
 * one way, not ten. */
static __always_inline __u64 past_address_differs(const __u8 *a, const __u8 *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return (x[0] ^ y[0]) | (x[1] ^ y[1]);
}

/* 0: KEY is T's. */
static __always_inline __u64 past_differs(const struct rst_past_key *key, const struct rst_tuple *t,
					  __u64 net)
{
	return past_address_differs(key->local, t->local) |
	       past_address_differs(key->remote, t->remote) | (key->netns ^ (__u32)net) |
	       (key->local_port ^ t->local_port) | (key->remote_port ^ t->remote_port) |
	       (key->family ^ t->family) | (key->netns_mix ^ (__u32)(net >> 32));
}

static __always_inline struct rst_past *past_ended(const struct rst_tuple *t, __u64 net)
{
	__u32 place = rst_ended_find(past_hash(t, net)) - 1;
	struct rst_ended *e = bpf_map_lookup_elem(&ended_connections, &place);

	if (!e || past_differs(&e->key, t, net))
		return NULL;
	return &e->past;
}

/* What never became a connection: it is not to push those out that did. */
static __always_inline void past_put_handshake(const struct rst_past_key *key,
					       const struct rst_past *past)
{
	bpf_map_update_elem(&dropped_handshakes, key, past, BPF_ANY);
}

static __always_inline void past_put_listener(const struct rst_past_key *key,
					      const struct rst_past *past)
{
	bpf_map_update_elem(&ended_listeners, key, past, BPF_ANY);
}

/* RCV_NXT: of the connection, which has no use for P. Not inlined: its locals would take stack of those that have
 * little left. */
static __noinline __attribute__((unused)) void past_put_second(const struct rst_tuple *t,
							       const struct rst_packet *p,
							       __u64 net, __u32 rcv_nxt)
{
	bool is_syn = !(p->flags & RST_FLAG_ACK);
	struct rst_second second = {
		.at_ns = bpf_ktime_get_ns(),
		.seq = p->seq,
		.ack = is_syn ? rcv_nxt : p->ack,
		.is_syn = is_syn,
	};
	struct rst_past_key key;

	past_key(&key, t, net);
	bpf_map_update_elem(&second_answers, &key, &second, BPF_ANY);
}

static __always_inline struct rst_orderly *past_orderly(__u64 hash)
{
	__u32 slot = hash & (PAST_ORDERLY_SLOTS - 1);

	return bpf_map_lookup_elem(&orderly_ends, &slot);
}

static __always_inline void past_put_orderly(const struct rst_tuple *t, __u64 net)
{
	__u64 hash = past_hash(t, net);
	struct rst_orderly *o = past_orderly(hash);

	if (!o)
		return;
	o->tag = rst_past_tag(hash);
	o->at = bpf_jiffies64();
}

static __always_inline struct rst_refused *past_refused_slot(__u64 hash)
{
	__u32 slot = hash & (PAST_REFUSED_SLOTS - 1);

	return bpf_map_lookup_elem(&refused_connects, &slot);
}

/* The peer refused T's connect, ST is what was remembered with it. */
static __always_inline void past_put_refused(const struct rst_tuple *t, __u64 net,
					     const struct rst_storage *st, __u64 cookie,
					     __u32 snd_nxt)
{
	__u64 hash = past_hash(t, net);
	struct rst_refused *r = past_refused_slot(hash);

	if (!r)
		return;
	r->tag = 0;
	r->snd_nxt = snd_nxt;
	r->at_ns = bpf_ktime_get_ns();
	r->cookie = cookie;
	r->owner = st->owner;
	r->known_by = st->known_by;
	r->end = RST_END_RESET;
	barrier();
	r->tag = rst_past_tag(hash);
}

/* The RST by which this end ended T's connection did not leave. */
static __always_inline void past_set_unsent(const struct rst_tuple *t, __u64 net, __u8 unsent)
{
	struct rst_past *past = past_ended(t, net);

	if (past && (past->end == RST_END_ABORT || past->end == RST_END_DESTROYED))
		past->unsent = unsent;
}

/* Whose T's connection was, when its last holder shows by closing the file of what had ended before. */
static __always_inline void past_set_owner(const struct rst_tuple *t, __u64 net, __u64 cookie,
					   struct task_struct *task)
{
	struct rst_past *past = past_ended(t, net);

	if (!past || past->cookie != cookie)
		return;
	task_fill(&past->owner, task);
	past->known_by = RST_KNOWN_SOCKET;
}

/* ---- what asks */

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
static __always_inline const struct rst_past *past_listener(const struct rst_tuple *t, __u64 net)
{
	const struct rst_past *past, *any;
	struct rst_past_key key = {};

	key.netns = net;
	key.netns_mix = net >> 32;
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
static __always_inline const struct rst_past *past_connection(const struct rst_tuple *t, __u64 net)
{
	struct rst_past_key key;

	past_key(&key, t, net);
	return past_newer(past_ended(t, net), bpf_map_lookup_elem(&dropped_handshakes, &key));
}

/* The SYN that a program wrote from T's local end to the remote one. */
static __always_inline const struct rst_past *past_written(const struct rst_tuple *t, __u64 net)
{
	struct rst_past_key key;

	past_key(&key, t, net);
	return bpf_map_lookup_elem(&written_syns, &key);
}

/* The SYN-ACK, or the SYN, that T's connection had no use for, if there was one. */
static __noinline __attribute__((unused)) void past_recall_second(struct rst_past *out,
								  const struct rst_tuple *t,
								  __u64 net)
{
	const struct rst_second *second;
	struct rst_past_key key;

	past_key(&key, t, net);
	second = bpf_map_lookup_elem(&second_answers, &key);
	if (!second)
		return;
	out->kind = second->is_syn ? RST_PAST_NEW_SYN : RST_PAST_SECOND;
	out->at_ns = second->at_ns;
	out->rcv_nxt = second->seq;
	out->snd_nxt = second->ack;
}

/* Whether a TIME_WAIT socket of that sort (TCP_FIN_WAIT2 or TCP_TIME_WAIT) stands for T's connection; it
 * does no longer, now that a RST went one way or the other. */
static __always_inline bool past_take_timewait(const struct rst_tuple *t, __u64 net, __u8 sort)
{
	struct rst_past *past = past_ended(t, net);

	if (!past || past->timewait != sort ||
	    bpf_ktime_get_ns() - past->at_ns > past->timewait_s * 1000000000ULL)
		return false;
	past->timewait = 0;
	return true;
}

/* T's connect that the peer refused, unless PAST is newer. */
static __always_inline const struct rst_refused *past_refused(const struct rst_tuple *t, __u64 net,
							      const struct rst_past *past)
{
	__u64 hash = past_hash(t, net);
	const struct rst_refused *r = past_refused_slot(hash);

	if (!r || r->tag != rst_past_tag(hash) || (past && past->at_ns > r->at_ns))
		return NULL;
	return r;
}

/*
 * How that ended (RST_END_NOT: there was none), and *OWNER: whose it was. 6.1's verifier goes through all that follows
 * once for each way through this: up to 6.9, where resets have no reason, refused connects, which only matter to a
 * fold, are not looked for.
 */
static __noinline __attribute__((unused)) __u8 past_end(const struct rst_tuple *t, __u64 net,
							__u32 *owner)
{
	const struct rst_past *past = past_connection(t, net);
	const struct rst_refused *refused = NULL;

	if (compat_has(RST_KERNEL_RESET_REASON))
		refused = past_refused(t, net, past);
	if (refused) {
		*owner = refused->owner.pid;
		return refused->end;
	}
	if (!past)
		return RST_END_NOT;
	*owner = past->owner.pid;
	return past->end;
}

/* The same of one that ended in good order. False: none did. */
static __always_inline bool past_recall_orderly(struct rst_past *out, const struct rst_tuple *t,
						__u64 net)
{
	__u64 hash = past_hash(t, net);
	const struct rst_orderly *o = past_orderly(hash);

	if (!o || o->tag != rst_past_tag(hash))
		return false;
	out->kind = RST_PAST_CONNECTION;
	out->end = RST_END_ORDERLY;
	out->idle_ms = RST_NEVER_MS;
	out->at_ns = bpf_ktime_get_ns() -
		     (__u64)(__u32)((__u32)bpf_jiffies64() - o->at) * rst_config.tick_ns;
	return true;
}

static __always_inline bool past_recall_refused(struct rst_past *out, const struct rst_tuple *t,
						__u64 net, const struct rst_past *past)
{
	const struct rst_refused *r = past_refused(t, net, past);

	if (!r)
		return false;
	out->kind = RST_PAST_CONNECTION;
	out->end = RST_END_RESET;
	out->state = RST_TCP_SYN_SENT;
	out->role = RST_ROLE_CLIENT;
	user_recall(&out->owner, &r->owner);
	out->known_by = r->known_by;
	out->at_ns = r->at_ns;
	out->cookie = r->cookie;
	out->snd_nxt = r->snd_nxt;
	out->idle_ms = RST_NEVER_MS;
	out->life_us = RST_NEVER;
	return true;
}

/* What bears on a segment that found no connection: its connection or handshake, else the listener
 * it was for. REFUSED: also a connect that was refused. Not inlined: its keys would take stack of those that
 * have little left. */
static __noinline __attribute__((unused)) void past_recall(struct rst_past *out,
							   const struct rst_tuple *t, __u64 net,
							   bool is_syn, bool refused)
{
	const struct rst_past *past = NULL;

	if (!is_syn) {
		past = past_newer(past_connection(t, net), past_written(t, net));
		if (refused && past_recall_refused(out, t, net, past))
			return;
		if (!past && past_recall_orderly(out, t, net))
			return;
	}
	if (!past)
		past = past_listener(t, net);
	if (past)
		*out = *past;
}

#endif
