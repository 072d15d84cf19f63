/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* compat.bpf.h: the only file of the kernel side that knows kernel versions. */
#ifndef RSTTRACE_COMPAT_BPF_H
#define RSTTRACE_COMPAT_BPF_H

/* Newer than the kernel that vmlinux.h was made from: a flavour, resolved by name when loading. */
enum skb_drop_reason___since_6_18 {
	SKB_DROP_REASON_TCP_LISTEN_OVERFLOW = 1,
};

/*
 * Whether a segment was dropped because LISTENER's accept queue is full. Kernels that have the drop
 * reason (6.18) are believed; on older ones the queue shows it, which is as full now as it was a
 * moment ago.
 */
static __always_inline bool compat_is_overflow(const struct sock *listener, __u32 reason)
{
	if (bpf_core_enum_value_exists(enum skb_drop_reason___since_6_18,
				       SKB_DROP_REASON_TCP_LISTEN_OVERFLOW))
		return reason == bpf_core_enum_value(enum skb_drop_reason___since_6_18,
						     SKB_DROP_REASON_TCP_LISTEN_OVERFLOW);
	return listener->sk_ack_backlog > listener->sk_max_ack_backlog;
}

/* Whether a listener itself refused a RST: what a half-open connection refuses has other reasons. */
static __always_inline bool compat_is_listen_refusal(__u32 reason)
{
	return reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TCP_RESET) ||
	       reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TCP_FLAGS);
}

/* The reset reason, tcp_send_reset's third argument, came with 6.10; -1 where there is none. */
static __always_inline __s32 compat_reset_reason(const unsigned long long *ctx)
{
	if (bpf_core_type_exists(enum sk_rst_reason))
		return ctx[2];
	return -1;
}

#endif
