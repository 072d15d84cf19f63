/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_doctor.c: what facts mean, and what is concluded from that. */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "doctor/doctor_checks.h"
#include "doctor/doctor_price.h"

#define ALL_CAPABILITIES ((1ULL << (CAP_LAST_CAP + 1)) - 1)

/* A system on which nothing is lost. */
static const struct doctor_facts good = {
	.release = "6.18.0",
	.btf = true,
	.securityfs = true,
	.lockdown = "none",
	.tracefs = true,
	.cgroup2 = true,
	.cgroup2_sorts = true,
	.jit = 1,
	.conntrack = true,
	.capabilities = ALL_CAPABILITIES,
	.initial_userns = true,
	.initial_pidns = true,
};

static const struct doctor_trial passed = { .says = "", .bpf_errno = EINVAL };
static const struct doctor_trial refused = {
	.err = -EPERM,
	.says = "the BPF programs cannot be loaded: not permitted",
	.bpf_errno = EINVAL,
};

static struct features all_features(void)
{
	struct features f = { 0 };

	for (int i = 0; i < FEATURES; i++)
		f.have[i] = true;
	return f;
}

static struct doctor *doctor_of(const struct features *features, const struct doctor_facts *facts,
				const struct doctor_trial *trial)
{
	static struct doctor d;

	d = (struct doctor){ 0 };
	doctor_check_kernel(&d, features);
	doctor_check_configuration(&d, facts, trial);
	doctor_check_privileges(&d, facts, trial);
	doctor_check_trial(&d, trial);
	doctor_conclude(&d);
	cr_assert_lt(d.nchecks, DOCTOR_CHECKS);
	return &d;
}

static const struct doctor_check *check_of(const struct doctor *d, const char *name)
{
	for (size_t i = 0; i < d->nchecks; i++)
		if (!strcmp(d->check[i].name, name))
			return &d->check[i];
	cr_assert(false, "there is no check %s", name);
	return NULL;
}

/* The named check has this state, and tells what to do unless there is nothing. */
static void assert_check(const struct doctor *d, const char *name, enum doctor_state state,
			 const char *word)
{
	const struct doctor_check *c = check_of(d, name);

	cr_expect_eq(c->state, state, "%s is %s: %s", name, doctor_state_name(c->state), c->what);
	cr_expect_not_null(strstr(c->what, word), "%s: %s", name, c->what);
	if (state == DOCTOR_LOST || (state == DOCTOR_FATAL && c->group != DOCTOR_TRIAL))
		cr_expect(*c->todo, "%s does not say what to do", name);
}

Test(doctor, nothing_is_lost)
{
	struct features f = all_features();
	struct doctor *d = doctor_of(&f, &good, &passed);

	for (size_t i = 0; i < d->nchecks; i++)
		cr_expect_eq(d->check[i].state, DOCTOR_OK, "%s: %s", d->check[i].name,
			     d->check[i].what);
	cr_expect(d->works);
	cr_expect_eq(d->lost, 0);
	cr_expect_str_eq(d->verdict, "tracing works here");
}

Test(doctor, each_feature_that_is_missing)
{
	for (enum feature i = 0; i < FEATURES; i++) {
		const struct feature_about *about = feature_about(i);
		struct features f = all_features();
		struct doctor *d;

		f.have[i] = false;
		d = doctor_of(&f, &good, about->needed ? &refused : &passed);
		if (about->needed) {
			assert_check(d, about->name, DOCTOR_FATAL, about->loss);
			cr_expect_not_null(strstr(d->verdict, about->name));
		} else {
			assert_check(d, about->name,
				     about->replaced ? DOCTOR_REPLACED : DOCTOR_LOST, about->loss);
			cr_expect_eq(d->lost, !about->replaced);
		}
		cr_expect_eq(d->works, !about->needed);
	}
}

