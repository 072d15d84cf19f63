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

#include "filter.bpf.h"
#include "fold.bpf.h"
#include "skb.bpf.h"
#include "stayed.bpf.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* A listener that drops something, however it was found. */
struct drop_listener {
	__u64 cookie;
	__u32 queue; /* its accept queue, and the limit of that */
	__u32 limit;
};

static __always_inline bool is_last_ack(const struct rst_packet *p)
{
	return (p->flags & (RST_FLAG_ACK | RST_FLAG_SYN | RST_FLAG_RST)) == RST_FLAG_ACK;
}

/* The kernel counts a listener's drops in one number. These turn nobody away: the bare ACK that
 * TCP_DEFER_ACCEPT waits behind, a peer's RST, what fits no handshake. What is turned away for want of room is an
 * overflow, or a SYN, which is not told of as dropped. */
static __noinline void drop_spared(__u64 cookie)
{
	struct rst_listener *l = bpf_map_lookup_elem(&listeners, &cookie);

	if (l)
		__sync_fetch_and_add(&l->spared, 1);
}

/* Not inlined, like most here: together their locals are more than a program may have. */
static __noinline void handshake_dropped(const struct rst_tuple *tuple,
					 const struct rst_packet *packet, __u64 net,
					 const struct drop_listener *by)
{
	struct rst_listener *l;
	struct rst_past_key key;
	struct rst_past past;

	__builtin_memset(&past, 0, sizeof(past));
	past.kind = RST_PAST_HANDSHAKE;
	past.at_ns = bpf_ktime_get_ns();
	past.queue = by->queue;
	past.limit = by->limit;
	past.rcv_nxt = packet->seq;
	past.snd_nxt = packet->ack;
	past.role = RST_ROLE_SERVER;
	l = bpf_map_lookup_elem(&listeners, &by->cookie);
	if (l) {
		__sync_fetch_and_add(&l->overflows, 1);
		past.owner = l->owner;
		past.known_by = RST_KNOWN_LISTENER;
	}
	past_key(&key, tuple, net);
	past_put_handshake(&key, &past);
}

static __noinline void refused_by_listener(struct sk_buff *skb, struct sock *sk)
{
	struct drop_listener by = {
		.cookie = compat_cookie(sk),
		.queue = sk->sk_ack_backlog,
		.limit = sk->sk_max_ack_backlog,
	};
	struct rst_kind kind = { .class = RST_CLASS_HANDSHAKE_DROPPED };
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	__u64 net;

	skb_segment(&tuple, &packet, skb);
	/* What is refused with a RST is dropped as well. */
	if (!is_last_ack(&packet) || (!compat_names_overflow() && just_answered(&tuple)))
		return;
	net = sock_net_id(sk);
	kind.netns = net;
	total_add(&kind, FATE_DETAILED);
	handshake_dropped(&tuple, &packet, net, &by);
}

/* ---- kernels that do not say which socket drops a packet */

/* Whether TCP has SKB: IP has taken its header off, and has found no reason to drop it. */
static __always_inline bool is_at_tcp(const struct sk_buff *skb)
{
	__u16 protocol = skb->protocol;

	return skb->skb_iif && skb->transport_header != skb->network_header &&
	       (protocol == bpf_htons(PACKET_ETH_IP) || protocol == bpf_htons(PACKET_ETH_IP6)) &&
	       skb->data == skb->head + skb->transport_header;
}

/* Who listens at T's local end, as past_listener finds those that did. */
static __always_inline struct rst_listener_at *listener_of(const struct rst_tuple *t, __u64 net)
{
	struct rst_past_key key = {
		.netns = net,
		.netns_mix = net >> 32,
		.local_port = t->local_port,
	};
	struct rst_listener_at *at;

	key.family = t->family;
	__builtin_memcpy(key.local, t->local, sizeof(key.local));
	at = bpf_map_lookup_elem(&listeners_at, &key);
	if (at)
		return at;
	__builtin_memset(key.local, 0, sizeof(key.local));
	at = bpf_map_lookup_elem(&listeners_at, &key);
	if (at || t->family == 6)
		return at;
	key.family = 6;
	return bpf_map_lookup_elem(&listeners_at, &key);
}

