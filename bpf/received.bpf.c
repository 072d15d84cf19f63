// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* received.bpf.c: every RST that ended a socket of this host. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "filter.bpf.h"
#include "fold.bpf.h"
#include "past.bpf.h"
#include "processes.bpf.h"
#include "sending.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* Who called tcp_reset, by the return address: RST_CALLER_*. User space has the names, and puts here
 * what it has found out from the first events. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u64);
	__type(value, __u32);
} reset_callers SEC(".maps");

/* The frames up to that caller's: the BPF program, bpf_trace_run1, __traceiter_*, tcp_reset. */
#define CALLER_FRAMES 6

static __always_inline __u32 caller(void *ctx)
{
	__u64 frame[CALLER_FRAMES] = {};
	__u32 *found;

	bpf_get_stack(ctx, frame, sizeof(frame), 0);
	for (__u32 i = 1; i < CALLER_FRAMES; i++) {
		found = bpf_map_lookup_elem(&reset_callers, &frame[i]);
		if (found)
			return *found;
	}
	return RST_CALLER_UNKNOWN;
}

/* Whether only the stack can tell that a RST came at all. */
static __always_inline bool is_doubtful(const struct rst_kind *kind)
{
	return kind->bits & RST_KIND_SHUTDOWN &&
	       (kind->state == RST_TCP_FIN_WAIT1 || kind->state == RST_TCP_FIN_WAIT2);
}

/* Who was found to use the connection, for what is remembered of its end. */
static __noinline void remember_user(struct rst_storage *st, const struct rst_owner *owner)
{
	struct rst_process *p = process_place(owner->task.start_ns);

	if (p && !p->task.start_ns)
		p->task = owner->task;
	st->owner.start_ns = owner->task.start_ns;
	st->owner.pid = owner->task.pid;
	st->owner.tid = owner->task.tid;
	st->owner.uid = owner->task.uid;
	st->since_ns = owner->since_ns;
	st->known_by = owner->known_by;
}

/*
 * Raised first thing in tcp_reset, which the kernel also calls when data arrives after a close and
 * no RST came at all (docs/rules.md, P7). The frame that called tcp_reset tells these apart; user
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
	__u32 owner = 0, called_by;
	__u64 fold, net;

	count(RST_CNT_RECEIVED);
	if (!tp)
		return 0;
	net = tcp_net_id(tp);
	kind.netns = net;
	kind.class = RST_CLASS_RECEIVED;
	kind_of_socket(&kind, tp);
	sock_tuple(&tuple, sk, tp);
	if (!filter_pass(&tuple, kind.netns)) {
		event_filtered(&kind);
		return 0;
	}
	st = storage_of(sk);
	if (st) {
		owner = st->owner.pid;
		/* What an error ends besides is told of apart: see denied(). */
		st->reset = 1;
	}
	called_by = rst_config.fold && is_doubtful(&kind) ? caller(ctx) : RST_CALLER_RST;
	if (called_by == RST_CALLER_DATA) {
		count(RST_CNT_NOT_RECEIVED);
		total_add(&kind, FATE_DETAILED);
		return 0;
	}
	fold = called_by == RST_CALLER_RST ? fold_take(&kind, &tuple, owner, 0) : FOLD_DETAILS;
	e = event_begin(&kind, &tuple, fold, RST_CNT_LOST_RECEIVED);
	if (!e)
		return 0;
	e->netns_mix = net >> 32;
	sock_fill_full(e, sk, tp);
	if (st && e->owner.task.start_ns != st->owner.start_ns)
		remember_user(st, &e->owner);
	/* Who else answered its SYN may be the one that resets it; or a peer that has begun anew. */
	past_recall_second(&e->past, &tuple, net);
	if (!is_doubtful(&kind) && sending_to(&tuple))
		e->sock.flags |= RST_SF_SENT_HERE;
	event_fill(e, ctx, RST_REC_RECEIVED);
	fold_submit(fold, &kind, e);
	return 0;
}
