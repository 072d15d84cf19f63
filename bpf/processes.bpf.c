// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* processes.bpf.c: what becomes of the processes that have sockets, and who sends them signals. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "processes.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* Another program now, with the sockets of the one before. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(rst_process_execs, struct task_struct *task)
{
	__u64 start = process_start(task);
	struct rst_process *p = bpf_map_lookup_elem(&processes, &start);

	if (!p)
		return 0;
	process_fill(p, task);
	return 0;
}

/* Raised for each thread, before its files are closed. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(rst_process_exits, struct task_struct *task)
{
	const struct signal_struct___more *signal = (void *)BPF_CORE_READ(task, signal);
	struct rst_process *p;
	__u64 start;

	if (BPF_CORE_READ(signal, live.counter))
		return 0;
	start = process_start(task);
	p = bpf_map_lookup_elem(&processes, &start);
	if (!p)
		return 0;
	p->exited_ns = bpf_ktime_get_ns();
	p->exit_code = task_exit_code(task);
	p->oom = task_is_victim(task);
	p->cgroup_id = process_cgroup_v1(task);
	return 0;
}

#define SIGNAL(n) (1ULL << (n))
#define K_SIGKILL 9

/*
 * Signals that end a process unless it catches them, by their numbers on x86 and arm64. Not those that are
 * sent by the thousand: SIGPIPE and the timers' end a process by itself.
 */
#define FATAL                                                                                     \
	(SIGNAL(1) | SIGNAL(2) | SIGNAL(3) | SIGNAL(4) | SIGNAL(5) | SIGNAL(6) | SIGNAL(7) |      \
	 SIGNAL(8) | SIGNAL(9) | SIGNAL(10) | SIGNAL(11) | SIGNAL(12) | SIGNAL(15) | SIGNAL(16) | \
	 SIGNAL(24) | SIGNAL(25) | SIGNAL(30) | SIGNAL(31))

/* Programs that use these for messages use them often (PostgreSQL). */
#define USER_DEFINED (SIGNAL(10) | SIGNAL(12))

static __always_inline bool is_caught(struct task_struct *task, __u32 number)
{
	struct sighand_struct___more *sighand =
		BPF_CORE_READ((struct task_struct___more *)task, sighand);
	__u64 handler = 0;

	bpf_probe_read_kernel(
		&handler, sizeof(handler),
		(void *)sighand + bpf_core_field_offset(struct sighand_struct___more, action) +
			(number - 1) * bpf_core_type_size(struct k_sigaction___more) +
			bpf_core_field_offset(struct k_sigaction___more, sa.sa_handler));
	return handler > 1; /* SIG_DFL is 0, SIG_IGN 1 */
}

/* include/trace/events/signal.h */
#define K_SIGNAL_DELIVERED 0

/* Of who runs. The init takes over those whose parent has ended. */
static __always_inline void signal_fill_parent(struct rst_signal *s, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader), *parent;
	__u32 pid;

	parent = BPF_CORE_READ((struct task_struct___more *)leader, real_parent);
	parent = BPF_CORE_READ(parent, group_leader);
	pid = pid_seen(BPF_CORE_READ(parent, thread_pid));
	s->parent_pid = pid > 1 ? pid : 0;
	s->parent[0] = '\0';
	if (s->parent_pid)
		bpf_probe_read_kernel_str(s->parent, sizeof(s->parent), parent->comm);
}

static __always_inline void signal_fill(struct rst_signal *s, int number, __u64 info)
{
	const struct kernel_siginfo___more *siginfo = (void *)info;

	s->at_ns = bpf_ktime_get_ns();
	s->number = number;
	/* SEND_SIG_NOINFO and SEND_SIG_PRIV are 0 and 1, and no pointers. */
	s->from = info == 0 ? RST_SIGNAL_NO_INFO : info == 1 ? RST_SIGNAL_PRIVATE : RST_SIGNAL_INFO;
	s->code = info > 1 ? BPF_CORE_READ(siginfo, si_code) : 0;
	__builtin_memset(&s->sender, 0, sizeof(s->sender));
	task_fill(&s->sender, compat_task());
	signal_fill_parent(s, compat_task());
}

/* As long as killer.c takes a signal and an end for one story. */
#define AGAIN_NS 100000000000ULL

/*
 * Whether the process sends itself once more what it was sent before: a program that catches a signal cleans up,
 * sets the default and raises it, to end by it; a handler of crashes the same. Whose it was first is the origin.
 */
static __always_inline bool is_raised_again(const struct rst_signal *noted, __u32 number,
					    __u64 start, __u64 info)
{
	const struct kernel_siginfo___more *siginfo = (void *)info;

	return noted->at_ns && noted->number == number && info > 1 &&
	       BPF_CORE_READ(siginfo, si_code) <= 0 && process_start(compat_task()) == start &&
	       bpf_ktime_get_ns() - noted->at_ns < AGAIN_NS;
}

SEC("tp_btf/signal_generate")
int BPF_PROG(rst_signal)
{
	__u32 number = compat_argument(ctx, 0);
	__u64 info = compat_argument(ctx, 1), start;
	struct task_struct *task;
	struct rst_process *p;

	if (number > 31 || !(FATAL & SIGNAL(number)) ||
	    (int)compat_argument(ctx, 4) != K_SIGNAL_DELIVERED)
		return 0;
	task = (struct task_struct *)compat_argument(ctx, 2);
	if (USER_DEFINED & SIGNAL(number) && is_caught(task, number))
		return 0;
	/* What it runs can be seen still, also where the note of it was pushed out. */
	start = process_start(task);
	p = process_note(task, start);
	if (!p || is_raised_again(&p->asked, number, start, info))
		return 0;
	signal_fill(number == K_SIGKILL ? &p->killed : &p->asked, number, info);
	return 0;
}

/* The path of a cgroup can be asked for by its number as long as it is there. */
SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(rst_cgroup_removed)
{
	const struct cgroup___more *cgroup = (void *)compat_argument(ctx, 0);
	struct rst_cgroup *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);

	if (!r)
		return 0;
	__builtin_memset(&r->hdr, 0, sizeof(r->hdr));
	r->hdr.size = sizeof(*r);
	r->hdr.type = RST_REC_CGROUP;
	r->hdr.mono_ns = bpf_ktime_get_ns();
	r->id = BPF_CORE_READ(cgroup, kn, id);
	r->hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
	r->pad = 0;
	if (bpf_probe_read_kernel_str(r->path, sizeof(r->path),
				      (const char *)compat_argument(ctx, 1)) < 0)
		r->path[0] = '\0';
	bpf_ringbuf_submit(r, wakeup_flags(sizeof(*r)));
	return 0;
}
