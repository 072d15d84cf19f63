/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process.c: /proc, and for those that are gone what was noted of them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/clerk_answers.h"
#include "host/container.h"
#include "host/names.h"
#include "host/process.h"
#include "base/text.h"
#include "base/clock.h"
#include "base/util.h"

/* The same process for a while: a server resets many connections. */
#define CACHE_SIZE 256

struct cached {
	uint32_t pid;
	uint64_t start_ns;
	uint64_t read_ns; /* when it was read last; 0: never */
	bool whole;	  /* it was there then, and not about to end */
	char comm[RST_COMM_LEN + 1];
	char exe[PROCESS_PATH_MAX];
	char cgroup[PROCESS_CGROUP_MAX];
	char container[PROCESS_CONTAINER_MAX];
	struct container_names names;
};

static struct cached cache[CACHE_SIZE];

#define PROCESS_STAT_MAX 1023

/* include/linux/sched.h */
#define PF_EXITING 0x00000004UL

struct stat_line {
	uint64_t start_ns; /* 0: there is no such process */
	bool exiting;
	char comm[RST_COMM_LEN + 1];
};

/* Fields 2, 9 and 22 of /proc/PID/stat; the name, the second, may hold spaces and parentheses. */
static struct stat_line parse_stat(const char *line)
{
	struct stat_line s = { 0 };
	unsigned long long ticks = 0;
	unsigned long flags = 0;
	const char *at = strrchr(line, ')'), *name = strchr(line, '(');

	if (at && name && name < at)
		snprintf(s.comm, sizeof(s.comm), "%.*s", (int)(at - name - 1), name + 1);
	for (int field = 2; at && field < 22; field++) {
		at = strchr(at + 1, ' ');
		if (at && field == 8)
			flags = strtoul(at, NULL, 10);
	}
	if (at)
		ticks = strtoull(at, NULL, 10);
	/* It is told by the clock of the reader's time namespace. */
	s.start_ns = ticks * (1000000000ULL / (unsigned long)sysconf(_SC_CLK_TCK));
	if (s.start_ns)
		s.start_ns -= (uint64_t)clock_ahead_ns[CLOCK_BOOTTIME];
	s.exiting = flags & PF_EXITING;
	return s;
}

/* Told whatever /proc hides, and to whoever asks: kill(2), "existence of a process"; kernel/signal.c, 5.10 to 7.3. */
static bool is_gone(uint32_t pid)
{
	return !pid || pid > INT32_MAX || (kill((pid_t)pid, 0) && errno == ESRCH);
}

/* What every process may read, unless /proc is mounted with hidepid: then the clerk may. Returns 0 or -errno. */
static int see(struct clerk_ask *ask, clerk_answer_fn *answer, struct clerk_found *out)
{
	out->size = out->fds = 0;
	if (!answer(ask, -1, out))
		return 0;
	return is_gone(ask->pid) ? -ESRCH : clerk_ask(ask, -1, out);
}

static struct stat_line read_stat(uint32_t pid)
{
	struct clerk_ask ask = { .question = CLERK_STAT, .pid = pid };
	struct clerk_found found;

	return see(&ask, process_answer_stat, &found) ? (struct stat_line){ 0 }
						      : parse_stat(found.bytes);
}

/* /proc counts in hundredths of a second, rounded down. */
static bool is_same(const struct stat_line *now, uint64_t start_ns)
{
	uint64_t tick = 1000000000ULL / (unsigned long)sysconf(_SC_CLK_TCK);

	return now->start_ns && (!start_ns || now->start_ns / tick == start_ns / tick);
}

bool process_runs(uint32_t pid, uint64_t start_ns)
{
	struct stat_line now = read_stat(pid);

	return is_same(&now, start_ns) && !now.exiting;
}

/*
 * Lines "0::/path" (v2) and "4:memory:/path" (v1). Where both versions are mounted, a process that
 * only v1 sorts stands in v2's root: then the longest path of v1 tells more. Of one that is EXITING, v1
 * says "/" whatever it was (cgroup1_show, proc_cgroup_show: 5.10 to 7.3).
 */
static void parse_cgroup(char *buf, size_t size, const char *text, bool exiting)
{
	static const char gone[] = " (deleted)";
	char line[PROCESS_CGROUP_MAX + 64], v1[PROCESS_CGROUP_MAX] = "";
	size_t len;
	char *at;

	for (; *text; text += *text == '\n') {
		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		text += len;
		at = strchr(line, ':');
		at = at ? strchr(at + 1, ':') : NULL;
		if (!at)
			continue;
		at++;
		len = strlen(at);
		if (len > sizeof(gone) && !strcmp(at + len - (sizeof(gone) - 1), gone))
			at[len - (sizeof(gone) - 1)] = '\0';
		if (!strncmp(line, "0::", 3))
			snprintf(buf, size, "%.*s", (int)size - 1, at);
		else if (!exiting && strlen(at) > strlen(v1))
			snprintf(v1, sizeof(v1), "%.*s", (int)sizeof(v1) - 1, at);
	}
	if (v1[0] && strlen(v1) > 1 && (!buf[0] || !strcmp(buf, "/")))
		snprintf(buf, size, "%.*s", (int)size - 1, v1);
}

