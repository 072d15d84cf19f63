/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire.bpf.h: a RST in any skb, wherever it is on its way; and what the programs that see the same
 * RST one after the other on one CPU tell each other. */
#ifndef RSTTRACE_WIRE_BPF_H
#define RSTTRACE_WIRE_BPF_H

#include "past.bpf.h"

/* A RST carries no data as a rule: longer packets are not looked into. */
#define WIRE_RST_MAX 256

/* What happens within one call of the kernel's happens within this, even if the CPU of a virtual
 * machine stands still meanwhile. */
#define OWN_RESET_NS 100000000ULL

/* It leaves by a socket of TCP's, and is passed over there. */
#define OWN_RESET_UNSEEN (~0U)

/* The reset that was told of last: it is sent next. */
struct rst_own_reset {
	__u64 at_ns;
	__u32 ports;   /* local << 16 | remote; 0: none */
	__u32 ifindex; /* where it left first; 0: not yet; OWN_RESET_UNSEEN: nobody looks */
	__u32 netns;   /* of that: each numbers its devices from 1 on */
	__u32 family;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_own_reset);
} own_reset SEC(".maps") __weak;

/* The RST that was sent last by a firewall, or by TCP without a word: the packet that it answers is
 * dropped next. */
struct rst_awaited {
	__u64 at_ns; /* 0: none */
	struct rst_tuple tuple;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_awaited);
} rejecting SEC(".maps") __weak;

/* The next packet that is dropped on this CPU may be the one that the RST of E answers. */
static __always_inline void await_rejected(const struct rst_event *e)
{
	__u32 zero = 0;
	struct rst_awaited *awaited = bpf_map_lookup_elem(&rejecting, &zero);

	if (!awaited)
		return;
	awaited->tuple = e->tuple;
	awaited->at_ns = e->hdr.mono_ns;
}

/* For whoever sees the same RST next. IFINDEX, in NETNS: where it leaves; 0: that is still to come. */
static __always_inline void tell(const struct rst_tuple *t, __u32 ifindex, __u32 netns)
{
	__u32 zero = 0;
	struct rst_own_reset *own = bpf_map_lookup_elem(&own_reset, &zero);

	if (!own)
		return;
	own->at_ns = bpf_ktime_get_ns();
	own->ports = (__u32)t->local_port << 16 | t->remote_port;
	own->ifindex = ifindex;
	own->netns = netns;
	own->family = t->family;
}

/* Whether T is the segment that was answered with a RST last, and a moment ago. */
static __always_inline bool just_answered(const struct rst_tuple *t)
{
	__u32 zero = 0;
	struct rst_own_reset *own = bpf_map_lookup_elem(&own_reset, &zero);

	return own && own->ports == ((__u32)t->local_port << 16 | t->remote_port) &&
	       own->family == t->family && bpf_ktime_get_ns() - own->at_ns < OWN_RESET_NS;
}

static __always_inline bool wire_is_ip(const struct sk_buff *skb)
{
	__u16 protocol = skb->protocol;

	return protocol == bpf_htons(PACKET_ETH_IP) || protocol == bpf_htons(PACKET_ETH_IP6);
}

/* The same, of a RST only. */
static __always_inline bool wire_rst(struct rst_tuple *t, struct rst_packet *p,
				     const struct sk_buff *skb)
{
	if (!wire_is_ip(skb))
		return false;
	return skb_segment(t, p, skb) && p->flags & RST_FLAG_RST;
}

#endif