/* Whether SKB is a handshake's last ACK that a full listener drops. */
static __noinline bool met_full_listener(struct sk_buff *skb, __u32 reason)
{
	struct drop_listener by;
	struct rst_listener_at *at;
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct rst_kind kind = { .class = RST_CLASS_HANDSHAKE_DROPPED };
	const struct sock *sk;
	__u64 net;

	/* UDP has listeners' ports as well. */
	if (!skb_segment(&tuple, &packet, skb) || !is_last_ack(&packet) || just_answered(&tuple))
		return false;
	net = skb_net_id(skb);
	kind.netns = net;
	at = listener_of(&tuple, net);
	if (!at || !at->sk)
		return false;
	sk = (const struct sock *)at->sk;
	/* Of several, nobody knows which one it was. */
	by.cookie = at->shared ? 0 : at->cookie;
	by.queue = BPF_CORE_READ(sk, sk_ack_backlog);
	by.limit = BPF_CORE_READ(sk, sk_max_ack_backlog);
	if (!compat_is_overflow(by.queue, by.limit, reason)) {
		drop_spared(by.cookie);
		return false;
	}
	total_add(&kind, FATE_DETAILED);
	handshake_dropped(&tuple, &packet, net, &by);
	return true;
}

/* What E's RST met: TCP hands one to a listener, a half-open connection of its or TIME_WAIT, and drops
 * it without a word; to a connection, it does so only where it says why. */
static __noinline void find_refuser(struct rst_event *e)
{
	struct rst_listener_at *at;
	struct rst_listener *l;
	__u64 net = rst_net(e->netns, e->netns_mix);
	__u8 sort = 0;

	if (past_take_timewait(&e->tuple, net, RST_TCP_TIME_WAIT))
		sort = RST_TCP_TIME_WAIT;
	else if (past_take_timewait(&e->tuple, net, RST_TCP_FIN_WAIT2))
		sort = RST_TCP_FIN_WAIT2;
	if (sort) {
		sock_set_timewait(&e->sock, sort);
		return;
	}
	at = listener_of(&e->tuple, net);
	if (!at)
		return;
	e->sock.kind = RST_SOCK_LISTENER;
	e->sock.state = RST_TCP_LISTEN;
	l = bpf_map_lookup_elem(&listeners, &at->cookie);
	if (!l || at->shared)
		return;
	e->owner.task = l->owner;
	e->owner.since_ns = l->since_ns;
	e->owner.known_by = RST_KNOWN_SOCKET;
}

/* ---- all kernels */

/* A packet is dropped: is it the one that the RST of a moment ago answers? */
static __noinline void rejected(struct sk_buff *skb)
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
	if (!skb_segment(&tuple, &packet, skb) || tuple.family != awaited->tuple.family ||
	    tuple.local_port != awaited->tuple.local_port ||
	    tuple.remote_port != awaited->tuple.remote_port ||
	    past_address_differs(tuple.local, awaited->tuple.local) ||
	    past_address_differs(tuple.remote, awaited->tuple.remote))
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
	const struct rst_storage *st = storage_of(sk);

	return st ? st->owner.pid : 0;
}

/* A SYN-ACK that a connection had no use for: it is a copy, or another host has the peer's address. And a SYN, which
 * gets an ACK (RFC 9293, 3.10.7.4): it is a copy, or the peer has begun anew. */
static __always_inline void second_answer(struct sk_buff *skb, const struct rst_tuple *tuple,
					  const struct rst_packet *packet, struct sock *rx_sk)
{
	__u8 flags = packet->flags & (RST_FLAG_SYN | RST_FLAG_ACK);
	struct tcp_sock *tp = NULL;

	if (!(flags & RST_FLAG_SYN))
		return;
	if (rx_sk && rx_sk->__sk_common.skc_state != RST_TCP_LISTEN)
		tp = bpf_skc_to_tcp_sock(rx_sk);
	/* Without the socket, what a full listener drops would be taken for one. */
	if (compat_has(RST_KERNEL_DROP_SOCKET) ? !tp : flags == RST_FLAG_SYN || !is_at_tcp(skb))
		return;
	past_put_second(tuple, packet, tp ? sock_net_id(rx_sk) : skb_net_id(skb),
			tp ? tp->rcv_nxt : 0);
}

