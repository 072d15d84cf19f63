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

/* So many extension headers are skipped. */
#define WIRE_IP6_HEADERS 3

/* How far behind an IPv6 header, whose next header is NEXT, the TCP header stands; 0: there is none. */
static __always_inline __u32 wire_skip_ip6(__u8 next, const unsigned char *ip_header)
{
	__u32 header = 40;
	__u8 bytes[2];

	for (int i = 0; i < WIRE_IP6_HEADERS && next != PACKET_TCP; i++) {
		if (next != PACKET_HOPOPTS && next != PACKET_ROUTING && next != PACKET_DSTOPTS &&
		    next != PACKET_AH)
			return 0;
		if (bpf_probe_read_kernel(bytes, sizeof(bytes), ip_header + header))
			return 0;
		header += next == PACKET_AH ? (bytes[1] + 2) * 4 : (bytes[1] + 1) * 8;
		next = bytes[0];
	}
	return next == PACKET_TCP ? header : 0;
}

/* Reads the TCP segment of SKB's IP packet; its source becomes the remote end. False: it is none,
 * or a later fragment. Not inlined: its bytes would take stack of those that have little left. */
static __noinline __attribute__((unused)) bool wire_segment(struct rst_tuple *t,
							    struct rst_packet *p,
							    const struct sk_buff *skb)
{
	const unsigned char *ip_header = skb->head + skb->network_header;
	__u8 bytes[60]; /* IPv6 and TCP; IPv4 without options and TCP take 40 */
	__u32 header, total;

	if (bpf_probe_read_kernel(bytes, 40, ip_header))
		return false;
	if (bytes[0] >> 4 == 4) {
		header = (bytes[0] & 0xf) * 4U;
		total = packet_u16(bytes + 2);
		if (bytes[9] != PACKET_TCP || header < 20 || total < header + 20 ||
		    packet_u16(bytes + 6) & 0x1fff)
			return false;
		packet_ip4(bytes, t, p);
		if (header != 20 && bpf_probe_read_kernel(bytes + 20, 20, ip_header + header))
			return false;
		packet_tcp(bytes + 20, total - header, t, p);
		return true;
	}
	if (bytes[0] >> 4 != 6)
		return false;
	total = packet_u16(bytes + 4) + 40U;
	header = wire_skip_ip6(bytes[6], ip_header);
	if (!header)
		return false;
	if (total < header + 20 || bpf_probe_read_kernel(bytes + 40, 20, ip_header + header))
		return false;
	packet_ip6(bytes, t, p);
	packet_tcp(bytes + 40, total - header, t, p);
	return true;
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
	return wire_segment(t, p, skb) && p->flags & RST_FLAG_RST;
}

#endif
