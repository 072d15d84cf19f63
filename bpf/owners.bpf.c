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

#include "fold.bpf.h"
#include "past.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

static __always_inline struct rst_storage *storage(struct sock *sk)
{
	struct rst_storage *st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!st)
		count(RST_CNT_NO_STORAGE);
	return st;
}

static __always_inline void owner_set(struct rst_owner *owner, struct task_struct *task,
				      __u8 known_by, __u64 now)
{
	__builtin_memset(owner, 0, sizeof(*owner));
	task_fill(&owner->task, task);
	owner->since_ns = now;
	owner->known_by = known_by;
}

static __always_inline void listener_add(struct sock *sk, const struct rst_owner *owner,
					 __u64 since_ns)
{
	__u64 cookie = bpf_get_socket_cookie(sk);
	const struct sock_common *c = &sk->__sk_common;
	struct rst_listener l = {};

	l.owner = owner->task;
	l.since_ns = since_ns;
	l.netns = sock_netns(sk);
	l.bound_ifindex = c->skc_bound_dev_if;
	l.port = c->skc_num;
	if (c->skc_family == K_AF_INET6 && !v4_mapped(&c->skc_v6_rcv_saddr)) {
		l.family = 6;
		l.v6only = c->skc_ipv6only;
		address_copy(l.address, &c->skc_v6_rcv_saddr);
	} else {
		l.family = 4;
		*(__u32 *)l.address = c->skc_rcv_saddr;
	}
	l.drops = l.drops_at_start = sk->sk_drops.counter;
	if (bpf_map_update_elem(&listeners, &cookie, &l, BPF_ANY))
		count(RST_CNT_NO_LISTENER_ROOM);
	__sync_fetch_and_add(&listeners_generation, 1);
}

/* listen() fails within one system call; nobody calls listen() and shutdown() so fast. */
#define LISTEN_FAILED_NS 20000ULL

static __always_inline void listener_remove(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 cookie = bpf_get_socket_cookie(sk), now = bpf_ktime_get_ns();
	__u64 tid = bpf_get_current_pid_tgid();
	struct rst_listener_end end = {};
	struct rst_past_key key = {};
	struct rst_past past = {};
	struct rst_listener *l;

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
		bpf_map_delete_elem(&listeners, &cookie);
		return;
	}
	past.kind = RST_PAST_LISTENER;
	past.role = RST_ROLE_SERVER;
	past.end = RST_END_CLOSE;
	past.at_ns = past.closed_ns = now;
	past.queue = end.unaccepted;
	past.limit = end.limit;
	past.drops = sk->sk_drops.counter - l->drops_at_start;
	past.overflows = l->overflows;
	past.owner = l->owner;
	task_fill(&past.closer, task);
	past.known_by = l->owner.pid ? RST_KNOWN_SOCKET : RST_KNOWN_NOT;
	key.netns = l->netns;
	key.local_port = sk->__sk_common.skc_num ?: l->port;
	key.family = l->family;
	__builtin_memcpy(key.local, l->address, sizeof(key.local));
	bpf_map_update_elem(&ended_listeners, &key, &past, BPF_ANY);
	bpf_map_delete_elem(&listeners, &cookie);
	__sync_fetch_and_add(&listeners_generation, 1);
}

/* connect() or listen(): the caller is the owner; nothing of an earlier use of the socket stays. */
static __always_inline void opened(struct sock *sk, int state)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rst_storage *st = storage(sk);
	__u64 now = bpf_ktime_get_ns();

	if (!st)
		return;
	__builtin_memset(st, 0, sizeof(*st));
	if (!task_is_kernel(task)) {
		owner_set(&st->owner, task, RST_KNOWN_SOCKET, now);
		st->reader = task->tgid; /* its reads say nothing new */
	}
	if (state == RST_TCP_LISTEN) {
		listener_add(sk, &st->owner, now);
	} else {
		st->role = RST_ROLE_CLIENT;
		st->created_ns = now;
	}
}

