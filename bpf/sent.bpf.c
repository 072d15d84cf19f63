// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* sent.bpf.c: every RST that this host's TCP sends. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "compat.bpf.h"
#include "filter.bpf.h"
#include "past.bpf.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* For the wire's view of the same RST. */
static __always_inline void tell(const struct rst_tuple *t)
{
	__u32 zero = 0;
	struct rst_own_reset *own = bpf_map_lookup_elem(&own_reset, &zero);

	if (!own)
		return;
	own->at_ns = bpf_ktime_get_ns();
	own->ports = (__u32)t->local_port << 16 | t->remote_port;
	own->family = t->family;
}

/*
 * sk is NULL without a socket, an inet_timewait_sock in TIME_WAIT, the listener for anything in
 * SYN_RECV; skb is NULL for an active reset (kernel.md, section A; kernels from 6.10 on).
 */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(rst_sent, struct sock *sk, struct sk_buff *skb)
{
	struct rst_tuple tuple = {};
	struct rst_packet packet = {};
	struct tcp_sock *tp = NULL;
	struct rst_event *e;
	__u32 netns = 0;

	count(RST_CNT_SENT);
	if (sk) {
		netns = sock_netns(sk);
		tp = bpf_skc_to_tcp_sock(sk);
	}
	if (skb) {
		skb_segment(&tuple, &packet, skb);
		if (!sk)
			netns = skb_netns(skb);
		if (tuple.family == 6)
			tell(&tuple);
	} else if (tp) {
		sock_tuple(&tuple, sk, tp);
	}
	if (!filter_pass(&tuple, netns)) {
		count(RST_CNT_FILTERED);
		return 0;
	}
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		count(RST_CNT_LOST_SENT);
		return 0;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->tuple = tuple;
	e->packet = packet;
	e->netns = netns;
	e->reason = compat_reset_reason(ctx);
	if (tp)
		sock_fill_full(e, sk, tp);
	else if (sk)
		sock_fill_timewait(&e->sock, sk);
	if (skb) {
		e->ifindex = skb->skb_iif;
		skb_interface(e->ifname, skb);
	}
	/* No connection took the segment: it came too late, or for something else. */
	if (skb && (!tp || e->sock.kind == RST_SOCK_LISTENER))
		past_recall(&e->past, &tuple, netns,
			    (packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_SYN);
	event_fill(e, ctx, RST_REC_SENT);
	bpf_ringbuf_submit(e, wakeup_flags(sizeof(*e)));
	return 0;
}
