/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* parts.h: the BPF object, loaded on several CPUs at once. */
#ifndef RSTTRACE_PARTS_H
#define RSTTRACE_PARTS_H

#include <bpf/libbpf.h>

#include "base/at_once.h"

/* Objects beside the skeleton's, made of the same bytes, each with some of its programs. */
struct parts {
	size_t n;
	struct bpf_object *object[AT_ONCE_MAX];
};

/*
 * Loads what SKELETON's object, opened and configured, has: its maps in that object, and each program in one of the
 * parts, where what SKELETON says is the program then points to. On one CPU all are loaded in the object. TYPES: the file
 * of the kernel's types. Returns 0 or -errno; the caller closes it in any case, after the skeleton.
 */
int parts_load(struct parts *p, struct bpf_object_skeleton *skeleton, const char *types);

void parts_close(struct parts *p);

#endif
