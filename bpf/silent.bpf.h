/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* silent.bpf.h: counts what ends or fails without a RST of its own, where the kernel counts it among
 * the resets: user space sets its counters against ours. */
#ifndef RSTTRACE_SILENT_BPF_H
#define RSTTRACE_SILENT_BPF_H

#include "maps.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct rst_kind);
	__type(value, __u64);
} silent SEC(".maps") __weak;

static __always_inline void count_silent(const struct rst_kind *kind)
{
	__u64 zero = 0, *n = bpf_map_lookup_elem(&silent, kind);

	if (!n) {
		bpf_map_update_elem(&silent, kind, &zero, BPF_NOEXIST);
		n = bpf_map_lookup_elem(&silent, kind);
	}
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		count(RST_CNT_NO_TOTAL);
}

#endif
