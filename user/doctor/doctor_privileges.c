/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_privileges.c: what this process may do. */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>

#include "base/util.h"
#include "doctor/doctor_checks.h"
#include "model/capability.h"

#define PIDS "the processes outside of it, whose pids are not shown"

bool doctor_has(const struct doctor_facts *f, unsigned int capability)
{
	/* Those of another user namespace count for what belongs to it, which BPF does not. */
	return f->initial_userns && f->capabilities & (1ULL << capability);
}

static const char *until(const struct capability *cap)
{
	switch (cap->until) {
	case CAPABILITY_ENDED:
		return "kept while tracing";
	case CAPABILITY_CLERK:
		return "kept while tracing by a process of its own, rsttrace-clerk, only";
	case CAPABILITY_BEGUN:
		break;
	}
	return "given up once tracing has begun";
}

static void check_capability(struct doctor *d, const struct doctor_facts *f,
			     const struct capability *cap, bool failed)
{
	struct doctor_check *c;

	if (doctor_has(f, cap->number)) {
		doctor_add(d, DOCTOR_PRIVILEGES, cap->name, DOCTOR_OK, "there: %s; %s", cap->use,
			   until(cap));
		return;
	}
	if (cap->admin && doctor_has(f, CAP_SYS_ADMIN)) {
		doctor_add(d, DOCTOR_PRIVILEGES, cap->name, DOCTOR_OK,
			   "missing, but CAP_SYS_ADMIN stands in for it");
		return;
	}
	/* Missing, and not missed: the trial says so. */
	if (cap->needed && !failed) {
		doctor_add(d, DOCTOR_PRIVILEGES, cap->name, DOCTOR_OK,
			   "missing, and not needed here");
		return;
	}
	c = doctor_add(d, DOCTOR_PRIVILEGES, cap->name, cap->needed ? DOCTOR_FATAL : DOCTOR_LOST,
		       "missing: %s", cap->loss);
	doctor_todo(c, "%s", cap->todo);
}

static void check_syscall(struct doctor *d, const struct doctor_facts *f,
			  const struct doctor_trial *trial)
{
	static const char name[] = "bpf system call";
	bool may = doctor_has(f, CAP_BPF) || doctor_has(f, CAP_SYS_ADMIN);
	struct doctor_check *c;

	if (trial->bpf_errno == ENOSYS) {
		c = doctor_add(d, DOCTOR_PRIVILEGES, name, DOCTOR_FATAL,
			       f->seccomp ? "a seccomp filter refuses it, or this kernel has none"
					  : "this kernel has none");
		doctor_todo(c, f->seccomp
				       ? "run it outside of the container, or with another profile"
				       : "boot a kernel with CONFIG_BPF_SYSCALL=y");
	} else if (trial->bpf_errno == EPERM && may) {
		c = doctor_add(
			d, DOCTOR_PRIVILEGES, name, trial->err ? DOCTOR_FATAL : DOCTOR_OK,
			f->seccomp ? "a seccomp filter refuses it, as containers have one"
				   : "refused, though the capabilities are there: by a security "
				     "module");
		doctor_todo(c,
			    f->seccomp
				    ? "run it outside of the container, or (docker, podman) with "
				      "--privileged or --security-opt seccomp=unconfined"
				    : "look for denials in the audit log (dmesg, ausearch -m AVC)");
	} else if (may) {
		doctor_add(d, DOCTOR_PRIVILEGES, name, DOCTOR_OK, "allowed");
	}
}

void doctor_check_privileges(struct doctor *d, const struct doctor_facts *f,
			     const struct doctor_trial *trial)
{
	if (!f->initial_userns)
		doctor_todo(
			doctor_add(d, DOCTOR_PRIVILEGES, "user namespace",
				   trial->err ? DOCTOR_FATAL : DOCTOR_LOST,
				   "not the host's: its root has none of the host's capabilities"),
			"run it as root on the host, or in a container that is not rootless");
	for (size_t i = 0; capability_row(i); i++)
		if (capability_row(i)->loss)
			check_capability(d, f, capability_row(i), trial->err);
	check_syscall(d, f, trial);
	if (f->initial_pidns)
		doctor_add(d, DOCTOR_PRIVILEGES, "pid namespace", DOCTOR_OK,
			   "the host's: every process has a pid here");
	else
		doctor_todo(doctor_add(d, DOCTOR_PRIVILEGES, "pid namespace", DOCTOR_LOST,
				       "not the host's: " PIDS),
			    "run it on the host, or in a container with --pid=host");
}

void doctor_costs(const struct doctor_facts *f, bool others, struct summary *s)
{
	for (size_t i = 0; capability_row(i); i++) {
		const struct capability *cap = capability_row(i);

		if (cap->cost && !doctor_has(f, cap->number) &&
		    (others || cap->number != CAP_SYS_ADMIN))
			summary_not_covered(s, cap->cost);
	}
	if (!f->initial_pidns)
		summary_not_covered(s, "this pid namespace is not the host's: " PIDS);
}
