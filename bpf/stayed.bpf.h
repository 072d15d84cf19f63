/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stayed.bpf.h: RSTs of this host that do not leave it. A RST that answers a segment is told of before it
 * is sent, so its drop comes after; one that aborts a connection is told of after it was sent, or was
 * not. Both happen on one CPU, unless the RST waits for its neighbour or in a queue.
 */
#ifndef RSTTRACE_STAYED_BPF_H
#define RSTTRACE_STAYED_BPF_H

#include "wire.bpf.h"

/* What waits elsewhere and is dropped later: told of so often in a second, on each CPU. */
#define STAYED_LATER 200

struct rst_leaving {
	/* The RST that tcp_send_reset told of last, and that is about to be sent. */
	__u64 at_ns; /* 0: none */
	__u64 second;
	__u32 told;	/* in `second`, of STAYED_LATER */
	__u32 seq, ack; /* one of them is its */
	__u32 netns;
	__u8 detailed; /* it has an event of its own */
	__u8 pad[7];
	struct rst_tuple tuple;
	/* The one that was dropped last, before tcp_send_reset told of it. */
	struct rst_stayed stayed;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_leaving);
} leaving SEC(".maps") __weak;

static __always_inline struct rst_leaving *stayed_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&leaving, &zero);
}

static __always_inline void stayed_tell(const struct rst_stayed *s)
{
	bpf_ringbuf_output(&ring, (void *)s, sizeof(*s), wakeup_flags(sizeof(*s)));
}

/* The RST for the segment P of T is sent next; it bears that one's ACK, or acknowledges it. */
static __always_inline void stayed_expect(const struct rst_tuple *t, const struct rst_packet *p,
					  __u32 netns, bool detailed)
{
	struct rst_leaving *l = stayed_here();

	if (!l)
		return;
	l->tuple = *t;
	l->seq = p->flags & RST_FLAG_ACK ? p->ack : 0;
	l->ack = p->seq + p->length + !!(p->flags & RST_FLAG_SYN) + !!(p->flags & RST_FLAG_FIN);
	l->netns = netns;
	l->detailed = detailed;
	l->at_ns = bpf_ktime_get_ns();
}

/* Whether P is the RST that is about to be sent. */
static __always_inline bool stayed_expected(struct rst_leaving *l, const struct rst_packet *p,
					    __u64 now)
{
	if (!l->at_ns || now - l->at_ns > OWN_RESET_NS || p->seq != l->seq ||
	    (p->flags & RST_FLAG_ACK && p->ack != l->ack))
		return false;
	l->at_ns = 0;
	return true;
}

/* The RST of T, which aborted the connection, was dropped before it was told of. */
static __always_inline bool stayed_before(const struct rst_tuple *t, __u32 seq)
{
	struct rst_leaving *l = stayed_here();

	return l && l->stayed.hdr.mono_ns && l->stayed.packet.seq == seq &&
	       l->stayed.tuple.local_port == t->local_port &&
	       l->stayed.tuple.remote_port == t->remote_port &&
	       l->stayed.tuple.family == t->family &&
	       bpf_ktime_get_ns() - l->stayed.hdr.mono_ns < OWN_RESET_NS;
}

#endif
