/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_process.c: /proc of this process and of one that is gone. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "host/cgroup.h"
#include "host/container.h"
#include "host/process.h"

static uint64_t tick_ns(void)
{
	return 1000000000ULL / (unsigned long)sysconf(_SC_CLK_TCK);
}

/* The 22nd field; the name may hold anything. */
static uint64_t own_start_ns(void)
{
	FILE *f = fopen("/proc/self/stat", "r");
	char line[1024], *at;
	unsigned long long ticks;

	cr_assert_not_null(f);
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	at = strrchr(line, ')');
	cr_assert_not_null(at);
	cr_assert_eq(sscanf(at + 1,
			    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			    "%*d %*d %llu",
			    &ticks),
		     1);
	cr_assert_gt(ticks, 0);
	return ticks * tick_ns();
}

static void own_exe(char *buf, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", buf, size - 1);

	cr_assert_gt(n, 0);
	buf[n] = '\0';
}

/* That of v2; where v2 does not sort, or only into its root, the longest of v1. */
static void own_cgroup(char *buf, size_t size)
{
	FILE *f = fopen("/proc/self/cgroup", "r");
	char line[4096], v1[4096] = "", *path;

	buf[0] = '\0';
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		path = strchr(strchr(line, ':') + 1, ':') + 1;
		if (!strncmp(line, "0::", 3))
			snprintf(buf, size, "%.*s", (int)size - 1, path);
		else if (strlen(path) > strlen(v1))
			strcpy(v1, path);
	}
	if (strlen(v1) > 1 && (!*buf || !strcmp(buf, "/")))
		snprintf(buf, size, "%.*s", (int)size - 1, v1);
	if (f)
		fclose(f);
}

static void assert_own(const struct process *p)
{
	char exe[PROCESS_PATH_MAX], cgroup[PROCESS_CGROUP_MAX], container[PROCESS_CONTAINER_MAX];

	own_exe(exe, sizeof(exe));
	own_cgroup(cgroup, sizeof(cgroup));
	cr_expect_str_eq(p->exe, exe);
	cr_expect_str_eq(p->cgroup, cgroup);
	container_name(container, sizeof(container), cgroup);
	cr_expect_str_eq(p->container, container);
}

Test(process, this_one)
{
	struct process p = { .pid = (uint32_t)getpid() };

	process_fill(&p, 0, 0, NULL, NULL);
	assert_own(&p);
	cr_expect_neq(p.exe[0], '\0');
}

/* Its name is asked for where it is not told of. */
Test(process, the_name)
{
	struct process p = { .pid = (uint32_t)getpid() }, told = p,
		       gone = { .pid = UINT32_MAX - 9 };

	prctl(PR_SET_NAME, "a (b) c");
	process_fill(&p, own_start_ns(), 0, NULL, NULL);
	cr_assert_str_eq(p.comm, "a (b) c");
	strcpy(told.comm, "told");
	process_fill(&told, own_start_ns(), 0, NULL, NULL);
	cr_assert_str_eq(told.comm, "told");
	process_fill(&gone, 5, 0, NULL, NULL);
	cr_assert_str_eq(gone.comm, "");
}

Test(process, start_time_within_its_tick)
{
	uint64_t start = own_start_ns();
	uint64_t starts[] = { start, start + 1, start + tick_ns() - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		struct process p = { .pid = (uint32_t)getpid() };

		process_fill(&p, starts[i], 0, NULL, NULL);
		assert_own(&p);
	}
}

/* The pid was used again: what /proc says is about somebody else. */
Test(process, another_of_the_same_pid)
{
	uint64_t start = own_start_ns();
	uint64_t starts[] = { start - 1, start + tick_ns(), 1, UINT64_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		struct process p = {
			.pid = (uint32_t)getpid(), .exe = "old", .cgroup = "old", .container = "old"
		};

		process_fill(&p, starts[i], 0, NULL, NULL);
		cr_expect_str_eq(p.exe, "", "start %zu", i);
		cr_expect_str_eq(p.container, "", "start %zu", i);
		cr_expect_str_eq(p.cgroup, "", "start %zu", i);
	}
}

static pid_t gone(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	cr_assert_gt(pid, 0);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	return pid;
}

Test(process, that_is_gone)
{
	struct process p = { .pid = (uint32_t)gone(), .exe = "old", .cgroup = "old" };

	process_fill(&p, 0, 0, NULL, NULL);
	cr_expect_str_eq(p.exe, "");
	cr_expect_str_eq(p.cgroup, "");
	process_fill(&p, own_start_ns(), 0, NULL, NULL);
	cr_expect_str_eq(p.exe, "");
}

Test(process, nobody)
{
	struct process p = { .pid = 0 };

	process_fill(&p, 0, 0, NULL, NULL);
	cr_expect_str_eq(p.exe, "");
	cr_expect_str_eq(p.cgroup, "");
}

