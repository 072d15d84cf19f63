/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sk_lookup.c: BPF_PROG_QUERY takes a descriptor of the namespace for this type (5.9). */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/sk_lookup.h"

#define PROGRAMS 16

int sk_lookup_find(int fd, uint32_t *id, char *name, size_t size)
{
	uint32_t ids[PROGRAMS], n = PROGRAMS, flags = 0;
	struct bpf_prog_info info = { 0 };
	uint32_t length = sizeof(info);
	_cleanup(closep) int program = -1;
	int err = bpf_prog_query(fd, BPF_SK_LOOKUP, 0, &flags, ids, &n);

	*name = '\0';
	if (err)
		return err;
	if (!n)
		return -ENOENT;
	*id = ids[n - 1];
	program = bpf_prog_get_fd_by_id(*id);
	if (program >= 0 && !bpf_obj_get_info_by_fd(program, &info, &length))
		snprintf(name, size, "%s", info.name);
	return 0;
}
