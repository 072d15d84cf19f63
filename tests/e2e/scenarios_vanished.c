/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_vanished.c: processes and cgroups that are gone by the time somebody looks them up. */
#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"
#include "guard.h"
#include "pair.h"

#define ID "abababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcd"
/* Deeper than 255 bytes, as where a cluster runs in containers. */
#define DEEP                                                                                    \
	"/docker/" ID "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/" \
	"kubelet-kubepods-burstable-pod6a1b2c3d_4e5f_6789_abcd_ef0123456789.slice"

/* A directory of a cgroup file system, and what stands below it. */
struct place {
	char top[512], path[1024];
	struct guard guard;
};

/* The first mount of TYPE with that option. */
static const char *mounted(const char *type, const char *option)
{
	static char path[256];
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	path[0] = '\0';
	while (mounts && !*path && (m = getmntent(mounts)))
		if (!strcmp(m->mnt_type, type) && (!option || hasmntopt(m, option)))
			snprintf(path, sizeof(path), "%s", m->mnt_dir);
	if (mounts)
		endmntent(mounts);
	return *path ? path : NULL;
}

/* From the innermost to TOP; who was killed in one may take a moment to be gone. */
static void remove_place(const void *arg)
{
	const struct place *p = arg;
	char path[sizeof(p->path)];

	snprintf(path, sizeof(path), "%s", p->path);
	for (size_t top = strlen(p->top); strlen(path) >= top; *strrchr(path, '/') = '\0')
		for (int i = 0; i < 500 && rmdir(path) && errno == EBUSY; i++)
			usleep(2000);
}

static void place_open(struct place *p, const char *root, const char *below)
{
	snprintf(p->top, sizeof(p->top), "%s/rsttrace-e2e-%d", root, getpid());
	snprintf(p->path, sizeof(p->path), "%s%s", p->top, below);
	for (char *at = p->path + strlen(p->top); at; at = strchr(at + 1, '/')) {
		char cut = *at;

		*at = '\0';
		if (mkdir(p->path, 0755) && errno != EEXIST)
			run_skip("no cgroup %s: %s", p->path, strerror(errno));
		*at = cut;
	}
	if (mkdir(p->path, 0755) && errno != EEXIST)
		run_skip("no cgroup %s: %s", p->path, strerror(errno));
	if (guard_start(&p->guard, remove_place, p))
		run_die("cannot guard %s", p->path);
}

static void place_take(const struct place *p, pid_t pid)
{
	char path[sizeof(p->path) + 16];
	FILE *f;

	snprintf(path, sizeof(path), "%s/cgroup.procs", p->path);
	f = fopen(path, "we");
	if (!f || fprintf(f, "%d", pid) < 0 || fclose(f))
		run_skip("cannot enter %s: %s", p->path, strerror(errno));
}

/* Killed with data unread, and its cgroup removed at once. */
static void gone(struct run *run, const char *root, const char *below, const char *container)
{
	struct place place;
	struct pair p;
	json_t *e;

	place_open(&place, root, below);
	tracer_start(run, NULL);
	pair_open(run, &p);
	place_take(&place, p.srv.pid);
	actor_write(&p.cli, p.c, 9);
	actor_await_unread(&p.srv, p.s, 9);
	actor_kill(&p.srv, SIGKILL);
	guard_end(&place.guard);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "process-killed");
	expect_str(e, "process.cgroup", place.path + strlen(root));
	expect_str(e, "process.container", container);
	expect_contains(e, "process.exe", "/e2e");
	pair_stop(&p);
}

/* The tracer itself finds a mount of v2 only where there is one. */
static void unmount(const void *path)
{
	umount2(path, MNT_DETACH);
}

static void gone_v2(struct run *run)
{
	const char *root = mounted("cgroup2", NULL);
	struct guard guard;
	char path[512];

	snprintf(path, sizeof(path), "%s/cgroup2", run->directory);
	if (!root) {
		if (mkdir(path, 0700) || mount("none", path, "cgroup2", 0, NULL))
			run_skip("cgroup v2 cannot be mounted: %s", strerror(errno));
		if (guard_start(&guard, unmount, path))
			run_die("cannot guard %s", path);
		root = path;
	}
	gone(run, root, run->what, "docker:abababababab");
	if (root == path)
		guard_end(&guard);
}

static void gone_v1(struct run *run)
{
	const char *root = mounted("cgroup", "memory");

	if (!root)
		run_skip("no hierarchy of cgroup v1 with the memory controller");
	gone(run, root, "/docker/" ID, "docker:abababababab");
}

/* A client that has ended before anybody can look it up: its program is known all the same. */
static void short_client(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.srv, p.s, 5);
	actor_await_unread(&p.cli, p.c, 5);
	actor_exit(&p.cli, 0);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_nth(run, SIDE_CLIENT, "sent", 0);
	expect_str(e, "cause", "process-exited");
	expect_contains(e, "process.exe", "/e2e");
	pair_stop(&p);
}

const struct scenario scenarios_vanished[] = {
	{ "container-gone", gone_v2, ONCE, .what = "/docker/" ID },
	{ "container-gone-deep", gone_v2, ONCE, .what = DEEP "/docker-" ID ".scope" },
	{ "container-gone-v1", gone_v1, ONCE },
	{ "client-gone", short_client, ONCE },
	{ 0 },
};