/* Two pids that share a place in the cache, turn by turn; and one pid with two lives. */
Test(process, the_cache_mixes_nobody_up)
{
	struct process own = { .pid = (uint32_t)getpid() };
	struct process other = { .pid = own.pid + 64 * 65536 }, former = own;
	uint64_t start = own_start_ns();

	for (int i = 0; i < 3; i++) {
		process_fill(&own, start, 0, NULL, NULL);
		assert_own(&own);
		process_fill(&other, start, 0, NULL, NULL);
		cr_expect_str_eq(other.exe, "");
		process_fill(&own, start, 0, NULL, NULL);
		assert_own(&own);
		process_fill(&former, start - 1, 0, NULL, NULL);
		cr_expect_str_eq(former.exe, "");
	}
}

static uint64_t start_of(pid_t pid)
{
	char path[64], line[1024], *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	cr_assert_not_null(f);
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	cr_assert_not_null(at);
	return strtoull(at, NULL, 10) * tick_ns();
}

/* What is longer in one place is gone when the next process is told of there. */
Test(process, one_after_the_other)
{
	struct process p;

	memset(&p, 'x', sizeof(p));
	p.pid = (uint32_t)getpid();
	process_fill(&p, own_start_ns(), 0, NULL, NULL);
	assert_own(&p);
	cr_expect_lt(strlen(p.names.name), sizeof(p.names.name));
	p.pid += 64 * 65536;
	process_fill(&p, own_start_ns(), 0, NULL, NULL);
	cr_expect_str_eq(p.exe, "");
	cr_expect_str_eq(p.cgroup, "");
	cr_expect_str_eq(p.container, "");
	cr_expect_str_eq(p.names.name, "");
	cr_expect_str_eq(p.names.image, "");
	cr_expect_str_eq(p.names.pod, "");
	cr_expect_str_eq(p.names.space, "");
}

/* A zombie's executable cannot be read any more; what the cache has seen of it stays. */
Test(process, the_cache_outlives_the_process)
{
	struct process p = { .pid = 0 };
	char before[PROCESS_PATH_MAX];
	uint64_t start_ns = 0;
	int gate[2];
	pid_t pid;

	cr_assert_eq(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		char byte;

		close(gate[1]);
		_exit(read(gate[0], &byte, 1) < 0);
	}
	cr_assert_gt(pid, 0);
	start_ns = start_of(pid);
	p.pid = (uint32_t)pid;
	process_fill(&p, start_ns, 0, NULL, NULL);
	cr_assert_neq(p.exe[0], '\0');
	memcpy(before, p.exe, sizeof(before));
	close(gate[1]);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	process_fill(&p, start_ns, 0, NULL, NULL);
	cr_expect_str_eq(p.exe, before);
	close(gate[0]);
}

/* exec() leaves pid and start time as they are. */
Test(process, the_cache_notices_an_exec)
{
	struct process p = { 0 };
	uint64_t start_ns = 0;
	int gate[2];
	pid_t pid;

	cr_assert_eq(pipe(gate), 0);
	pid = fork();
	if (!pid) {
		char byte;

		close(gate[1]);
		if (!read(gate[0], &byte, 1))
			execlp("sleep", "sleep", "10", NULL);
		_exit(1);
	}
	cr_assert_gt(pid, 0);
	p.pid = (uint32_t)pid;
	start_ns = start_of(pid);
	process_fill(&p, start_ns, 0, NULL, NULL);
	cr_expect_null(strstr(p.exe, "sleep"));
	close(gate[1]);
	usleep(PROCESS_KEPT_NS / 1000 + 200000);
	process_fill(&p, start_ns, 0, NULL, NULL);
	cr_expect_not_null(strstr(p.exe, "sleep"), "%s", p.exe);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	usleep(PROCESS_KEPT_NS / 1000 + 200000);
	/* Gone, and still known. */
	process_fill(&p, start_ns, 0, NULL, NULL);
	cr_expect_not_null(strstr(p.exe, "sleep"), "%s", p.exe);
	close(gate[0]);
}

Test(process, unknown_cgroup_ids)
{
	char path[PROCESS_PATH_MAX] = "old";

	cgroup_path(path, sizeof(path), 0);
	cr_expect_str_eq(path, "");
	strcpy(path, "old");
	cgroup_path(path, sizeof(path), UINT64_MAX);
	cr_expect_str_eq(path, "");
}

/* Of numbers that no cgroup has. */
Test(process, removed_cgroups)
{
	char path[64];

	cgroup_removed(0, UINT64_MAX - 1, "/docker/a");
	cgroup_removed(0, UINT64_MAX - 2, "");
	/* A hierarchy that nobody asks for. */
	cgroup_removed(UINT32_MAX, UINT64_MAX - 3, "/b");
	cgroup_path(path, sizeof(path), UINT64_MAX - 1);
	cr_expect_str_eq(path, "/docker/a");
	cgroup_path_v1(path, sizeof(path), UINT64_MAX - 1);
	cr_expect_str_eq(path, "", "v1 numbers its cgroups by itself");
	cgroup_path(path, sizeof(path), UINT64_MAX - 2);
	cr_expect_str_eq(path, "");
	cgroup_path(path, sizeof(path), UINT64_MAX - 3);
	cr_expect_str_eq(path, "");
	cgroup_path(path, 5, UINT64_MAX - 1);
	cr_expect_str_eq(path, "/doc");
	for (size_t i = 0; i < CGROUP_REMOVED; i++)
		cgroup_removed(0, UINT64_MAX / 2 + i, "/c");
	cgroup_path(path, sizeof(path), UINT64_MAX - 1);
	cr_expect_str_eq(path, "", "forgotten for those that came after");
	cgroup_path(path, sizeof(path), UINT64_MAX / 2);
	cr_expect_str_eq(path, "/c");
}

