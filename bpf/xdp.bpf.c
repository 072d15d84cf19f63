// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xdp.bpf.c: every RST that arrives at a chosen interface, whether or not a socket takes it, and what
 * the packets before it looked like. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "filter.bpf.h"
#include "fold.bpf.h"
#include "peer.h"
#include "wire.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* User space makes as many slots as rst_config.peers says. An array that can be mapped begins at a
 * page, so that no slot lies in two cache lines. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_peer);
} peers SEC(".maps");

/* An arrival only says more of a reset that is told of otherwise: where that is folded, it is left out
 * by the same limits. */
static __always_inline bool is_shed(const struct rst_tuple *t)
{
	struct rst_kind kind = { .class = RST_CLASS_ARRIVED };

	return fold_take(&kind, t, 0, 0) != FOLD_DETAILS;
}

/* Of the kernel's struct xdp_buff, which is what the program's context really is. */
struct xdp_rxq_info___own {
	struct net_device *dev;
} __attribute__((preserve_access_index));

struct xdp_buff___own {
	struct xdp_rxq_info___own *rxq;
} __attribute__((preserve_access_index));

/* The device, where those of several namespaces are watched: each numbers its own from 1 on. */
static __always_inline const struct net_device *device_of(const struct xdp_md *ctx)
{
	const struct xdp_buff___own *xdp = (const void *)ctx;
	struct xdp_rxq_info___own *rxq = NULL;
	struct net_device *dev = NULL;

	if (!rst_config.namespaces)
		return NULL;
	bpf_core_read(&rxq, sizeof(rxq), &xdp->rxq);
	bpf_core_read(&dev, sizeof(dev), &rxq->dev);
	return dev;
}

/* The RST's bytes behind its fixed header, if there are any but the usual ones. */
static __always_inline void tell_bytes(const __u8 *data, const __u8 *end, const struct rst_tuple *t,
				       const struct rst_packet *p)
{
	const __u8 *from = data + (p->at & 0x7ff) + 20;
	__u32 options = 0, n = p->header - 20 + p->length;
	struct rst_bytes *b;

	if (p->header > 20 && from + 4 <= end)
		options = packet_u32(from);
	if (bytes_are_usual(p, options))
		return;
	b = bpf_ringbuf_reserve(&ring, sizeof(*b), 0);
	if (!b)
		return;
	bytes_begin(b, t, p);
	n = bytes_kept(b, n);
	for (__u32 i = 0; i < RST_BYTES_MAX; i++) {
		if (i >= n || from + i + 1 > end)
			break;
		b->bytes[i] = from[i];
	}
	bpf_ringbuf_submit(b, wakeup_flags(sizeof(*b)));
}

static __always_inline int report(struct xdp_md *ctx, enum packet_layer layer, __u32 slot,
				  __u32 tag)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	const __u8 *end = (const __u8 *)(long)ctx->data_end;
	const struct rst_peer *peer = bpf_map_lookup_elem(&peers, &slot);
	struct rst_tuple tuple = {};
	struct rst_packet packet = {};
	const struct net_device *dev;
	struct rst_arrival *a;

	if (!packet_segment(data, end, layer, &tuple, &packet))
		return XDP_PASS;
	count(RST_CNT_ARRIVED);
	if (!filter_pass(&tuple, 0)) {
		count(RST_CNT_FILTERED);
		return XDP_PASS;
	}
	if (is_shed(&tuple)) {
		count(RST_CNT_SHED_ARRIVED);
		return XDP_PASS;
	}
	a = bpf_ringbuf_reserve(&ring, sizeof(*a), 0);
	if (!a) {
		count(RST_CNT_LOST_ARRIVED);
		return XDP_PASS;
	}
	__builtin_memset(a, 0, sizeof(*a));
	a->hdr.size = sizeof(*a);
	a->hdr.type = RST_REC_ARRIVED;
	a->hdr.cpu = bpf_get_smp_processor_id();
	a->hdr.mono_ns = bpf_ktime_get_ns();
	a->tuple = tuple;
	a->packet = packet;
	a->ifindex = ctx->ingress_ifindex;
	if (peer && peer->tag == tag) {
		a->peer = *peer;
		a->peer.last = ticks_to_ms((__u32)bpf_jiffies64() - peer->last);
	}
	dev = device_of(ctx);
	if (dev)
		a->netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
	bpf_ringbuf_submit(a, wakeup_flags(sizeof(*a)));
	if (packet.length || packet.header > 20)
		tell_bytes(data, end, &tuple, &packet);
	return XDP_PASS;
}

/* Not static: so the verifier looks at it once, and not once for every way that leads here. */
__noinline int rst_report_arrival(struct xdp_md *ctx, __u32 slot, __u32 tag)
{
	return report(ctx, PACKET_ETHERNET, slot, tag);
}

__noinline int rst_report_bare(struct xdp_md *ctx, __u32 slot, __u32 tag)
{
	return report(ctx, PACKET_BARE, slot, tag);
}

/* Almost every packet goes no farther than to its slot. */
static __always_inline int look(struct xdp_md *ctx, enum packet_layer layer)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	const __u8 *end = (const __u8 *)(long)ctx->data_end;
	struct rst_tuple tuple;
	struct rst_packet packet;
	struct rst_peer *peer;
	__u64 hash;
	__u32 slot;

	if (!packet_glance(data, end, layer, &tuple, &packet))
		return XDP_PASS;
	/* On its way to a container, the same packet comes by two interfaces, a hop apart. */
	hash = peer_hash(&tuple) ^ (__u64)device_of(ctx) * PEER_MIX;
	slot = (__u32)hash & (rst_config.peers - 1);
	if (packet.flags & RST_FLAG_RST)
		return layer == PACKET_BARE ? rst_report_bare(ctx, slot, peer_tag(hash))
					    : rst_report_arrival(ctx, slot, peer_tag(hash));
	peer = bpf_map_lookup_elem(&peers, &slot);
	if (peer)
		peer_note(peer, peer_tag(hash), tuple.family, &packet, bpf_jiffies64());
	return XDP_PASS;
}

SEC("xdp")
int rst_arrived(struct xdp_md *ctx)
{
	return look(ctx, PACKET_ETHERNET);
}

/* On a device without a link layer, a packet begins with its IP header (docs/kernels.md). */
SEC("xdp")
int rst_arrived_bare(struct xdp_md *ctx)
{
	return look(ctx, PACKET_BARE);
}
