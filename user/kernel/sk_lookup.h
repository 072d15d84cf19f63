/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sk_lookup.h: the BPF program that chooses the sockets of a network namespace. */
#ifndef RSTTRACE_SK_LOOKUP_H
#define RSTTRACE_SK_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

/*
 * The program of the namespace that FD is open on, of several the one that runs last. Returns 0; -ENOENT: there is
 * none; another -errno.
 */
int sk_lookup_find(int fd, uint32_t *id);

#endif
