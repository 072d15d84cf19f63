/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * compat.bpf.h: the only file of the kernel side that knows of kernels that lack something. User space
 * has looked (user/features.c) and says so in rst_config.kernel, a constant for the verifier: what a
 * kernel has not got stands in branches that it never looks at.
 */
#ifndef RSTTRACE_COMPAT_BPF_H
#define RSTTRACE_COMPAT_BPF_H

#include "maps.bpf.h"

static __always_inline bool compat_has(enum rst_kernel_bit bit)
{
	return rst_config.kernel & bit;
}

/* ---- arguments of tracepoints */

/* Argument N of a tracepoint as a number, read in a way that the verifier knows nothing of: where its type
 * differs between kernels, or is one that not all let a program have (char *, before 5.17). */
static __always_inline __u64 compat_argument(const unsigned long long *ctx, __u32 n)
{
	const unsigned long long *apart = ctx;
	__u64 value = 0;

	/* Else the compiler would load the argument by the same sum, which is not allowed. */
	barrier_var(apart);
	bpf_probe_read_kernel(&value, sizeof(value), &apart[n]);
	return value;
}

/*
 * Whether it is NULL. Where the verifier takes an argument for never NULL that may be (6.10 to 6.12.5,
 * tcp_send_reset and kfree_skb), it deletes a plain comparison as needless, and what follows it would
 * crash the kernel.
 */
static __always_inline bool compat_is_null(const unsigned long long *ctx, __u32 n)
{
	return !compat_argument(ctx, n);
}

/* The reset reason, tcp_send_reset's third argument, came with 6.10; -1 where there is none. */
static __always_inline __s32 compat_reset_reason(const unsigned long long *ctx)
{
	return compat_has(RST_KERNEL_RESET_REASON) ? (__s32)ctx[2] : -1;
}

/* kfree_skb's third and fourth arguments: why (5.17), and the socket that refused it (6.12). */
static __always_inline __u32 compat_drop_reason(const unsigned long long *ctx)
{
	return compat_has(RST_KERNEL_DROP_REASON) ? ctx[2] : 0;
}

static __always_inline struct sock *compat_drop_socket(unsigned long long *ctx)
{
	if (!compat_has(RST_KERNEL_DROP_SOCKET) || compat_is_null(ctx, 3))
		return NULL;
	return (struct sock *)ctx[3];
}

/* ---- reasons */

/* Newer than the kernel that vmlinux.h was made from: a flavour, resolved by name when loading. */
enum skb_drop_reason___since_6_18 {
	SKB_DROP_REASON_TCP_LISTEN_OVERFLOW = 1,
};

/* Whether the kernel names that drop. */
static __always_inline bool compat_names_overflow(void)
{
	return bpf_core_enum_value_exists(enum skb_drop_reason___since_6_18,
					  SKB_DROP_REASON_TCP_LISTEN_OVERFLOW);
}

/*
 * Whether a segment was dropped because a listener's accept queue is full. Kernels that have the drop
 * reason (6.18) are believed; on older ones the queue shows it, which is as full now as it was a
 * moment ago.
 */
static __always_inline bool compat_is_overflow(__u32 queue, __u32 limit, __u32 reason)
{
	if (compat_names_overflow())
		return reason == bpf_core_enum_value(enum skb_drop_reason___since_6_18,
						     SKB_DROP_REASON_TCP_LISTEN_OVERFLOW);
	return queue > limit;
}

/* Whether a listener itself refused a RST: what a half-open connection refuses has other reasons. */
static __always_inline bool compat_is_listen_refusal(__u32 reason)
{
	if (!bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_TCP_RESET))
		return false;
	return reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TCP_RESET) ||
	       reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TCP_FLAGS);
}

/* Whether a drop says nothing of why: then the place and the packet have to tell. */
static __always_inline bool compat_is_unspecified(__u32 reason)
{
	return reason == rst_config.drop_unspecified;
}

/* ---- namespaces */

/* Where the generation of a namespace's nftables stands up to 5.12, and again from 6.17 on. In between
 * it is among the module's own data. */
struct netns_nftables___generation {
	unsigned int base_seq;
} __attribute__((preserve_access_index));

struct net___nftables {
	struct netns_nftables___generation nft;
} __attribute__((preserve_access_index));

/* 0: not known. */
static __always_inline __u32 compat_nft_generation(const struct net *net)
{
	const struct net___nftables *n = (const void *)net;

	if (!bpf_core_field_exists(n->nft.base_seq))
		return 0;
	return BPF_CORE_READ(n, nft.base_seq);
}

/* ---- tasks and sockets */

