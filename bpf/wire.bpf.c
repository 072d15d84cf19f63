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

#include "filter.bpf.h"
#include "fold.bpf.h"
#include "skb.bpf.h"
#include "translated.bpf.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* Sockets that TCP itself sends by: a connection, what stands for one, or the kernel's own raw
 * socket for answers to nobody's segments. */
static __always_inline bool of_tcp(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;
	struct socket *socket;

	if (!sock_is_inet(sk))
		return false;
	if (state == RST_TCP_NEW_SYN_RECV || state == RST_TCP_TIME_WAIT)
		return true;
	if (sk->sk_type != SOCK_RAW)
		return true; /* or UDP's and the like: no RST either */
	/* A program's may be closed before its packet leaves, when that has to wait for a neighbour. */
	socket = BPF_CORE_READ(sk, sk_socket);
	return socket && !BPF_CORE_READ(socket, file);
}

/* Of those, the kernel's own raw sockets: TCP's of IPv4, or ICMP's. */
static __always_inline bool is_control(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;

	return sk->__sk_common.skc_family == K_AF_INET && state != RST_TCP_NEW_SYN_RECV &&
	       state != RST_TCP_TIME_WAIT && sk->sk_type == SOCK_RAW;
}

/* What TCP's tracepoint, or this program, has just told of on this very CPU: it leaves, or leaves once
 * more, by the lower device of a stack. Out of the same device comes another one. */
static __always_inline bool just_told(const struct rst_tuple *t, __u32 ifindex, __u32 netns)
{
	__u32 zero = 0;
	struct rst_own_reset *own = bpf_map_lookup_elem(&own_reset, &zero);

	if (!own || own->ifindex == OWN_RESET_UNSEEN ||
	    (own->ifindex == ifindex && own->netns == netns) || !just_answered(t))
		return false;
	if (!own->ifindex) {
		own->ifindex = ifindex;
		own->netns = netns;
	}
	return true;
}

#define K_CHECKSUM_PARTIAL 3 /* include/linux/skbuff.h */

/*
 * Whether TCP sends the RST in SKB, for no connection, on a kernel whose tracepoint does not tell of
 * those. IPv4's goes by a raw socket of the kernel's; IPv6's has none, but leaves its checksum to be
 * completed, which a firewall's does not (tcp_v6_send_response and nf_reject_ip6_tcphdr_put in 5.10 to
 * 6.6).
 */
static __always_inline bool tcp_sends(const struct sk_buff *skb, const struct sock *sk, __u8 family)
{
	if (compat_has(RST_KERNEL_RESET_REASON) || skb->skb_iif)
		return false;
	if (sk)
		return of_tcp(sk);
	return family == 6 && BPF_CORE_READ_BITFIELD(skb, ip_summed) == K_CHECKSUM_PARTIAL;
}

static __always_inline void fill_writer(struct rst_socket *s, struct sock *sk)
{
	s->kind = sock_is_inet(sk) ? RST_SOCK_RAW : RST_SOCK_PACKET;
	s->inode = sock_inode(sk);
}

/* Sent for a segment that no connection took: what was there before? Like tcp_send_reset's on newer
 * kernels, but for the segment: the RST stands for it until that is dropped. */
static __always_inline void fill_answer(struct rst_event *e, const struct rst_kind *kind, __u64 net)
{
	/* It acknowledges only what does not acknowledge anything itself. */
	bool is_syn = e->packet.flags & RST_FLAG_ACK;

	e->packet.answer = 1;
	if (kind->class == RST_CLASS_SENT_TIMEWAIT)
		sock_set_timewait(&e->sock, RST_TCP_FIN_WAIT2);
	past_recall(&e->past, &e->tuple, net, is_syn, true);
}

/* Where a written SYN is put together: the stack has no room for it (5.10 counts that of all callers). A
 * program on net_dev_queue is not interrupted by another on its CPU: bottom halves are off. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_past);
} written_syn SEC(".maps");

/* What answers a SYN that a program wrote will find no connection here, and be reset. */
static __noinline void remember_written(const struct rst_tuple *tuple,
					const struct rst_packet *packet, struct sock *sk, __u64 net)
{
	struct rst_past *past;
	struct rst_past_key key;
	__u32 zero = 0;

	past = bpf_map_lookup_elem(&written_syn, &zero);
	if (!past)
		return;
	__builtin_memset(past, 0, sizeof(*past));
	past->kind = RST_PAST_WRITTEN;
	past->at_ns = bpf_ktime_get_ns();
	past->state = sock_is_inet(sk) ? RST_SOCK_RAW : RST_SOCK_PACKET;
	past->cookie = sock_inode(sk);
	past->snd_nxt = packet->seq + 1;
	past->role = RST_ROLE_CLIENT;
	task_fill(&past->owner, compat_task());
	past->known_by = RST_KNOWN_CONTEXT;
	past_key(&key, tuple, net);
	bpf_map_update_elem(&written_syns, &key, past, BPF_ANY);
}

