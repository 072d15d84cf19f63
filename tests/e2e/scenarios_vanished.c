/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_vanished.c: processes and cgroups that are gone by the time somebody looks them up. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
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

/* ---- names */

#define CONFIG "/var/lib/docker/containers/" ID

static void remove_config(const void *directory)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/config.v2.json", (const char *)directory);
	unlink(path);
	/* Docker's own are not empty. */
	snprintf(path, sizeof(path), "%s", (const char *)directory);
	for (int i = 0; i < 3; i++, *strrchr(path, '/') = '\0')
		rmdir(path);
}

/* What Docker writes. */
static void config_open(struct guard *guard)
{
	static const char *const parents[] = { "/var/lib/docker", "/var/lib/docker/containers",
					       CONFIG };
	FILE *f;

	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++)
		if (mkdir(parents[i], 0700) && errno != EEXIST)
			run_skip("%s: %s", parents[i], strerror(errno));
	if (guard_start(guard, remove_config, CONFIG))
		run_die("cannot guard %s", CONFIG);
	f = fopen(CONFIG "/config.v2.json", "we");
	if (!f || fputs("{\"Name\":\"/e2e-web\",\"Config\":{\"Image\":\"nginx:1\"}}", f) < 0 ||
	    fclose(f))
		run_die("%s: %s", CONFIG, strerror(errno));
}

/* A server in a container, and a port of its network namespace where nobody listens; --container leaves only
 * those that are its own. */
static void named(struct run *run)
{
	static const char *const args[] = { "--container", "e2e-web", NULL };
	const char *root = mounted("cgroup2", NULL);
	struct guard config;
	struct place place;
	struct pair p;
	json_t *e;
	int err, fd;

	if (!root)
		run_skip("cgroup v2 is not mounted");
	config_open(&config);
	place_open(&place, root, "/docker/" ID);
	tracer_start(run, args);
	pair_open(run, &p);
	place_take(&place, p.srv.pid);
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, 9, 0, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&p.cli, fd);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	/* Of the client, which is in none, nothing is told. */
	tracer_finish(run, (struct tally){ .server_sent = 2 });
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "no-listener");
	expect_str(e, "netns_of.container", "docker:abababababab");
	expect_str(e, "netns_of.container_name", "e2e-web");
	e = expect_nth(run, SIDE_SERVER, "sent", 1);
	expect_str(e, "cause", "linger-zero");
	expect_str(e, "process.container_name", "e2e-web");
	expect_str(e, "process.image", "nginx:1");
	pair_stop(&p);
	guard_end(&place.guard);
	guard_end(&config);
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

/* ---- who made it end */

static json_t *killed_event(struct run *run, const char *cause)
{
	json_t *e;

	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", cause);
	return e;
}

static void open_unread(struct run *run, struct pair *p)
{
	tracer_start(run, NULL);
	pair_open_unread(run, p, 9);
}

static void by_kill(struct run *run)
{
	struct pair p;
	json_t *e;

	open_unread(run, &p);
	actor_kill(&p.srv, SIGKILL);
	actor_await_reset(&p.cli, p.c);
	e = killed_event(run, "process-killed");
	expect_str(e, "signalled.signal", "SIGKILL");
	expect_str(e, "signalled.by", "process");
	expect_int(e, "signalled.pid", getpid());
	expect_int(e, "signalled.parent.pid", getppid());
	expect_contains(e, "why", "was killed by SIGKILL from e2e");
	expect_contains(e, "why", " (started by e2e");
	pair_stop(&p);
}

static void by_itself(struct run *run)
{
	struct pair p;
	json_t *e;

	open_unread(run, &p);
	actor_raise(&p.srv, SIGABRT);
	actor_await_reset(&p.cli, p.c);
	e = killed_event(run, "process-killed");
	expect_str(e, "signalled.by", "itself");
	expect_absent(e, "signalled.pid");
	expect_contains(e, "why", " that it sent itself");
	pair_stop(&p);
}

static void leave(int number)
{
	_exit(0);
}

/* It catches SIGTERM, and exits in good order. */
static void after_term(struct run *run)
{
	struct pair p;
	json_t *e;

	signal(SIGTERM, leave);
	open_unread(run, &p);
	signal(SIGTERM, SIG_DFL);
	actor_ask(&p.srv, SIGTERM);
	actor_await_reset(&p.cli, p.c);
	e = killed_event(run, "process-exited");
	expect_str(e, "signalled.signal", "SIGTERM");
	expect_str(e, "signalled.by", "process");
	expect_int(e, "signalled.pid", getpid());
	expect_contains(e, "why", "exited with status 0, ");
	expect_contains(e, "why", " after SIGTERM from e2e");
	pair_stop(&p);
}

static void raise_again(int number)
{
	signal(number, SIG_DFL);
	raise(number);
}

