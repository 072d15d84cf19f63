/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* confine.h: what a run that traces keeps of its privileges, at its start and once all is attached. */
#ifndef RSTTRACE_CONFINE_H
#define RSTTRACE_CONFINE_H

#include "cli/options.h"
#include "host/clerk.h"
#include "model/capability.h"

struct confine {
	const struct options *o;
	struct capability_run run;
	uint64_t had, held; /* of the capabilities in the table: at first, and now */
	bool has_clerk;
	struct clerk_hello clerk; /* settled */
};

/* The name of the socket (unix_connect) where a service manager gives out clerks: then this process needs none of what
 * a clerk has. */
#define CONFINE_CLERK "RSTTRACE_CLERK"

/* Keeps what O needs to begin, and starts the clerk where there is a use for it, or asks the one of CONFINE_CLERK.
 * Returns 0 or -errno. Says on stderr what does not work. */
int confine_begin(struct confine *c, const struct options *o);

/* What still works without a privilege; each returns whether it does. */
struct confine_trials {
	bool (*makes_files)(void *context); /* without CAP_DAC_OVERRIDE */
	bool (*reads_maps)(void *context);  /* without CAP_BPF */
	void *context;
};

/* All is attached: from now on the clerk looks things up. Keeps what is needed besides, and lets only the system calls
 * through that are made. Says on stderr what does not work, and with -v what is kept. Returns 0 or -errno: there is no
 * clerk any more. */
int confine_settle(struct confine *c, const struct confine_trials *trials);

/* `rsttrace clerk`: serves the connection that the service manager hands over. Returns -errno, said on stderr, if it
 * cannot. */
int confine_serve(void);

#endif
