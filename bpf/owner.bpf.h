/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* owner.bpf.h: the record of who has a socket. */
#ifndef RSTTRACE_OWNER_BPF_H
#define RSTTRACE_OWNER_BPF_H

#include "sock.bpf.h"

/* FRESH: as for storage_make. */
static __always_inline struct rst_storage *owner_storage(struct sock *sk, bool fresh)
{
	/* By its address alone, it would find what a former one there has left. */
	bool look = !fresh && compat_has(RST_KERNEL_SOCKET_COOKIE);
	struct rst_storage *st = look ? storage_of(sk) : NULL;

	if (!st)
		st = storage_make(sk, fresh);
	if (!st)
		count(RST_CNT_NO_STORAGE);
	return st;
}

#endif
