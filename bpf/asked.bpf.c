// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * asked.bpf.c: who is allowed to open a raw socket, or to change what forwards and rejects. Nothing announces a new
 * packet socket, but each takes CAP_NET_RAW in its network namespace, and all else takes CAP_NET_ADMIN or CAP_BPF
 * (packet_create, inet_create, tun_set_iff, nfnetlink_rcv, net_ctl_permissions). Raised since 6.14.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "event/asked.h"
#include "sock.bpf.h"

struct user_namespace;

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* include/uapi/linux/capability.h */
#define K_CAP_NET_ADMIN 12
#define K_CAP_NET_RAW 13
#define K_CAP_BPF 39

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096); /* user space sets it to a page */
} asked SEC(".maps");

/* By enum rst_asked_by: told already. Who reads it sets it to 0 before looking, so what comes later is told again. */
__u32 asked_told[RST_ASKED_KINDS] = {};

SEC("tp_btf/cap_capable")
int BPF_PROG(rst_asked, const struct cred *cred, struct user_namespace *target,
	     const struct user_namespace *capable, int cap, int ret)
{
	struct rst_task task = {};
	struct rst_asked *a;
	__u32 by;

	/* Each mmap asks for CAP_SYS_ADMIN. */
	if (ret || (cap != K_CAP_NET_RAW && cap != K_CAP_NET_ADMIN && cap != K_CAP_BPF))
		return 0;
	by = cap == K_CAP_NET_RAW ? RST_ASKED_RAW : RST_ASKED_OTHER;
	if (asked_told[by] || current_tgid() == rst_config.own_pid)
		return 0;
	a = bpf_ringbuf_reserve(&asked, sizeof(*a), 0);
	if (!a)
		return 0;
	asked_told[by] = 1;
	task_fill(&task, compat_task());
	a->mono_ns = bpf_ktime_get_ns();
	a->by = by;
	a->pid = task.pid;
	__builtin_memcpy(a->comm, task.comm, sizeof(a->comm));
	bpf_ringbuf_submit(a, BPF_RB_FORCE_WAKEUP);
	return 0;
}
