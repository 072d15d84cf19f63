/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* loading.h: what spares libbpf the way through all of the kernel's types. */
#ifndef RSTTRACE_LOADING_H
#define RSTTRACE_LOADING_H

#include <bpf/libbpf.h>

#include "kernel/kbtf.h"

/* A file for the types that programs are relocated by; empty until loading_fill. */
struct loading {
	const struct kbtf *btf;
	int fd;
	char path[32];
};

/*
 * Makes the file, and prepares libbpf for opening and loading programs in "tp_btf/" and "iter/"; they
 * are attached by bpf_program__attach_trace and bpf_program__attach_iter. In a process always with the
 * same BTF. Returns 0 or -errno; the caller ends it with loading_end in any case, when it is done with
 * loading.
 */
int loading_begin(struct loading *l, const struct kbtf *btf);

/* Puts those of the kernel's types into the file that OBJ, opened and not loaded yet, names. Returns 0
 * or -errno. */
int loading_fill(const struct loading *l, const struct bpf_object *obj);

void loading_end(struct loading *l);

#endif
