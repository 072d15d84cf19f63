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

#include "sock.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

static __always_inline struct rst_storage *storage(struct sock *sk)
{
	struct rst_storage *st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!st)
		count(RST_CNT_NO_STORAGE);
	return st;
}

static __always_inline void owner_set(struct rst_owner *owner, struct task_struct *task,
				      __u8 known_by)
{
	__builtin_memset(owner, 0, sizeof(*owner));
	task_fill(&owner->task, task);
	owner->since_ns = bpf_ktime_get_ns();
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
	l.netns = c->skc_net.net->ns.inum;
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
	if (bpf_map_update_elem(&listeners, &cookie, &l, BPF_ANY))
		count(RST_CNT_NO_LISTENER_ROOM);
	__sync_fetch_and_add(&listeners_generation, 1);
}

static __always_inline void listener_remove(struct sock *sk)
{
	__u64 cookie = bpf_get_socket_cookie(sk);
	__u64 tid = bpf_get_current_pid_tgid();
	struct rst_listener_end end = {};

	bpf_map_delete_elem(&listeners, &cookie);
	__sync_fetch_and_add(&listeners_generation, 1);
	end.at_ns = bpf_ktime_get_ns();
	end.unaccepted = sk->sk_ack_backlog;
	end.limit = sk->sk_max_ack_backlog;
	bpf_map_update_elem(&listener_ends, &tid, &end, BPF_ANY);
}

/* connect() or listen(): the caller is the owner; nothing of an earlier use of the socket stays. */
static __always_inline void opened(struct sock *sk, int state)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct rst_storage *st = storage(sk);

	if (!st)
		return;
	__builtin_memset(st, 0, sizeof(*st));
	if (!task_is_kernel(task))
		owner_set(&st->owner, task, RST_KNOWN_SOCKET);
	if (state == RST_TCP_LISTEN) {
		listener_add(sk, &st->owner, bpf_ktime_get_ns());
	} else {
		st->role = RST_ROLE_CLIENT;
		st->created_ns = bpf_ktime_get_ns();
	}
}

/* A listener's new connection: it has the listener's record by BPF_F_CLONE. */
static __always_inline void born(struct sock *sk)
{
	struct rst_storage *st = storage(sk);

	if (!st)
		return;
	__builtin_memset(&st->closer, 0, sizeof(st->closer));
	st->owner.known_by = st->owner.task.pid ? RST_KNOWN_LISTENER : RST_KNOWN_NOT;
	st->role = RST_ROLE_SERVER;
	st->created_ns = bpf_ktime_get_ns();
	st->established_ns = 0;
	st->old_state = 0;
}

/* FIN sent, by close() or shutdown(): always in the context of who called it. */
static __always_inline void closing(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_storage *st = storage(sk);
	__u64 received, sent;

	if (!st || !tp || task_is_kernel(task))
		return;
	__builtin_memset(&st->closer, 0, sizeof(st->closer));
	task_fill(&st->closer.task, task);
	st->closer.at_ns = bpf_ktime_get_ns();
	received = since_ms(tp->inet_conn.icsk_ack.lrcvtime);
	sent = since_ms(tp->lsndtime);
	st->closer.idle_ms = received < sent ? received : sent;
}

/* Raised just before most resets, on the same CPU, with the state that the reset no longer shows. */
static __always_inline void closed(struct sock *sk, int old_state)
{
	struct rst_storage *st = storage(sk);

	if (st)
		st->old_state = old_state;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(rst_socket_state, const struct sock *csk, int old_state, int new_state)
{
	struct sock *sk = (struct sock *)csk;
	struct rst_storage *st;

	if (!sock_is_tcp(sk))
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
 * Raised by every read that took data, in its caller: the first one names who accepted the
 * connection, since accept() itself raises no tracepoint. Readers inside the kernel (NFS, RDS)
 * have no open file and are left alone: they read in softirq.
 */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(rst_socket_read, struct sock *sk)
{
	struct rst_storage *st = bpf_sk_storage_get(&sockets, sk, 0, 0);
	struct task_struct *task;

	if (st && st->owner.known_by != RST_KNOWN_LISTENER && st->owner.known_by != RST_KNOWN_NOT)
		return 0;
	task = bpf_get_current_task_btf();
	if (task_is_kernel(task) || !sock_inode(sk))
		return 0;
	if (!st)
		st = storage(sk);
	if (st)
		owner_set(&st->owner, task, RST_KNOWN_SOCKET);
	return 0;
}

/* At start: the sockets that are older than the tracer. */
SEC("iter/task_file")
int rst_sockets_at_start(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rst_storage *st;
	struct socket *socket;
	struct sock *sk;

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
	if (st->owner.known_by != RST_KNOWN_NOT)
		return 0;
	owner_set(&st->owner, task, RST_KNOWN_SCAN);
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
	f->processes++;
	return 0;
}
