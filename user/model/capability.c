/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* capability.c: one row, one capability. */
#include "model/capability.h"

#include <linux/capability.h>

#include "base/util.h"

#define AS_ROOT "run it as root (sudo), or "

/* What a run without it does not have. */
#define RULES "which firewall rule refused a packet; whether a segment should have been translated"
#define OTHERS "the executables of other users' processes, and network namespaces that have no name"
#define PAST_CGROUPS "the cgroup and container of processes that have ended"
#define NAMESPACES                                                                                      \
	"in other network namespaces: firewall rules, translations, sockets asked for afterwards, and " \
	"the kernel's counters"

static const struct capability capabilities[] = {
	{ CAP_BPF, "CAP_BPF", "loads programs", CAPABILITY_ENDED, CAPABILITY_MAPS,
	  "no BPF program can be loaded", AS_ROOT "give it CAP_BPF and CAP_PERFMON", NULL, true,
	  true },
	{ CAP_PERFMON, "CAP_PERFMON", "lets programs read the kernel's memory", CAPABILITY_BEGUN,
	  CAPABILITY_ALWAYS, "no program may read the kernel's memory",
	  AS_ROOT "give it CAP_PERFMON", NULL, true, true },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN", "-i, firewall rules, translations", CAPABILITY_ENDED,
	  CAPABILITY_ALWAYS, "-i; " RULES, AS_ROOT "give it CAP_NET_ADMIN",
	  RULES ": CAP_NET_ADMIN is missing", false, false },
	{ CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "executables and namespaces of other users' processes",
	  CAPABILITY_CLERK, CAPABILITY_ALWAYS, OTHERS, AS_ROOT "give it CAP_SYS_PTRACE",
	  OTHERS ": CAP_SYS_PTRACE is missing", false, false },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "cgroups of processes that have ended",
	  CAPABILITY_CLERK, CAPABILITY_ALWAYS, PAST_CGROUPS, AS_ROOT "give it CAP_DAC_READ_SEARCH",
	  PAST_CGROUPS ": CAP_DAC_READ_SEARCH is missing", false, false },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "asks other network namespaces", CAPABILITY_CLERK,
	  CAPABILITY_ALWAYS, NAMESPACES,
	  AS_ROOT "inside that namespace (nsenter -t PID -n rsttrace)",
	  NAMESPACES ": CAP_SYS_ADMIN is missing", false, false },
	/* Two sockets that hear ICMP; hear_icmp says what is missing without. */
	{ CAP_NET_RAW, "CAP_NET_RAW", "hears which host refuses by ICMP", CAPABILITY_BEGUN,
	  CAPABILITY_REFUSALS, NULL, NULL, NULL, false, false },
	/* Up to 5.10 maps are charged to RLIMIT_MEMLOCK, which libbpf raises. */
	{ CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", "raises the limit of locked memory",
	  CAPABILITY_BEGUN, CAPABILITY_ALWAYS, NULL, NULL, NULL, false, false },
	/* Root is used to write where it likes. */
	{ CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", "records into what others own", CAPABILITY_ENDED,
	  CAPABILITY_FILES, NULL, NULL, NULL, false, false },
};

const struct capability *capability_row(size_t i)
{
	return i < ARRAY_SIZE(capabilities) ? &capabilities[i] : NULL;
}

static bool is_wanted(const struct capability *c, const struct capability_run *run)
{
	if (run->attached && c->until != CAPABILITY_ENDED)
		return false;
	switch (c->when) {
	case CAPABILITY_REFUSALS:
		return run->refusals;
	case CAPABILITY_FILES:
		return run->files && (!run->attached || run->files_by_force);
	case CAPABILITY_MAPS:
		return !run->attached || run->maps_by_force;
	case CAPABILITY_ALWAYS:
		break;
	}
	return true;
}

uint64_t capability_wanted(const struct capability_run *run)
{
	uint64_t wanted = 0;

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (is_wanted(&capabilities[i], run))
			wanted |= UINT64_C(1) << capabilities[i].number;
	return wanted;
}

uint64_t capability_clerks(void)
{
	uint64_t wanted = UINT64_C(1) << CAP_NET_ADMIN;

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		if (capabilities[i].until == CAPABILITY_CLERK)
			wanted |= UINT64_C(1) << capabilities[i].number;
	return wanted;
}

void capability_tell(uint64_t had, uint64_t held, const struct capability_run *run, uint32_t clerk,
		     FILE *out)
{
	uint64_t wanted = capability_wanted(run);

	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++) {
		const struct capability *c = &capabilities[i];
		uint64_t bit = UINT64_C(1) << c->number;

		if (held & bit)
			fprintf(out, "rsttrace: %-24s kept: %s\n", c->name, c->use);
		else if (had & bit && clerk && c->until == CAPABILITY_CLERK)
			fprintf(out, "rsttrace: %-24s kept by process %u only: %s\n", c->name,
				clerk, c->use);
		else if (had & bit)
			fprintf(out, "rsttrace: %-24s given up: %s\n", c->name, c->use);
		else if ((wanted & bit || c->until == CAPABILITY_CLERK) && c->loss)
			fprintf(out, "rsttrace: %-24s missing: %s\n", c->name, c->loss);
	}
}