Test(doctor, a_kernel_without_any_feature)
{
	struct features f = { 0 };
	struct doctor *d = doctor_of(&f, &good, &refused);

	cr_expect_not(d->works);
	cr_expect_not_null(
		strstr(d->verdict, "tracing cannot work here: iter/task_file is missing"));
}

/* Neither the one nor the other: nothing is left to trace. */
Test(doctor, no_resets_at_all)
{
	struct features f = all_features();

	f.have[FEATURE_SEND_RESET] = f.have[FEATURE_RECEIVE_RESET] = false;
	cr_expect_str_eq(features_missing(&f), "tcp_send_reset");
	f.have[FEATURE_RECEIVE_RESET] = true;
	cr_expect_null(features_missing(&f));
}

Test(doctor, without_btf)
{
	struct doctor_facts f = good;
	struct doctor *d;

	f.btf = false;
	d = doctor_of(
		NULL, &f,
		&(struct doctor_trial){ .err = -ENOENT, .says = "no BTF", .bpf_errno = EINVAL });
	assert_check(d, "BTF", DOCTOR_FATAL, "/sys/kernel/btf/vmlinux");
	cr_expect_not(d->works);
	cr_expect_not_null(strstr(d->verdict, "tracing cannot work here: BTF: "), "%s", d->verdict);
	cr_expect_not_null(strstr(d->verdict, "CONFIG_DEBUG_INFO_BTF"));
}

Test(doctor, lockdown)
{
	struct features features = all_features();
	struct doctor_facts f = good;
	struct doctor *d;

	strcpy(f.lockdown, "integrity");
	d = doctor_of(&features, &f, &passed);
	assert_check(d, "lockdown", DOCTOR_OK, "nothing is lost");
	cr_expect(d->works);
	strcpy(f.lockdown, "confidentiality");
	d = doctor_of(&features, &f,
		      &(struct doctor_trial){ .err = -EINVAL, .says = "x", .bpf_errno = EINVAL });
	assert_check(d, "lockdown", DOCTOR_FATAL, "confidentiality");
	cr_expect_not_null(strstr(d->verdict, "lockdown: confidentiality"));
	cr_expect_not_null(strstr(d->verdict, "lockdown=integrity"));
	/* What the kernel does counts, not what it should do. */
	d = doctor_of(&features, &f, &passed);
	assert_check(d, "lockdown", DOCTOR_LOST, "confidentiality");
	cr_expect(d->works);
	f.lockdown[0] = '\0';
	assert_check(doctor_of(&features, &f, &passed), "lockdown", DOCTOR_OK,
		     "not in this kernel");
	f.securityfs = false;
	assert_check(doctor_of(&features, &f, &passed), "lockdown", DOCTOR_OK, "not known");
	strcpy(f.lockdown, "a\033[31m");
	assert_check(doctor_of(&features, &f, &passed), "lockdown", DOCTOR_OK, "a\\x1b[31m");
}

static const struct {
	bool v1, v2, sorts;
	enum doctor_state state;
	const char *word;
} cgroups[] = {
	{ false, true, true, DOCTOR_OK, "v2 is mounted" },
	{ false, true, false, DOCTOR_OK, "v2 is mounted" },
	{ true, true, true, DOCTOR_OK, "and so is v1" },
	{ true, true, false, DOCTOR_LOST, "beside" },
	{ true, false, false, DOCTOR_LOST, "v1 only" },
	{ false, false, false, DOCTOR_LOST, "not mounted" },
};

Test(doctor, cgroups)
{
	for (size_t i = 0; i < ARRAY_SIZE(cgroups); i++) {
		struct features features = all_features();
		struct doctor_facts f = good;

		f.cgroup1 = cgroups[i].v1;
		f.cgroup2 = cgroups[i].v2;
		f.cgroup2_sorts = cgroups[i].sorts;
		assert_check(doctor_of(&features, &f, &passed), "cgroup", cgroups[i].state,
			     cgroups[i].word);
	}
}

