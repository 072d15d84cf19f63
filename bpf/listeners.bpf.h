/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* listeners.bpf.h: who listens where, from the begin of each listener to its end. */
#ifndef RSTTRACE_LISTENERS_BPF_H
#define RSTTRACE_LISTENERS_BPF_H

#include "past.bpf.h"

/* Where SK listens, or where the listener does that it is a copy of. */
static __always_inline void listener_key(struct rst_past_key *key, const struct sock *sk)
{
	__u64 net = sock_net_id(sk);
	struct in6_addr address;

	key->netns = net;
	key->netns_mix = net >> 32;
	key->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	bpf_core_read(&address, sizeof(address), &sk->__sk_common.skc_v6_rcv_saddr);
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == K_AF_INET6 && !v4_mapped(&address)) {
		key->family = 6;
		address_copy(key->local, &address);
	} else {
		key->family = 4;
		*(__u32 *)key->local = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	}
}

static __always_inline void listener_at_add(const struct rst_past_key *key, const struct sock *sk,
					    __u64 cookie, __u32 pid)
{
	struct rst_listener_at at = { .sk = (__u64)sk, .cookie = cookie, .pid = pid }, *other;

	if (compat_has(RST_KERNEL_DROP_SOCKET))
		return;
	other = bpf_map_lookup_elem(&listeners_at, key);
	at.shared = other && other->cookie != cookie && (other->shared || other->pid != pid);
	bpf_map_update_elem(&listeners_at, key, &at, BPF_ANY);
}

static __always_inline void listener_at_remove(const struct rst_past_key *key, __u64 cookie)
{
	struct rst_listener_at *at;

	if (compat_has(RST_KERNEL_DROP_SOCKET))
		return;
	at = bpf_map_lookup_elem(&listeners_at, key);
	if (!at || at->cookie != cookie)
		return;
	if (at->shared)
		at->sk = 0;
	else
		bpf_map_delete_elem(&listeners_at, key);
}

static __noinline __attribute__((unused)) void listener_add(struct sock *sk,
							    const struct rst_user *owner,
							    __u64 since_ns)
{
	__u64 cookie = compat_cookie(sk);
	struct rst_past_key key = {};
	struct rst_listener l = {};

	listener_key(&key, sk);
	user_recall(&l.owner, owner);
	l.since_ns = since_ns;
	l.netns = key.netns;
	l.bound_ifindex = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
	l.port = key.local_port;
	l.family = key.family;
	l.v6only = key.family == 6 && BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
	__builtin_memcpy(l.address, key.local, sizeof(l.address));
	l.drops = l.drops_at_start = BPF_CORE_READ(sk, sk_drops.counter);
	if (bpf_map_update_elem(&listeners, &cookie, &l, BPF_ANY))
		count(RST_CNT_NO_LISTENER_ROOM);
	/* Without bind(), listen() has no port yet. */
	if (key.local_port)
		listener_at_add(&key, sk, cookie, l.owner.pid);
	__sync_fetch_and_add(&listeners_generation, 1);
}

/* listen() fails within one system call; nobody calls listen() and shutdown() so fast. */
#define LISTEN_FAILED_NS 20000ULL

/* How many handshakes are under way at the listener SK. Nobody counts those that have a SYN cookie. */
static __always_inline __u32 half_open(struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (!tp)
		return 0;
	return tp->inet_conn.icsk_accept_queue.qlen.counter + (cookies_ms(sk, tp) != RST_NEVER);
}

/* Whether TASK, which is BY, has nothing to do with OWNER: it neither is it, nor has its name, nor is its child. */
static __always_inline bool is_stranger(const struct rst_task *owner, const struct rst_task *by,
					struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, group_leader);

	parent = BPF_CORE_READ((struct task_struct___more *)parent, real_parent);
	parent = BPF_CORE_READ(parent, group_leader);
	if (!owner->start_ns || owner->start_ns == by->start_ns ||
	    owner->start_ns == BPF_CORE_READ(parent, start_boottime))
		return false;
	for (int i = 0; i < RST_COMM_LEN; i++) {
		if (owner->comm[i] != by->comm[i])
			return true;
		if (!owner->comm[i])
			break;
	}
	return false;
}

static __noinline __attribute__((unused)) void listener_remove(struct sock *sk)
{
	struct task_struct *task = compat_task();
	__u64 cookie = compat_cookie(sk), now = bpf_ktime_get_ns();
	__u64 tid = bpf_get_current_pid_tgid();
	struct rst_listener_end end = {};
	struct rst_past_key key = {};
	struct rst_past past = {};
	struct rst_listener *l;
	__u64 net;

	end.at_ns = now;
	end.unaccepted = sk->sk_ack_backlog;
	end.limit = sk->sk_max_ack_backlog;
	bpf_map_update_elem(&listener_ends, &tid, &end, BPF_ANY);
	l = bpf_map_lookup_elem(&listeners, &cookie);
	if (!l)
		return;
	/* listen() enters the state before it takes the port, and leaves it when that fails;
	 * close() has set sk_shutdown by now. */
	if (!sk->sk_shutdown && now - l->since_ns < LISTEN_FAILED_NS) {
		listener_key(&key, sk);
		listener_at_remove(&key, cookie);
		bpf_map_delete_elem(&listeners, &cookie);
		return;
	}
	past.kind = RST_PAST_LISTENER;
	past.role = RST_ROLE_SERVER;
	past.end = RST_END_CLOSE;
	past.at_ns = past.closed_ns = now;
	past.queue = end.unaccepted;
	past.limit = end.limit;
	past.half_open = half_open(sk);
	past.drops = sk->sk_drops.counter - l->drops_at_start - l->spared;
	past.overflows = l->overflows;
	past.owner = l->owner;
	task_fill(&past.closer, task);
	/* Neither close() nor an exit; and shutdown() needs the file (tcp_abort: ss -K). */
	if (!sk->sk_shutdown && is_stranger(&past.owner, &past.closer, task))
		past.end = RST_END_DESTROYED;
	past.known_by = !l->owner.pid ? RST_KNOWN_NOT
			: l->since_ns ? RST_KNOWN_SOCKET
				      : RST_KNOWN_SCAN;
	net = sock_net_id(sk);
	key.netns = net;
	key.netns_mix = net >> 32;
	key.local_port = sk->__sk_common.skc_num ?: l->port;
	key.family = l->family;
	__builtin_memcpy(key.local, l->address, sizeof(key.local));
	past_put_listener(&key, &past);
	listener_at_remove(&key, cookie);
	bpf_map_delete_elem(&listeners, &cookie);
	__sync_fetch_and_add(&listeners_generation, 1);
}

/* Brings a known listener's count of dropped segments up to date. */
static __always_inline void listener_look(struct sock *sk)
{
	__u64 cookie = compat_cookie(sk);
	struct rst_listener *l = bpf_map_lookup_elem(&listeners, &cookie);

	if (!l)
		return;
	l->drops = BPF_CORE_READ(sk, sk_drops.counter);
	/* Without bind(), listen() enters the state before it has a port. */
	l->port = BPF_CORE_READ(sk, __sk_common.skc_num);
}

#endif