void process_cgroup(char *buf, size_t size, uint32_t pid)
{
	struct clerk_ask ask = { .question = CLERK_CGROUP_OF, .pid = pid };
	struct clerk_found found;

	buf[0] = '\0';
	if (!see(&ask, process_answer_cgroup, &found))
		parse_cgroup(buf, size, found.bytes, false);
}

/* ---- what takes a privilege */

/* Of a v1 host a line for each hierarchy. */
#define CGROUP_TEXT 8192

int process_answer_stat(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/stat", ask->pid);
	return clerk_put_file(out, AT_FDCWD, path, PROCESS_STAT_MAX);
}

int process_answer_cgroup(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/cgroup", ask->pid);
	return clerk_put_file(out, AT_FDCWD, path, CGROUP_TEXT);
}

/*
 * All of one process: what is opened below its directory is of no other that gets its number (pid_revalidate,
 * fs/proc/base.c, 5.10 to 7.3). Its stat comes last: what was read before it is of one that had not begun to end if
 * that has not. What it does not have any more is empty.
 */
int process_answer_all(const struct clerk_ask *ask, int with, struct clerk_found *out)
{
	char path[64], exe[PROCESS_PATH_MAX] = "";
	_cleanup(closep) int dir = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u", ask->pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	n = readlinkat(dir, "exe", exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	clerk_put(out, exe, strlen(exe) + 1);
	if (clerk_put_file(out, dir, "cgroup", CGROUP_TEXT))
		clerk_put(out, "", 1);
	return clerk_put_file(out, dir, "stat", PROCESS_STAT_MAX);
}

/* The text behind TEXT in FOUND; empty behind the last. */
static const char *next_text(const struct clerk_found *found, const char *text)
{
	const char *end = found->bytes + found->size;

	text += strlen(text) + 1;
	return text < end ? text : end;
}

/* What has gone meanwhile stays as it was: a process that is no more, a zombie's executable. */
static void read_again(struct cached *c, uint64_t cgroup_id)
{
	struct clerk_ask ask = { .question = CLERK_PROCESS, .pid = c->pid };
	char cgroup[PROCESS_CGROUP_MAX] = "";
	struct clerk_found found;
	struct stat_line now;
	const char *exe = found.bytes, *text;
	bool same = false;

	if (!is_gone(c->pid) && !clerk_ask(&ask, -1, &found)) {
		text = next_text(&found, exe);
		now = parse_stat(next_text(&found, text));
		same = is_same(&now, c->start_ns);
	}
	if (same) {
		parse_cgroup(cgroup, sizeof(cgroup), text, now.exiting);
		memcpy(c->comm, now.comm, sizeof(c->comm));
		if (*exe)
			snprintf(c->exe, sizeof(c->exe), "%.*s", (int)sizeof(c->exe) - 1, exe);
	}
	c->whole = same && !now.exiting;
	if (*cgroup && (c->whole || !*c->cgroup))
		memcpy(c->cgroup, cgroup, sizeof(c->cgroup));
	else if (!*c->cgroup)
		cgroup_path(c->cgroup, sizeof(c->cgroup), cgroup_id);
}

/* The names of a path, the innermost first, into the order in which people write them. */
static void join_names(char *buf, size_t size, const char *names, size_t len)
{
	size_t at = size - 1, n;

	buf[at] = '\0';
	for (size_t i = 0; i < len; i += n + 1) {
		n = strnlen(names + i, len - i);
		if (n + 1 > at) {
			buf[0] = '\0';
			return;
		}
		at -= n;
		memcpy(buf + at, names + i, n);
		buf[--at] = '/';
	}
	memmove(buf, buf + at, size - at);
}

/* What the kernel side noted while the process was there. */
static void take_noted(struct cached *c, const struct rst_process *noted)
{
	char cgroup[PROCESS_CGROUP_MAX];
	size_t len = noted->exe_len < RST_EXE_ROOM ? noted->exe_len : RST_EXE_ROOM;

	if (!*c->exe)
		join_names(c->exe, sizeof(c->exe), noted->exe, len);
	if (*c->cgroup && strcmp(c->cgroup, "/") != 0)
		return;
	cgroup_path_v1(cgroup, sizeof(cgroup), noted->cgroup_id);
	if (*cgroup)
		memcpy(c->cgroup, cgroup, sizeof(c->cgroup));
}