static __always_inline bool is_syn_alone(const struct rst_packet *p)
{
	return (p->flags & (RST_FLAG_SYN | RST_FLAG_ACK | RST_FLAG_RST)) == RST_FLAG_SYN;
}

/* Not inlined: what almost every packet goes through has to set up nothing for it. */
static __noinline void look(void *ctx, struct sk_buff *skb, struct sock *sk)
{
	struct rst_kind kind = { .class = RST_CLASS_WIRE };
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct rst_event *e;
	__u32 owner = 0, out;
	bool by_tcp;
	__u64 fold, net;

	if (!wire_is_ip(skb) || !skb_segment(&tuple, &packet, skb))
		return;
	packet_turn(&tuple);
	if (!(packet.flags & RST_FLAG_RST)) {
		if (sk && is_syn_alone(&packet))
			remember_written(&tuple, &packet, sk, skb_net_id(skb));
		return;
	}
	by_tcp = tcp_sends(skb, sk, tuple.family);
	out = BPF_CORE_READ(skb, dev, ifindex);
	net = skb_net_id(skb);
	kind.netns = net;
	if ((by_tcp || (!sk && !skb->skb_iif)) && just_told(&tuple, out, kind.netns))
		return;
	kind.bits = (sk ? RST_KIND_SOCKET : 0) | (skb->skb_iif ? RST_KIND_CAME_IN : 0);
	if (by_tcp) {
		tell(&tuple, out, kind.netns);
		count(RST_CNT_SENT);
		kind.class = RST_CLASS_SENT_NO_SOCKET;
		kind.bits = packet.flags & RST_FLAG_ACK ? RST_KIND_SYN : 0;
		if (!kind.bits)
			kind.state = past_end(&tuple, net, &owner);
		if (past_take_timewait(&tuple, net, RST_TCP_FIN_WAIT2))
			kind.class = RST_CLASS_SENT_TIMEWAIT;
	} else {
		count(RST_CNT_WIRE);
	}
	if ((skb->skb_iif && !sk && !(rst_config.directions & RST_WANT_PASSING)) ||
	    (by_tcp && !(rst_config.directions & RST_WANT_SENT)) ||
	    !filter_pass(&tuple, kind.netns)) {
		event_filtered(&kind);
		return;
	}
	fold = fold_take(&kind, &tuple, owner, by_tcp ? 0 : (__u32)skb->skb_iif << 16 ^ out);
	e = event_begin(&kind, &tuple, fold, by_tcp ? RST_CNT_LOST_SENT : RST_CNT_LOST_WIRE);
	if (!e)
		return;
	e->netns_mix = net >> 32;
	e->packet = packet;
	e->ifindex = out;
	skb_interface(e->ifname, skb);
	if (by_tcp) {
		fill_answer(e, &kind, net);
	} else {
		e->in_ifindex = skb->skb_iif;
		e->nft_generation = compat_nft_generation(skb_net(skb));
		if (sk)
			fill_writer(&e->sock, sk);
	}
	event_fill(e, ctx, by_tcp ? RST_REC_SENT : RST_REC_WIRE);
	if (by_tcp || (!sk && !e->in_ifindex))
		await_rejected(e);
	fold_submit(fold, &kind, e);
	if (fold == FOLD_DETAILS && !sk && skb->skb_iif)
		translated_tell(skb, &tuple, &packet);
	if (fold == FOLD_DETAILS && !by_tcp && (packet.length || packet.header > 20))
		bytes_tell(skb, &tuple, &packet);
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(rst_leaves, struct sk_buff *skb)
{
	struct sock *sk;

	if (skb->len > WIRE_RST_MAX)
		return 0;
	sk = skb->sk;
	if (!sk || !of_tcp(sk) || (!compat_has(RST_KERNEL_RESET_REASON) && is_control(sk)))
		look(ctx, skb, sk);
	return 0;
}
