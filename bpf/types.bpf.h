/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * types.bpf.h: kernel types that only a few programs look at, beside those of vmlinux.h. Flavours: only
 * what stands in front of the three underscores is looked up, field by field, when loading.
 */
#ifndef RSTTRACE_TYPES_BPF_H
#define RSTTRACE_TYPES_BPF_H

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct mm_struct___more;

struct signal_struct___more {
	atomic_t live;
	struct mm_struct___more *oom_mm;
};

struct kernel_siginfo___more {
	int si_code;
};

struct sigaction___more {
	void *sa_handler;
};

struct k_sigaction___more {
	struct sigaction___more sa;
};

struct sighand_struct___more {
	struct k_sigaction___more action[64];
};

struct tcp_sock___clock {
	__u64 tcp_mstamp; /* CLOCK_MONOTONIC, us: when it last looked */
};

/* ---- what tcp_rcv_space_adjust() keeps of reads */

struct tcp_sock___reads {
	__u32 data_segs_in;
	struct {
		__u32 rtt_us; /* eight times the round trip; 0: not measured */
	} rcv_rtt_est;
	struct {
		__u32 seq;
		__u64 time; /* CLOCK_MONOTONIC, us */
	} rcvq_space;
};

struct inet_connection_sock___upper {
	const void *icsk_ulp_ops;
};

struct sock___user {
	void *sk_user_data;
};

/* ---- from a process to the path of its program */

struct qstr___more {
	const unsigned char *name;
};

struct dentry___more {
	struct dentry___more *d_parent;
	struct qstr___more d_name;
};

struct vfsmount___more {
	struct dentry___more *mnt_root;
};

/* fs/mount.h */
struct mount___more {
	struct mount___more *mnt_parent;
	struct dentry___more *mnt_mountpoint;
	struct vfsmount___more mnt;
};

struct path___more {
	struct vfsmount___more *mnt;
	struct dentry___more *dentry;
};

struct file___more {
	struct path___more f_path;
};

struct mm_struct___more {
	struct file___more *exe_file;
};

struct task_struct___more {
	struct mm_struct___more *mm;
	struct task_struct *real_parent;
	struct sighand_struct___more *sighand;
};

/* ---- from a process to its cgroup of v1 */

struct cgroup_root___more {
	int hierarchy_id;
};

struct cgroup___more {
	int level;
	struct kernfs_node *kn;
	struct cgroup_root___more *root;
};

struct cgroup_subsys_state___more {
	struct cgroup___more *cgroup;
};

struct css_set___more {
	struct cgroup_subsys_state___more *subsys[1];
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

/* include/linux/cgroup_subsys.h; which there are, and their numbers, the configuration decides. */
enum cgroup_subsys_id___more {
	cpu_cgrp_id = 1,
	memory_cgrp_id = 2,
	devices_cgrp_id = 3,
	pids_cgrp_id = 4,
};

#endif