static int note(void *context, uint64_t start_ns, struct rst_process *out)
{
	static const char names[] = "nginx\0sbin\0usr";

	cr_expect_eq(start_ns, 5);
	if (!context)
		return -ENOENT;
	memset(out, 0, sizeof(*out));
	memcpy(out->exe, names, sizeof(names));
	out->exe_len = *(const uint16_t *)context;
	return 0;
}

/* No process has that number: what was noted of it is told. */
Test(process, one_that_is_gone)
{
	uint16_t lengths[] = { sizeof("nginx\0sbin\0usr"), 0, sizeof("nginx"), UINT16_MAX };
	const char *const exes[] = { "/usr/sbin/nginx", "", "/nginx", "" };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct process p = { .pid = UINT32_MAX - (uint32_t)i };

		process_fill(&p, 5, 0, note, &lengths[i]);
		cr_expect_str_eq(p.exe, exes[i]);
		cr_expect_str_eq(p.cgroup, "");
	}
	process_fill(&(struct process){ .pid = UINT32_MAX - 9 }, 5, 0, note, NULL);
}

/* One that is there is asked itself. */
Test(process, one_that_is_there)
{
	struct process p = { .pid = (uint32_t)getpid() };
	uint16_t len = sizeof("nginx");

	process_fill(&p, own_start_ns(), 0, note, &len);
	assert_own(&p);
}

static int resolve(const char *name, char *path, size_t size, size_t *lines)
{
	char *text = NULL;
	size_t n = 0;
	FILE *err = open_memstream(&text, &n);
	int ret = process_resolve_cgroup(path, size, name, err);

	fclose(err);
	*lines = 0;
	for (size_t i = 0; i < n; i++)
		*lines += text[i] == '\n';
	if (n)
		cr_expect_eq(text[n - 1], '\n');
	free(text);
	return ret;
}

Test(process, no_cgroup_asked_for)
{
	char path[PROCESS_PATH_MAX] = "old";
	size_t lines;

	cr_expect_eq(resolve(NULL, path, sizeof(path), &lines), 0);
	cr_expect_str_eq(path, "");
	cr_expect_eq(lines, 0);
}

/* With cgroup v2 or without: one line, and nothing is set. */
Test(process, cgroup_that_is_not_there)
{
	static const char *const names[] = { "no-such.slice", "/no/such", "/etc/passwd",
					     "cgroup.procs", "no\nsuch\n" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char path[PROCESS_PATH_MAX] = "old";
		size_t lines;

		cr_expect_eq(resolve(names[i], path, sizeof(path), &lines), -ENOENT, "%s",
			     names[i]);
		cr_expect_eq(lines, 1, "%s", names[i]);
		cr_expect_str_eq(path, "", "%s", names[i]);
	}
}

Test(process, tcp_memory)
{
	struct tcp_memory m = { .limit = 0 };

	process_tcp_memory(&m);
	cr_expect_gt(m.limit, 0);
	cr_expect_gt(m.max_orphans, 0);
	cr_expect_leq(m.orphans, 1000000);
}

/* What process_exists says of PID; "" of one that exists. To be freed. */
static char *existence(uint32_t pid)
{
	char *message = NULL;
	size_t size = 0;
	FILE *err = open_memstream(&message, &size);
	int ret = process_exists(pid, err);

	fclose(err);
	cr_expect_eq(ret, *message ? -ESRCH : 0);
	return message;
}

static void *its_thread_id(void *id)
{
	_cleanup(freep) char *message = NULL;
	char wanted[64];

	*(pid_t *)id = gettid();
	message = existence((uint32_t)gettid());
	snprintf(wanted, sizeof(wanted), "try -p %d\n", getpid());
	cr_expect_not_null(strstr(message, wanted), "%s", message);
	return NULL;
}

Test(process, exists)
{
	pid_t child = fork(), thread_id = 0;
	char *message;
	pthread_t thread;

	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
	message = existence((uint32_t)child);
	cr_expect_not_null(strstr(message, "there is no process"), "%s", message);
	free(message);
	message = existence((uint32_t)getpid());
	cr_expect_str_eq(message, "");
	free(message);
	message = existence(0);
	cr_expect_str_eq(message, "");
	free(message);
	cr_assert_eq(pthread_create(&thread, NULL, its_thread_id, &thread_id), 0);
	pthread_join(thread, NULL);
	cr_expect_neq(thread_id, getpid());
}
