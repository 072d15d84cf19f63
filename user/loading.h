/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* loading.h: what spares libbpf the way through all of the kernel's types. */
#ifndef RSTTRACE_LOADING_H
#define RSTTRACE_LOADING_H

#include <bpf/libbpf.h>

#include "kbtf.h"

/* A file for the types that programs are relocated by; empty until loading_fill. */
struct loading {
	int fd;
	char path[32];
};

/* Makes the file. Returns 0 or -errno; the caller ends it with loading_end in any case. */
int loading_begin(struct loading *l);

/* Puts into it those of the kernel's types that OBJ, opened and not loaded yet, names. Returns 0 or
 * -errno. */
int loading_fill(const struct loading *l, const struct kbtf *btf, const struct bpf_object *obj);

void loading_end(struct loading *l);

#endif
