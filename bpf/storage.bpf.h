/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * storage.bpf.h: what is remembered with each socket as long as it lives, in an array that is made once: to
 * allocate and to free something for each connection would cost more than all else about it. A socket's number
 * chooses a set of fifteen places. Where all of them are taken by sockets that live, a new one is not remembered;
 * none is pushed out, so a place has one writer at a time.
 */
#ifndef RSTTRACE_STORAGE_BPF_H
#define RSTTRACE_STORAGE_BPF_H

#include "compat.bpf.h"

/* Which process, and which thread of it: the rest is in `processes`, once for all that it has. */
struct rst_user {
	__u64 start_ns; /* as in struct rst_task, like the next three; 0: nobody */
	__u32 pid;
	__u32 tid;
	__u32 uid;
	__u32 tgid; /* the pid, in the initial pid namespace */
};

/* What is remembered with a socket as long as it lives. Two cache lines. */
struct rst_storage {
	__u64 sk; /* the address of its struct sock */
	__u64 created_ns;
	__u64 established_ns;
	__u32 closed_ns;    /* when it became CLOSE, but for the upper half; 0: it did not */
	__u32 handshake_us; /* its round trip; 0: not known */
	struct rst_user owner;
	__u64 since_ns; /* when the owner was recorded */
	/* What struct rst_closer says. */
	struct rst_user closer;
	__u64 shut_ns; /* when it closed; 0: nobody did */
	__u32 idle; /* no data had passed for so many jiffies by then; RST_NEVER: none ever had */
	__u32 shut_ms;
	__s32 exit_code;
	__u8 exiting;
	__u8 oom;
	__u8 shutdown;

	__u8 known_by; /* the owner: enum rst_known_by */
	__u8 role;
	__u8 old_state; /* before the change to CLOSE */
	__u8 awaited;	/* it was reset, and nobody knew its owner: its closer is */
	__u8 unsent;	/* enum rst_unsent, of the RST that it was aborted with */
	__u8 linger0;	/* its listener had SO_LINGER 0, and so it was born with that */
	__u8 reset;	/* a RST ended it */
	__u8 unowned; /* its end is remembered without a word of who had accepted it: its closer had */
	__u8 pad[9];
};

/* Two cache lines. */
struct rst_set {
	/* Whose the places are: the socket's cookie times two, and one more when it is destroyed. 0: nobody's. */
	__u64 tag[RST_SET_WAYS];
	__u32 busy; /* how many give a place of this set away just now, or try to */
	__u32 pad;
};

_Static_assert(sizeof(struct rst_set) == 128, "rst_set");
_Static_assert(sizeof(struct rst_storage) == 128, "rst_storage");

/* User space sets the sizes before loading. What can be mapped begins a page, and so a cache line. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_set);
} socket_sets SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RST_SET_WAYS);
	__type(key, __u32);
	__type(value, struct rst_storage);
} sockets SEC(".maps") __weak;

#define STORAGE_DEAD 1ULL

/* What storage_end returns: the closer is to be told of; is to be remembered as the owner. */
#define STORAGE_AWAITED 1
#define STORAGE_UNOWNED 2

/* The address of SK as a number, and no pointer to the verifier: less that of what never moves, since a
 * difference is the only sum of pointers that it allows. */
static __always_inline __u64 storage_address(struct sock *sk)
{
	const void *base = &tracer_pid_level;
	__u64 address = 0;

	/* Here SK may be read from memory: a number already. */
	if (!compat_has(RST_KERNEL_CURRENT_TASK)) {
		bpf_probe_read_kernel(&address, sizeof(address), &sk);
		return address;
	}
	address = (__u64)sk;
	asm volatile("%0 -= %1" : "+r"(address) : "r"(base));
	return address;
}

/* By its cookie, which no other socket has before or after. Before 5.12, by the address: what comes to lie there
 * next takes the place over when it is born. */
static __always_inline __u64 storage_tag(struct sock *sk, __u64 address)
{
	if (!compat_has(RST_KERNEL_SOCKET_COOKIE))
		return address << 1;
	return (__u64)sk->__sk_common.skc_cookie.counter << 1;
}

/* By the address: where a socket begins, one has mostly ended a moment ago, and its place is in the cache. */
static __always_inline __u32 storage_set(__u64 address)
{
	__u64 hash = (address ^ rst_config.fold_seed) * 0x9e3779b97f4a7c15ULL >> 32;

	return hash * rst_config.socket_sets >> 32;
}

/*
 * The place of the socket of TAG, plus one; 0: it has none. This and the next take numbers only: so the verifier
 * looks at them once, and goes on with one way out of them, and not with one for each place.
 */
__weak __noinline __u32 rst_storage_find(__u64 address, __u64 tag)
{
	__u32 at = storage_set(address);
	const struct rst_set *set = bpf_map_lookup_elem(&socket_sets, &at);

#pragma unroll
	for (__u32 i = 0; set && i < RST_SET_WAYS; i++)
		if (tag && (set->tag[i] & ~STORAGE_DEAD) == tag)
			return at * RST_SET_WAYS + i + 1;
	return 0;
}

struct sock_common___more {
	refcount_t skc_refcnt;
	atomic64_t skc_cookie;
} __attribute__((preserve_access_index));

