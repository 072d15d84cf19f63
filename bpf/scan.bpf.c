// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* scan.bpf.c: whose the open sockets are, found among all open files. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "listeners.bpf.h"
#include "owner.bpf.h"
#include "processes.bpf.h"

char LICENSE[] SEC("license") __weak = "Dual BSD/GPL";

/* As sock_is_tcp, of a socket that may be read only. */
static __always_inline bool is_tcp_file(const struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__u16 protocol = BPF_CORE_READ(sk, sk_protocol);

	return (family == K_AF_INET || family == K_AF_INET6) &&
	       (protocol == K_IPPROTO_TCP || protocol == K_IPPROTO_MPTCP);
}

/* At start: the sockets that are older than the tracer. At the end: what listeners dropped. */
SEC("iter/task_file")
int rst_sockets_at_start(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rst_storage *st;
	struct sock *sk;
	bool listens;

	tracer_pid_level = BPF_CORE_READ(compat_task(), thread_pid, level);
	if (!task || !file)
		return 0;
	sk = compat_sock_of(file);
	if (!sk || !is_tcp_file(sk))
		return 0;
	st = owner_storage(sk, false);
	if (!st)
		return 0;
	listens = BPF_CORE_READ(sk, __sk_common.skc_state) == RST_TCP_LISTEN;
	if (listens)
		listener_look(sk);
	if (st->known_by != RST_KNOWN_NOT)
		return 0;
	user_set(&st->owner, task, BPF_CORE_READ(task, cred, uid.val));
	st->since_ns = bpf_ktime_get_ns();
	st->known_by = RST_KNOWN_SCAN;
	process_note(task, st->owner.start_ns);
	if (listens)
		listener_add(sk, &st->owner, 0);
	return 0;
}

/* At a reset whose owner nobody recorded: who has one of the wanted inodes open? */
SEC("iter/task_file")
int rst_sockets_find(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rst_found *f;
	struct sock *sk;
	bool meant;
	__u64 inode;

	if (!task || !file)
		return 0;
	inode = file->f_inode->i_ino;
	f = bpf_map_lookup_elem(&found, &inode);
	sk = f ? compat_sock_of(file) : NULL;
	if (!f || !sk)
		return 0;
	meant = f->meant_ns && process_start(task) == f->meant_ns;
	if (!f->task.pid || (meant && !f->is_meant)) {
		f->is_meant = meant;
		task_fill(&f->task, task);
		if (is_tcp_file(sk)) {
			f->snd_nxt = BPF_CORE_READ((struct tcp_sock *)sk, snd_nxt);
			f->rcv_nxt = BPF_CORE_READ((struct tcp_sock *)sk, rcv_nxt);
		}
	}
	if (f->last_pid == (__u32)COMPAT_TASK(task, tgid))
		return 0;
	f->last_pid = COMPAT_TASK(task, tgid);
	f->processes++;
	return 0;
}
