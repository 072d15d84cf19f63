// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* xdp.bpf.c: every RST that arrives at a chosen interface, whether or not a socket takes it. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "filter.bpf.h"
#include "packet.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

SEC("xdp")
int rst_arrived(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	const __u8 *end = (const __u8 *)(long)ctx->data_end;
	struct rst_tuple tuple = {};
	struct rst_packet packet = {};
	struct rst_arrival *a;

	if (!packet_rst(data, end, &tuple, &packet))
		return XDP_PASS;
	count(RST_CNT_ARRIVED);
	if (!filter_pass(&tuple, 0)) {
		count(RST_CNT_FILTERED);
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
	bpf_ringbuf_submit(a, wakeup_flags(sizeof(*a)));
	return XDP_PASS;
}