/* Whether the socket lives that has the place PLACE: its end may have been missed. */
static __always_inline bool storage_lives(__u32 place, __u64 tag)
{
	const struct rst_storage *st = bpf_map_lookup_elem(&sockets, &place);
	const struct sock_common___more *sk = st ? (const void *)st->sk : NULL;

	/* It is just being given away. */
	if (!sk)
		return true;
	if (!BPF_CORE_READ(sk, skc_refcnt.refs.counter))
		return false;
	return !compat_has(RST_KERNEL_SOCKET_COOKIE) ||
	       (__u64)BPF_CORE_READ(sk, skc_cookie.counter) << 1 == tag;
}

/* Which place of SET, the AT-th, the socket of TAG may have; RST_SET_WAYS: none. Where it is told by its address, that of
 * a former one there is the first. */
static __always_inline __u32 storage_free(const struct rst_set *set, __u32 at, __u64 tag)
{
	if (!compat_has(RST_KERNEL_SOCKET_COOKIE)) {
#pragma unroll
		for (__u32 i = 0; i < RST_SET_WAYS; i++)
			if (set->tag[i] == (tag | STORAGE_DEAD))
				return i;
	}
#pragma unroll
	for (__u32 i = 0; i < RST_SET_WAYS; i++)
		if (!set->tag[i] || set->tag[i] & STORAGE_DEAD)
			return i;
#pragma unroll
	for (__u32 i = 0; i < RST_SET_WAYS; i++)
		if (!storage_lives(at * RST_SET_WAYS + i, set->tag[i]))
			return i;
	return RST_SET_WAYS;
}

/* Empties the place AT of SET, and gives it to the socket of TAG. */
static __always_inline __u32 storage_give(struct rst_set *set, __u32 at, __u32 way, __u64 tag)
{
	__u32 place = at * RST_SET_WAYS + way;
	struct rst_storage *st = bpf_map_lookup_elem(&sockets, &place);

	if (!st || way >= RST_SET_WAYS)
		return 0;
	set->tag[way] = 0;
	barrier();
	__builtin_memset(st, 0, sizeof(*st));
	barrier();
	set->tag[way] = tag;
	return place + 1;
}

/* Of a place that is the socket's already, the tag stays: nobody else may take it meanwhile. */
static __always_inline __u32 storage_again(__u32 place, bool fresh)
{
	struct rst_storage *st = fresh ? bpf_map_lookup_elem(&sockets, &place) : NULL;

	if (st)
		__builtin_memset(st, 0, sizeof(*st));
	return place + 1;
}

/* As rst_storage_find, for a socket that gets a place if it has none yet; FRESH: an empty one. 0: there is none, or
 * somebody else takes one of the same set just now. */
__weak __noinline __u32 rst_storage_make(__u64 address, __u64 tag, bool fresh)
{
	__u32 at = storage_set(address), place = 0;
	struct rst_set *set = bpf_map_lookup_elem(&socket_sets, &at);

	if (!set)
		return 0;
#pragma unroll
	for (__u32 i = 0; i < RST_SET_WAYS; i++)
		if (set->tag[i] == tag)
			return storage_again(at * RST_SET_WAYS + i, fresh);
	/* Whoever reads 1 is alone: the others have added theirs after that, and read more. */
	__sync_fetch_and_add(&set->busy, 1);
	if (*(volatile __u32 *)&set->busy == 1)
		place = storage_give(set, at, storage_free(set, at, tag), tag);
	__sync_fetch_and_add(&set->busy, -1);
	return place;
}

/* The place of SK; where it has none, one that is in no map. */
static __always_inline __u32 storage_place(struct sock *sk)
{
	__u64 address = storage_address(sk);

	return rst_storage_find(address, storage_tag(sk, address)) - 1;
}

/* What is remembered with SK; NULL: nothing. */
static __always_inline struct rst_storage *storage_of(struct sock *sk)
{
	__u32 place = storage_place(sk);

	return bpf_map_lookup_elem(&sockets, &place);
}

/* The same, made if need be; FRESH: another use of the socket begins. NULL: there is no room. */
static __always_inline struct rst_storage *storage_make(struct sock *sk, bool fresh)
{
	__u64 address = storage_address(sk);
	__u64 tag = compat_has(RST_KERNEL_SOCKET_COOKIE) ? bpf_get_socket_cookie(sk) << 1
							 : address << 1;
	__u32 place = rst_storage_make(address, tag, fresh) - 1;
	struct rst_storage *st = bpf_map_lookup_elem(&sockets, &place);

	if (st)
		st->sk = (__u64)sk;
	return st;
}

/* At the end of a socket's life. A reset may come of it yet, in the same call of the kernel's, and finds it. */
__weak __noinline __u32 rst_storage_end(__u64 address, __u64 tag)
{
	__u32 place = rst_storage_find(address, tag) - 1, at = storage_set(address), told = 0;
	struct rst_set *set = bpf_map_lookup_elem(&socket_sets, &at);
	struct rst_storage *st = bpf_map_lookup_elem(&sockets, &place);
	__u32 way = place - at * RST_SET_WAYS;

	if (!set || !st || way >= RST_SET_WAYS)
		return 0;
	told = (st->awaited ? STORAGE_AWAITED : 0) | (st->unowned ? STORAGE_UNOWNED : 0);
	st->awaited = st->unowned = 0;
	barrier();
	set->tag[way] = tag | STORAGE_DEAD;
	return told;
}

static __always_inline __u32 storage_end(struct sock *sk)
{
	__u64 address = storage_address(sk);

	return rst_storage_end(address, storage_tag(sk, address));
}

#endif
