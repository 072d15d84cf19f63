/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* denials.c: a denial needs neither its other end nor its stack: it goes through at once. */
#include "cli/denials.h"
#include "cli/filter.h"

#include "explain/why_denial.h"

/* None of them has a cause, and none is benign. */
static bool passes(struct pipeline *p, struct denial *d)
{
	static const struct netns_place nowhere;

	if (p->o->causes || !(p->o->capture.directions & RST_WANT_RECEIVED) ||
	    (p->o->pid && d->owner.pid != p->o->pid))
		return false;
	if (*p->cgroup || p->o->container || p->o->pod || p->o->refusals)
		p->ask.questions->process(p->ask.context, &d->owner);
	return filter_cgroup(p->cgroup, &d->owner) && filter_container(p->o, &d->owner, &nowhere);
}

void denials_take(struct pipeline *p, const struct rst_denied *r)
{
	const struct ask *a = &p->ask;
	struct denial *d = &p->denial;

	denial_fill(d, r);
	if (!passes(p, d)) {
		p->summary.left_out++;
		return;
	}
	d->wall_ns = d->mono_ns + a->questions->now(a->context, CLOCK_REALTIME) -
		     a->questions->now(a->context, CLOCK_MONOTONIC);
	if (p->o->refusals)
		a->questions->icmp(a->context, d->netns, &d->tuple, &d->icmp);
	summary_add_denial(&p->summary, d);
	if (!p->o->refusals || p->o->style.quiet || pipeline_done(p))
		return;
	d->id = join_id(&p->join);
	denial_why(d);
	p->err = sinks_denial(&p->sinks, d);
}
