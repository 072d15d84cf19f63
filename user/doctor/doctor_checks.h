/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_checks.h: what facts mean for tracing. Pure. */
#ifndef RSTTRACE_DOCTOR_CHECKS_H
#define RSTTRACE_DOCTOR_CHECKS_H

#include "doctor/doctor.h"
#include "doctor/doctor_facts.h"
#include "model/summary.h"
#include "model/features.h"

/* How the trial went: the programs loaded and attached, as `rsttrace trace` does it. */
struct doctor_trial {
	int err;	       /* 0, or -errno */
	const char *says;      /* the tracer's own line about ERR, without "rsttrace: " */
	const char *xdp_says;  /* the same about the program of -i alone; NULL: that works */
	bool xdp_asked;	       /* -i was given */
	int bpf_errno;	       /* bpf(2) with a command that no kernel has */
	bool charged_to_limit; /* locked memory is limited by RLIMIT_MEMLOCK: before 5.11 */
	uint64_t took_ns;
};

/* Adds what F means; NULL: without BTF nothing is known of it. */
void doctor_check_kernel(struct doctor *d, const struct features *f);

/* A reason why tracing might fail is fatal only where the trial has failed. */
void doctor_check_configuration(struct doctor *d, const struct doctor_facts *f,
				const struct doctor_trial *trial);
void doctor_check_privileges(struct doctor *d, const struct doctor_facts *f,
			     const struct doctor_trial *trial);

/* Adds to the summary of a run what it has lacked for want of privileges. OTHERS: it was to trace other
 * network namespaces than its own, too. */
void doctor_costs(const struct doctor_facts *f, bool others, struct summary *s);
void doctor_check_trial(struct doctor *d, const struct doctor_trial *trial);

/* Whether this process has one of the host's capabilities, CAP_…. */
bool doctor_has(const struct doctor_facts *f, unsigned int capability);

#endif
