// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * owners.bpf.c: who owns each socket, remembered while it is known. struct sock has no pid, and
 * whatever runs when a reset happens is often a bystander.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "ends.bpf.h"
#include "listeners.bpf.h"
#include "owner.bpf.h"
#include "processes.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* A further subflow of an MPTCP connection is made by a socket of the kernel's, under whoever changes the
 * endpoints; it gets the connection's file when it is ready (__mptcp_subflow_connect). */
static __always_inline bool is_made_by_kernel(struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct socket *socket;

	if (!tp || !compat_is_mptcp(tp))
		return false;
	socket = BPF_CORE_READ(sk, sk_socket);
	return socket && !BPF_CORE_READ(socket, file);
}

/* connect() or listen(): the caller is the owner; nothing of an earlier use of the socket stays. */
static __always_inline void opened(struct sock *sk, int state)
{
	struct task_struct *task = compat_task();
	struct rst_storage *st = owner_storage(sk, true);
	__u64 now = bpf_ktime_get_ns();
	struct rst_process *p;

	if (!st)
		return;
	if (!task_is_kernel(task) && !is_made_by_kernel(sk)) {
		user_set(&st->owner, task, bpf_get_current_uid_gid());
		st->since_ns = now;
		st->known_by = RST_KNOWN_SOCKET;
		p = process_note(task, st->owner.start_ns);
		if (p)
			process_renew(p, task, st->owner.uid);
	}
	if (state == RST_TCP_LISTEN) {
		listener_add(sk, &st->owner, now);
	} else {
		st->role = RST_ROLE_CLIENT;
		st->created_ns = now;
	}
}

/*
 * The number of the listener that SK was cloned from a moment ago; 0: not known. A list of the listener's without
 * entries points to itself, and the copy's still points there: tcp_create_openreq_child initializes it after
 * inet_csk_clone_lock, which raises the change of state (5.10 to 7.3).
 */
static __always_inline __u64 parent_of(struct sock *sk)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	const struct sock *parent;
	__u64 list;

	if (!tp)
		return 0;
	list = (__u64)tp->tsorted_sent_queue.next;
	parent = (const void *)(list - bpf_core_field_offset(struct tcp_sock, tsorted_sent_queue));
	if (!list || parent == sk)
		return 0;
	return compat_has(RST_KERNEL_SOCKET_COOKIE)
		       ? BPF_CORE_READ(parent, __sk_common.skc_cookie.counter)
		       : (__u64)parent;
}

/* A listener's new connection: it has the listener's owner, before anybody accepted it. */
static __always_inline void born(struct sock *sk)
{
	/* Before 5.12 the place may be that of a socket which lay there before. */
	struct rst_storage *st = owner_storage(sk, true);
	__u64 cookie = parent_of(sk);
	struct rst_listener *l;

	if (!st)
		return;
	l = bpf_map_lookup_elem(&listeners, &cookie);
	if (l) {
		st->owner.start_ns = l->owner.start_ns;
		st->owner.pid = l->owner.pid;
		st->owner.tid = l->owner.tid;
		st->owner.uid = l->owner.uid;
		st->since_ns = l->since_ns;
		st->known_by = l->owner.pid ? RST_KNOWN_LISTENER : RST_KNOWN_NOT;
	}
	st->role = RST_ROLE_SERVER;
	st->linger0 = sk->__sk_common.skc_flags >> K_SOCK_LINGER & 1 && !sk->sk_lingertime;
	st->created_ns = bpf_ktime_get_ns();
}

static __always_inline void closer_set(struct rst_storage *st, struct task_struct *task,
				       const struct tcp_sock *tp)
{
	user_set(&st->closer, task, bpf_get_current_uid_gid());
	st->shut_ns = bpf_ktime_get_ns();
	st->idle = idle_ticks(tp);
	st->exiting = 0;
	if (COMPAT_TASK(task, flags) & K_PF_EXITING) {
		st->exiting = 1;
		st->exit_code = task_exit_code(task);
		st->oom = task_is_victim(task);
	}
	/* The owner's has been noted. */
	if (st->closer.start_ns != st->owner.start_ns)
		process_note(task, st->closer.start_ns);
}

/* FIN sent, by close() or shutdown(): always in the context of who called it. */
static __always_inline void closing(struct sock *sk)
{
	struct task_struct *task = compat_task();
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_storage *st = owner_storage(sk, false);

	if (!st || !tp || task_is_kernel(task))
		return;
	closer_set(st, task, tp);
	/* close() has shut both directions by now; SHUT_WR this one only (RCV_SHUTDOWN is 1). */
	st->shutdown = !(sk->sk_shutdown & 1);
}

/* Who had shut the sending side down now closes, or ends. */
static __always_inline void closes_at_last(struct rst_storage *st, const struct tcp_sock *tp)
{
	struct task_struct *task = compat_task();
	__u64 shut = st->shut_ns, ms;

	if ((__u32)COMPAT_TASK(task, tgid) != st->closer.tgid)
		return;
	closer_set(st, task, tp);
	ms = (st->shut_ns - shut) / 1000000;
	st->shut_ms = ms ? ms : 1;
	st->shutdown = 0;
}

