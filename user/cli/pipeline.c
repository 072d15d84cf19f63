/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline.c: the only place that knows the order of the stages. */
#include <errno.h>

#include "base/util.h"
#include "cli/pipeline_stages.h"
#include "explain/attribute.h"
#include "explain/injection.h"
#include "explain/payload.h"
#include "explain/sender.h"

/* A loss is noticed so much later at most: the reader comes at least once a second. */
#define LOSS_SPAN_NS 2000000000ULL

static bool translated(void *context, uint32_t netns, const struct rst_tuple *packet,
		       struct translation *out)
{
	const struct ask *a = context;

	return a->questions->translation(a->context, netns, packet, out);
}

void pipeline_init(struct pipeline *p)
{
	join_init(&p->join, random_seed());
	p->probes.seed = random_seed();
	p->join.translated = translated;
	p->join.context = &p->ask;
	attack_init(&p->attack, random_seed());
}

bool pipeline_done(const struct pipeline *p)
{
	return p->err || pipeline_enough(p);
}

/* Whether the RST fits what else came from its sender. */
static void fill_suspicion(struct pipeline *p, struct incident *in, const struct join_entry *entry)
{
	if (in->direction != DIR_RECEIVED)
		return;
	join_burst(&p->join, entry, &in->suspicion);
	if (!entry->have_arrival)
		return;
	in->suspicion.peer = entry->arrival.peer;
	injection_compare(in);
}

/* Takes an entry into the batch, with what it is by itself. */
static void take(struct pipeline *p, const struct join_entry *entry)
{
	struct pipeline_place *place = &p->place[p->n];
	struct incident *in = &p->incident[p->n];

	if (!p->n)
		join_keep(&p->join, entry);
	pipeline_fill(p, in, &p->event[p->n], entry);
	if (in->direction == DIR_SENT)
		pipeline_fill_stayed(p, in, entry);
	*place = (struct pipeline_place){
		.entry = entry,
		.role = in->role,
		.role_inferred = in->role_inferred,
	};
	attribute_cause(in);
	place->cause = in->verdict.cause;
	p->at[entry - p->join.entry] = (uint8_t)p->n++;
}

/* Asked once a run at most, and only for a verdict that it can change. */
static uint64_t missed_states(struct pipeline *p)
{
	uint64_t counters[RST_CNT_MAX];

	if (!p->missed_known) {
		p->ask.questions->counters(p->ask.context, counters);
		p->missed_states = counters[RST_CNT_MISSED_STATES];
		p->missed_known = true;
	}
	return p->missed_states;
}

/* The same, for a sentence about what is not remembered. */
static void fill_history(struct pipeline *p, struct incident *in)
{
	if (in->verdict.cause != CAUSE_NO_SUCH_CONNECTION)
		return;
	if (!p->history_known) {
		p->ask.questions->history(p->ask.context, &p->remembered, &p->forgotten);
		p->history_known = true;
	}
	in->remembered = p->remembered;
	in->forgotten = p->forgotten;
	/* An end that was missed is none that never was. */
	if (in->pair.stood_ns && missed_states(p))
		in->pair.stood_ns = 0;
}

/* The verdict, now that the others of the batch are there. */
static void decide(struct pipeline *p, size_t i)
{
	struct incident *in = &p->incident[i];
	enum origin origin = in->origin;

	pipeline_fill_pair(p, i);
	fill_suspicion(p, in, p->place[i].entry);
	if (in->origin != origin || injection_likely(in)) {
		in->role = p->place[i].role;
		in->role_inferred = p->place[i].role_inferred;
		attribute_cause(in);
	}
	if (in->verdict.certainty == CERTAINTY_CERTAIN && attribute_rests_on_memory(in))
		attribute_missed(in, missed_states(p));
	fill_history(p, in);
	ask_rule(&p->ask, in, pipeline_rule_soon(p, p->place[i].entry));
	sender_judge(in);
	payload_read(in);
}

/* The owners that nothing recorded. Who closed a socket meanwhile stands in the ring: pipeline_record
 * takes it for this batch. */
static void find_owners(struct pipeline *p)
{
	size_t missing;
	int err = ask_owners(&p->ask, p->incident, p->n, &missing);

	if (err == -EAGAIN)
		summary_not_covered(
			&p->summary,
			"the owners of some resets: so many files are open that looking "
			"through them at each would have taken too much CPU time");
	else if (err)
		return;
	if (missing && !join_full(&p->join))
		p->ask.questions->poll(p->ask.context);
}

static void finish_batch(struct pipeline *p, uint64_t now)
{
	for (size_t i = 0; i < p->n; i++)
		decide(p, i);
	find_owners(p);
	for (size_t i = 0; i < p->n; i++)
		attribute_owner(&p->incident[i]);
	for (size_t i = 0; i < p->n; i++)
		pipeline_complete_pair(p, i);
	for (size_t i = 0; i < p->n; i++) {
		uint8_t mate = p->place[i].mate;

		/* The sender's line comes before the receiver's. */
		if (mate < PIPELINE_BATCH && p->incident[mate].direction == DIR_SENT)
			pipeline_finish_one(p, mate);
		pipeline_finish_one(p, i);
	}
	p->n = 0;
	join_keep(&p->join, NULL);
	pipeline_report_attacks(p, now, false);
}

void pipeline_run(struct pipeline *p, bool force)
{
	uint64_t counters[RST_CNT_MAX], counted;
	const struct join_entry *entry;
	uint64_t now = p->ask.questions->now(p->ask.context, CLOCK_MONOTONIC);
	size_t forced;

	/* What was told before NOW stands in the ring by now: its time is over only if that was read after. Else
	 * whoever reads between the two ends of a RST, and is kept from going on until the one that it has is due,
	 * would tell it without the other. */
	if (!force && join_is_due(&p->join, now) && !join_full(&p->join))
		p->ask.questions->poll(p->ask.context);
	/* When all room is taken, half of it is freed at once. */
	forced = join_full(&p->join) ? JOIN_MAX / 2 : 0;
	p->listeners = NULL;
	p->missed_known = p->history_known = false;
	/* The clock may be set, or the machine sleep, while we trace. */
	p->wall_minus_mono = p->ask.questions->now(p->ask.context, CLOCK_REALTIME) - now;
	if (p->o->capture.interfaces && !join_empty(&p->join)) {
		p->ask.questions->counters(p->ask.context, counters);
		counted = counters[RST_CNT_LOST_RECEIVED] + counters[RST_CNT_LOST_DROPPED] +
			  counters[RST_CNT_FOLDED_INCOMING];
		if (counted != p->counted_only)
			p->counted_only_ns = now;
		p->counted_only = counted;
	}
	pipeline_look_soon(p);
	while ((entry = join_next(&p->join, now, force || forced))) {
		forced -= forced > 0;
		/* What became of it was folded, or lost: it is counted there. */
		if (entry->arrival_only && p->counted_only_ns &&
		    entry->event.hdr.mono_ns + LOSS_SPAN_NS > p->counted_only_ns) {
			p->summary.seen_before++;
			continue;
		}
		/* The other end may need what this one knows. */
		if (!pipeline_is_traced(p, entry->direction, &entry->event) &&
		    !join_mate(&p->join, entry)) {
			p->summary.left_out += event_count(&entry->event);
			continue;
		}
		take(p, entry);
		if (p->n == PIPELINE_BATCH)
			finish_batch(p, now);
	}
	finish_batch(p, now);
	if (force)
		pipeline_report_attacks(p, now, true);
	p->ask.questions->release(p->ask.context);
	if (!p->err)
		p->err = sinks_flush(&p->sinks);
}
