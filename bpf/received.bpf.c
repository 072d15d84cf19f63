// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* received.bpf.c: every RST that ended a socket of this host. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "filter.bpf.h"
#include "fold.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* Whether only the stack can tell that a RST came at all. */
static __always_inline bool is_doubtful(const struct rst_kind *kind)
{
	return kind->bits & RST_KIND_SHUTDOWN &&
	       (kind->state == RST_TCP_FIN_WAIT1 || kind->state == RST_TCP_FIN_WAIT2);
}

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
	struct rst_kind kind = {};
	struct rst_storage *st;
	struct rst_event *e;
	__u32 owner = 0;
	__u64 fold;

	count(RST_CNT_RECEIVED);
	if (!tp)
		return 0;
	kind.netns = sock_netns(sk);
	kind.class = RST_CLASS_RECEIVED;
	kind_of_socket(&kind, tp);
	sock_tuple(&tuple, sk, tp);
	if (!filter_pass(&tuple, kind.netns)) {
		count(RST_CNT_FILTERED);
		total_add(&kind, FATE_FILTERED);
		return 0;
	}
	st = bpf_sk_storage_get(&sockets, sk, 0, 0);
	if (st)
		owner = st->owner.task.pid;
	fold = is_doubtful(&kind) ? FOLD_DETAILS : fold_take(&kind, &tuple, owner, 0);
	if (fold == FOLD_COUNTED) {
		count(RST_CNT_FOLDED_INCOMING);
		total_add(&kind, FATE_FOLDED);
		return 0;
	}
	e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		count(RST_CNT_LOST_RECEIVED);
		total_add(&kind, FATE_LOST);
		return 0;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->tuple = tuple;
	e->netns = kind.netns;
	e->reason = -1;
	sock_fill_full(e, sk, tp);
	event_fill(e, ctx, RST_REC_RECEIVED);
	fold_submit(fold, &kind, e);
	return 0;
}
