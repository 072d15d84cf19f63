/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline_out.c: what is left when the verdict stands: filters, the owner's name, the sentence, the line. */
#include "cli/filter.h"
#include "cli/pipeline_stages.h"
#include "explain/attribute.h"

bool pipeline_enough(const struct pipeline *p)
{
	return p->o->count && p->written >= p->o->count;
}

bool pipeline_is_traced(const struct pipeline *p, enum direction direction,
			const struct rst_event *event)
{
	return p->o->capture.directions & 1U << direction && filter_ports(p->o, event);
}

/* By the verdict and the owner's number. */
static bool wanted(const struct pipeline *p, const struct incident *in)
{
	const struct options *o = p->o;

	if (o->causes && !o->cause[in->verdict.cause])
		return false;
	if (o->abnormal && in->verdict.benign)
		return false;
	return !o->pid || in->owner.pid == o->pid;
}

/* All filters, those first that need no question. */
static bool passes(struct pipeline *p, struct incident *in)
{
	if (!pipeline_is_traced(p, in->direction, in->ev) || !wanted(p, in))
		return false;
	if (*p->cgroup || p->o->container || p->o->pod || !pipeline_enough(p)) {
		p->ask.questions->process(p->ask.context, &in->owner);
		/* That of the tracer has no name that tells anything. */
		if (in->ev->netns != p->own_netns)
			p->ask.questions->place(p->ask.context, in->ev->netns, &in->place);
	}
	return filter_cgroup(p->cgroup, &in->owner) &&
	       filter_container(p->o, &in->owner, &in->place);
}

/* Tells anew what IN has shown to be wrong, where it was told. */
static void correct(struct pipeline *p, struct correct_entry *wrong, const struct incident *in)
{
	struct verdict before = wrong->in.verdict;

	correct_verdict(wrong, in);
	summary_correct(&p->summary, wrong->in.direction, &before, &wrong->in.verdict);
	wrong->in.id = join_id(&p->join);
	attribute_why(&wrong->in);
	if (p->metrics)
		metrics_add(p->metrics, &wrong->in);
	if (wrong->shown && !pipeline_enough(p) && !p->err)
		p->err = sinks_event(&p->sinks, &wrong->in);
}

/* The first line about the connection, as either end has it. */
static void find_story(struct pipeline *p, size_t i)
{
	const struct join_entry *mate = join_mate(&p->join, p->place[i].entry);
	struct incident *in = &p->incident[i];

	if (in->ev->folded.count)
		return;
	in->of = stories_find(&p->stories, in->ev);
	if (!in->of && mate)
		in->of = stories_find(&p->stories, &mate->event);
	attribute_echo(in);
}

static void finish(struct pipeline *p, struct incident *in)
{
	struct correct_entry *wrong = correct_find(&p->correct, in);
	bool want = !pipeline_enough(p), show = want;

	if (wrong)
		correct(p, wrong, in);
	if (!passes(p, in)) {
		correct_remember(&p->correct, in);
		p->summary.left_out += incident_count(in);
		return;
	}
	if (want) {
		if (in->verdict.cause == CAUSE_OUT_OF_MEMORY)
			p->ask.questions->memory(p->ask.context, &in->memory);
		ask_endings(&p->ask, in);
		attribute_why(in);
		attribute_folded(in);
	}
	/* The others are shown when their report is. */
	if (show && !p->o->capture.every && !p->o->style.quiet)
		show = attack_add(&p->attack, in);
	if (p->metrics)
		metrics_add(p->metrics, in);
	/* It was counted when it was told first. */
	if (!in->corrects)
		summary_add(&p->summary, in, show);
	/* What a report stands for is not told anew. */
	if (show == want)
		correct_keep(&p->correct, in, show);
	else
		correct_remember(&p->correct, in);
	if (!in->ev->folded.count && show == want)
		stories_add(&p->stories, in->ev, in->of ? in->of : in->id);
	if (!show || p->err)
		return;
	p->err = sinks_event(&p->sinks, in);
	if (p->err)
		return;
	p->written++;
	p->summary.folded += incident_count(in) - 1;
}

void pipeline_report_attacks(struct pipeline *p, uint64_t now, bool force)
{
	while (!pipeline_done(p) && attack_next(&p->attack, now, force, &p->report)) {
		p->report.id = join_id(&p->join);
		p->err = sinks_attack(&p->sinks, &p->report);
		if (p->err)
			return;
		p->written++;
		p->summary.shown += p->report.count;
		p->summary.folded += p->report.count;
	}
	p->summary.fold_evicted = p->attack.evicted;
}

void pipeline_finish_one(struct pipeline *p, size_t i)
{
	if (p->place[i].finished)
		return;
	p->place[i].finished = true;
	find_story(p, i);
	chain_keep(&p->chain, &p->incident[i]);
	chain_find(&p->chain, &p->incident[i]);
	regular_note(&p->probes, &p->incident[i]);
	if (p->place[i].mate < PIPELINE_BATCH)
		p->incident[p->place[i].mate].pair.detail = p->incident[i].verdict.detail;
	finish(p, &p->incident[i]);
}