/* A listener's new connection: it has the listener's record by BPF_F_CLONE. */
static __always_inline void born(struct sock *sk)
{
	struct rst_storage *st = storage(sk);

	if (!st)
		return;
	__builtin_memset(&st->closer, 0, sizeof(st->closer));
	st->awaited = 0;
	st->reader = 0;
	st->owner.known_by = st->owner.task.pid ? RST_KNOWN_LISTENER : RST_KNOWN_NOT;
	st->role = RST_ROLE_SERVER;
	st->created_ns = bpf_ktime_get_ns();
	st->established_ns = 0;
	st->old_state = 0;
}

static __always_inline void closer_set(struct rst_closer *closer, struct task_struct *task)
{
	__u64 idle = closer->idle_ms;

	__builtin_memset(closer, 0, sizeof(*closer));
	task_fill(&closer->task, task);
	closer->at_ns = bpf_ktime_get_ns();
	closer->idle_ms = idle;
}

/* FIN sent, by close() or shutdown(): always in the context of who called it. */
static __always_inline void closing(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_storage *st = storage(sk);

	if (!st || !tp || task_is_kernel(task))
		return;
	closer_set(&st->closer, task);
	st->closer.idle_ms = idle_ms(tp);
	st->closer_tgid = task->tgid;
	/* close() has shut both directions by now; SHUT_WR this one only (RCV_SHUTDOWN is 1). */
	st->closer.shutdown = !(sk->sk_shutdown & 1);
}

/* Errors that say how a connection ended; asm-generic/errno.h, the same on x86 and arm64. */
#define K_EPIPE 32
#define K_ECONNABORTED 103
#define K_ECONNRESET 104
#define K_ETIMEDOUT 110
#define K_ECONNREFUSED 111
#define K_EHOSTUNREACH 113
#define K_ENETUNREACH 101

/*
 * Who ended a connection that becomes CLOSE. What the process closed stays closed by it, whatever
 * comes after; before that an error counts, which the kernel sets first. Without either it is a
 * local abort, and who runs does it: only in the states in which that is possible.
 */
static __always_inline __u8 end_of(const struct sock *sk, const struct rst_storage *st,
				   int old_state)
{
	if (st->closer.at_ns && !st->closer.shutdown)
		return RST_END_CLOSE;
	switch (sk->sk_err) {
	case K_ETIMEDOUT:
	case K_EHOSTUNREACH:
	case K_ENETUNREACH:
		return RST_END_TIMEOUT;
	case K_ECONNABORTED:
		return RST_END_DESTROYED;
	case K_EPIPE:
	case K_ECONNRESET:
	case K_ECONNREFUSED:
		return RST_END_RESET;
	}
	if (st->closer.at_ns)
		return RST_END_CLOSE;
	switch (old_state) {
	case RST_TCP_ESTABLISHED:
	case RST_TCP_CLOSE_WAIT:
		return RST_END_ABORT;
	case RST_TCP_SYN_SENT:
		return RST_END_GAVE_UP;
	case RST_TCP_SYN_RECV:
		return RST_END_PEER;
	}
	return RST_END_BEFORE;
}

static __always_inline void remember(struct sock *sk, const struct tcp_sock *tp,
				     const struct rst_storage *st, int old_state)
{
	struct rst_past_key key;
	struct rst_tuple tuple = {};
	struct rst_past past = {};

	past.kind = RST_PAST_CONNECTION;
	past.end = end_of(sk, st, old_state);
	/* Nothing comes after a refused connect. */
	if (past.end == RST_END_RESET && old_state == RST_TCP_SYN_SENT)
		return;
	past.at_ns = bpf_ktime_get_ns();
	past.owner = st->owner.task;
	past.known_by = st->owner.known_by;
	past.role = st->role;
	past.state = old_state;
	past.bytes_received = tp->bytes_received;
	past.bytes_sent = tp->bytes_sent;
	past.rcv_nxt = tp->rcv_nxt;
	past.snd_nxt = tp->snd_nxt;
	past.cookie = bpf_get_socket_cookie(sk);
	if (past.end == RST_END_CLOSE) {
		past.closer = st->closer.task;
		past.closed_ns = st->closer.at_ns;
		past.idle_ms = st->closer.idle_ms;
	} else {
		past.idle_ms = idle_ms(tp);
		if (past.end == RST_END_ABORT || past.end == RST_END_DESTROYED ||
		    past.end == RST_END_GAVE_UP)
			task_fill(&past.closer, bpf_get_current_task_btf());
	}
	sock_tuple(&tuple, sk, tp);
	past_key(&key, &tuple, sock_netns(sk));
	if (bpf_map_update_elem(&ended_connections, &key, &past, BPF_ANY))
		count(RST_CNT_NOT_REMEMBERED);
	else
		count(RST_CNT_REMEMBERED);
}

