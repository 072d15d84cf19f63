/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_facts.h: what /proc and /sys tell about this system and this process. */
#ifndef RSTTRACE_DOCTOR_FACTS_H
#define RSTTRACE_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stdint.h>

/* What cannot be read stays empty, false or -1. */
struct doctor_facts {
	char release[65];
	bool btf;	   /* the kernel describes its types */
	bool securityfs;   /* mounted: without it lockdown is not known */
	char lockdown[32]; /* "none", "integrity", "confidentiality"; empty: not known, or none */
	bool tracefs;	   /* mounted */
	bool cgroup1, cgroup2;
	bool cgroup2_sorts; /* this process stands in a cgroup of v2 */
	int jit;	    /* net.core.bpf_jit_enable */
	int kptr_restrict;
	bool conntrack, iptables_legacy;
	bool lock_limited; /* RLIMIT_MEMLOCK is not unlimited */
	uint64_t lock_limit;
	uint64_t capabilities; /* effective, bit N is capability N */
	bool seccomp;	       /* a filter is in force */
	bool initial_userns, initial_pidns;
};

/* Reads them below ROOT, "" for the system's own. */
void doctor_facts_read(struct doctor_facts *f, const char *root);

#endif
