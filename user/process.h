/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process.h: what /proc says about a process beyond its pid and name. */
#ifndef RSTTRACE_PROCESS_H
#define RSTTRACE_PROCESS_H

#include <stdint.h>

#include "incident.h"

/*
 * Fills P's exe and cgroup from /proc, if the process is still there and is the one that began at
 * START_NS (CLOCK_BOOTTIME; 0: not checked). CGROUP_ID is the cgroup v2 id recorded with it and
 * names its cgroup when it is gone. What cannot be known stays empty.
 */
void process_fill(struct process *p, uint64_t start_ns, uint64_t cgroup_id);

/* The v2 path of a cgroup id into BUF, or empty. */
void process_cgroup_path(char *buf, size_t size, uint64_t cgroup_id);

#endif
