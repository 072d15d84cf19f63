/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "load.h"
#include "run.h"
#include "base/clock.h"
#include "base/util.h"

#define READY_MS 10000
#define FIRST_EVENT_MS 5000
#define QUIET_MS 150  /* without output: there is no more to come */
#define BLOCK_MS 1200 /* the same of tcpdump, which the kernel hands a block once a second */
#define SETTLE_MS 5000
#define STOP_MS 15000
#define NS_PER_MS 1000000
#define TRACEFS "/sys/kernel/tracing"

#define RST_FILTER "tcp[tcpflags] & tcp-rst != 0"
#define BUILD(path, ...)                                \
	{                                               \
		path, "--ready-fd", "%d", ##__VA_ARGS__ \
	}
#define RSTTRACE(...) BUILD("@RSTTRACE", ##__VA_ARGS__)
#define BASELINE(...) BUILD("@BASELINE", ##__VA_ARGS__)

const struct tool_info tools[TOOLS_ALL] = {
	[TOOL_NONE] = { .key = "untraced", .title = "untraced", .any_load = true },
	[TOOL_AGAIN] = { .key = "again", .title = "untraced again", .any_load = true },
	[TOOL_RSTTRACE] = { .key = "rsttrace",
			    .title = "rsttrace",
			    .args = RSTTRACE(),
			    .format = COUNT_TEXT,
			    .any_load = true },
	[TOOL_EVERY] = { .key = "every",
			 .title = "rsttrace --every",
			 .args = RSTTRACE("--every"),
			 .format = COUNT_TEXT },
	[TOOL_JSON] = { .key = "json",
			.title = "rsttrace -j",
			.args = RSTTRACE("-j"),
			.format = COUNT_JSON },
	[TOOL_JSON_EVERY] = { .key = "json-every",
			      .title = "rsttrace -j --every",
			      .args = RSTTRACE("-j", "--every"),
			      .format = COUNT_JSON },
	[TOOL_XDP] = { .key = "xdp",
		       .title = "rsttrace -i",
		       .args = RSTTRACE("-i", "%i"),
		       .format = COUNT_TEXT,
		       .any_load = true,
		       .no_resets = true },
	[TOOL_WIRE_AUTO] = { .key = "wire-auto",
			     .title = "rsttrace --wire=auto",
			     .args = RSTTRACE("--wire=auto"),
			     .format = COUNT_TEXT,
			     .any_load = true,
			     .no_resets = true },
	[TOOL_BASELINE] = { .key = "baseline",
			    .title = "baseline",
			    .args = BASELINE(),
			    .format = COUNT_TEXT,
			    .any_load = true,
			    .versus = TOOL_RSTTRACE },
	[TOOL_BASELINE_EVERY] = { .key = "baseline-every",
				  .title = "baseline --every",
				  .args = BASELINE("--every"),
				  .format = COUNT_TEXT,
				  .versus = TOOL_EVERY },
	[TOOL_HOOKS] = { .key = "empty",
			 .title = "empty programs",
			 .args = { "@FLOOR", "%d", "hooks" },
			 .any_load = true,
			 .silent = true },
	[TOOL_FLOOR] = { .key = "floor",
			 .title = "floor program",
			 .args = { "@FLOOR", "%d" },
			 .format = COUNT_LETTERS,
			 .any_load = true },
	[TOOL_BPFTRACE] = { .key = "bpftrace",
			    .title = "bpftrace, kstack",
			    .args = { "bpftrace", "@RST_BT" },
			    .package = "bpftrace",
			    .format = COUNT_LETTERS,
			    .ready = READY_EVENT,
			    .tracefs = true,
			    .any_load = true },
	[TOOL_TCPDUMP] = { .key = "tcpdump",
			   .title = "tcpdump",
			   .args = { "tcpdump", "-l", "-n", "-Zroot", "-i", "%i", RST_FILTER },
			   .package = "tcpdump",
			   .format = COUNT_TCPDUMP,
			   .ready = READY_STDERR,
			   .any_load = true },
	[TOOL_TCPDUMP_W] = { .key = "tcpdump-w",
			     .title = "tcpdump -w",
			     .args = { "tcpdump", "-n", "-Zroot", "-i", "%i", "-w-", RST_FILTER },
			     .package = "tcpdump",
			     .format = COUNT_PCAP,
			     .ready = READY_STDERR,
			     .any_load = true },
	[TOOL_EMPTY] = { .key = "counting",
			 .title = "empty program",
			 .args = { "@FLOOR", "%d", "empty" } },
	[TOOL_PASS] = { .key = "pass",
			.title = "XDP_PASS",
			.args = { "@FLOOR", "%d", "pass", "%i" } },
};

