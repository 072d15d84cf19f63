/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* clock.h: the kernel's clocks, which those of a time namespace are not: BPF programs stamp by them. */
#ifndef RSTTRACE_CLOCK_H
#define RSTTRACE_CLOCK_H

#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* So much CLOCK_MONOTONIC and CLOCK_BOOTTIME are ahead of the kernel's in this process's time namespace, by the
 * number of the clock, in ns. */
extern int64_t clock_ahead_ns[CLOCK_BOOTTIME + 1];

/* Reads that from F, which is as /proc/self/timens_offsets; NULL: from there. Where there is none (before 5.6), or it
 * cannot be read, the clocks stay as they are. */
void clock_begin(FILE *f);

/* A clock's time in ns, as the kernel has it. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec -
	       (clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME
			? (uint64_t)clock_ahead_ns[clock]
			: 0);
}

#endif
