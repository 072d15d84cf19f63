/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* at_once.h: the same work on several CPUs, for as long as the call takes. */
#ifndef RSTTRACE_AT_ONCE_H
#define RSTTRACE_AT_ONCE_H

#include <stddef.h>

#define AT_ONCE_MAX 4

/* Does share I of the work. Returns 0 or -errno. */
typedef int at_once_fn(void *context, size_t i);

/* How many shares this process has CPUs for, 1 to AT_ONCE_MAX. */
size_t at_once_cpus(void);

/*
 * Calls FN with CONTEXT for each share below N, which is AT_ONCE_MAX at most: at the same time, in threads that have
 * all ended when it returns, or one after the other where there can be no threads. No signal is handled in them.
 * Returns 0, or the error of the lowest share that failed.
 */
int at_once(size_t n, at_once_fn *fn, void *context);

#endif
