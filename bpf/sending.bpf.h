/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sending.bpf.h: RSTs that this host sends to itself, over lo or between its namespaces. Who receives one is found on
 * the same CPU a moment later, and how the kernel came there says nothing that its sender's stack does not: to walk a
 * second one would cost a quarter of all that the two events do.
 */
#ifndef RSTTRACE_SENDING_BPF_H
#define RSTTRACE_SENDING_BPF_H

#include "wire.bpf.h"

/* The RST that was sent last, or that an abort is about to send. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_awaited);
} sending SEC(".maps") __weak;

/* T's local end sends it, and an event with a stack tells of that. */
static __always_inline void sending_note(const struct rst_tuple *t)
{
	__u32 zero = 0;
	struct rst_awaited *s = rst_config.one_stack ? bpf_map_lookup_elem(&sending, &zero) : NULL;

	if (!s)
		return;
	s->tuple = *t;
	s->at_ns = bpf_ktime_get_ns();
}

/* Whether it is the one that T's local end receives; no other is then. Of one number, as past_differs. */
static __always_inline bool sending_to(const struct rst_tuple *t)
{
	struct rst_awaited *s;
	__u32 zero = 0;
	__u64 at_ns;

	s = rst_config.one_stack ? bpf_map_lookup_elem(&sending, &zero) : NULL;
	if (!s)
		return false;
	if (past_address_differs(t->local, s->tuple.remote) |
	    past_address_differs(t->remote, s->tuple.local) |
	    (t->local_port ^ s->tuple.remote_port) | (t->remote_port ^ s->tuple.local_port) |
	    (t->family ^ s->tuple.family))
		return false;
	at_ns = s->at_ns;
	s->at_ns = 0;
	return bpf_ktime_get_ns() - at_ns < OWN_RESET_NS;
}

#endif