Test(doctor, configuration)
{
	struct features features = all_features();
	struct doctor_trial old = passed, failed = refused;
	struct doctor_facts f = good;

	f.tracefs = false;
	assert_check(doctor_of(&features, &f, &passed), "tracefs", DOCTOR_OK, "not mounted");
	f.jit = 0;
	assert_check(doctor_of(&features, &f, &passed), "BPF JIT", DOCTOR_LOST, "interpreted");
	f.iptables_legacy = true;
	assert_check(doctor_of(&features, &f, &passed), "iptables-legacy", DOCTOR_LOST, "rules");
	f.lock_limited = true;
	f.lock_limit = 65536;
	old.charged_to_limit = failed.charged_to_limit = true;
	assert_check(doctor_of(&features, &f, &old), "locked memory", DOCTOR_OK, "raised");
	f.capabilities &= ~(1ULL << CAP_SYS_RESOURCE);
	assert_check(doctor_of(&features, &f, &old), "locked memory", DOCTOR_OK, "enough");
	assert_check(doctor_of(&features, &f, &failed), "locked memory", DOCTOR_FATAL, "65,536");
}

static const struct {
	unsigned int number;
	const char *name;
	bool needed;
} capabilities[] = {
	{ CAP_BPF, "CAP_BPF", true },
	{ CAP_PERFMON, "CAP_PERFMON", true },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", false },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", false },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", false },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", false },
};

/* Of those that are needed CAP_SYS_ADMIN has all. */
Test(doctor, capabilities)
{
	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++) {
		struct features features = all_features();
		struct doctor_facts f = good;
		struct doctor *d;

		f.capabilities &= ~(1ULL << capabilities[i].number);
		if (!capabilities[i].needed) {
			d = doctor_of(&features, &f, &passed);
			assert_check(d, capabilities[i].name, DOCTOR_LOST, "missing: ");
			cr_expect(d->works);
			cr_expect_eq(d->lost, 1);
			cr_expect_str_eq(d->verdict, "tracing works here; 1 thing is lost");
			continue;
		}
		d = doctor_of(&features, &f, &passed);
		assert_check(d, capabilities[i].name, DOCTOR_OK, "CAP_SYS_ADMIN");
		f.capabilities &= ~(1ULL << CAP_SYS_ADMIN);
		d = doctor_of(&features, &f, &refused);
		assert_check(d, capabilities[i].name, DOCTOR_FATAL, "missing: ");
		cr_expect_not(d->works);
		cr_expect_not_null(strstr(d->verdict, capabilities[i].name));
	}
}

Test(doctor, no_privileges)
{
	struct features features = all_features();
	struct doctor_facts f = good;
	struct doctor_trial trial = refused;
	struct doctor *d;

	f.capabilities = 0;
	trial.bpf_errno = EPERM;
	d = doctor_of(&features, &f, &trial);
	cr_expect_not(d->works);
	cr_expect_not_null(strstr(d->verdict, "tracing cannot work here: CAP_BPF is missing: "),
			   "%s", d->verdict);
	cr_expect_not_null(strstr(d->verdict, "run it as root"));
	assert_check(d, "load and attach", DOCTOR_FATAL, "not permitted");
}

/* Root of a container: all capabilities, and none that counts. */
Test(doctor, user_namespace)
{
	struct features features = all_features();
	struct doctor_facts f = good;
	struct doctor *d;

	f.initial_userns = f.initial_pidns = false;
	d = doctor_of(&features, &f, &refused);
	assert_check(d, "user namespace", DOCTOR_FATAL, "not the host's");
	assert_check(d, "pid namespace", DOCTOR_LOST, "not the host's");
	assert_check(d, "CAP_BPF", DOCTOR_FATAL, "missing");
	cr_expect_not_null(strstr(d->verdict, "user namespace: "));
}