/* A RST that came in and is dropped, by the socket that refused it, if it got so far. It takes all of that from CTX
 * again: what its caller knows of each the verifier would follow apart, all the way down. */
static __noinline void reset_dropped(unsigned long long *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx[0];
	__u32 reason = compat_drop_reason(ctx);
	struct sock *rx_sk = compat_drop_socket(ctx);
	struct rst_kind kind = { .class = RST_CLASS_DROPPED };
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	struct tcp_sock *tp = NULL;
	struct rst_event *e;
	__u32 owner = 0;
	__u64 fold, net;

	if (!wire_is_ip(skb) || !skb_segment(&tuple, &packet, skb))
		return;
	if (!(packet.flags & RST_FLAG_RST)) {
		second_answer(skb, &tuple, &packet, rx_sk);
		return;
	}
	count(RST_CNT_DROPPED);
	net = rx_sk ? sock_net_id(rx_sk) : skb_net_id(skb);
	kind.netns = net;
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
		past_end(&tuple, net, &owner);
	fold = fold_take(&kind, &tuple, owner, 0);
	e = event_begin(&kind, &tuple, fold, RST_CNT_LOST_DROPPED);
	if (!e)
		return;
	e->netns_mix = net >> 32;
	e->packet = packet;
	e->in_ifindex = skb->skb_iif;
	e->drop_reason = reason;
	e->nft_generation = compat_nft_generation(skb_net(skb));
	e->location = ctx[1];
	if (tp)
		sock_fill_full(e, rx_sk, tp);
	else if (rx_sk && kind.state == RST_TCP_TIME_WAIT)
		sock_fill_timewait(&e->sock, rx_sk);
	else if (!compat_has(RST_KERNEL_DROP_SOCKET) && compat_is_unspecified(reason) &&
		 is_at_tcp(skb))
		find_refuser(e);
	/* A listener takes it because its connection is no more; a half-open one is another. A socket that
	 * is closed by now had it in its backlog while it ended. */
	if (!tp || kind.state == RST_TCP_CLOSE ||
	    (e->sock.kind == RST_SOCK_LISTENER && compat_is_listen_refusal(reason)))
		past_recall(&e->past, &tuple, net, false, compat_has(RST_KERNEL_RESET_REASON));
	event_fill(e, ctx, RST_REC_DROPPED);
	fold_submit(fold, &kind, e);
	if (fold == FOLD_DETAILS && (packet.length || packet.header > 20))
		bytes_tell(skb, &tuple, &packet);
}

/* Where SKB was to leave; before it has a device, its route tells. */
static __always_inline __u32 way_out(const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);
	struct dst_entry *dst;

	if (!dev) {
		dst = (struct dst_entry *)(BPF_CORE_READ(skb, _skb_refdst) & K_DST_MASK);
		dev = BPF_CORE_READ(dst, dev);
	}
	return BPF_CORE_READ(dev, ifindex);
}

static __always_inline bool may_tell_later(struct rst_leaving *l, __u64 now)
{
	if (now - l->second > 1000000000ULL) {
		l->second = now;
		l->told = 0;
	}
	return l->told++ < STAYED_LATER;
}

/* Whether SKB is the RST that is about to be sent, dropped before it has a header of IP's: IPv6 makes it
 * first, and looks for its route then (tcp_v6_send_response in 5.10 to 7.3). */
static __always_inline bool headless(struct rst_leaving *l, const struct sk_buff *skb,
				     struct rst_packet *p)
{
	struct {
		__be16 source, dest;
		__be32 seq, ack;
		__u8 offset, flags;
		__be16 window;
	} h;

