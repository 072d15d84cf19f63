// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * wire.bpf.c: RSTs that leave this host although its TCP did not send them: a firewall's answer, one
 * that a program wrote itself, one that is forwarded. Every packet of the host comes along here, so
 * what cannot be one of those is sent on after two or three loads.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "compat.bpf.h"
#include "filter.bpf.h"
#include "fold.bpf.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* Sockets that TCP itself sends by: a connection, what stands for one, or the kernel's own raw
 * socket for answers to nobody's segments. */
static __always_inline bool of_tcp(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;

	if (!sock_is_inet(sk))
		return false;
	if (state == RST_TCP_NEW_SYN_RECV || state == RST_TCP_TIME_WAIT)
		return true;
	if (sk->sk_type != SOCK_RAW)
		return true; /* or UDP's and the like: no RST either */
	return !BPF_CORE_READ(sk, sk_socket, file);
}

/* A passive RST of IPv6 has no socket; the tracepoint has just told of it on this very CPU. */
static __always_inline bool just_told(const struct rst_tuple *t)
{
	__u32 zero = 0;
	struct rst_own_reset *own = bpf_map_lookup_elem(&own_reset, &zero);

	if (!own || own->ports != ((__u32)t->local_port << 16 | t->remote_port) ||
	    own->family != t->family)
		return false;
	own->ports = 0;
	return bpf_ktime_get_ns() - own->at_ns < OWN_RESET_NS;
}

/* The next packet that netfilter drops on this CPU is the one that this RST answers. */
static __always_inline void await_rejected(const struct rst_event *e)
{
	__u32 zero = 0;
	struct rst_awaited *awaited = bpf_map_lookup_elem(&rejecting, &zero);

	if (!awaited)
		return;
	awaited->tuple = e->tuple;
	awaited->at_ns = e->hdr.mono_ns;
}

static __always_inline void fill_writer(struct rst_socket *s, struct sock *sk)
{
	s->kind = sock_is_inet(sk) ? RST_SOCK_RAW : RST_SOCK_PACKET;
	s->inode = sock_inode(sk);
}

/* Not inlined: what almost every packet goes through has to set up nothing for it. */
static __noinline void look(void *ctx, struct sk_buff *skb, struct sock *sk)
{
	struct rst_kind kind = { .class = RST_CLASS_WIRE };
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct rst_event *e;
	__u32 out;
	__u64 fold;

	if (!wire_rst(&tuple, &packet, skb))
		return;
	packet_turn(&tuple);
	if (!sk && !skb->skb_iif && just_told(&tuple))
		return;
	count(RST_CNT_WIRE);
	kind.netns = skb_netns(skb);
	kind.bits = (sk ? RST_KIND_SOCKET : 0) | (skb->skb_iif ? RST_KIND_CAME_IN : 0);
	if ((skb->skb_iif && !sk && !(rst_config.directions & RST_WANT_PASSING)) ||
	    !filter_pass(&tuple, kind.netns)) {
		event_filtered(&kind);
		return;
	}
	out = BPF_CORE_READ(skb, dev, ifindex);
	fold = fold_take(&kind, &tuple, 0, (__u32)skb->skb_iif << 16 ^ out);
	e = event_begin(&kind, &tuple, fold, RST_CNT_LOST_WIRE);
	if (!e)
		return;
	e->packet = packet;
	e->in_ifindex = skb->skb_iif;
	e->ifindex = out;
	skb_interface(e->ifname, skb);
	if (sk)
		fill_writer(&e->sock, sk);
	event_fill(e, ctx, RST_REC_WIRE);
	if (!sk && !e->in_ifindex)
		await_rejected(e);
	fold_submit(fold, &kind, e);
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(rst_leaves, struct sk_buff *skb)
{
	struct sock *sk;

	if (skb->len > WIRE_RST_MAX)
		return 0;
	sk = skb->sk;
	if (!sk || !of_tcp(sk))
		look(ctx, skb, sk);
	return 0;
}
