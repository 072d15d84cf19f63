/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cgroup.h: the paths of cgroups by their numbers, also of those that were removed lately. */
#ifndef RSTTRACE_CGROUP_H
#define RSTTRACE_CGROUP_H

#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* The controller of cgroup v1 by whose hierarchy processes are told apart; NONE: v1 has none here. */
enum rst_controller cgroup_controller(void);

/* The path of a cgroup of v2, or of that controller's hierarchy, into BUF; empty: it is not known. */
void cgroup_path(char *buf, size_t size, uint64_t id);
void cgroup_path_v1(char *buf, size_t size, uint64_t id);

/* A cgroup was removed: the last CGROUP_REMOVED ones are remembered. HIERARCHY 0: v2. */
#define CGROUP_REMOVED 1024
void cgroup_removed(uint32_t hierarchy, uint64_t id, const char *path);

/* The first mount of cgroup v2 into PATH, and a descriptor that stays open; -1 if there is none. */
int cgroup_mount(char *path, size_t size);

#endif