/* Raised just before most resets, on the same CPU, with the state that the reset no longer shows. */
static __always_inline void closed(struct sock *sk, int old_state)
{
	struct rst_storage *st = owner_storage(sk, false);
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (tp)
		count_end(tp, old_state);
	if (!st || !tp)
		return;
	st->old_state = old_state;
	if (st->shutdown && sk->__sk_common.skc_flags >> K_SOCK_DEAD & 1)
		closes_at_last(st, tp);
	/* An abort comes from these, its RST next. */
	if (old_state == RST_TCP_ESTABLISHED || old_state == RST_TCP_CLOSE_WAIT ||
	    old_state == RST_TCP_FIN_WAIT1 || old_state == RST_TCP_SYN_RECV ||
	    (old_state == RST_TCP_FIN_WAIT2 && !ended_well(sk, old_state)))
		st->closed_ns = bpf_ktime_get_ns();
	if (old_state == RST_TCP_SYN_SENT)
		denied(sk, tp, st);
	keep_end(sk, tp, st, old_state);
	st->unowned = is_unowned(st->known_by) && tp->inet_conn.icsk_inet.sk.sk_socket;
}

/* The kernel has read the clock when the segment came that does it (tcp_rcv_state_process, 5.10 to 7.3); in
 * TCP_REPAIR, none has come. */
static __always_inline __u64 now_of(const struct rst_storage *st, const struct tcp_sock *tp)
{
	__u64 at = tp ? ((const struct tcp_sock___clock *)tp)->tcp_mstamp * 1000 : 0;

	return at > st->created_ns ? at : bpf_ktime_get_ns();
}

/* The kernel has measured the handshake's round trip by now, at both ends. */
static __always_inline void established(struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_storage *st = owner_storage(sk, false);

	if (!st)
		return;
	st->established_ns = now_of(st, tp);
	if (tp)
		st->handshake_us = rtt_min_us(tp);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(rst_socket_state, const struct sock *csk, int old_state, int new_state)
{
	struct sock *sk = (struct sock *)csk;

	/* Most changes tell nothing new: out of here at once. */
	if (new_state == RST_TCP_CLOSE_WAIT || new_state == RST_TCP_FIN_WAIT2 ||
	    new_state == RST_TCP_CLOSING || !sock_is_tcp(sk))
		return 0;
	switch (new_state) {
	case RST_TCP_SYN_SENT:
	case RST_TCP_LISTEN:
		opened(sk, new_state);
		break;
	case RST_TCP_SYN_RECV:
		if (old_state == RST_TCP_LISTEN)
			born(sk);
		break;
	case RST_TCP_ESTABLISHED:
		established(sk);
		break;
	case RST_TCP_FIN_WAIT1:
	case RST_TCP_LAST_ACK:
		closing(sk);
		break;
	case RST_TCP_CLOSE:
		if (old_state == RST_TCP_LISTEN)
			listener_remove(sk);
		else
			closed(sk, old_state);
		break;
	}
	return 0;
}

static __always_inline void tell_closer(struct sock *sk, const struct tcp_sock *tp,
					struct task_struct *task)
{
	struct rst_closed *c;

	c = bpf_ringbuf_reserve(&ring, sizeof(*c), 0);
	if (!c)
		return;
	__builtin_memset(c, 0, sizeof(*c));
	c->hdr.size = sizeof(*c);
	c->hdr.type = RST_REC_CLOSED;
	c->hdr.cpu = bpf_get_smp_processor_id();
	c->hdr.mono_ns = bpf_ktime_get_ns();
	sock_tuple(&c->tuple, sk, tp);
	task_fill(&c->task, task);
	c->cookie = compat_cookie(sk);
	bpf_ringbuf_submit(c, wakeup_flags(sizeof(*c)));
}

/* Its end is remembered without an owner. */
static __always_inline void remember_closer(const struct sock *sk, const struct tcp_sock *tp,
					    __u64 cookie, struct task_struct *task)
{
	struct rst_tuple tuple = {};

	sock_tuple(&tuple, sk, tp);
	past_set_owner(&tuple, sock_net_id(sk), cookie, task);
}

/* Raised in close(), when the connection has ended before: its closer is the owner that nobody could
 * name then. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(rst_socket_destroyed, struct sock *sk)
{
	__u32 told = storage_end(sk);
	struct task_struct *task;
	struct tcp_sock *tp;

	if (!told)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	task = compat_task();
	if (!tp || task_is_kernel(task))
		return 0;
	if (told & STORAGE_AWAITED)
		tell_closer(sk, tp, task);
	if (told & STORAGE_UNOWNED)
		remember_closer(sk, tp, compat_cookie(sk), task);
	return 0;
}