/*
 * Both ends sent their FIN, and this one's was acknowledged. Where this end was the first, TIME_WAIT now
 * stands for the connection and answers what still comes with an ACK; else it does so at the peer, which
 * has nothing left to send. That is the common case, and remembering costs more than all else about a
 * connection.
 */
static __always_inline bool ended_well(const struct sock *sk, int old_state)
{
	bool peer_fin = sk->__sk_common.skc_flags >> K_SOCK_DONE & 1;

	if (sk->sk_err)
		return false;
	return old_state == RST_TCP_CLOSING || old_state == RST_TCP_LAST_ACK ||
	       (old_state == RST_TCP_FIN_WAIT2 && peer_fin);
}

/* An end that no RST tells of, or not for sure, and that the kernel counts all the same. */
static __always_inline void count_end(const struct tcp_sock *tp, int old_state)
{
	const struct sock *sk = &tp->inet_conn.icsk_inet.sk;
	bool linger0 = sk->__sk_common.skc_flags >> K_SOCK_LINGER & 1 && !sk->sk_lingertime;
	struct rst_kind kind = { .class = RST_CLASS_GAVE_UP, .state = old_state };

	if (old_state != RST_TCP_SYN_SENT && old_state != RST_TCP_SYN_RECV) {
		switch (sk->sk_err) {
		case 0:
			if (!linger0 || !sk->sk_socket ||
			    (old_state != RST_TCP_LAST_ACK && old_state != RST_TCP_CLOSING))
				return;
			break;
		case K_EPIPE:
		case K_ECONNABORTED:
		case K_ECONNRESET:
			return;
		default:
			/* close(), and the error was there before. */
			if ((old_state == RST_TCP_ESTABLISHED || old_state == RST_TCP_CLOSE_WAIT) &&
			    sk->sk_shutdown == 3)
				return;
		}
	}
	kind.netns = sock_netns(sk);
	kind.reason = sk->sk_err;
	kind.bits = (linger0 ? RST_KIND_LINGER0 : 0) | (sk->sk_socket ? RST_KIND_SOCKET : 0) |
		    (sk->sk_shutdown & 1 ? RST_KIND_SHUTDOWN : 0);
	total_add(&kind, FATE_DETAILED);
}

