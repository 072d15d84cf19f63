/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* memcg.h: a memory cgroup so small that whoever allocates in it is killed. */
#ifndef E2E_MEMCG_H
#define E2E_MEMCG_H

#include <sys/types.h>

#include "guard.h"

struct memcg {
	char path[256];
	struct guard guard;
};

/* Makes the cgroup, version 1 or 2, and moves PID into it. Ends the scenario as skipped if this
 * machine has no memory cgroups or does not let us. */
void memcg_open(struct memcg *cg, pid_t pid);

/* Removes it; it must be empty by now. */
void memcg_close(struct memcg *cg);

#endif
