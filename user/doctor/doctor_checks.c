/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_checks.c: the kernel's features, its configuration, and how the trial went. */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "doctor/doctor_checks.h"
#include "base/text.h"

static void check_feature(struct doctor *d, enum feature i, bool have, bool fatal)
{
	const struct feature_about *about = feature_about(i);
	struct doctor_check *c;

	if (have) {
		doctor_add(d, DOCTOR_KERNEL, about->name, DOCTOR_OK, "in this kernel");
		return;
	}
	c = doctor_add(d, DOCTOR_KERNEL, about->name,
		       fatal		 ? DOCTOR_FATAL
		       : about->replaced ? DOCTOR_REPLACED
					 : DOCTOR_LOST,
		       "%s%s", fatal ? "missing: " : "", about->loss);
	if (!about->replaced || fatal)
		doctor_todo(c, "Linux %s or newer has it", about->since);
}

void doctor_check_kernel(struct doctor *d, const struct features *f)
{
	const char *needed = f ? features_missing(f) : NULL;

	for (enum feature i = 0; f && i < FEATURES; i++)
		check_feature(d, i, f->have[i],
			      needed && !f->have[i] && !strcmp(needed, feature_about(i)->name));
}

static void check_btf(struct doctor *d, const struct doctor_facts *f, bool failed)
{
	struct doctor_check *c;

	if (f->btf) {
		doctor_add(d, DOCTOR_CONFIGURATION, "BTF", DOCTOR_OK,
			   "the kernel describes its types; those of modules are not needed");
		return;
	}
	c = doctor_add(
		d, DOCTOR_CONFIGURATION, "BTF", failed ? DOCTOR_FATAL : DOCTOR_LOST,
		"there is no /sys/kernel/btf/vmlinux: programs cannot be fitted to this kernel");
	doctor_todo(c, "boot a kernel with CONFIG_DEBUG_INFO_BTF=y; in a container, mount /sys");
}

static void check_lockdown(struct doctor *d, const struct doctor_facts *f, bool failed)
{
	static const char name[] = "lockdown";
	char mode[128];

	text_escape(mode, sizeof(mode), f->lockdown, sizeof(f->lockdown));
	if (!strcmp(f->lockdown, "confidentiality"))
		doctor_todo(
			doctor_add(d, DOCTOR_CONFIGURATION, name,
				   failed ? DOCTOR_FATAL : DOCTOR_LOST,
				   "confidentiality: the kernel lets no program read its memory%s",
				   failed ? "" : "; details of resets are missing"),
			"boot with lockdown=integrity, under which rsttrace loses nothing");
	else if (!strcmp(f->lockdown, "integrity"))
		doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_OK,
			   "integrity: nothing is lost, since rsttrace needs no kprobes");
	else if (*f->lockdown)
		doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_OK, "%s", mode);
	else if (f->securityfs)
		doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_OK, "not in this kernel");
	else
		doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_OK,
			   "not known, for securityfs is not mounted; the trial below decides");
}

/* Neither is needed: said, because other tools need them. */
static void check_unneeded(struct doctor *d, const struct doctor_facts *f)
{
	doctor_add(d, DOCTOR_CONFIGURATION, "tracefs", DOCTOR_OK, "%smounted; it is not needed",
		   f->tracefs ? "" : "not ");
	if (f->kptr_restrict >= 0)
		doctor_add(
			d, DOCTOR_CONFIGURATION, "kptr_restrict", DOCTOR_OK,
			"%d; it does not matter: the kernel itself names the functions of stacks",
			f->kptr_restrict);
}

static void check_cgroup(struct doctor *d, const struct doctor_facts *f)
{
	static const char name[] = "cgroup";
	const char *todo = "boot with systemd.unified_cgroup_hierarchy=1 (cgroup v2 only)";
	struct doctor_check *c;

	if (f->cgroup2 && (f->cgroup2_sorts || !f->cgroup1)) {
		doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_OK, "v2 is mounted%s",
			   f->cgroup1 ? ", and so is v1" : "");
		return;
	}
	if (f->cgroup2) {
		c = doctor_add(
			d, DOCTOR_CONFIGURATION, name, DOCTOR_LOST,
			"v1 sorts the processes, v2 is mounted beside it: --cgroup, and cgroup "
			"and container of processes that have ended");
	} else if (f->cgroup1) {
		c = doctor_add(
			d, DOCTOR_CONFIGURATION, name, DOCTOR_LOST,
			"v1 only: --cgroup, and cgroup and container of processes that have ended");
	} else {
		c = doctor_add(
			d, DOCTOR_CONFIGURATION, name, DOCTOR_LOST,
			"not mounted: --cgroup, and cgroup and container of processes that have "
			"ended");
		todo = "mount -t cgroup2 none /sys/fs/cgroup";
	}
	doctor_todo(c, "%s", todo);
}