Test(doctor, seccomp)
{
	struct features features = all_features();
	struct doctor_facts f = good;
	struct doctor_trial trial = refused;
	struct doctor *d;

	trial.bpf_errno = EPERM;
	f.seccomp = true;
	d = doctor_of(&features, &f, &trial);
	assert_check(d, "bpf system call", DOCTOR_FATAL, "seccomp");
	cr_expect_not_null(strstr(d->verdict, "bpf system call: a seccomp filter"));
	f.seccomp = false;
	assert_check(doctor_of(&features, &f, &trial), "bpf system call", DOCTOR_FATAL, "security");
	trial.bpf_errno = ENOSYS;
	assert_check(doctor_of(&features, &f, &trial), "bpf system call", DOCTOR_FATAL,
		     "this kernel has none");
}

/* What nothing explains: the tracer's own words, which may hold anything. */
Test(doctor, trial_alone)
{
	struct features features = all_features();
	struct doctor_trial trial = { .err = -EINVAL, .says = "x\033y", .bpf_errno = EINVAL };
	struct doctor *d = doctor_of(&features, &good, &trial);

	cr_expect_not(d->works);
	cr_expect_str_eq(d->verdict, "tracing cannot work here: x\\x1by");
	trial = passed;
	trial.xdp_says = "no XDP";
	d = doctor_of(&features, &good, &trial);
	cr_expect(d->works);
	cr_expect_eq(d->lost, 1);
	trial.xdp_asked = true;
	cr_expect_not(doctor_of(&features, &good, &trial)->works);
}

Test(doctor, whether_what_leaves_is_looked_at)
{
	struct features f = all_features();
	struct wire_needs n = { 0 };
	struct doctor d = { 0 };

	doctor_check_wire(&d, &f, &n);
	cr_expect_not_null(strstr(d.check[0].what, "nothing here"));
	cr_expect_not_null(strstr(d.check[0].todo, "--wire=auto"));
	wire_needs_forwarding(&n, 1, 2, "eth0", false);
	doctor_check_wire(&d, &f, &n);
	cr_expect_not_null(strstr(d.check[1].what, "eth0 forwards IPv4"));
	cr_expect_str_empty(d.check[1].todo);
	n = (struct wire_needs){ 0 };
	f.have[FEATURE_RESET_REASON] = false;
	doctor_check_wire(&d, &f, &n);
	cr_expect_not_null(strstr(d.check[2].what, "before 6.10"));
	cr_expect_str_empty(d.check[2].todo);
}

Test(doctor, the_memory)
{
	struct doctor d = { 0 };

	doctor_check_memory(&d, 8433992, 0);
	cr_expect_eq(d.nchecks, 0, "nothing was made");
	doctor_check_memory(&d, 8433992, 19650000);
	cr_expect_not_null(strstr(d.check[0].what, "19.6 MB, "), "%s", d.check[0].what);
	cr_expect_not_null(strstr(d.check[0].what, "and 8.4 MB for events"), "%s", d.check[0].what);
	doctor_check_memory(&d, 0, 25500000);
	cr_expect_not_null(strstr(d.check[1].what, "does not tell"), "%s", d.check[1].what);
}

Test(doctor, the_price)
{
	struct rates r = {
		.at_ns = 2000000000, .connections = 20000, .packets = 2000000, .resets = 200
	};
	struct rates none = { 0 };
	struct doctor d = { 0 };

	/* 10,000 by 710 ns, a million by 30, 100 by 2,900. */
	doctor_check_price(&d, &r);
	cr_expect_not_null(strstr(d.check[0].what, "about 3.74% of one CPU"), "%s",
			   d.check[0].what);
	cr_expect_not_null(strstr(d.check[0].what, "10,000 connections/s: 0.71%"), "%s",
			   d.check[0].what);
	cr_expect_not_null(strstr(d.check[0].what, "1,000,000 packets/s: 3.00%"), "%s",
			   d.check[0].what);
	cr_expect_not_null(strstr(d.check[0].what, "100 resets/s: 0.03%"), "%s", d.check[0].what);
	doctor_check_price(&d, &none);
	cr_expect_not_null(strstr(d.check[1].what, "about 0.00%"));
}