	if (!l->at_ns || l->tuple.family != 6 ||
	    bpf_probe_read_kernel(&h, sizeof(h), skb->head + skb->transport_header))
		return false;
	if (!(h.flags & RST_FLAG_RST) || h.source != bpf_htons(l->tuple.local_port) ||
	    h.dest != bpf_htons(l->tuple.remote_port))
		return false;
	p->valid = 1;
	p->seq = bpf_ntohl(h.seq);
	p->ack = bpf_ntohl(h.ack);
	p->flags = h.flags;
	return true;
}

/* A RST that this host sent, or wanted to, and that does not leave. One that aborts a connection is told
 * of next, on this CPU; one that waited for something was told of before, maybe on another. */
static __noinline void reset_stays(unsigned long long *ctx)
{
	struct sk_buff *skb = (struct sk_buff *)ctx[0];
	struct rst_kind no_way = { .class = RST_CLASS_NO_WAY };
	struct rst_leaving *l = stayed_here();
	struct rst_packet packet = {};
	struct rst_tuple tuple = {};
	__u64 now = bpf_ktime_get_ns();
	struct rst_stayed *s;
	bool expected;
	long size;

	if (!l)
		return;
	if (wire_rst(&tuple, &packet, skb))
		packet_turn(&tuple);
	else if (skb->protocol || !headless(l, skb, &packet))
		return;
	no_way.netns = l->netns;
	expected = stayed_expected(l, &packet, now);
	if (expected && !skb->protocol)
		total_add(&no_way, FATE_DETAILED);
	if (expected ? !l->detailed : !skb->protocol)
		return;
	s = &l->stayed;
	s->hdr.size = sizeof(*s);
	s->hdr.type = RST_REC_STAYED;
	s->hdr.cpu = bpf_get_smp_processor_id();
	s->hdr.mono_ns = now;
	/* By now its source may be translated. */
	s->tuple = expected ? l->tuple : tuple;
	s->packet = packet;
	s->location = ctx[1];
	s->drop_reason = compat_drop_reason(ctx);
	s->netns = skb->protocol ? skb_netns(skb) : l->netns;
	s->ifindex = way_out(skb);
	s->nft_generation = compat_nft_generation(skb_net(skb));
	size = bpf_get_stack(ctx, s->stack, sizeof(s->stack), 0);
	s->nstack = size > 0 ? size / sizeof(s->stack[0]) : 0;
	if (!expected)
		past_set_unsent(&tuple, skb_net_id(skb), RST_UNSENT_DROPPED);
	if (expected || (filter_pass(&tuple, s->netns) && may_tell_later(l, now)))
		stayed_tell(s);
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

SEC("tp_btf/kfree_skb")
int BPF_PROG(rst_dropped, struct sk_buff *skb, void *location)
{
	__u64 reason = compat_drop_reason(ctx);
	struct sock *rx_sk;

	/* The bounds check must be of the very register that indexes. */
	barrier_var(reason);
	if (reason < RST_DROP_REASONS && rst_config.drop_ignored[reason])
		return 0;
	rx_sk = compat_drop_socket(ctx);
	if (!compat_has(RST_KERNEL_RESET_REASON) ||
	    (rst_config.netfilter_drop && reason == rst_config.netfilter_drop))
		rejected(skb);
	if (rx_sk && !has_resets(rx_sk))
		return 0;
	if (rx_sk && rx_sk->__sk_common.skc_state == RST_TCP_LISTEN) {
		if (compat_is_overflow(rx_sk->sk_ack_backlog, rx_sk->sk_max_ack_backlog, reason)) {
			refused_by_listener(skb, rx_sk);
			return 0;
		}
		drop_spared(compat_cookie(rx_sk));
	}
	if (!compat_has(RST_KERNEL_DROP_SOCKET) && compat_is_unspecified(reason) &&
	    is_at_tcp(skb) && met_full_listener(skb, reason))
		return 0;
	if (skb->len > WIRE_RST_MAX)
		return 0;
	/* What leaves has not come in. */
	if (skb->skb_iif)
		reset_dropped(ctx);
	else if (rst_config.directions & RST_WANT_SENT && (!skb->protocol || wire_is_ip(skb)))
		reset_stays(ctx);
	return 0;
}
