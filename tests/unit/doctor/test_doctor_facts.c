/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_doctor_facts.c: /proc and /sys of systems that are not this one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/doctor_facts.h"

static char root[64];

static void make_root(void)
{
	strcpy(root, "/tmp/rsttrace-facts-XXXXXX");
	cr_assert_not_null(mkdtemp(root));
}

static void remove_root(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", root);
	cr_expect_eq(system(command), 0);
}

/* Writes below the root a path, with the directories to it; returns it. */
static const char *path_to(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s%s", root, name);
	for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	return path;
}

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(path_to(name), "w");

	cr_assert_not_null(f, "%s", name);
	fputs(text, f);
	fclose(f);
}

static void write_link(const char *name, const char *text)
{
	cr_assert_eq(symlink(text, path_to(name)), 0, "%s", name);
}

TestSuite(doctor_facts, .init = make_root, .fini = remove_root);

Test(doctor_facts, of_an_ordinary_server)
{
	struct doctor_facts f;

	write_file("/proc/sys/kernel/osrelease", "6.1.0-25-amd64\n");
	write_file("/sys/kernel/btf/vmlinux", "x");
	write_file("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	write_file("/proc/self/mounts", "securityfs /sys/kernel/security securityfs rw 0 0\n"
					"tracefs /sys/kernel/tracing tracefs rw 0 0\n"
					"cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n");
	write_file("/proc/self/cgroup", "0::/user.slice/user-0.slice/session-1.scope\n");
	write_file("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n");
	write_file("/proc/self/limits",
		   "Limit                     Soft Limit           Hard Limit           Units\n"
		   "Max locked memory         8388608              8388608              bytes\n");
	write_file("/proc/sys/net/core/bpf_jit_enable", "1\n");
	write_file("/proc/sys/kernel/kptr_restrict", "2\n");
	write_file("/proc/sys/net/netfilter/nf_conntrack_count", "12\n");
	write_file("/proc/net/ip_tables_names", "");
	write_link("/proc/self/ns/user", "user:[4026531837]");
	write_link("/proc/self/ns/pid", "pid:[4026531836]");
	doctor_facts_read(&f, root);
	cr_expect_str_eq(f.release, "6.1.0-25-amd64");
	cr_expect(f.btf);
	cr_expect(f.securityfs);
	cr_expect_str_eq(f.lockdown, "integrity");
	cr_expect(f.tracefs);
	cr_expect(f.cgroup2);
	cr_expect_not(f.cgroup1);
	cr_expect(f.cgroup2_sorts);
	cr_expect_eq(f.capabilities, 0x1ffffffffffULL);
	cr_expect_not(f.seccomp);
	cr_expect(f.lock_limited);
	cr_expect_eq(f.lock_limit, 8388608);
	cr_expect_eq(f.jit, 1);
	cr_expect_eq(f.kptr_restrict, 2);
	cr_expect(f.conntrack);
	cr_expect_not(f.iptables_legacy);
	cr_expect(f.initial_userns);
	cr_expect(f.initial_pidns);
}

Test(doctor_facts, of_a_container_on_an_old_one)
{
	struct doctor_facts f;

	write_file("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	write_file("/proc/self/mounts", "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n"
					"cgroup /sys/fs/cgroup/unified cgroup2 rw 0 0\n");
	write_file("/proc/self/cgroup", "4:memory:/docker/0123\n0::/\n");
	write_file("/proc/self/status", "CapEff:\t00000000a80425fb\nSeccomp:\t2\n");
	write_file("/proc/self/limits",
		   "Max locked memory         unlimited            unlimited\n");
	write_file("/proc/sys/net/core/bpf_jit_enable", "0\n");
	write_file("/proc/net/ip6_tables_names", "filter\n");
	write_link("/proc/self/ns/user", "user:[4026532637]");
	write_link("/proc/self/ns/pid", "pid:[4026532640]");
	doctor_facts_read(&f, root);
	cr_expect_str_eq(f.release, "");
	cr_expect_not(f.btf);
	cr_expect_not(f.securityfs);
	cr_expect_str_eq(f.lockdown, "confidentiality");
	cr_expect_not(f.tracefs);
	cr_expect(f.cgroup1);
	cr_expect(f.cgroup2);
	cr_expect_not(f.cgroup2_sorts);
	cr_expect_eq(f.capabilities, 0xa80425fbULL);
	cr_expect(f.seccomp);
	cr_expect_not(f.lock_limited);
	cr_expect_eq(f.jit, 0);
	cr_expect_eq(f.kptr_restrict, -1);
	cr_expect_not(f.conntrack);
	cr_expect(f.iptables_legacy);
	cr_expect_not(f.initial_userns);
	cr_expect_not(f.initial_pidns);
}

Test(doctor_facts, where_nothing_is)
{
	struct doctor_facts f;

	doctor_facts_read(&f, root);
	cr_expect_eq(f.capabilities, 0);
	cr_expect_eq(f.jit, -1);
	cr_expect_not(f.btf);
	cr_expect_str_eq(f.lockdown, "");
	/* A kernel without such namespaces has the initial ones. */
	cr_expect(f.initial_userns);
}

/* Too long, cut off, or no sense at all. */
Test(doctor_facts, of_nonsense)
{
	char text[4096];
	struct doctor_facts f;

	memset(text, 'x', sizeof(text));
	text[0] = '[';
	text[sizeof(text) - 2] = ']';
	text[sizeof(text) - 1] = '\0';
	write_file("/sys/kernel/security/lockdown", text);
	write_file("/proc/sys/kernel/osrelease", text);
	write_file("/proc/self/status", "CapEff:\nSeccomp:\n");
	write_file("/proc/self/limits", "Max locked memory");
	write_file("/proc/self/mounts", "x\n\n\\\n");
	write_link("/proc/self/ns/user", "user:[");
	doctor_facts_read(&f, root);
	cr_expect_str_eq(f.lockdown, "");
	cr_expect_eq(strlen(f.release), sizeof(f.release) - 1);
	cr_expect_eq(f.capabilities, 0);
	cr_expect_not(f.lock_limited);
	cr_expect_not(f.initial_userns);
}
