// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * drops.bpf.c: what the kernel drops and nobody hears of: RSTs that ended nothing; the packets that a
 * firewall answered with a RST; the last ACKs of handshakes for which the accept queue has no room,
 * whose client believes that it is connected until its data is reset.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "compat.bpf.h"
#include "filter.bpf.h"
#include "fold.bpf.h"
#include "past.bpf.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* Not inlined, both: together their locals are more than a program may have. */
static __noinline void handshake_dropped(struct sk_buff *skb, struct sock *listener)
{
	struct rst_kind kind = { .class = RST_CLASS_HANDSHAKE_DROPPED };
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct rst_listener *l;
	struct rst_storage *st;
	struct rst_past_key key;
	struct rst_past past;
	__u64 cookie;

	skb_segment(&tuple, &packet, skb);
	if (!(packet.flags & RST_FLAG_ACK) || packet.flags & (RST_FLAG_SYN | RST_FLAG_RST))
		return;
	kind.netns = sock_netns(listener);
	total_add(&kind, FATE_DETAILED);
	cookie = bpf_get_socket_cookie(listener);
	l = bpf_map_lookup_elem(&listeners, &cookie);
	if (l)
		__sync_fetch_and_add(&l->overflows, 1);
	__builtin_memset(&past, 0, sizeof(past));
	past.kind = RST_PAST_HANDSHAKE;
	past.at_ns = bpf_ktime_get_ns();
	past.queue = listener->sk_ack_backlog;
	past.limit = listener->sk_max_ack_backlog;
	past.rcv_nxt = packet.seq;
	past.snd_nxt = packet.ack;
	past.role = RST_ROLE_SERVER;
	st = bpf_sk_storage_get(&sockets, listener, 0, 0);
	if (st) {
		past.owner = st->owner.task;
		past.known_by = RST_KNOWN_LISTENER;
	}
	past_key(&key, &tuple, kind.netns);
	bpf_map_update_elem(&dropped_handshakes, &key, &past, BPF_ANY);
}

static __always_inline bool addresses_equal(const __u8 *a, const __u8 *b)
{
	const __u64 *x = (const __u64 *)a, *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1];
}

/* Netfilter drops a packet: is it the one that the RST of a moment ago answers? */
static __always_inline void rejected(struct sk_buff *skb)
{
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct rst_awaited *awaited;
	struct rst_rejected *r;
	__u32 zero = 0;
	__u64 now;

	awaited = bpf_map_lookup_elem(&rejecting, &zero);
	if (!awaited || !awaited->at_ns)
		return;
	now = bpf_ktime_get_ns();
	if (now - awaited->at_ns > OWN_RESET_NS) {
		awaited->at_ns = 0;
		return;
	}
	if (!wire_segment(&tuple, &packet, skb) || tuple.family != awaited->tuple.family ||
	    tuple.local_port != awaited->tuple.local_port ||
	    tuple.remote_port != awaited->tuple.remote_port ||
	    !addresses_equal(tuple.local, awaited->tuple.local) ||
	    !addresses_equal(tuple.remote, awaited->tuple.remote))
		return;
	awaited->at_ns = 0;
	r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	if (!r)
		return;
	__builtin_memset(r, 0, sizeof(*r));
	r->hdr.size = sizeof(*r);
	r->hdr.type = RST_REC_REJECTED;
	r->hdr.cpu = bpf_get_smp_processor_id();
	r->hdr.mono_ns = now;
	r->tuple = tuple;
	r->packet = packet;
	r->netns = skb_netns(skb);
	r->in_ifindex = skb->skb_iif;
	bpf_ringbuf_submit(r, wakeup_flags(sizeof(*r)));
}

/* Whether it was for this host or on its way to another, user space finds out: either may match. */
static __always_inline bool wanted(const struct rst_tuple *tuple, __u32 netns)
{
	struct rst_tuple turned = *tuple;

	if (!(rst_config.directions & (RST_WANT_RECEIVED | RST_WANT_PASSING)))
		return false;
	if (filter_pass(tuple, netns))
		return true;
	if (!(rst_config.directions & RST_WANT_PASSING) ||
	    !(rst_config.local_ports || rst_config.remote_ports))
		return false;
	turned.local_port = tuple->remote_port;
	turned.remote_port = tuple->local_port;
	return filter_pass(&turned, netns);
}

