/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* capability.h: which of the kernel's capabilities a run has a use for, and for how long. */
#ifndef RSTTRACE_CAPABILITY_H
#define RSTTRACE_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Until when one is of use. */
enum capability_until {
	CAPABILITY_BEGUN, /* until all is attached */
	CAPABILITY_ENDED, /* as long as tracing goes on: what is looked up afterwards */
	CAPABILITY_CLERK, /* the same, but only in the process that looks things up (host/clerk.h) */
};

/* What it hangs on besides. */
enum capability_when {
	CAPABILITY_ALWAYS,
	CAPABILITY_REFUSALS, /* --refusals */
	CAPABILITY_FILES, /* files are recorded into; once they are open, only where nothing else lets them be made */
	CAPABILITY_MAPS, /* once attached, only where the kernel asks for it at each look into a map */
};

struct capability {
	unsigned int number; /* CAP_… */
	const char *name, *use;
	enum capability_until until;
	enum capability_when when;
	/* What a run without it does not have, and what to do. NULL: nothing that would be missed. */
	const char *loss, *todo;
	const char *cost; /* the same in a run's summary; NULL: without it there is no run */
	bool needed;
	bool admin; /* CAP_SYS_ADMIN stands in for it */
};

/* Row I of the table; NULL behind the last. */
const struct capability *capability_row(size_t i);

/* What a run is about, as far as that matters here. */
struct capability_run {
	bool refusals, files;
	bool attached;	     /* all programs are */
	bool files_by_force; /* attached: without CAP_DAC_OVERRIDE no new file could be made */
	bool maps_by_force;  /* attached: without CAP_BPF maps cannot be read */
};

/* Those that it has a use for: bit N is capability N. */
uint64_t capability_wanted(const struct capability_run *run);

/* Those that the process needs that looks things up: a socket that may ask netfilter has to be made with CAP_NET_ADMIN,
 * and then be used with it. */
uint64_t capability_clerks(void);

/* Says on OUT what each of HELD is for, which of those that there were at first (HAD) have been given up, and what
 * is lost by those that are missing, a line each. CLERK: the process that has what it looks things up by; 0: none. */
void capability_tell(uint64_t had, uint64_t held, const struct capability_run *run, uint32_t clerk,
		     FILE *out);

#endif
