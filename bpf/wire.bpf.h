/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire.bpf.h: a RST in any skb, wherever it is on its way; and what the programs that see the same
 * RST one after the other on one CPU tell each other. */
#ifndef RSTTRACE_WIRE_BPF_H
#define RSTTRACE_WIRE_BPF_H

#include "past.bpf.h"
#include "skb.bpf.h"

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

/* A RST, by the ends of who sends it, of which another program is to see something next on this CPU. */
struct rst_awaited {
	__u64 at_ns; /* 0: none */
	struct rst_tuple tuple;
};

/* What was sent last by a firewall, or by TCP without a word: the packet that it answers is dropped next. */
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

/* A timestamp and its padding: what Linux puts into every RST that aborts a connection. */
#define BYTES_TIMESTAMP 0x0101080aU

static __always_inline bool bytes_are_usual(const struct rst_packet *p, __u32 options)
{
	return !p->length && (p->header <= 20 || (p->header == 32 && options == BYTES_TIMESTAMP));
}

static __always_inline void bytes_begin(struct rst_bytes *b, const struct rst_tuple *t,
					const struct rst_packet *p)
{
	__builtin_memset(b, 0, sizeof(*b));
	b->hdr.size = sizeof(*b);
	b->hdr.type = RST_REC_BYTES;
	b->hdr.cpu = bpf_get_smp_processor_id();
	b->hdr.mono_ns = bpf_ktime_get_ns();
	b->tuple = *t;
	b->seq = p->seq;
	b->options = p->header - 20;
}

/* How many of the N bytes behind the fixed header are kept; the payload's share is noted. */
static __always_inline __u32 bytes_kept(struct rst_bytes *b, __u32 n)
{
	if (n > RST_BYTES_MAX)
		n = RST_BYTES_MAX;
	b->payload = n > b->options ? n - b->options : 0;
	return n;
}

/* Tells what the RST P of SKB, which T was told of, carries; only what lies in the linear part. */
static __noinline __attribute__((unused)) void bytes_tell(const struct sk_buff *skb,
							  const struct rst_tuple *t,
							  const struct rst_packet *p)
{
	const __u8 *from = skb->head + skb->network_header + p->at + 20;
	const __u8 *end = skb->data + (skb->len - skb->data_len);
	__u32 n = p->header - 20 + p->length, options = 0;
	struct rst_bytes *b;

	if (p->header > 20)
		bpf_probe_read_kernel(&options, sizeof(options), from);
	if (bytes_are_usual(p, bpf_ntohl(options)) || from >= end)
		return;
	if (n > (__u64)(end - from))
		n = end - from;
	b = bpf_ringbuf_reserve(&ring, sizeof(*b), 0);
	if (!b)
		return;
	bytes_begin(b, t, p);
	n = bytes_kept(b, n);
	/* The verifier needs the bound of the very register. */
	barrier_var(n);
	if (n <= RST_BYTES_MAX)
		bpf_probe_read_kernel(b->bytes, n, from);
	bpf_ringbuf_submit(b, wakeup_flags(sizeof(*b)));
}

#endif
