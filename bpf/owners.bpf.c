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
	struct rst_storage *st = compat_storage_make(sk);

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

/* Where SK listens, or where the listener does that it is a copy of. */
static __always_inline void listener_key(struct rst_past_key *key, const struct sock *sk)
{
	struct in6_addr address;

	key->netns = sock_netns(sk);
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

static __always_inline void listener_add(struct sock *sk, const struct rst_owner *owner,
					 __u64 since_ns)
{
	__u64 cookie = compat_cookie(sk);
	struct rst_past_key key = {};
	struct rst_listener l = {};

	listener_key(&key, sk);
	l.owner = owner->task;
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

static __always_inline void listener_remove(struct sock *sk)
{
	struct task_struct *task = compat_task();
	__u64 cookie = compat_cookie(sk), now = bpf_ktime_get_ns();
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
	listener_at_remove(&key, cookie);
	bpf_map_delete_elem(&listeners, &cookie);
	__sync_fetch_and_add(&listeners_generation, 1);
}

/* connect() or listen(): the caller is the owner; nothing of an earlier use of the socket stays. */
static __always_inline void opened(struct sock *sk, int state)
{
	struct task_struct *task = compat_task();
	struct rst_storage *st = storage(sk);
	__u64 now = bpf_ktime_get_ns();

	if (!st)
		return;
	__builtin_memset(st, 0, sizeof(*st));
	if (!task_is_kernel(task)) {
		owner_set(&st->owner, task, RST_KNOWN_SOCKET, now);
		st->reader = current_tgid(); /* its reads say nothing new */
	}
	if (state == RST_TCP_LISTEN) {
		listener_add(sk, &st->owner, now);
	} else {
		st->role = RST_ROLE_CLIENT;
		st->created_ns = now;
	}
}

/* Without BPF_F_CLONE: a new connection still is a copy of its listener, so it says where that is. */
static __always_inline void inherit(struct rst_storage *st, const struct sock *sk)
{
	struct rst_past_key key = {};
	struct rst_listener_at *at;
	struct rst_listener *l;

	__builtin_memset(&st->owner, 0, sizeof(st->owner));
	listener_key(&key, sk);
	at = bpf_map_lookup_elem(&listeners_at, &key);
	if (!at || at->shared)
		return;
	l = bpf_map_lookup_elem(&listeners, &at->cookie);
	if (!l)
		return;
	st->owner.task = l->owner;
	st->owner.since_ns = l->since_ns;
}

/* A listener's new connection: it has the listener's record by BPF_F_CLONE. */
static __always_inline void born(struct sock *sk)
{
	struct rst_storage *st = storage(sk);

	if (!st)
		return;
	if (!compat_has(RST_KERNEL_SOCKET_STORAGE))
		inherit(st, sk);
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
	struct task_struct *task = compat_task();
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_storage *st = storage(sk);

	if (!st || !tp || task_is_kernel(task))
		return;
	closer_set(&st->closer, task);
	st->closer.idle_ms = idle_ms(tp);
	st->closer_tgid = current_tgid();
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

/* Whether events name TIME_WAIT sockets: as what a RST was sent by, and as what one met. */
static __always_inline bool tells_of_timewait(void)
{
	return compat_has(RST_KERNEL_RESET_REASON) && compat_has(RST_KERNEL_DROP_SOCKET);
}

#define TIMEWAIT_S 60 /* TCP_TIMEWAIT_LEN */

/* How long a TIME_WAIT socket stands for one in FIN_WAIT2 (tcp_fin_time); the default is a minute. */
static __always_inline __u32 fin_timeout_s(const struct sock *sk, const struct tcp_sock *tp)
{
	__u32 ticks = tp->linger2;
	__u64 s;

	if (!ticks)
		ticks = BPF_CORE_READ(sk, __sk_common.skc_net.net, ipv4.sysctl_tcp_fin_timeout);
	s = ticks_to_ms(ticks) / 1000;
	return s < TIMEWAIT_S ? s : TIMEWAIT_S;
}

/* Which sort of TIME_WAIT takes the place of a socket that becomes CLOSE; 0: none. */
static __always_inline __u8 timewait_of(const struct sock *sk, const struct tcp_sock *tp,
					int old_state)
{
	if (tells_of_timewait() || sk->sk_err || tp->linger2 < 0)
		return 0;
	if (old_state == RST_TCP_CLOSING)
		return RST_TCP_TIME_WAIT;
	if (old_state != RST_TCP_FIN_WAIT2)
		return 0;
	return sk->__sk_common.skc_flags >> K_SOCK_DONE & 1 ? RST_TCP_TIME_WAIT : RST_TCP_FIN_WAIT2;
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
	past.cookie = compat_cookie(sk);
	past.timewait = timewait_of(sk, tp, old_state);
	past.timewait_s = past.timewait == RST_TCP_FIN_WAIT2 ? fin_timeout_s(sk, tp) : TIMEWAIT_S;
	if (past.end == RST_END_CLOSE) {
		past.closer = st->closer.task;
		past.closed_ns = st->closer.at_ns;
		past.idle_ms = st->closer.idle_ms;
	} else {
		past.idle_ms = idle_ms(tp);
		if (past.end == RST_END_ABORT || past.end == RST_END_DESTROYED ||
		    past.end == RST_END_GAVE_UP)
			task_fill(&past.closer, compat_task());
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
	task = compat_task();
	/* shutdown() came first, and now the same process closes, or ends. */
	if (st->closer.shutdown && sk->__sk_common.skc_flags >> K_SOCK_DEAD & 1 &&
	    current_tgid() == st->closer_tgid)
		closer_set(&st->closer, task);
	/* Of what ended well, only TIME_WAIT is left, which not all kernels tell of. */
	if (tp && (!ended_well(sk, old_state) || timewait_of(sk, tp, old_state)))
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
	struct rst_storage *st = compat_storage(sk);
	__u32 tgid = current_tgid();
	struct task_struct *task;

	/* strparser (sockmap, kTLS, KCM) reads in softirq: then who runs is a bystander, and nobody
	 * has locked the socket. */
	if (!sk->sk_lock.owned)
		return 0;
	/* Who reads now is the owner, also after a fork, or when the file was passed on. */
	if (st && st->reader == tgid)
		return 0;
	task = compat_task();
	if (task_is_kernel(task) || !sock_inode(sk))
		return 0;
	if (!st)
		st = storage(sk);
	if (!st)
		return 0;
	owner_set(&st->owner, task, RST_KNOWN_SOCKET, bpf_ktime_get_ns());
	st->reader = tgid;
	return 0;
}

static __always_inline void tell_closer(struct sock *sk)
{
	struct task_struct *task = compat_task();
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_closed *c;

	if (!tp || task_is_kernel(task))
		return;
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

/* Raised in close(), when the socket was reset before: its closer is the owner that the reset could
 * not name. */
SEC("tp_btf/tcp_destroy_sock")
int BPF_PROG(rst_socket_destroyed, struct sock *sk)
{
	struct rst_storage *st = compat_storage(sk);

	if (st && st->awaited) {
		st->awaited = 0;
		tell_closer(sk);
	}
	compat_storage_drop(sk);
	return 0;
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

/* As sock_is_tcp, of a socket that may be read only. */
static __always_inline bool is_tcp_file(const struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u16 protocol = BPF_CORE_READ(sk, sk_protocol);

	return (family == K_AF_INET || family == K_AF_INET6) &&
	       (protocol == K_IPPROTO_TCP || protocol == K_IPPROTO_MPTCP);
}

/* At start: the sockets that are older than the tracer. At the end: what listeners dropped. */
SEC("iter/task_file")
int rst_sockets_at_start(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rst_storage *st;
	struct sock *sk;
	bool listens;

	tracer_pid_level = BPF_CORE_READ(compat_task(), thread_pid, level);
	if (!task || !file)
		return 0;
	sk = compat_sock_of(file);
	if (!sk || !is_tcp_file(sk))
		return 0;
	st = storage(sk);
	if (!st)
		return 0;
	listens = BPF_CORE_READ(sk, __sk_common.skc_state) == RST_TCP_LISTEN;
	if (listens)
		listener_look(sk);
	if (st->owner.known_by != RST_KNOWN_NOT)
		return 0;
	owner_set(&st->owner, task, RST_KNOWN_SCAN, bpf_ktime_get_ns());
	if (listens)
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
	if (!f || !compat_sock_of(file))
		return 0;
	if (!f->task.pid)
		task_fill(&f->task, task);
	if (f->last_pid == (__u32)COMPAT_TASK(task, tgid))
		return 0;
	f->last_pid = COMPAT_TASK(task, tgid);
	f->processes++;
	return 0;
}