static void check_jit(struct doctor *d, const struct doctor_facts *f)
{
	static const char name[] = "BPF JIT";

	if (f->jit > 0)
		doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_OK, "on");
	else if (!f->jit)
		doctor_todo(
			doctor_add(d, DOCTOR_CONFIGURATION, name, DOCTOR_LOST,
				   "off: programs are interpreted, which costs more of the CPU"),
			"sysctl net.core.bpf_jit_enable=1");
}

static void check_limit(struct doctor *d, const struct doctor_facts *f,
			const struct doctor_trial *trial)
{
	static const char name[] = "locked memory";
	bool may_raise = doctor_has(f, CAP_SYS_RESOURCE);
	char size[32];

	if (!trial->charged_to_limit)
		return;
	if (!f->lock_limited || may_raise || !trial->err)
		doctor_add(
			d, DOCTOR_CONFIGURATION, name, DOCTOR_OK,
			"this kernel (before 5.11) limits BPF maps by RLIMIT_MEMLOCK, which is %s",
			!f->lock_limited ? "unlimited"
			: may_raise	 ? "raised"
					 : "enough");
	else
		doctor_todo(
			doctor_add(
				d, DOCTOR_CONFIGURATION, name, DOCTOR_FATAL,
				"this kernel (before 5.11) limits BPF maps by RLIMIT_MEMLOCK: %s "
				"bytes",
				text_count(size, f->lock_limit)),
			"ulimit -l unlimited, or run it with CAP_SYS_RESOURCE, or as root");
}

static void check_netfilter(struct doctor *d, const struct doctor_facts *f)
{
	if (f->conntrack)
		doctor_add(d, DOCTOR_CONFIGURATION, "nf_conntrack", DOCTOR_OK,
			   "there; it tells what was translated");
	else
		doctor_add(d, DOCTOR_CONFIGURATION, "nf_conntrack", DOCTOR_OK,
			   "not loaded: nothing is translated here");
	if (f->iptables_legacy)
		doctor_todo(
			doctor_add(
				d, DOCTOR_CONFIGURATION, "iptables-legacy", DOCTOR_LOST,
				"its tables are loaded: which of its rules, if any, refused a packet; "
				"those of nft and iptables-nft are named"),
			"look at iptables-legacy-save -c, or change to iptables-nft");
}

void doctor_check_configuration(struct doctor *d, const struct doctor_facts *f,
				const struct doctor_trial *trial)
{
	check_btf(d, f, trial->err);
	check_lockdown(d, f, trial->err);
	check_unneeded(d, f);
	check_cgroup(d, f);
	check_jit(d, f);
	check_limit(d, f, trial);
	check_netfilter(d, f);
}

void doctor_check_trial(struct doctor *d, const struct doctor_trial *trial)
{
	char says[DOCTOR_TEXT], span[32];

	if (trial->err)
		doctor_add(d, DOCTOR_TRIAL, "load and attach", DOCTOR_FATAL, "%s",
			   text_escape(says, sizeof(says), trial->says, SIZE_MAX));
	else
		doctor_add(d, DOCTOR_TRIAL, "load and attach", DOCTOR_OK,
			   "the programs were loaded and attached, and taken away again, in %s",
			   text_span(span, trial->took_ns));
	if (!trial->err && trial->xdp_says)
		doctor_add(d, DOCTOR_TRIAL, "load for -i",
			   trial->xdp_asked ? DOCTOR_FATAL : DOCTOR_LOST, "-i: %s",
			   text_escape(says, sizeof(says), trial->xdp_says, SIZE_MAX));
}