/* No more than the text: what is behind its end in TO stays. */
static void copy_text(char *to, const char *from)
{
	if (*from)
		memcpy(to, from, strlen(from) + 1);
	else
		*to = '\0';
}

void process_fill(struct process *p, uint64_t start_ns, uint64_t cgroup_id, process_noted_fn *noted,
		  void *context)
{
	struct cached *c = &cache[p->pid % CACHE_SIZE];
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	struct rst_process note;

	if (!p->pid)
		return;
	if (!start_ns || c->pid != p->pid || c->start_ns != start_ns)
		*c = (struct cached){ .pid = p->pid, .start_ns = start_ns };
	if (!c->read_ns || now - c->read_ns >= PROCESS_KEPT_NS) {
		read_again(c, cgroup_id);
		if (!c->whole && noted && start_ns && !noted(context, start_ns, &note))
			take_noted(c, &note);
		container_name(c->container, sizeof(c->container), c->cgroup);
		names_find(&c->names, c->cgroup);
		c->read_ns = now;
	}
	/* The kernel side has too many processes to know the names of all. */
	if (!*p->comm)
		copy_text(p->comm, c->comm);
	copy_text(p->exe, c->exe);
	copy_text(p->cgroup, c->cgroup);
	copy_text(p->container, c->container);
	copy_text(p->names.name, c->names.name);
	copy_text(p->names.image, c->names.image);
	copy_text(p->names.pod, c->names.pod);
	copy_text(p->names.space, c->names.space);
}

int process_resolve_cgroup(char *buf, size_t size, const char *name, FILE *err)
{
	char mount[PATH_MAX], path[2 * PATH_MAX];
	_cleanup(freep) char *real = NULL;
	struct stat st;
	size_t len;

	buf[0] = '\0';
	if (!name)
		return 0;
	if (cgroup_mount(mount, sizeof(mount)) < 0) {
		fprintf(err, "rsttrace: --cgroup needs the cgroup v2 file system, which is not "
			     "mounted; try: mount -t cgroup2 none /sys/fs/cgroup\n");
		return -ENOENT;
	}
	len = strlen(mount);
	if (!strncmp(name, mount, len) && (!name[len] || name[len] == '/'))
		name += len;
	snprintf(path, sizeof(path), "%s/%s", mount, name);
	real = realpath(path, NULL);
	if (!real || strncmp(real, mount, len) != 0 || stat(real, &st) || !S_ISDIR(st.st_mode)) {
		char plain[sizeof(path)];

		text_escape(plain, sizeof(plain), path, sizeof(path));
		fprintf(err,
			"rsttrace: there is no cgroup %s; see: systemd-cgls, or find %s -type d\n",
			plain, mount);
		return -ENOENT;
	}
	snprintf(buf, size, "%.*s", (int)size - 1, real[len] ? real + len : "/");
	return 0;
}

int process_exists(uint32_t pid, FILE *err)
{
	char path[64], line[128];
	_cleanup(fclosep) FILE *f = NULL;
	unsigned int process = pid;

	if (!pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	f = fopen(path, "re");
	if (!f && errno != ENOENT)
		return 0; /* it cannot be looked at: nothing is known against it */
	if (!f) {
		fprintf(err, "rsttrace: there is no process %u here; see: pgrep -l NAME\n", pid);
		return -ESRCH;
	}
	while (fgets(line, sizeof(line), f) && sscanf(line, "Tgid: %u", &process) != 1)
		;
	if (process == pid)
		return 0;
	fprintf(err, "rsttrace: %u is a thread of process %u; try -p %u\n", pid, process, process);
	return -ESRCH;
}

static uint64_t read_number(const char *path, int which)
{
	_cleanup(fclosep) FILE *f = fopen(path, "re");
	unsigned long long v[3] = { 0 };

	if (!f || fscanf(f, "%llu %llu %llu", &v[0], &v[1], &v[2]) <= which)
		return 0;
	return v[which];
}

void process_tcp_memory(struct tcp_memory *m)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/net/sockstat", "re");
	unsigned long long orphans, pages;
	char line[256];

	m->limit = read_number("/proc/sys/net/ipv4/tcp_mem", 2);
	m->max_orphans = read_number("/proc/sys/net/ipv4/tcp_max_orphans", 0);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "TCP: inuse %*u orphan %llu tw %*u alloc %*u mem %llu", &orphans,
			   &pages) != 2)
			continue;
		m->orphans = orphans;
		m->pages = pages;
	}
}