/* An argument as the program gets it. */
static const char *resolve(const char *arg, enum side side, const char *ready)
{
	const char *path = *arg == '@' ? getenv(arg + 1) : arg;

	if (!strcmp(arg, "%d"))
		return ready;
	if (!strcmp(arg, "%i"))
		return side == SIDE_SERVER ? "srv0" : "cli0";
	if (!path)
		run_die("%s is not set: run make bench", arg + 1);
	return path;
}

static bool in_path(const char *name)
{
	char path[4096], *save = NULL, *all = strdup(getenv("PATH") ?: "");
	bool found = false;

	if (!all)
		run_die("out of memory");
	for (char *d = strtok_r(all, ":", &save); d && !found; d = strtok_r(NULL, ":", &save)) {
		snprintf(path, sizeof(path), "%s/%s", d, name);
		found = !access(path, X_OK);
	}
	free(all);
	return found;
}

const char *tool_missing(enum tool_id id)
{
	static char why[TOOLS_ALL][80];
	const struct tool_info *info = &tools[id];

	if (!info->package || in_path(info->args[0]))
		return NULL;
	snprintf(why[id], sizeof(why[id]), "not installed (apt-get install %s)", info->package);
	return why[id];
}

/* For the calling process alone; the tool itself says what it lacks if this fails. */
static void mount_tracefs(void)
{
	if (access(TRACEFS "/events", F_OK) && !unshare(CLONE_NEWNS) &&
	    !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		(void)!mount("tracefs", TRACEFS, "tracefs", 0, NULL);
}

_Noreturn static void become(const struct tool *t, const struct netlab *lab, enum side side,
			     int ready)
{
	const char *argv[TOOL_ARGS + 1] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char number[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(number, sizeof(number), "%d", ready);
	for (int i = 0; i < TOOL_ARGS && t->info->args[i]; i++)
		argv[i] = resolve(t->info->args[i], side, number);
	netlab_enter(lab, side);
	if (t->info->tracefs)
		mount_tracefs();
	fcntl(ready, F_SETFD, 0);
	dup2(null, STDIN_FILENO);
	dup2(t->out, STDOUT_FILENO);
	dup2(t->err, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool said(int fd, const char *words)
{
	char text[4096];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	return n > 0 && memmem(text, (size_t)n, words, strlen(words));
}

/* The last line: what was only a warning stands before it. */
static void last_words(int fd, char *line, size_t size)
{
	char text[4096];
	off_t end = lseek(fd, 0, SEEK_END);
	ssize_t n = pread(fd, text, sizeof(text) - 1,
			  end < (off_t)sizeof(text) ? 0 : end - (off_t)sizeof(text) + 1);
	const char *last;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	text[n > 0 ? n : 0] = '\0';
	last = strrchr(text, '\n');
	snprintf(line, size, "%s", last ? last + 1 : text);
}

static bool ended(const struct tool *t)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)t->pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

static bool is_ready(struct tool *t, int line, int probe)
{
	struct pollfd p = { .fd = line, .events = POLLIN };
	char byte;

	switch (t->info->ready) {
	case READY_FD:
		return poll(&p, 1, READY_MS) > 0 && read(line, &byte, 1) == 1;
	case READY_STDERR:
		for (int i = 0; i < READY_MS && !ended(t); i++) {
			if (said(t->err, "listening on"))
				return true;
			usleep(1000);
		}
		return false;
	case READY_EVENT:
		return !isnan(tool_first_event(t, probe));
	}
	return false;
}

/* Returns the end of a pipe that a tool which knows how tells by that it is ready. */
static int spawn(struct tool *t, enum tool_id id, const struct netlab *lab, enum side side)
{
	int line[2];

	*t = (struct tool){ .info = &tools[id] };
	t->out = memfd_create("stdout", MFD_CLOEXEC);
	t->err = memfd_create("stderr", MFD_CLOEXEC);
	if (t->out < 0 || t->err < 0 || pipe2(line, O_CLOEXEC))
		run_die("memfd_create: %s", strerror(errno));
	t->started_ns = clock_ns(CLOCK_MONOTONIC);
	t->pid = fork();
	if (t->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (t->pid == 0)
		become(t, lab, side, line[1]);
	close(line[1]);
	return line[0];
}

void tool_spawn(struct tool *t, enum tool_id id, const struct netlab *lab, enum side side)
{
	close(spawn(t, id, lab, side));
}

int tool_start(struct tool *t, enum tool_id id, const struct netlab *lab, enum side side, int probe,
	       char *why, size_t size)
{
	_cleanup(closep) int line = spawn(t, id, lab, side);

	if (is_ready(t, line, probe)) {
		if (t->info->ready == READY_EVENT)
			tool_settle(t);
		t->cpu_before = tool_cpu(t);
		return 0;
	}
	last_words(t->err, why, size);
	tool_stop(t);
	tool_close(t);
	return -EIO;
}

double tool_first_event(struct tool *t, int probe)
{
	struct count c;

	for (int i = 0; i < FIRST_EVENT_MS && !ended(t); i++) {
		load_probe(probe);
		usleep(1000);
		if (!count_output(t->out, t->err, t->info->format, &c) && c.printed)
			return (double)(clock_ns(CLOCK_MONOTONIC) - t->started_ns) / NS_PER_MS;
	}
	return NAN;
}

void tool_settle(const struct tool *t)
{
	int wanted = t->info->ready == READY_STDERR ? BLOCK_MS : QUIET_MS;
	struct stat st = { 0 };
	off_t size = -1;
	int quiet = 0;

	for (int i = 0; i < SETTLE_MS && quiet < wanted; i += 10) {
		quiet = !fstat(t->out, &st) && st.st_size == size ? quiet + 10 : 0;
		size = st.st_size;
		usleep(10000);
	}
}

double tool_cpu(const struct tool *t)
{
	clockid_t clock;

	return clock_getcpuclockid(t->pid, &clock) ? NAN : (double)clock_ns(clock) / 1e9;
}

/* Rings shared with the kernel are mapped as the file of their map or perf event, and count once for
 * each page each time that they are mapped. */
static double rss_bare(const struct tool *t)
{
	unsigned long long kib, total = 0;
	bool shared = false;
	char line[512];
	_cleanup(fclosep) FILE *f = NULL;

	snprintf(line, sizeof(line), "/proc/%d/smaps", t->pid);
	f = fopen(line, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Rss: %llu", &kib) == 1)
			total += shared ? 0 : kib;
		else if (line[strcspn(line, " -:")] == '-')
			shared = strstr(line, "anon_inode:") || strstr(line, "socket:");
	}
	return (double)total * 1024;
}

/* Returns whether it has ended; then USAGE is what it used in all. */
static bool wait_end(const struct tool *t, struct rusage *usage, int ms)
{
	for (int i = 0; i < ms; i++) {
		if (wait4(t->pid, NULL, WNOHANG, usage))
			return true;
		usleep(1000);
	}
	return false;
}

static double seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec * 1e-6;
}

struct usage tool_stop(struct tool *t)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGKILL };
	struct usage u = { .rss_bare = rss_bare(t) };
	struct rusage usage = { 0 };

	for (int i = 0; i < 3; i++) {
		kill(t->pid, signals[i]);
		if (wait_end(t, &usage, STOP_MS))
			break;
	}
	u.cpu = seconds(&usage.ru_utime) + seconds(&usage.ru_stime) - t->cpu_before;
	u.rss = (double)usage.ru_maxrss * 1024;
	t->pid = 0;
	return u;
}

void tool_close(struct tool *t)
{
	if (!t->info)
		return;
	close(t->out);
	close(t->err);
	t->info = NULL;
}
