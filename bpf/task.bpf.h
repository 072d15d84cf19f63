/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * task.bpf.h: from a task to the fields of a record. Sockets remember whose they are by a struct rst_user; what is
 * told of that process stands once in `processes`, for all that it has.
 */
#ifndef RSTTRACE_TASK_BPF_H
#define RSTTRACE_TASK_BPF_H

#include "compat.bpf.h"
#include "storage.bpf.h"
#include "types.bpf.h"

#define K_PF_EXITING 0x00000004
#define K_PF_KTHREAD 0x00200000

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct rst_process);
} processes SEC(".maps") __weak;

/* Or the tracer itself: reading open files, it may drop a file's last reference. */
static __always_inline bool task_is_kernel(struct task_struct *task)
{
	return COMPAT_TASK(task, flags) & K_PF_KTHREAD ||
	       (__u32)COMPAT_TASK(task, tgid) == rst_config.own_pid;
}

/* The thread group id of who runs, in the initial pid namespace. */
static __always_inline __u32 current_tgid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

#define K_PID_LEVEL_MASK 31 /* MAX_PID_NS_LEVEL is 32 */

/*
 * Pointers are read here, and not followed: the verifier asks of each one that is loaded by way of a
 * trusted pointer (a tracepoint's argument, the current task) whether it may be trusted as well, and
 * searches all of the kernel's type names for that, up to five times (6.18: 2 ms a load, and more
 * where several ways lead to it). A read costs some 5 ns when it runs. `struct tcp_sock *` as the
 * helper gives it is not trusted: what it points to may be followed.
 */

/* The pid of PID in the tracer's pid namespace; 0: it is not visible there. */
static __always_inline __u32 pid_seen(struct pid *pid)
{
	__u32 level = tracer_pid_level;
	struct upid upid = {};

	if (level > BPF_CORE_READ(pid, level))
		return 0;
	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & K_PID_LEVEL_MASK]);
	return upid.ns && BPF_CORE_READ(upid.ns, ns.inum) == rst_config.pidns ? upid.nr : 0;
}

/* The pid of PID in its own pid namespace. */
static __always_inline __u32 pid_own(struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid = {};

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level & K_PID_LEVEL_MASK]);
	return upid.nr;
}

/* As wait(2) would report it. do_exit stores it first thing; other threads of a killed process share
 * the group's. */
static __always_inline __s32 task_exit_code(struct task_struct *task)
{
	return COMPAT_TASK(task, exit_code) ?: BPF_CORE_READ(task, signal, group_exit_code);
}

/* Whether the OOM killer has chosen its process: mark_oom_victim, 5.10 to 7.3. */
static __always_inline bool task_is_victim(struct task_struct *task)
{
	const struct signal_struct___more *signal = (void *)BPF_CORE_READ(task, signal);

	return BPF_CORE_READ(signal, oom_mm) != NULL;
}

/* DIRECT: TASK is one that the verifier knows, and not only an address. */
static __always_inline void task_put(struct rst_task *out, struct task_struct *task, bool direct)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	__u32 flags = direct ? COMPAT_TASK(task, flags) : BPF_CORE_READ(task, flags);

	out->pid = out->ns_pid = direct ? COMPAT_TASK(task, tgid) : BPF_CORE_READ(task, tgid);
	out->tid = direct ? COMPAT_TASK(task, pid) : BPF_CORE_READ(task, pid);
	out->kernel = flags & K_PF_KTHREAD || out->pid == rst_config.own_pid;
	/* Where neither the tracer nor the task is in a namespace of its own, that is all. */
	if (rst_config.pidns != RST_PIDNS_INITIAL || BPF_CORE_READ(pid, level)) {
		out->pid = pid_seen(pid);
		out->tid = pid_seen(BPF_CORE_READ(task, thread_pid));
		out->ns_pid = pid_own(pid);
	}
	out->start_ns = BPF_CORE_READ(leader, start_boottime);
	if (direct && (__u64)task == bpf_get_current_task()) {
		/* Six reads less. */
		out->uid = bpf_get_current_uid_gid();
		out->cgroup_id = bpf_get_current_cgroup_id();
	} else {
		out->uid = BPF_CORE_READ(task, cred, uid.val);
		out->cgroup_id = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	}
	bpf_probe_read_kernel_str(out->comm, sizeof(out->comm), leader->comm);
	/* Who is not running is not on its way out. */
	if (direct && flags & K_PF_EXITING) {
		out->exiting = 1;
		out->exit_code = task_exit_code(task);
		out->oom = task_is_victim(task);
	}
}

/* Not inlined: it stands in many places, and all of them are relocated and verified. */
static __noinline void task_fill(struct rst_task *out, struct task_struct *task)
{
	task_put(out, task, true);
}

/* The same of one that is not running, by its address. */
static __noinline __attribute__((unused)) void task_fill_from(struct rst_task *out, __u64 task)
{
	task_put(out, (struct task_struct *)task, false);
}

static __always_inline __u64 process_start(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader, start_boottime);
}

/* UID: the task's. */
static __always_inline void user_set(struct rst_user *user, struct task_struct *task, __u32 uid)
{
	user->start_ns = process_start(task);
	user->uid = uid;
	user->tgid = user->pid = COMPAT_TASK(task, tgid);
	user->tid = COMPAT_TASK(task, pid);
	if (rst_config.pidns == RST_PIDNS_INITIAL)
		return;
	user->pid = pid_seen(BPF_CORE_READ(task, group_leader, thread_pid));
	user->tid = pid_seen(BPF_CORE_READ(task, thread_pid));
}

/* What is known of USER. Where the note of the process was pushed out: who it is, without its name. */
static __noinline __attribute__((unused)) void user_recall(struct rst_task *out,
							   const struct rst_user *user)
{
	__u64 start = user->start_ns;
	const struct rst_process *p;

	if (!start)
		return;
	p = bpf_map_lookup_elem(&processes, &start);
	if (p)
		*out = p->task;
	out->start_ns = start;
	out->pid = user->pid;
	out->tid = user->tid;
	out->uid = user->uid;
}

static __always_inline void owner_recall(struct rst_owner *out, const struct rst_storage *st)
{
	user_recall(&out->task, &st->owner);
	out->since_ns = st->since_ns;
	out->known_by = st->known_by;
}

static __always_inline __u64 closer_idle_ms(const struct rst_storage *st)
{
	return st->idle == RST_NEVER ? RST_NEVER_MS : ticks_to_ms(st->idle);
}

static __always_inline void closer_task(struct rst_task *out, const struct rst_storage *st)
{
	user_recall(out, &st->closer);
	out->exiting = st->exiting;
	out->exit_code = st->exit_code;
	out->oom = st->oom;
}

static __always_inline void closer_recall(struct rst_closer *out, const struct rst_storage *st)
{
	if (!st->shut_ns)
		return;
	closer_task(&out->task, st);
	out->at_ns = st->shut_ns;
	out->idle_ms = closer_idle_ms(st);
	out->shutdown = st->shutdown;
	out->shut_ms = st->shut_ms;
}

#endif
