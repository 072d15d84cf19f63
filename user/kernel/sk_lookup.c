/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sk_lookup.c: BPF_PROG_QUERY takes a descriptor of the namespace for this type (5.9). */
#include <bpf/bpf.h>
#include <errno.h>

#include "kernel/sk_lookup.h"

#define PROGRAMS 16

int sk_lookup_find(int fd, uint32_t *id)
{
	uint32_t ids[PROGRAMS], n = PROGRAMS, flags = 0;
	int err = bpf_prog_query(fd, BPF_SK_LOOKUP, 0, &flags, ids, &n);

	if (err)
		return err;
	if (!n)
		return -ENOENT;
	*id = ids[n - 1];
	return 0;
}
