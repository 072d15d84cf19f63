/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * processes.bpf.h: what a process that has sockets runs, noted while it can be seen: at the reset of one
 * that dies its memory is gone already (do_exit: exit_mm comes before exit_files).
 */
#ifndef RSTTRACE_PROCESSES_BPF_H
#define RSTTRACE_PROCESSES_BPF_H

#include "sock.bpf.h"

/* Names and mounts on the way from a program's file to the root. */
#define PROCESS_STEPS 16

static __always_inline struct mount___more *mount_of(struct vfsmount___more *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount___more, mnt);
}

/* A if MASK is all ones, B if it is 0. Of a branch, the verifier would follow both ways at each step of a
 * loop: a second for each program that has it. */
static __always_inline __u64 choose(__u64 mask, __u64 a, __u64 b)
{
	barrier_var(mask);
	return b ^ ((a ^ b) & mask);
}

/* As the kernel's d_path: up to the root of the mount namespace. A path that is longer than there is room
 * for is not known. */
static __noinline __attribute__((unused)) void process_fill_exe(struct rst_process *p,
								struct task_struct *task)
{
	struct file___more *file = BPF_CORE_READ((struct task_struct___more *)task, mm, exe_file);
	struct dentry___more *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct vfsmount___more *mnt = BPF_CORE_READ(file, f_path.mnt);
	__u32 at = 0;

	p->exe_len = 0;
	for (int i = 0; i < PROCESS_STEPS; i++) {
		struct dentry___more *parent = BPF_CORE_READ(dentry, d_parent);
		struct mount___more *mount = mount_of(mnt);
		struct mount___more *up = BPF_CORE_READ(mount, mnt_parent);
		/* At the root of a mount: its name is that of what it is mounted on. */
		__u64 crosses = -(__u64)(dentry == BPF_CORE_READ(mnt, mnt_root));
		__u64 n;

		if (crosses && up == mount) {
			p->exe_len = at;
			return;
		}
		if (at > RST_EXE_ROOM - RST_EXE_NAME)
			return;
		n = bpf_probe_read_kernel_str(&p->exe[at], RST_EXE_NAME,
					      BPF_CORE_READ(dentry, d_name.name));
		/* Also an error, which is below zero. */
		if (n - 2 >= RST_EXE_NAME - 2)
			return;
		at += choose(crosses, 0, n);
		dentry = (void *)choose(crosses, (__u64)BPF_CORE_READ(mount, mnt_mountpoint),
					(__u64)parent);
		mnt = (void *)choose(crosses,
				     (__u64)up + bpf_core_field_offset(struct mount___more, mnt),
				     (__u64)mnt);
	}
}

static __always_inline __u32 controller_number(void)
{
	switch (rst_config.controller) {
	case RST_CONTROLLER_MEMORY:
		return bpf_core_enum_value(enum cgroup_subsys_id___more, memory_cgrp_id);
	case RST_CONTROLLER_PIDS:
		return bpf_core_enum_value(enum cgroup_subsys_id___more, pids_cgrp_id);
	case RST_CONTROLLER_DEVICES:
		return bpf_core_enum_value(enum cgroup_subsys_id___more, devices_cgrp_id);
	}
	return bpf_core_enum_value(enum cgroup_subsys_id___more, cpu_cgrp_id);
}

/* Where a controller of v1 sorts the process; 0: into the root, or there is none. */
static __always_inline __u64 process_cgroup_v1(struct task_struct *task)
{
	const struct css_set___more *set;
	struct cgroup_subsys_state___more *css = NULL;
	struct cgroup___more *cgroup;

	if (!rst_config.controller)
		return 0;
	set = (void *)BPF_CORE_READ(task, cgroups);
	bpf_probe_read_kernel(&css, sizeof(css),
			      (void *)set + bpf_core_field_offset(struct css_set___more, subsys) +
				      controller_number() * sizeof(css));
	cgroup = BPF_CORE_READ(css, cgroup);
	return BPF_CORE_READ(cgroup, level) > 0 ? BPF_CORE_READ(cgroup, kn, id) : 0;
}

/* The note of TASK's process, made anew: it has not been there, or the process runs another program now. */
static __noinline __attribute__((unused)) void process_fill(struct rst_process *p,
							    struct task_struct *task)
{
	/* TASK may be any, and one that may be read only. */
	task_fill_from(&p->task, (__u64)task);
	p->task.exiting = p->task.oom = 0;
	p->task.exit_code = 0;
	p->cgroup_id = process_cgroup_v1(task);
	process_fill_exe(p, task);
}

/* The note of the process that began at START; made if there is none. NULL: no room. */
static __always_inline struct rst_process *process_place(__u64 start)
{
	static const struct rst_process none = {};
	struct rst_process *p = bpf_map_lookup_elem(&processes, &start);

	if (p)
		return p;
	bpf_map_update_elem(&processes, &start, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&processes, &start);
}

/* Makes the note of TASK's process if there is none; START: as process_start tells. NULL: no room. */
static __noinline __attribute__((unused)) struct rst_process *process_note(struct task_struct *task,
									   __u64 start)
{
	struct rst_process *p = process_place(start);

	if (p && !p->exe_len)
		process_fill(p, task);
	return p;
}

/* The note of who runs, with what may have changed since it was made. */
static __always_inline void process_renew(struct rst_process *p, struct task_struct *task,
					  __u32 uid)
{
	p->task.uid = uid;
	p->task.cgroup_id = bpf_get_current_cgroup_id();
	/* The name is that of the first thread. */
	if (COMPAT_TASK(task, pid) == COMPAT_TASK(task, tgid))
		bpf_get_current_comm(p->task.comm, sizeof(p->task.comm));
}

#endif
