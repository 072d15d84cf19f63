// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* received.bpf.c: every RST that ended a socket of this host. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "filter.bpf.h"
#include "sock.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/*
 * Raised first thing in tcp_reset, which the kernel also calls when data arrives after a close and
 * no RST came at all (kernel.md, trap 1). The frame that called tcp_reset tells these apart; user
 * space, which has the names, drops and counts them.
 */
SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(rst_received, struct sock *sk)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	struct rst_tuple tuple = {};
	struct rst_event *e;
	__u32 netns;

	count(RST_CNT_RECEIVED);
	if (!tp)
		return 0;
	netns = sock_netns(sk);
	sock_tuple(&tuple, sk, tp);
	if (!filter_pass(&tuple, netns)) {
		count(RST_CNT_FILTERED);
		return 0;
	}
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		count(RST_CNT_LOST_RECEIVED);
		return 0;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->tuple = tuple;
	e->netns = netns;
	e->reason = -1;
	sock_fill_full(e, sk, tp);
	event_fill(e, ctx, RST_REC_RECEIVED);
	bpf_ringbuf_submit(e, wakeup_flags(sizeof(*e)));
	return 0;
}