/* Raised just before most resets, on the same CPU, with the state that the reset no longer shows. */
static __always_inline void closed(struct sock *sk, int old_state)
{
	struct task_struct *task;
	struct rst_storage *st = storage(sk);
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	if (tp)
		count_end(tp, old_state);
	if (!st)
		return;
	st->old_state = old_state;
	task = bpf_get_current_task_btf();
	/* shutdown() came first, and now the same process closes, or ends. */
	if (st->closer.shutdown && sk->__sk_common.skc_flags >> K_SOCK_DEAD & 1 &&
	    (__u32)task->tgid == st->closer_tgid)
		closer_set(&st->closer, task);
	if (tp && !ended_well(sk, old_state))
		remember(sk, tp, st, old_state);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(rst_socket_state, const struct sock *csk, int old_state, int new_state)
{
	struct sock *sk = (struct sock *)csk;
	struct rst_storage *st;

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
		st = storage(sk);
		if (st)
			st->established_ns = bpf_ktime_get_ns();
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

/*
 * Raised by every read that took data, in its caller: it names who accepted the connection, since
 * accept() itself raises no tracepoint. Readers inside the kernel (NFS, RDS)
 * have no open file and are left alone.
 */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(rst_socket_read, struct sock *sk)
{
	struct rst_storage *st = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct task_struct *task;

	/* strparser (sockmap, kTLS, KCM) reads in softirq: then who runs is a bystander, and nobody
	 * has locked the socket. */
	if (!sk->sk_lock.owned)
		return 0;
	task = bpf_get_current_task_btf();
	/* Who reads now is the owner, also after a fork, or when the file was passed on. */
	if (st && st->reader == task->tgid)
		return 0;
	if (task_is_kernel(task) || !sock_inode(sk))
		return 0;
	if (!st)
		st = storage(sk);
	if (!st)
		return 0;
	owner_set(&st->owner, task, RST_KNOWN_SOCKET, bpf_ktime_get_ns());
	st->reader = task->tgid;
	return 0;
}

/* Raised in close(), when the socket was reset before: its closer is the owner that the reset could
 * not name. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(rst_socket_destroyed, struct sock *sk)
{
	struct rst_storage *st = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct task_struct *task;
	struct rst_closed *c;
	struct tcp_sock *tp;

	if (!st || !st->awaited)
		return 0;
	st->awaited = 0;
	task = bpf_get_current_task_btf();
	tp = bpf_skc_to_tcp_sock(sk);
	if (!tp || task_is_kernel(task))
		return 0;
	c = bpf_ringbuf_reserve(&ring, sizeof(*c), 0);
	if (!c)
		return 0;
	__builtin_memset(c, 0, sizeof(*c));
	c->hdr.size = sizeof(*c);
	c->hdr.type = RST_REC_CLOSED;
	c->hdr.cpu = bpf_get_smp_processor_id();
	c->hdr.mono_ns = bpf_ktime_get_ns();
	sock_tuple(&c->tuple, sk, tp);
	task_fill(&c->task, task);
	c->cookie = bpf_get_socket_cookie(sk);
	bpf_ringbuf_submit(c, wakeup_flags(sizeof(*c)));
	return 0;
}

/* Brings a known listener's count of dropped segments up to date. */
static __always_inline void listener_look(struct sock *sk)
{
	__u64 cookie = bpf_get_socket_cookie(sk);
	struct rst_listener *l = bpf_map_lookup_elem(&listeners, &cookie);

	if (!l)
		return;
	l->drops = sk->sk_drops.counter;
	/* Without bind(), listen() enters the state before it has a port. */
	l->port = sk->__sk_common.skc_num;
}

/* At start: the sockets that are older than the tracer. At the end: what listeners dropped. */
SEC("iter/task_file")
int rst_sockets_at_start(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rst_storage *st;
	struct socket *socket;
	struct sock *sk;

	tracer_pid_level = BPF_CORE_READ(bpf_get_current_task_btf(), thread_pid, level);
	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || !sock_is_tcp(sk))
		return 0;
	st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!st) {
		count(RST_CNT_NO_STORAGE);
		return 0;
	}
	if (sk->__sk_common.skc_state == RST_TCP_LISTEN)
		listener_look(sk);
	if (st->owner.known_by != RST_KNOWN_NOT)
		return 0;
	owner_set(&st->owner, task, RST_KNOWN_SCAN, bpf_ktime_get_ns());
	if (sk->__sk_common.skc_state == RST_TCP_LISTEN)
		listener_add(sk, &st->owner, 0);
	return 0;
}

/* At a reset whose owner nobody recorded: who has one of the wanted inodes open? */
SEC("iter/task_file")
int rst_sockets_find(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rst_found *f;
	__u64 inode;

	if (!task || !file)
		return 0;
	inode = file->f_inode->i_ino;
	f = bpf_map_lookup_elem(&found, &inode);
	if (!f || !bpf_sock_from_file(file))
		return 0;
	if (!f->task.pid)
		task_fill(&f->task, task);
	if (f->last_pid == (__u32)task->tgid)
		return 0;
	f->last_pid = task->tgid;
	f->processes++;
	return 0;
}
