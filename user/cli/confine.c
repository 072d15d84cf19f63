/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* confine.c: tried, where a kernel or a folder decides what it takes: versions and owners tell less. */
#include "cli/confine.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "cli/privilege.h"
#include "cli/sandbox.h"

static bool has(const struct confine *c, unsigned int number)
{
	return c->held & UINT64_C(1) << number;
}

/* It goes on: what is traced is wanted more than that. */
static void complain(const char *what, int err)
{
	fprintf(stderr, "rsttrace: note: %s: %s\n", what, strerror(-err));
}

static void keep(struct confine *c)
{
	int err = privilege_keep(capability_wanted(&c->run), &c->held);

	if (err)
		complain("not all privileges could be given up", err);
}

/* In the clerk. */
static int confine_clerk(uint64_t *held)
{
	size_t calls;
	const char *why;
	int err = privilege_keep(capability_clerks(), held);

	if (!err)
		err = sandbox_enter(SANDBOX_CLERK, 0, &calls, &why);
	return err < 0 ? err : 0;
}

int confine_serve(void)
{
	/* Of a file with capabilities (setcap) everybody could have the clerk's. */
	int err = getauxval(AT_SECURE) ? -EPERM : clerk_serve(confine_clerk);

	fprintf(stderr, err == -EPERM ? "rsttrace: clerk works for its own user only\n"
				      : "rsttrace: clerk is what rsttrace-clerk.socket starts for "
					"rsttrace.service; try rsttrace record\n");
	return err;
}

static int complain_clerk(int err)
{
	static const char who[] = "rsttrace: the process that looks things up";
	const char *name = secure_getenv(CONFINE_CLERK);

	if (err == -EPROTO)
		fprintf(stderr, "%s is of another version: start rsttrace again\n", who);
	else if (err && name)
		fprintf(stderr,
			"%s cannot be reached: %s; is rsttrace-clerk.socket started? ($%s)\n", who,
			strerror(-err), CONFINE_CLERK);
	else if (err)
		fprintf(stderr, "%s cannot be started: %s\n", who, strerror(-err));
	return err;
}

/* It is forked while this process is small, and has nothing to hide from it. */
static int start_clerk(struct confine *c)
{
	const char *name = secure_getenv(CONFINE_CLERK);

	c->has_clerk = name || c->held & capability_clerks() & ~(UINT64_C(1) << CAP_NET_ADMIN);
	if (!c->has_clerk)
		return 0;
	return complain_clerk(name ? clerk_connect(name) : clerk_start(confine_clerk));
}

int confine_begin(struct confine *c, const struct options *o)
{
	*c = (struct confine){
		.o = o,
		.run = {
			.refusals = o->refusals,
			.files = (o->command == COMMAND_RECORD && !recorder_is_stream(o->record.path)) ||
				 o->metrics_file,
		},
	};
	keep(c);
	c->had = c->held;
	return start_clerk(c);
}

static void filter(const struct confine *c)
{
	const struct options *o = c->o;
	unsigned int also =
		(o->metrics.family ? SANDBOX_SERVES : 0U) | (o->metrics_file ? SANDBOX_WRITES : 0U);
	size_t calls;
	const char *why;
	int err = sandbox_enter(o->command == COMMAND_RECORD ? SANDBOX_RECORD : SANDBOX_TRACE, also,
				&calls, &why);

	if (err < 0)
		complain("there is no filter of system calls", err);
	else if (c->o->capture.verbose && err)
		fprintf(stderr, "rsttrace: %-24s all: %s\n", "system calls", why);
	else if (c->o->capture.verbose)
		fprintf(stderr, "rsttrace: %-24s %zu are let through\n", "system calls", calls);
}

int confine_settle(struct confine *c, const struct confine_trials *trials)
{
	int err = c->has_clerk ? complain_clerk(clerk_use(&c->clerk)) : 0;

	if (err)
		return err;
	c->had |= c->clerk.held;
	/* What the clerk has now goes first: CAP_SYS_ADMIN stands in for CAP_BPF. */
	c->run.attached = true;
	c->run.files_by_force = c->run.maps_by_force = true;
	keep(c);
	c->run.files_by_force = c->run.maps_by_force = false;
	if (c->run.files && has(c, CAP_DAC_OVERRIDE))
		c->run.files_by_force =
			!privilege_without(CAP_DAC_OVERRIDE, trials->makes_files, trials->context);
	if (has(c, CAP_BPF))
		c->run.maps_by_force =
			!privilege_without(CAP_BPF, trials->reads_maps, trials->context);
	keep(c);
	if (c->o->capture.verbose)
		capability_tell(c->had, c->held, &c->run, c->clerk.pid, stderr);
	filter(c);
	return 0;
}
