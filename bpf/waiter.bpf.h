/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * waiter.bpf.h: who waits on a socket at this moment: blocked in a read, in poll() or select(), in epoll_wait(),
 * or by io_uring. Whoever that is uses it, whoever else has its file.
 *
 * A wait queue's entries are of several kinds, and only the functions in them say which (5.10 to 7.3), whose
 * addresses are known to user space at best. So what an entry leads to is taken for a task only if it is one:
 * if its struct pid leads back to it.
 */
#ifndef RSTTRACE_WAITER_BPF_H
#define RSTTRACE_WAITER_BPF_H

#include "compat.bpf.h"

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif

struct hlist_node___waiter {
	struct hlist_node___waiter *next;
};

struct hlist_head___waiter {
	struct hlist_node___waiter *first;
};

struct pid___waiter {
	struct hlist_head___waiter tasks[1];
};

struct task_struct___waiter {
	struct pid___waiter *thread_pid;
	struct hlist_node___waiter pid_links[1];
};

struct list_head___waiter {
	struct list_head___waiter *next;
};

struct wait_queue_head___waiter {
	struct list_head___waiter head;
};

struct wait_queue_entry___waiter {
	void *private;
	struct list_head___waiter entry;
};

struct socket_wq___waiter {
	struct wait_queue_head___waiter wait;
};

struct file___waiter;

struct socket___waiter {
	struct file___waiter *file;
};

struct sock___waiter {
	struct socket_wq___waiter *sk_wq;
	struct socket___waiter *sk_socket;
};

/* fs/select.c */
struct poll_wqueues___waiter {
	struct task_struct___waiter *polling_task;
};

/* fs/eventpoll.c */
struct eventpoll___waiter {
	struct wait_queue_head___waiter wq;
};

struct epitem___waiter {
	struct eventpoll___waiter *ep;
};

struct eppoll_entry___waiter {
	struct epitem___waiter *base;
	struct wait_queue_entry___waiter wait;
	struct wait_queue_head___waiter *whead;
};

/* io_uring: a request knows its task, or since 6.13 what knows it. */
struct io_uring_task___waiter {
	struct task_struct___waiter *task;
};

struct io_kiocb___waiter {
	struct file___waiter *file;
	struct io_uring_task___waiter *tctx;
};

struct io_kiocb___before_6_13 {
	struct task_struct___waiter *task;
};

#ifndef BPF_NO_PRESERVE_ACCESS_INDEX
#pragma clang attribute pop
#endif

/* So many entries are looked at: of a socket that more wait on, nobody knows which would be served. */
#define WAITER_ENTRIES 4

/* P if it is a task, else 0. */
static __always_inline __u64 waiter_task(const void *p)
{
	const struct task_struct___waiter *task = p;
	const struct pid___waiter *pid = BPF_CORE_READ(task, thread_pid);
	__u64 link = (__u64)p + bpf_core_field_offset(struct task_struct___waiter, pid_links);

	return pid && (__u64)BPF_CORE_READ(pid, tasks[0].first) == link ? (__u64)p : 0;
}

static __always_inline const struct wait_queue_entry___waiter *waiter_entry(
	const struct list_head___waiter *at)
{
	return (const void *)at - bpf_core_field_offset(struct wait_queue_entry___waiter, entry);
}

/* The first that waits in an epoll instance, by the entry that it has in the queue HEAD. */
static __always_inline __u64 waiter_of_epoll(const struct wait_queue_entry___waiter *entry,
					     const struct wait_queue_head___waiter *head)
{
	const struct eppoll_entry___waiter *e;
	const struct eventpoll___waiter *ep;
	const struct list_head___waiter *first, *list;

	if (!bpf_core_type_exists(struct eppoll_entry___waiter))
		return 0;
	e = (const void *)entry - bpf_core_field_offset(struct eppoll_entry___waiter, wait);
	if (BPF_CORE_READ(e, whead) != head)
		return 0;
	ep = BPF_CORE_READ(e, base, ep);
	if (!ep)
		return 0;
	list = (const void *)ep + bpf_core_field_offset(struct eventpoll___waiter, wq) +
	       bpf_core_field_offset(struct wait_queue_head___waiter, head);
	first = BPF_CORE_READ(list, next);
	return first && first != list ? waiter_task(BPF_CORE_READ(waiter_entry(first), private))
				      : 0;
}

/* Whose request for FILE it is. The lowest bits of the pointer are flags. */
static __always_inline __u64 waiter_of_request(__u64 private, const struct file___waiter *file)
{
	const struct io_kiocb___waiter *request = (const void *)(private & ~3UL);
	const struct io_kiocb___before_6_13 *before = (const void *)request;

	if (!bpf_core_type_exists(struct io_kiocb___waiter) || !file ||
	    BPF_CORE_READ(request, file) != file)
		return 0;
	if (bpf_core_field_exists(request->tctx))
		return waiter_task(BPF_CORE_READ(request, tctx, task));
	if (bpf_core_field_exists(before->task))
		return waiter_task(BPF_CORE_READ(before, task));
	return 0;
}

static __always_inline __u64 waiter_of(const struct wait_queue_entry___waiter *entry,
				       const struct wait_queue_head___waiter *head,
				       const struct file___waiter *file)
{
	const struct poll_wqueues___waiter *poll = BPF_CORE_READ(entry, private);
	__u64 task;

	if (!poll)
		return waiter_of_epoll(entry, head);
	task = waiter_task(poll);
	if (!task && bpf_core_type_exists(struct poll_wqueues___waiter))
		task = waiter_task(BPF_CORE_READ(poll, polling_task));
	return task ?: waiter_of_request((__u64)poll, file);
}

/* The address of the task that waits on SK, to be read only; 0: none does, or several processes. */
static __noinline __attribute__((unused)) __u64 waiter_find(const struct sock *sk)
{
	const struct sock___waiter *s = (const void *)sk;
	const struct wait_queue_head___waiter *head =
		(const void *)BPF_CORE_READ(s, sk_wq) +
		bpf_core_field_offset(struct socket_wq___waiter, wait);
	const struct file___waiter *file = BPF_CORE_READ(s, sk_socket, file);
	const struct list_head___waiter *list =
		(const void *)head + bpf_core_field_offset(struct wait_queue_head___waiter, head);
	const struct list_head___waiter *at = list;
	__u64 found = 0, leader = 0;

	for (int i = 0; i < WAITER_ENTRIES; i++) {
		__u64 task, its;

		at = BPF_CORE_READ(at, next);
		if (!at || at == list)
			return found;
		task = waiter_of(waiter_entry(at), head, file);
		if (!task)
			continue;
		its = (__u64)BPF_CORE_READ((struct task_struct *)task, group_leader);
		if (found && its != leader)
			return 0;
		if (!found)
			found = task;
		leader = its;
	}
	return found;
}

#endif
