/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* skb.bpf.h: from a segment to the fields of an event. */
#ifndef RSTTRACE_SKB_BPF_H
#define RSTTRACE_SKB_BPF_H

#include "compat.bpf.h"
#include "net.bpf.h"
#include "packet.h"
#include "types.bpf.h"

/* packet.h's reader of memory that has to be copied. */
static __always_inline int skb_copy(const __u8 *at, const __u8 *end, __u32 n, __u8 *room,
				    const __u8 **bytes)
{
	if (at + n > end || bpf_probe_read_kernel(room, n, at))
		return -1;
	*bytes = room;
	return 0;
}

/* Makes the verifier forget what it knows of these bytes, and so follow what comes after only once: of the two
 * families, of headers with and without options, and so on, it would else follow each to the end. */
static __always_inline void same_to_verifier(void *bytes, __u32 size)
{
	bpf_probe_read_kernel(bytes, size, bytes);
}

/* From here on an IP header may say 0 for its length (include/linux/ip.h, iph_totlen). */
#define SKB_BIG 65000

/* Reads the TCP segment of SKB's IP packet, wherever skb->data points by now; its source becomes the
 * remote end. False: it is none, or a later fragment, or its headers are not in the linear part. Not
 * inlined: its bytes would take stack of those that have little left. */
static __noinline __attribute__((unused)) bool skb_segment(struct rst_tuple *t,
							   struct rst_packet *p,
							   const struct sk_buff *skb)
{
	const __u8 *ip = skb->head + skb->network_header;
	const __u8 *end = skb->data + (skb->len - skb->data_len);
	__u32 big = 0;

	if (skb->len > SKB_BIG)
		big = skb->len + (__u32)(skb->data - ip);
	if (!packet_walk(skb_copy, ip, end, 0, big, 1, t, p))
		return false;
	same_to_verifier(t, sizeof(*t));
	same_to_verifier(p, sizeof(*p));
	return true;
}

/* include/linux/skbuff.h, SKB_DST_PTRMASK: the lowest bit says who holds the reference. */
#define K_DST_MASK (~1UL)

/* 0: not known. TCP takes the device away before it hands a segment to its socket; the route stays. */
static __always_inline struct net *skb_net(const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);
	struct dst_entry *dst;

	if (!dev) {
		dst = (struct dst_entry *)(BPF_CORE_READ(skb, _skb_refdst) & K_DST_MASK);
		dev = BPF_CORE_READ(dst, dev);
	}
	return BPF_CORE_READ(dev, nd_net.net);
}

static __always_inline __u32 skb_netns(const struct sk_buff *skb)
{
	return BPF_CORE_READ(skb_net(skb), ns.inum);
}

static __always_inline __u64 skb_net_id(const struct sk_buff *skb)
{
	return net_id(skb_net(skb));
}

static __always_inline void skb_interface(char name[RST_IFNAME_LEN], const struct sk_buff *skb)
{
	struct net_device *dev = BPF_CORE_READ(skb, dev);

	if (dev)
		bpf_probe_read_kernel_str(name, RST_IFNAME_LEN, dev->name);
}

#endif
