// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * symbols.bpf.c: the kernel's names for its own addresses, for those few that are met. /proc/kallsyms
 * has the same, but the kernel takes 40 ms to write it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "event.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* What user space asks for; 0 ends the list. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rst_addresses);
} addresses SEC(".maps");

/*
 * One line each. A return address may lie just behind its function, when the call was the last
 * instruction; %pB knows that. Only an iterator may write text: this one is over all maps, of which the
 * first does (some kernels refuse iter/bpf_map_elem, over the elements of one, for it may write them).
 */
SEC("iter/bpf_map")
int rst_symbols(struct bpf_iter__bpf_map *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	const struct rst_addresses *a;
	__u32 zero = 0;

	if (ctx->meta->seq_num || !ctx->map)
		return 0;
	a = bpf_map_lookup_elem(&addresses, &zero);
	if (!a)
		return 0;
	for (__u32 i = 0; i < RST_STACK_MAX && a->v[i]; i++)
		BPF_SEQ_PRINTF(seq, "%pB\n", a->v[i]);
	return 0;
}
