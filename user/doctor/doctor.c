/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor.c: collects checks, and draws the conclusion. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"
#include "base/text.h"

/* linux/netdev.h (6.3), NETDEV_XDP_ACT_BASIC: the driver runs programs. */
#define XDP_BASIC 1ULL

/* What a program without fragments needs of a page beside the packet: headroom, the Ethernet header and
 * the kernel's own figures. It is exact for veth; drivers of network cards differ by some bytes. */
#define XDP_OVERHEAD 590U

static const char *const states[DOCTOR_STATES] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_REPLACED] = "replaced",
	[DOCTOR_LOST] = "lost",
	[DOCTOR_FATAL] = "fatal",
};

static const char *const groups[DOCTOR_GROUPS] = {
	[DOCTOR_KERNEL] = "kernel",	    [DOCTOR_CONFIGURATION] = "configuration",
	[DOCTOR_PRIVILEGES] = "privileges", [DOCTOR_TRIAL] = "trial",
	[DOCTOR_PRICE] = "price",
};

static const char *const xdps[] = {
	[DOCTOR_XDP_NATIVE] = "native",	  [DOCTOR_XDP_GENERIC] = "generic",
	[DOCTOR_XDP_UNKNOWN] = "unknown", [DOCTOR_XDP_TAKEN] = "taken",
	[DOCTOR_XDP_MISSING] = "missing",
};

const char *doctor_state_name(enum doctor_state state)
{
	return states[state];
}

const char *doctor_group_name(enum doctor_group group)
{
	return groups[group];
}

const char *doctor_xdp_name(enum doctor_xdp xdp)
{
	return xdps[xdp];
}

struct doctor_check *doctor_add(struct doctor *d, enum doctor_group group, const char *name,
				enum doctor_state state, const char *what, ...)
{
	/* Never full: a group has as many checks as its table has rows. */
	struct doctor_check *c =
		&d->check[d->nchecks < DOCTOR_CHECKS - 1 ? d->nchecks++ : DOCTOR_CHECKS - 1];
	va_list args;

	*c = (struct doctor_check){ .group = group, .name = name, .state = state };
	va_start(args, what);
	vsnprintf(c->what, sizeof(c->what), what, args);
	va_end(args);
	return c;
}

void doctor_todo(struct doctor_check *c, const char *todo, ...)
{
	va_list args;

	va_start(args, todo);
	vsnprintf(c->todo, sizeof(c->todo), todo, args);
	va_end(args);
}

/* Several at once cannot be told to the reader as one; the first of them is refused first. */
static enum doctor_xdp xdp_of(const struct doctor_interface *i)
{
	if (!i->ifindex)
		return DOCTOR_XDP_MISSING;
	if (i->program || i->several)
		return DOCTOR_XDP_TAKEN;
	if (!i->told)
		return DOCTOR_XDP_UNKNOWN;
	return i->features & XDP_BASIC ? DOCTOR_XDP_NATIVE : DOCTOR_XDP_GENERIC;
}

static void judge_taken(struct doctor_interface *i, const char *name)
{
	if (i->program)
		snprintf(i->what, sizeof(i->what),
			 "XDP program %u is attached, which -i leaves alone", i->program);
	else
		snprintf(i->what, sizeof(i->what),
			 "several XDP programs are attached, which -i leaves alone");
	snprintf(i->todo, sizeof(i->todo), "trace without -i %s; bpftool net shows whose it is",
		 name);
	if (i->asked)
		i->state = DOCTOR_FATAL;
}

/* A packet of the largest size does not fit into the page that XDP has for it. */
static void judge_size(struct doctor_interface *i, const char *name, uint32_t mtu, uint32_t page)
{
	size_t at = strlen(i->what);
	char is[32], most[32];

	if (mtu <= page - XDP_OVERHEAD || (i->asked && i->generic))
		return;
	text_count(is, mtu);
	text_count(most, page - XDP_OVERHEAD);
	if (!i->veth) {
		snprintf(i->what + at, sizeof(i->what) - at,
			 "; the MTU of %s is more than most drivers take then (%s)", is, most);
		snprintf(i->todo, sizeof(i->todo), "if -i %s is refused: -i %s:generic", name,
			 name);
		return;
	}
	snprintf(
		i->what, sizeof(i->what),
		"native XDP needs an MTU of at most %s at the other end of this pair, which has %s",
		most, is);
	snprintf(i->todo, sizeof(i->todo), "-i %s:generic", name);
	if (i->asked)
		i->state = DOCTOR_FATAL;
}

