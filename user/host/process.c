/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process.c: /proc and the cgroup file system. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/container.h"
#include "host/process.h"
#include "base/text.h"
#include "base/util.h"

/* The kernel's type of file handle for kernfs (include/linux/exportfs.h, FILEID_KERNFS). */
#define FILEID_KERNFS 0xfe

/* The same process for a while: a server resets many connections. */
#define CACHE_SIZE 256

struct cached {
	uint32_t pid;
	uint64_t start_ns;
	uint64_t read_ns; /* when it was read last; 0: never */
	char exe[PROCESS_PATH_MAX];
	char cgroup[PROCESS_PATH_MAX];
	char container[PROCESS_CONTAINER_MAX];
};

static struct cached cache[CACHE_SIZE];

/* Field 22 of /proc/PID/stat, in ns; the name before it may hold spaces and parentheses. */
static uint64_t start_time(uint32_t pid)
{
	char path[64], line[1024];
	_cleanup(closep) int fd = -1;
	unsigned long long ticks = 0;
	ssize_t n;
	char *at;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (n < 0)
		return 0;
	line[n] = '\0';
	at = strrchr(line, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		ticks = strtoull(at, NULL, 10);
	return ticks * (1000000000ULL / (unsigned long)sysconf(_SC_CLK_TCK));
}

/* /proc counts in hundredths of a second, rounded down. */
static bool is_same(uint32_t pid, uint64_t start_ns)
{
	uint64_t tick = 1000000000ULL / (unsigned long)sysconf(_SC_CLK_TCK);
	uint64_t now = start_time(pid);

	return now && (!start_ns || now / tick == start_ns / tick);
}

static void read_exe(char *buf, size_t size, uint32_t pid)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	n = readlink(path, buf, size - 1);
	buf[n > 0 ? n : 0] = '\0';
}

/*
 * Lines "0::/path" (v2) and "4:memory:/path" (v1). Where both versions are mounted, a process that
 * only v1 sorts stands in v2's root: then the longest path of v1 tells more.
 */
static void read_cgroup(char *buf, size_t size, uint32_t pid)
{
	char path[64], line[PROCESS_PATH_MAX + 64], v1[PROCESS_PATH_MAX] = "";
	_cleanup(fclosep) FILE *f = NULL;
	char *at;

	snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		at = strchr(line, ':');
		at = at ? strchr(at + 1, ':') : NULL;
		if (!at)
			continue;
		at++;
		if (!strncmp(line, "0::", 3))
			snprintf(buf, size, "%.*s", (int)size - 1, at);
		else if (strlen(at) > strlen(v1))
			snprintf(v1, sizeof(v1), "%.*s", (int)sizeof(v1) - 1, at);
	}
	if (v1[0] && strlen(v1) > 1 && (!buf[0] || !strcmp(buf, "/")))
		snprintf(buf, size, "%.*s", (int)size - 1, v1);
}

/* The first cgroup2 mount; -1 if there is none. Looked for once. */
static int cgroup_mount(char *path, size_t size)
{
	static char found[PROCESS_PATH_MAX];
	static int fd = -2;
	struct mntent *m;
	FILE *mounts;

	if (fd == -2) {
		fd = -1;
		mounts = setmntent("/proc/self/mounts", "re");
		while (mounts && fd < 0 && (m = getmntent(mounts))) {
			if (strcmp(m->mnt_type, "cgroup2"))
				continue;
			snprintf(found, sizeof(found), "%s", m->mnt_dir);
			fd = open(found, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		}
		if (mounts)
			endmntent(mounts);
	}
	snprintf(path, size, "%s", found);
	return fd;
}

void process_cgroup_path(char *buf, size_t size, uint64_t cgroup_id)
{
	union {
		struct file_handle h;
		char room[sizeof(struct file_handle) + sizeof(cgroup_id)];
	} handle = { .h = { .handle_bytes = sizeof(cgroup_id), .handle_type = FILEID_KERNFS } };
	char mount[PROCESS_PATH_MAX], link[64], path[2 * PROCESS_PATH_MAX];
	_cleanup(closep) int fd = -1;
	int mount_fd = cgroup_mount(mount, sizeof(mount));
	size_t skip = strlen(mount);
	ssize_t n;

	buf[0] = '\0';
	if (!cgroup_id || mount_fd < 0)
		return;
	memcpy(handle.h.f_handle, &cgroup_id, sizeof(cgroup_id));
	fd = open_by_handle_at(mount_fd, &handle.h, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || (size_t)n < skip)
		return;
	path[n] = '\0';
	snprintf(buf, size, "%.*s", (int)size - 1, path[skip] ? path + skip : "/");
}

/* What has gone meanwhile stays as it was: a process that is no more, a zombie's executable. */
static void read_again(struct cached *c, uint64_t cgroup_id)
{
	char exe[PROCESS_PATH_MAX] = "", cgroup[PROCESS_PATH_MAX] = "";

	if (is_same(c->pid, c->start_ns)) {
		read_exe(exe, sizeof(exe), c->pid);
		read_cgroup(cgroup, sizeof(cgroup), c->pid);
	}
	if (*exe)
		memcpy(c->exe, exe, sizeof(c->exe));
	if (*cgroup)
		memcpy(c->cgroup, cgroup, sizeof(c->cgroup));
	else if (!*c->cgroup)
		process_cgroup_path(c->cgroup, sizeof(c->cgroup), cgroup_id);
	container_name(c->container, sizeof(c->container), c->cgroup);
}

void process_fill(struct process *p, uint64_t start_ns, uint64_t cgroup_id)
{
	struct cached *c = &cache[p->pid % CACHE_SIZE];
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (!p->pid)
		return;
	if (!start_ns || c->pid != p->pid || c->start_ns != start_ns)
		*c = (struct cached){ .pid = p->pid, .start_ns = start_ns };
	if (!c->read_ns || now - c->read_ns >= PROCESS_KEPT_NS) {
		read_again(c, cgroup_id);
		c->read_ns = now;
	}
	memcpy(p->exe, c->exe, sizeof(p->exe));
	memcpy(p->cgroup, c->cgroup, sizeof(p->cgroup));
	memcpy(p->container, c->container, sizeof(p->container));
}

int process_resolve_cgroup(char *buf, size_t size, const char *name, FILE *err)
{
	char mount[PROCESS_PATH_MAX], path[2 * PROCESS_PATH_MAX];
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