static __always_inline __u32 owner_of(struct sock *sk)
{
	const struct rst_storage *st = bpf_sk_storage_get(&sockets, sk, 0, 0);

	return st ? st->owner.task.pid : 0;
}

/* A RST that came in and is dropped; RX_SK is the socket that refused it, if it got so far. */
static __noinline void reset_dropped(void *ctx, struct sk_buff *skb, __u64 location, __u32 reason,
				     struct sock *rx_sk)
{
	struct rst_kind kind = { .class = RST_CLASS_DROPPED };
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct tcp_sock *tp = NULL;
	struct rst_event *e;
	__u32 owner = 0;
	__u64 fold;

	if (!wire_rst(&tuple, &packet, skb))
		return;
	count(RST_CNT_DROPPED);
	kind.netns = rx_sk ? sock_netns(rx_sk) : skb_netns(skb);
	kind.reason = reason < 255 ? reason + 1 : 255;
	if (rx_sk) {
		kind.state = rx_sk->__sk_common.skc_state;
		tp = bpf_skc_to_tcp_sock(rx_sk);
	}
	if (!wanted(&tuple, kind.netns)) {
		event_filtered(&kind);
		return;
	}
	if (tp)
		owner = owner_of(rx_sk);
	else
		past_end(&tuple, kind.netns, &owner);
	fold = fold_take(&kind, &tuple, owner, 0);
	e = event_begin(&kind, &tuple, fold, RST_CNT_LOST_DROPPED);
	if (!e)
		return;
	e->packet = packet;
	e->in_ifindex = skb->skb_iif;
	e->drop_reason = reason;
	e->location = location;
	if (tp)
		sock_fill_full(e, rx_sk, tp);
	else if (rx_sk && kind.state == RST_TCP_TIME_WAIT)
		sock_fill_timewait(&e->sock, rx_sk);
	/* A listener takes it because its connection is no more; a half-open one is another. */
	if (!tp || (e->sock.kind == RST_SOCK_LISTENER && compat_is_listen_refusal(reason)))
		past_recall(&e->past, &tuple, kind.netns, false);
	event_fill(e, ctx, RST_REC_DROPPED);
	fold_submit(fold, &kind, e);
}

/* A copy for a raw or packet socket is none of the RST's own. */
static __always_inline bool has_resets(const struct sock *sk)
{
	__u8 state = sk->__sk_common.skc_state;

	if (!sock_is_inet(sk))
		return false;
	return state == RST_TCP_TIME_WAIT || state == RST_TCP_NEW_SYN_RECV ||
	       (sock_is_tcp(sk) && sk->sk_type != SOCK_RAW);
}

/* The receiving socket is the fourth argument since 6.12 (kernel.md, section C). */
SEC("tp_btf/kfree_skb")
int BPF_PROG(rst_dropped, struct sk_buff *skb, void *location, __u32 reason, struct sock *rx_sk)
{
	__u64 index = reason;

	/* The bounds check must be of the very register that indexes. */
	barrier_var(index);
	if (index < RST_DROP_REASONS && rst_config.drop_ignored[index])
		return 0;
	if (rst_config.netfilter_drop && reason == rst_config.netfilter_drop)
		rejected(skb);
	if (rx_sk && !has_resets(rx_sk))
		return 0;
	if (rx_sk && rx_sk->__sk_common.skc_state == RST_TCP_LISTEN &&
	    compat_is_overflow(rx_sk, reason)) {
		handshake_dropped(skb, rx_sk);
		return 0;
	}
	/* What leaves has not come in. */
	if (skb->skb_iif && skb->len <= WIRE_RST_MAX)
		reset_dropped(ctx, skb, (__u64)location, reason, rx_sk);
	return 0;
}