/* Who runs. Without bpf_get_current_task_btf (5.11), what this points to may be read only. */
static __always_inline struct task_struct *compat_task(void)
{
	if (compat_has(RST_KERNEL_CURRENT_TASK))
		return bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

/* A number in a task. A load takes a fifth of a read's time. */
#define COMPAT_TASK(task, field) \
	(compat_has(RST_KERNEL_CURRENT_TASK) ? (task)->field : BPF_CORE_READ((task), field))

/* Of another kernel than vmlinux.h's, or not in it: flavours. */
struct sock___since_5_17 {
	int sk_rx_dst_ifindex;
};

struct inet_sock___before_5_17 {
	int rx_dst_ifindex;
};

/* The interface by which the peer's segments came in, as far as the socket keeps it; 0: it does not. */
static __always_inline __u32 compat_came_by(const struct sock *sk)
{
	const struct sock___since_5_17 *now = (const void *)sk;
	const struct inet_sock___before_5_17 *then = (const void *)sk;

	if (bpf_core_field_exists(now->sk_rx_dst_ifindex))
		return BPF_CORE_READ(now, sk_rx_dst_ifindex);
	return bpf_core_field_exists(then->rx_dst_ifindex) ? BPF_CORE_READ(then, rx_dst_ifindex)
							   : 0;
}

/* bpf_get_socket_cookie is there for tracing since 5.12. An address serves as well, as long as the
 * socket lives. */
static __always_inline __u64 compat_cookie(struct sock *sk)
{
	return compat_has(RST_KERNEL_SOCKET_COOKIE) ? bpf_get_socket_cookie(sk) : (__u64)sk;
}

/* Kernels without CONFIG_MPTCP lack the field. */
static __always_inline bool compat_is_mptcp(const struct tcp_sock *tp)
{
	return bpf_core_field_exists(tp->is_mptcp) && tp->is_mptcp;
}

struct sk_buff_head___length {
	struct sk_buff *next;
	__u32 qlen;
} __attribute__((preserve_access_index));

struct inet_connection_sock___ulp {
	void *icsk_ulp_data;
} __attribute__((preserve_access_index));

struct mptcp_subflow_context___owner {
	struct sock *conn;
} __attribute__((preserve_access_index));

struct sock___queue {
	struct sk_buff_head___length sk_receive_queue;
	struct sk_buff_head___length sk_error_queue;
} __attribute__((preserve_access_index));

struct sk_buff___control {
	char cb[48];
} __attribute__((preserve_access_index));

#define K_ERROR_ICMP 2	/* SO_EE_ORIGIN_ICMP, include/uapi/linux/errqueue.h */
#define K_ERROR_ICMP6 3 /* SO_EE_ORIGIN_ICMP6 */

struct sock_extended_err___origin {
	__u32 ee_errno;
	__u8 ee_origin;
} __attribute__((preserve_access_index));

struct sock_exterr_skb___error {
	struct sock_extended_err___origin ee;
} __attribute__((preserve_access_index));

/* Up to 6.14 what came in order waits in a second queue, from 6.19 on what came while the connection was
 * in use in a list. */
struct mptcp_sock___queues {
	struct sk_buff_head___length receive_queue;
	struct list_head backlog_list;
} __attribute__((preserve_access_index));

/* Whether nothing waits to be read from the MPTCP connection of a subflow; false as well: not known. */
static __always_inline bool compat_mptcp_is_read(const struct tcp_sock *tp)
{
	const struct inet_connection_sock___ulp *icsk = (const void *)&tp->inet_conn;
	const struct mptcp_subflow_context___owner *subflow;
	const struct mptcp_sock___queues *m;
	const struct sock *msk;

	if (!bpf_core_type_exists(struct mptcp_subflow_context___owner))
		return false;
	subflow = BPF_CORE_READ(icsk, icsk_ulp_data);
	msk = BPF_CORE_READ(subflow, conn);
	m = (const void *)msk;
	if (!msk || BPF_CORE_READ((const struct sock___queue *)msk, sk_receive_queue.qlen))
		return false;
	if (bpf_core_field_exists(m->receive_queue) && BPF_CORE_READ(m, receive_queue.qlen))
		return false;
	return !bpf_core_field_exists(m->backlog_list) ||
	       (const void *)BPF_CORE_READ(m, backlog_list.next) == &m->backlog_list;
}

#define K_SOCKFS_MAGIC 0x534f434b /* include/uapi/linux/magic.h */

/* FILE's socket, NULL: it is none. bpf_sock_from_file came together with bpf_get_current_task_btf; without
 * it, what this returns may be read only. */
static __always_inline struct sock *compat_sock_of(struct file *file)
{
	struct socket *socket;

	if (compat_has(RST_KERNEL_CURRENT_TASK)) {
		socket = bpf_sock_from_file(file);
		return socket ? socket->sk : NULL;
	}
	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) != K_SOCKFS_MAGIC)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/*
 * The error of the ICMP message that waits first in SK's error queue; 0: none does. tcp_v4_err puts each
 * there, IP_RECVERR set or not (ip_icmp_error), tcp_v6_err only with IPV6_RECVERR.
 */
static __always_inline __u32 compat_queued_error(const struct sock *sk)
{
	const struct sock___queue *q = (const void *)sk;
	struct sock_extended_err___origin *ee;
	const void *skb;
	__u32 error = 0;
	__u8 origin = 0;

	if (!bpf_core_type_exists(struct sock_exterr_skb___error) ||
	    !BPF_CORE_READ(q, sk_error_queue.qlen))
		return 0;
	skb = BPF_CORE_READ(q, sk_error_queue.next);
	if (!skb)
		return 0;
	ee = (void *)skb + bpf_core_field_offset(struct sk_buff___control, cb) +
	     bpf_core_field_offset(struct sock_exterr_skb___error, ee);
	if (bpf_core_read(&origin, sizeof(origin), &ee->ee_origin) ||
	    (origin != K_ERROR_ICMP && origin != K_ERROR_ICMP6) ||
	    bpf_core_read(&error, sizeof(error), &ee->ee_errno))
		return 0;
	return error;
}

#endif
