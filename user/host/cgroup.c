/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cgroup.c: the cgroup file systems, asked by number, and a memory of what was removed from them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "host/cgroup.h"
#include "host/clerk_answers.h"
#include "host/process.h"

#define CGROUP_NAMED 64

/* The kernel's type of file handle for kernfs (include/linux/exportfs.h, FILEID_KERNFS). */
#define FILEID_KERNFS 0xfe

static const char *const controllers[] = {
	[RST_CONTROLLER_NONE] = NULL,	[RST_CONTROLLER_MEMORY] = "memory",
	[RST_CONTROLLER_PIDS] = "pids", [RST_CONTROLLER_DEVICES] = "devices",
	[RST_CONTROLLER_CPU] = "cpu",
};

/* ---- what v1 has */

/* The number of the hierarchy that controller NAME sorts by; 0: that of v2, or it is off. */
static uint32_t hierarchy_of(const char *name)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/cgroups", "re");
	char line[256], found[64];
	uint32_t hierarchy;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %" SCNu32, found, &hierarchy) == 2 && !strcmp(found, name))
			return hierarchy;
	return 0;
}

/* What runtimes put their containers below, of all controllers that there are: the first will do. Looked for once. */
static uint32_t v1_hierarchy(enum rst_controller *which)
{
	static enum rst_controller controller;
	static uint32_t hierarchy;
	static bool looked;

	for (size_t i = 1; !looked && !hierarchy && i < ARRAY_SIZE(controllers); i++) {
		hierarchy = hierarchy_of(controllers[i]);
		if (hierarchy)
			controller = (enum rst_controller)i;
	}
	looked = true;
	if (which)
		*which = controller;
	return hierarchy;
}

enum rst_controller cgroup_controller(void)
{
	enum rst_controller controller;

	v1_hierarchy(&controller);
	return controller;
}

/* ---- mounts */

struct mount {
	bool looked;
	int fd;
	char path[PATH_MAX];
};

/* The first mount of TYPE, with that option (NULL: whatever it has). */
static void look(struct mount *to, const char *type, const char *option)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	to->looked = true;
	to->fd = -1;
	while (mounts && to->fd < 0 && (m = getmntent(mounts))) {
		if (strcmp(m->mnt_type, type) != 0 || (option && !hasmntopt(m, option)))
			continue;
		snprintf(to->path, sizeof(to->path), "%s", m->mnt_dir);
		to->fd = open(to->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (mounts)
		endmntent(mounts);
}

static const struct mount *mount_v2(void)
{
	static struct mount v2;

	if (!v2.looked)
		look(&v2, "cgroup2", NULL);
	return &v2;
}

static const struct mount *mount_v1(uint32_t controller)
{
	static struct mount v1;

	if (!v1.looked)
		look(&v1, "cgroup", controllers[controller]);
	return &v1;
}

int cgroup_mount(char *path, size_t size)
{
	const struct mount *m = mount_v2();

	snprintf(path, size, "%.*s", (int)size - 1, m->path);
	return m->fd;
}

/* ---- numbers */

/* The path below the mount; empty: there is no such cgroup any more. */
int cgroup_answer_path(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	const struct mount *m;
	uint64_t id = ask->id[0];
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} handle = { .h = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	static const char gone[] = " (deleted)";
	char link[64], path[PATH_MAX];
	_cleanup(closep) int fd = -1;
	const char *below;
	size_t skip;
	ssize_t n;

	if (ask->kind >= ARRAY_SIZE(controllers))
		return -EINVAL;
	m = ask->kind ? mount_v1(ask->kind) : mount_v2();
	skip = strlen(m->path);
	if (m->fd < 0)
		return -ENOENT;
	memcpy(handle.h.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(m->fd, &handle.h, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || (size_t)n < skip)
		return -ENOENT;
	path[n] = '\0';
	if ((size_t)n > sizeof(gone) && !strcmp(path + n - (sizeof(gone) - 1), gone))
		path[n - (ssize_t)(sizeof(gone) - 1)] = '\0';
	below = path[skip] ? path + skip : "/";
	return clerk_put(out, below, strlen(below) + 1) ? 0 : -ENOSPC;
}

static void path_there(char *buf, size_t size, bool v1, uint64_t id)
{
	struct clerk_ask ask = {
		.question = CLERK_CGROUP,
		.id = { id },
		.kind = v1 ? cgroup_controller() : RST_CONTROLLER_NONE,
	};
	struct clerk_found found;

	if ((!v1 || ask.kind) && !clerk_ask(&ask, -1, &found))
		snprintf(buf, size, "%.*s", (int)size - 1, found.bytes);
}

static struct removed {
	uint64_t id;
	uint32_t hierarchy;
	char *path; /* NULL: free */
} removed[CGROUP_REMOVED];
static size_t next_removed;

void cgroup_removed(uint32_t hierarchy, uint64_t id, const char *path)
{
	struct removed *r = &removed[next_removed];
	char *copy;

	if (!*path || (hierarchy && hierarchy != v1_hierarchy(NULL)))
		return;
	copy = strdup(path);
	if (!copy)
		return;
	free(r->path);
	*r = (struct removed){ id, hierarchy, copy };
	next_removed = (next_removed + 1) % CGROUP_REMOVED;
}

/* One is called the same for as long as it is there, but for what v1 renames. */
static struct named {
	uint64_t id, read_ns;
	bool v1;
	char path[PROCESS_CGROUP_MAX]; /* empty: it was not there */
} named[CGROUP_NAMED];

static const char *path_lately(bool v1, uint64_t id)
{
	struct named *n = &named[id % CGROUP_NAMED];
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (n->id != id || n->v1 != v1 || now - n->read_ns >= PROCESS_KEPT_NS) {
		*n = (struct named){ .id = id, .read_ns = now, .v1 = v1 };
		path_there(n->path, sizeof(n->path), v1, id);
	}
	return n->path;
}

static void path_of(char *buf, size_t size, bool v1, uint32_t hierarchy, uint64_t id)
{
	buf[0] = '\0';
	if (!id)
		return;
	snprintf(buf, size, "%.*s", (int)size - 1, path_lately(v1, id));
	for (size_t i = 0; !*buf && i < CGROUP_REMOVED; i++)
		if (removed[i].path && removed[i].id == id && removed[i].hierarchy == hierarchy)
			snprintf(buf, size, "%.*s", (int)size - 1, removed[i].path);
}

void cgroup_path(char *buf, size_t size, uint64_t id)
{
	path_of(buf, size, false, 0, id);
}

void cgroup_path_v1(char *buf, size_t size, uint64_t id)
{
	path_of(buf, size, true, v1_hierarchy(NULL), id);
}