/* The driver does it, or may do it. */
static void judge_native(struct doctor_interface *i, const char *name, uint32_t page)
{
	if (i->xdp == DOCTOR_XDP_NATIVE) {
		snprintf(i->what, sizeof(i->what), "native XDP is possible");
	} else {
		snprintf(
			i->what, sizeof(i->what),
			"kernels before 6.3 do not tell whether its driver has native XDP; -i %s:generic "
			"works",
			name);
	}
	judge_size(i, name, i->veth ? i->far_mtu : i->mtu, page);
}

void doctor_judge(struct doctor_interface *i, bool may_attach, uint32_t page)
{
	char name[4 * IF_NAMESIZE];

	text_escape(name, sizeof(name), i->name, sizeof(i->name));
	i->xdp = xdp_of(i);
	i->state = DOCTOR_OK;
	i->todo[0] = '\0';
	switch (i->xdp) {
	case DOCTOR_XDP_MISSING:
		snprintf(i->what, sizeof(i->what), "there is no such interface");
		snprintf(i->todo, sizeof(i->todo), "ip -br link lists them");
		i->state = DOCTOR_FATAL;
		return;
	case DOCTOR_XDP_TAKEN:
		judge_taken(i, name);
		break;
	case DOCTOR_XDP_GENERIC:
		snprintf(i->what, sizeof(i->what),
			 "its driver has no native XDP; -i %s:generic works", name);
		if (!i->asked || i->generic)
			break;
		snprintf(i->what, sizeof(i->what), "its driver has no native XDP");
		snprintf(i->todo, sizeof(i->todo), "-i %s:generic", name);
		i->state = DOCTOR_FATAL;
		break;
	case DOCTOR_XDP_NATIVE:
	case DOCTOR_XDP_UNKNOWN:
		judge_native(i, name, page);
	}
	if (i->asked && !may_attach && i->state != DOCTOR_FATAL) {
		snprintf(i->what, sizeof(i->what), "XDP cannot be attached without CAP_NET_ADMIN");
		snprintf(i->todo, sizeof(i->todo), "run it as root, or without -i %s", name);
		i->state = DOCTOR_FATAL;
	}
	if (i->asked && i->generic && i->state == DOCTOR_OK)
		i->todo[0] = '\0';
}

static void cannot(struct doctor *d, const char *with, const char *subject, const char *what,
		   const char *todo)
{
	d->works = false;
	snprintf(d->verdict, sizeof(d->verdict), "tracing cannot work here%s: %s%s%s%s", with,
		 subject, what, *todo ? "; to do: " : "", todo);
}

/* "CAP_BPF is missing: …", "lockdown: …", or the sentence alone. */
static void cannot_for(struct doctor *d, const struct doctor_check *c)
{
	bool missing = !strncmp(c->what, "missing", strlen("missing"));
	char subject[64] = "";

	if (c->group != DOCTOR_TRIAL)
		snprintf(subject, sizeof(subject), "%s%s", c->name, missing ? " is " : ": ");
	cannot(d, "", subject, c->what, c->todo);
}

static void cannot_with(struct doctor *d, const struct doctor_interface *i)
{
	char name[4 * IF_NAMESIZE], with[sizeof(name) + 32];

	text_escape(name, sizeof(name), i->name, sizeof(i->name));
	snprintf(with, sizeof(with), " with -i %s%s", name, i->generic ? ":generic" : "");
	cannot(d, with, "", i->what, i->todo);
}

void doctor_conclude(struct doctor *d)
{
	d->works = true;
	d->lost = 0;
	for (size_t i = 0; i < d->nchecks; i++) {
		const struct doctor_check *c = &d->check[i];

		d->lost += c->state == DOCTOR_LOST;
		/* The first of them is the one to begin with. */
		if (d->works && c->state == DOCTOR_FATAL)
			cannot_for(d, c);
	}
	for (size_t i = 0; i < d->ninterfaces; i++) {
		const struct doctor_interface *in = &d->interface[i];

		d->lost += in->state == DOCTOR_LOST;
		if (d->works && in->state == DOCTOR_FATAL)
			cannot_with(d, in);
	}
	if (!d->works)
		return;
	snprintf(d->verdict, sizeof(d->verdict), "tracing works here");
	if (d->lost)
		snprintf(d->verdict, sizeof(d->verdict), "tracing works here; %u thing%s lost",
			 d->lost, d->lost == 1 ? " is" : "s are");
}

void doctor_free(struct doctor *d)
{
	free(d->interface);
	d->interface = NULL;
	d->ninterfaces = 0;
}
