// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * floor.bpf.c: the least that a tracer of RSTs with a kernel stack can cost: the facts at hand, the
 * stack, a record in the ring. And programs that do nothing, for what calling and counting cost.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "floor.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, FLOOR_RING);
} ring SEC(".maps");

__u64 lost;

static __always_inline void from_segment(struct floor_record *r, const struct sk_buff *skb)
{
	__u16 ports[2];

	bpf_probe_read_kernel(&r->saddr, 4, skb->head + skb->network_header + 16);
	bpf_probe_read_kernel(&r->daddr, 4, skb->head + skb->network_header + 12);
	bpf_probe_read_kernel(ports, sizeof(ports), skb->head + skb->transport_header);
	r->sport = bpf_ntohs(ports[1]);
	r->dport = bpf_ntohs(ports[0]);
}

SEC("tp_btf/tcp_send_reset")
int BPF_PROG(floor_sent, struct sock *sk, struct sk_buff *skb, unsigned int reason)
{
	struct floor_record *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);
	__u64 waiting;

	if (!r) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	r->mono_ns = bpf_ktime_get_ns();
	r->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	r->reason = reason;
	r->socket = (unsigned long)sk;
	r->state = sk ? sk->__sk_common.skc_state : 0;
	if (skb) {
		from_segment(r, skb);
	} else if (sk) {
		r->saddr = sk->__sk_common.skc_rcv_saddr;
		r->daddr = sk->__sk_common.skc_daddr;
		r->sport = sk->__sk_common.skc_num;
		r->dport = bpf_ntohs(sk->__sk_common.skc_dport);
	}
	r->stack_bytes = bpf_get_stack(ctx, r->stack, sizeof(r->stack), 0);
	waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	bpf_ringbuf_submit(r, waiting > FLOOR_WAKEUP ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
	return 0;
}

SEC("tp_btf/tcp_send_reset")
int floor_empty(void *ctx)
{
	return 0;
}

/* At each hook that rsttrace is called at while it traces. */
#define NOTHING_AT(event)            \
	SEC("tp_btf/" #event)        \
	int hooks_##event(void *ctx) \
	{                            \
		return 0;            \
	}

NOTHING_AT(inet_sock_set_state)
NOTHING_AT(tcp_destroy_sock)
NOTHING_AT(tcp_send_reset)
NOTHING_AT(tcp_receive_reset)
NOTHING_AT(kfree_skb)
NOTHING_AT(net_dev_queue)
NOTHING_AT(signal_generate)
NOTHING_AT(sched_process_exec)
NOTHING_AT(sched_process_exit)

SEC("xdp")
int floor_pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}
