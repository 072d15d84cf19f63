/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process.h: what /proc says about a process beyond its pid and name. */
#ifndef RSTTRACE_PROCESS_H
#define RSTTRACE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/incident.h"

/* So long /proc's answer about a process serves: an exec() or a move to another cgroup shows so much
 * later at most. */
#define PROCESS_KEPT_NS 1000000000ULL

/*
 * Fills P's exe, cgroup and container from /proc, if the process is still there and is the one that began at
 * START_NS (CLOCK_BOOTTIME; 0: not checked). CGROUP_ID is the cgroup v2 id recorded with it and
 * names its cgroup when it is gone. What cannot be known stays empty. Without START_NS /proc is read
 * each time. NOTED (NULL: none) is asked what the kernel side noted of one that is gone or about to end;
 * it returns 0, or -errno.
 */
typedef int process_noted_fn(void *context, uint64_t start_ns, struct rst_process *out);
void process_fill(struct process *p, uint64_t start_ns, uint64_t cgroup_id, process_noted_fn *noted,
		  void *context);

/* The cgroup of a process, as in struct process, into BUF; empty: it is not known. */
void process_cgroup(char *buf, size_t size, uint32_t pid);

/* Whether the process PID that began at START_NS (as above) is there, and not about to end. */
bool process_runs(uint32_t pid, uint64_t start_ns);

/* Whether PID is a process of this pid namespace, not one of its threads; 0 is. Returns 0, or -ESRCH
 * after one line on ERR. */
int process_exists(uint32_t pid, FILE *err);

/*
 * What the user named with --cgroup as a v2 path ("/system.slice/nginx.service"): NULL (all: BUF is
 * empty), a path below the cgroup2 mount, or one that begins with the mount's. Returns 0, or -errno
 * after one line on ERR.
 */
int process_resolve_cgroup(char *buf, size_t size, const char *name, FILE *err);

/* The kernel's figures about TCP memory and orphans; those that cannot be read stay 0. */
void process_tcp_memory(struct tcp_memory *m);

#endif
