/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "memcg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

#define ROOT_V1 "/sys/fs/cgroup/memory"
#define ROOT_V2 "/sys/fs/cgroup"
#define LIMIT_BYTES "33554432"

static int put(const struct memcg *cg, const char *name, const char *value)
{
	char path[sizeof(cg->path) + 64];
	FILE *f;
	int err;

	snprintf(path, sizeof(path), "%s/%s", cg->path, name);
	f = fopen(path, "we");
	if (!f)
		return -errno;
	err = fputs(value, f) == EOF;
	err |= fclose(f);
	return err ? -errno : 0;
}

/* Who was killed in it may take a moment to be gone. */
static void remove_cgroup(const void *path)
{
	for (int i = 0; i < 200 && rmdir(path) && errno == EBUSY; i++)
		usleep(10000);
}

static int limit(const struct memcg *cg)
{
	/* With swap, allocating goes on for longer than anybody waits. */
	if (!put(cg, "memory.max", LIMIT_BYTES)) {
		put(cg, "memory.swap.max", "0");
		return 0;
	}
	put(cg, "memory.swappiness", "0");
	return put(cg, "memory.limit_in_bytes", LIMIT_BYTES);
}

void memcg_open(struct memcg *cg, pid_t pid)
{
	const char *root = access(ROOT_V1 "/memory.limit_in_bytes", F_OK) ? ROOT_V2 : ROOT_V1;
	char number[16];
	int err;

	snprintf(cg->path, sizeof(cg->path), "%s/rsttrace-e2e-%d", root, getpid());
	if (mkdir(cg->path, 0755))
		run_skip("no memory cgroup: %s: %s", cg->path, strerror(errno));
	if (guard_start(&cg->guard, remove_cgroup, cg->path))
		run_die("cannot guard %s", cg->path);
	err = limit(cg);
	if (err)
		run_skip("no memory cgroup: %s has no limit: %s", cg->path, strerror(-err));
	snprintf(number, sizeof(number), "%d", pid);
	err = put(cg, "cgroup.procs", number);
	if (err)
		run_skip("no memory cgroup: cannot enter %s: %s", cg->path, strerror(-err));
}

void memcg_close(struct memcg *cg)
{
	guard_end(&cg->guard);
	if (!access(cg->path, F_OK))
		run_fail("%s is still there", cg->path);
}
