/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* owner.bpf.h: the record of who has a socket. */
#ifndef RSTTRACE_OWNER_BPF_H
#define RSTTRACE_OWNER_BPF_H

#include "sock.bpf.h"

static __always_inline struct rst_storage *owner_storage(struct sock *sk)
{
	struct rst_storage *st = storage_make(sk);

	if (!st)
		count(RST_CNT_NO_STORAGE);
	return st;
}

static __always_inline void owner_set(struct rst_owner *owner, struct task_struct *task,
				      __u8 known_by, __u64 now)
{
	__builtin_memset(owner, 0, sizeof(*owner));
	task_fill(&owner->task, task);
	owner->since_ns = now;
	owner->known_by = known_by;
}

#endif
