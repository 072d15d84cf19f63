// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* sent.bpf.c: every RST that this host's TCP sends. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "filter.bpf.h"
#include "fold.bpf.h"
#include "sending.bpf.h"
#include "skb.bpf.h"
#include "stayed.bpf.h"
#include "translated.bpf.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

static __always_inline __u8 class_of(const struct sock *sk, const struct tcp_sock *tp,
				     const struct sk_buff *skb)
{
	if (!sk)
		return RST_CLASS_SENT_NO_SOCKET;
	if (!tp)
		return RST_CLASS_SENT_TIMEWAIT;
	if (sk->__sk_common.skc_state == RST_TCP_LISTEN)
		return RST_CLASS_SENT_LISTENER;
	return skb ? RST_CLASS_SENT_PASSIVE : RST_CLASS_SENT_ACTIVE;
}

static __always_inline bool is_syn(const struct rst_packet *p)
{
	return (p->flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_SYN;
}

/* RFC 8684, 3.2: MP_JOIN in a SYN is option 30, 12 bytes long, of subtype 1. Linux pads its options so that
 * each begins at a multiple of four; among those of others it may be missed. */
#define JOIN_OPTION 0x1e0c1000U
#define JOIN_MASK 0xfffff000U

static __noinline bool is_join(const struct sk_buff *skb, const struct rst_packet *p)
{
	const __u8 *options = skb->head + skb->network_header + p->at + 20;
	__u32 word = 0;

	for (int i = 0; i < 8 && i * 4 + 32 <= p->header; i++)
		if (!bpf_probe_read_kernel(&word, sizeof(word), options + i * 4) &&
		    (bpf_ntohl(word) & JOIN_MASK) == JOIN_OPTION)
			return true;
	return false;
}

/* Returns who has the socket, and who aborts it. Not inlined, as find_unsent: 6.1's verifier would go through
 * all that follows once for each way through them. */
static __noinline __u32 kind_of_connection(struct rst_kind *kind, struct sock *sk,
					   const struct tcp_sock *tp)
{
	const struct rst_storage *st = storage_of(sk);
	__u32 owner = st ? st->owner.pid : 0;

	kind_of_socket(kind, tp);
	if (kind->class != RST_CLASS_SENT_ACTIVE)
		return owner;
	if (st)
		kind->state |= st->old_state << 4;
	kind_of_abort(kind, tp);
	return owner ^ (__u32)(bpf_get_current_pid_tgid() >> 32) * 31;
}

/* Not inlined either. */
static __noinline __u8 end_before(const struct rst_tuple *t, __u64 net, __u32 *owner)
{
	return past_end(t, net, owner);
}

#define K_IFF_UP 1 /* include/uapi/linux/if.h */

/* Whether TP's RST has just found no way out. The tracepoint comes after the attempt, whatever came of it:
 * without a route the socket has none any more, and one that leads nowhere has a device that is down. */
static __always_inline __u8 way_out(const struct tcp_sock *tp, __u32 *ifindex)
{
	struct dst_entry *dst = tp->inet_conn.icsk_inet.sk.sk_dst_cache;
	struct net_device *dev;

	if (!dst) {
		*ifindex = compat_came_by(&tp->inet_conn.icsk_inet.sk);
		return RST_UNSENT_NO_ROUTE;
	}
	dev = BPF_CORE_READ(dst, dev);
	if (BPF_CORE_READ(dev, flags) & K_IFF_UP)
		return RST_UNSENT_NOT;
	*ifindex = BPF_CORE_READ(dev, ifindex);
	return RST_UNSENT_DOWN;
}

/* What became of the RST by which TP's connection was aborted, for the event and for what comes later. */
static __noinline __u8 find_unsent(struct sock *sk, const struct tcp_sock *tp,
				   const struct rst_tuple *t, __u64 net, __u32 *ifindex)
{
	__u8 unsent = way_out(tp, ifindex);
	struct rst_storage *st;

	if (!unsent && stayed_before(t, tp->snd_nxt))
		unsent = RST_UNSENT_DROPPED;
	if (!unsent)
		return unsent;
	past_set_unsent(t, net, unsent);
	/* One that timed out, or was destroyed, becomes CLOSE only now. */
	st = storage_of(sk);
	if (st)
		st->unsent = unsent;
	return unsent;
}

/* What the kernel goes by when it aborts a connection by itself. */
static __always_inline void fill_limits(struct rst_socket *s, const struct sock *sk,
					const struct tcp_sock *tp)
{
	if (s->flags & RST_SF_KEEPALIVE) {
		s->probes_limit = tp->keepalive_probes;
		if (!s->probes_limit)
			s->probes_limit = BPF_CORE_READ(sk, __sk_common.skc_net.net,
							ipv4.sysctl_tcp_keepalive_probes);
	}
	if (s->flags & RST_SF_DEAD) {
		long pages = BPF_CORE_READ(sk, __sk_common.skc_prot, memory_allocated, counter);
		long *limits = BPF_CORE_READ(sk, __sk_common.skc_prot, sysctl_mem), most = 0;

		bpf_probe_read_kernel(&most, sizeof(most), &limits[2]);
		s->memory_pages = pages > 0 ? pages : 0;
		s->memory_limit = most < RST_NEVER ? most : RST_NEVER;
	}
}

/*
 * sk is NULL without a socket, an inet_timewait_sock in TIME_WAIT, the listener for anything in
 * SYN_RECV; skb is NULL for an active reset (kernels from 6.10 on; docs/rules.md).
 */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(rst_sent, struct sock *sk, struct sk_buff *skb)
{
	struct rst_packet packet = {};
	struct tcp_sock *tp = NULL;
	bool found;
	struct rst_tuple tuple = {};
	struct rst_kind kind = {};
	struct rst_leaving *leaves;
	struct rst_event *e;
	__u32 owner = 0, out = 0;
	__u8 unsent = RST_UNSENT_NOT;
	__s32 reason;
	__u64 fold, net = 0;

	count(RST_CNT_SENT);
	if (compat_is_null(ctx, 0))
		sk = NULL;
	if (compat_is_null(ctx, 1))
		skb = NULL;
	if (sk) {
		net = sock_net_id(sk);
		tp = bpf_skc_to_tcp_sock(sk);
	}
	if (skb) {
		found = skb_segment(&tuple, &packet, skb);
		if (!sk)
			net = skb_net_id(skb);
		/* The wire's view must know it where TCP sends by no socket, or by one that sends what
		 * the tracepoint does not tell of; and drops, where the kernel does not say why. */
		if (found && (tuple.family == 6 || !compat_has(RST_KERNEL_RESET_REASON)))
			tell(&tuple, 0, 0);
		else if (found && !compat_names_overflow())
			tell(&tuple, OWN_RESET_UNSEEN, 0);
	} else if (tp) {
		sock_tuple(&tuple, sk, tp);
	}
	kind.netns = net;
	reason = compat_reset_reason(ctx);
	kind.class = class_of(sk, tp, skb);
	kind.reason = reason + 1;
	kind.bits = is_syn(&packet) ? RST_KIND_SYN : 0;
	if (tp)
		owner = kind_of_connection(&kind, sk, tp);
	else if (!is_syn(&packet))
		kind.state = end_before(&tuple, net, &owner);
	/* What was closed, and is reset at once, has left no TIME_WAIT (data with the ACK of the FIN). */
	if (tp && skb && !compat_has(RST_KERNEL_RESET_REASON))
		past_take_timewait(&tuple, net, RST_TCP_FIN_WAIT2);
	if (tp && !skb)
		unsent = find_unsent(sk, tp, &tuple, net, &out);
	if (skb)
		stayed_expect(&tuple, &packet, kind.netns, false);
	if (!filter_pass(&tuple, kind.netns)) {
		event_filtered(&kind);
		return 0;
	}
	fold = fold_take(&kind, &tuple, owner, 0);
	e = event_begin(&kind, &tuple, fold, RST_CNT_LOST_SENT);
	if (!e)
		return 0;
	e->unsent = unsent;
	e->netns_mix = net >> 32;
	e->out_ifindex = out;
	e->packet = packet;
	if (skb && !sk && kind.bits & RST_KIND_SYN)
		e->packet.join = is_join(skb, &packet);
	e->reason = reason;
	if (tp)
		sock_fill_full(e, sk, tp);
	else if (sk)
		sock_fill_timewait(&e->sock, sk);
	if (tp && !skb)
		fill_limits(&e->sock, sk, tp);
	if (skb) {
		e->ifindex = skb->skb_iif;
		skb_interface(e->ifname, skb);
	}
	/* No connection took the segment: it came too late, or for something else. What answers a SYN with
	 * no more than an ACK may still hold the connection that had these ends before. */
	if (skb && (!tp || e->sock.kind == RST_SOCK_LISTENER ||
		    (e->sock.state == RST_TCP_SYN_SENT && !(packet.flags & RST_FLAG_SYN))))
		/* Without reasons (up to 6.9) what no socket took does not come here, and to look for what was
		 * refused costs 6.1's verifier more than the million instructions that it allows. */
		past_recall(&e->past, &tuple, net, is_syn(&packet),
			    compat_has(RST_KERNEL_RESET_REASON));
	if (skb)
		sending_note(&tuple);
	event_fill(e, ctx, RST_REC_SENT);
	fold_submit(fold, &kind, e);
	/* What a socket takes has lost it by now (tcp_v4_rcv, 5.10 to 7.3). */
	if (skb && !sk && kind.bits & RST_KIND_SYN && fold == FOLD_DETAILS)
		translated_tell(skb, &tuple, &packet);
	/* What is dropped now has a reader. */
	leaves = stayed_here();
	if (leaves && skb)
		leaves->detailed = 1;
	else if (leaves && unsent == RST_UNSENT_DROPPED)
		stayed_tell(&leaves->stayed);
	return 0;
}
