/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* addresses.h: since when a network namespace has an address (rtnetlink). */
#ifndef RSTTRACE_ADDRESSES_H
#define RSTTRACE_ADDRESSES_H

#include <stdint.h>

struct addresses;

/* Returns 0 and a handle that the caller closes, or -ENOMEM. */
int addresses_open(struct addresses **out);
void addresses_close(struct addresses *a);

/* Closes what stands open in other namespaces. */
void addresses_release(struct addresses *a);

/*
 * When ADDRESS, of FAMILY 4 or 6 as in struct rst_tuple, was given to an interface of namespace NETNS:
 * *SINCE_NS of CLOCK_MONOTONIC. The kernel notes it by its tick counter, which lags that clock by some
 * tenths of a second at most. Returns 0; -ENOENT: no interface has it; -EAGAIN: asking once more would take
 * too much CPU time; another -errno.
 */
int addresses_since(struct addresses *a, uint32_t netns, uint8_t family, const uint8_t *address,
		    uint64_t *since_ns);

#endif
