/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_facts.c: one file, one fact. */
#include <inttypes.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor_facts.h"
#include "event.h"
#include "base/util.h"

/* include/linux/proc_ns.h: the same in every kernel. */
#define INITIAL_USER_NAMESPACE 0xeffffffdU

struct path {
	char text[PATH_MAX];
};

static struct path below(const char *root, const char *name)
{
	struct path p;

	snprintf(p.text, sizeof(p.text), "%s%s", root, name);
	return p;
}

static bool is_there(const char *root, const char *name, int mode)
{
	return !access(below(root, name).text, mode);
}

/* The first line without its end; empty if there is none. */
static void read_line(char *buf, int size, const char *root, const char *name)
{
	_cleanup(fclosep) FILE *f = fopen(below(root, name).text, "re");

	if (!f || !fgets(buf, size, f))
		buf[0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
}

static int read_int(const char *root, const char *name)
{
	_cleanup(fclosep) FILE *f = fopen(below(root, name).text, "re");
	int n;

	return f && fscanf(f, "%d", &n) == 1 ? n : -1;
}

/* "none [integrity] confidentiality": the one in brackets. */
static void read_lockdown(struct doctor_facts *f, const char *root)
{
	char line[128], *begin;

	read_line(line, sizeof(line), root, "/sys/kernel/security/lockdown");
	begin = strchr(line, '[');
	if (begin && strchr(begin, ']'))
		snprintf(f->lockdown, sizeof(f->lockdown), "%.*s", (int)strcspn(begin + 1, "]"),
			 begin + 1);
}

static void read_mounts(struct doctor_facts *f, const char *root)
{
	FILE *mounts = setmntent(below(root, "/proc/self/mounts").text, "re");
	const struct mntent *m;

	while (mounts && (m = getmntent(mounts))) {
		f->tracefs |= !strcmp(m->mnt_type, "tracefs");
		f->securityfs |= !strcmp(m->mnt_type, "securityfs");
		f->cgroup1 |= !strcmp(m->mnt_type, "cgroup");
		f->cgroup2 |= !strcmp(m->mnt_type, "cgroup2");
	}
	if (mounts)
		endmntent(mounts);
}

static void read_own_cgroup(struct doctor_facts *f, const char *root)
{
	_cleanup(fclosep) FILE *file = fopen(below(root, "/proc/self/cgroup").text, "re");
	char line[PATH_MAX];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "0::/", 4) && line[4] && line[4] != '\n')
			f->cgroup2_sorts = true;
}

static void read_status(struct doctor_facts *f, const char *root)
{
	_cleanup(fclosep) FILE *file = fopen(below(root, "/proc/self/status").text, "re");
	char line[256];
	int seccomp;

	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "CapEff: %" SCNx64, &f->capabilities);
		if (sscanf(line, "Seccomp: %d", &seccomp) == 1)
			f->seccomp = seccomp != 0;
	}
}

static void read_limits(struct doctor_facts *f, const char *root)
{
	_cleanup(fclosep) FILE *file = fopen(below(root, "/proc/self/limits").text, "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Max locked memory %" SCNu64, &f->lock_limit) == 1)
			f->lock_limited = true;
}

/* The number in "user:[4026531837]"; a system without such namespaces has no link. */
static bool is_namespace(const char *root, const char *name, uint32_t initial)
{
	char text[64];
	ssize_t n = readlink(below(root, name).text, text, sizeof(text) - 1);
	uint32_t inode;

	if (n < 0)
		return true;
	text[n] = '\0';
	return sscanf(text, "%*[a-z]:[%" SCNu32, &inode) == 1 && inode == initial;
}

/* There only where a table of it is in use. */
static bool has_legacy(const char *root, const char *name)
{
	char line[64];

	read_line(line, sizeof(line), root, name);
	return *line;
}

void doctor_facts_read(struct doctor_facts *f, const char *root)
{
	memset(f, 0, sizeof(*f));
	read_line(f->release, sizeof(f->release), root, "/proc/sys/kernel/osrelease");
	f->btf = is_there(root, "/sys/kernel/btf/vmlinux", R_OK);
	read_lockdown(f, root);
	read_mounts(f, root);
	read_own_cgroup(f, root);
	read_status(f, root);
	read_limits(f, root);
	f->jit = read_int(root, "/proc/sys/net/core/bpf_jit_enable");
	f->kptr_restrict = read_int(root, "/proc/sys/kernel/kptr_restrict");
	f->conntrack = is_there(root, "/proc/sys/net/netfilter/nf_conntrack_count", F_OK);
	f->iptables_legacy = has_legacy(root, "/proc/net/ip_tables_names") ||
			     has_legacy(root, "/proc/net/ip6_tables_names");
	f->initial_userns = is_namespace(root, "/proc/self/ns/user", INITIAL_USER_NAMESPACE);
	f->initial_pidns = is_namespace(root, "/proc/self/ns/pid", RST_PIDNS_INITIAL);
}