/* It catches SIGTERM, and sends it to itself once more to end by it: as many programs do when they have cleaned up. */
static void by_term_again(struct run *run)
{
	struct pair p;
	json_t *e;

	signal(SIGTERM, raise_again);
	open_unread(run, &p);
	signal(SIGTERM, SIG_DFL);
	actor_kill(&p.srv, SIGTERM);
	actor_await_reset(&p.cli, p.c);
	e = killed_event(run, "process-killed");
	expect_str(e, "signalled.signal", "SIGTERM");
	expect_str(e, "signalled.by", "process");
	expect_int(e, "signalled.pid", getpid());
	pair_stop(&p);
}

/* What it ignores, or has taken for something else, has nothing to do with its end. */
static void after_others(struct run *run)
{
	struct pair p;
	json_t *e;

	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, leave);
	signal(SIGUSR1, leave);
	open_unread(run, &p);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	kill(p.srv.pid, SIGTERM);
	kill(p.srv.pid, SIGWINCH);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	e = killed_event(run, "close-unread");
	expect_absent(e, "signalled");
	expect_absent(e, "opener");
	pair_stop(&p);
}

static void by_cgroup(struct run *run)
{
	const char *root = mounted("cgroup2", NULL);
	char path[1100];
	struct place place;
	struct pair p;
	json_t *e;
	FILE *f;

	if (!root)
		run_skip("cgroup v2 is not mounted");
	place_open(&place, root, "/a");
	snprintf(path, sizeof(path), "%s/cgroup.kill", place.path);
	if (access(path, W_OK))
		run_skip("this kernel has no cgroup.kill");
	open_unread(run, &p);
	place_take(&place, p.srv.pid);
	f = fopen(path, "we");
	if (!f || fputs("1", f) < 0 || fclose(f))
		run_die("%s: %s", path, strerror(errno));
	actor_await_reset(&p.cli, p.c);
	e = killed_event(run, "process-killed");
	expect_str(e, "signalled.by", "cgroup.kill");
	expect_int(e, "signalled.pid", getpid());
	expect_contains(e, "why", " by cgroup.kill");
	actor_kill(&p.srv, SIGKILL);
	guard_end(&place.guard);
	pair_stop(&p);
}

/* The commonest end of a container: its init is killed, and the kernel kills the rest. */
static void by_namespace(struct run *run)
{
	int home = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	struct actor init, srv, cli;
	int listener, c, s;
	json_t *e;

	tracer_start(run, NULL);
	if (home < 0 || unshare(CLONE_NEWPID) < 0)
		run_skip("cannot make a process namespace");
	actor_start(&init, &run->lab, SIDE_SERVER, "e2e-init");
	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-srv");
	if (setns(home, CLONE_NEWPID) < 0)
		run_die("setns");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	listener = actor_listen(&srv, run->speak, act_address(run->speak, SIDE_SERVER), 0, 8);
	c = actor_connect(&cli, run->speak, act_address(run->speak, SIDE_SERVER),
			  actor_local_port(&srv, listener));
	s = actor_accept(&srv, listener);
	actor_write(&cli, c, 9);
	actor_await_unread(&srv, s, 9);
	kill(init.pid, SIGKILL);
	actor_await_reset(&cli, c);
	/* Its end waits until its children are waited for. */
	actor_kill(&srv, SIGKILL);
	actor_kill(&init, SIGKILL);
	e = killed_event(run, "process-killed");
	expect_int(e, "process.pid", srv.pid);
	expect_str(e, "signalled.by", "pid-namespace");
	expect_int(e, "signalled.pid", init.pid);
	expect_str(e, "signalled.init.signal", "SIGKILL");
	expect_str(e, "signalled.init.by", "process");
	expect_int(e, "signalled.init.sender.pid", getpid());
	expect_contains(e, "why", "as the init of its pid namespace ended: e2e-init/");
	actor_stop(&cli);
	close(home);
}

const struct scenario scenarios_vanished[] = {
	{ "container-gone", gone_v2, ONCE, .what = "/docker/" ID },
	{ "container-gone-deep", gone_v2, ONCE, .what = DEEP "/docker-" ID ".scope" },
	{ "container-gone-v1", gone_v1, ONCE },
	{ "client-gone", short_client, ONCE },
	/* A file in the machine's own /var/lib/docker. */
	{ "container-named", named, ONCE | EXCLUSIVE },
	{ "killed-by-process", by_kill, ONCE },
	{ "killed-by-itself", by_itself, ONCE },
	{ "exited-after-term", after_term, ONCE },
	{ "killed-by-term-again", by_term_again, ONCE },
	{ "closed-after-others", after_others, ONCE },
	{ "killed-by-cgroup", by_cgroup, ONCE },
	{ "killed-by-namespace", by_namespace, ONCE },
	{ 0 },
};
