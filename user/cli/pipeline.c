/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline.c: the only place that knows the order of the stages. */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "explain/mates.h"
#include "explain/decode.h"
#include "explain/wire_origin.h"
#include "kernel/folds.h"
#include "model/facts.h"
#include "model/listeners.h"
#include "packet.h"
#include "cli/denials.h"
#include "cli/filter.h"
#include "cli/pipeline.h"
#include "explain/injection.h"
#include "explain/payload.h"
#include "explain/sender.h"
#include "explain/stayed.h"

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
	p->join.translated = translated;
	p->join.context = &p->ask;
	attack_init(&p->attack, random_seed());
}

static bool enough(const struct pipeline *p)
{
	return p->o->count && p->written >= p->o->count;
}

bool pipeline_done(const struct pipeline *p)
{
	return p->err || enough(p);
}

/* ---- in: decode and hold */

/* Who closed a socket whose reset is being attributed at this very moment. */
static void closed_in_batch(struct pipeline *p, const struct rst_closed *closed)
{
	for (size_t i = 0; i < p->n; i++) {
		struct incident *in = &p->incident[i];
		struct rst_event *event;

		if (in->ev->sock.cookie != closed->cookie || !attribute_wants_scan(in))
			continue;
		event = incident_change(in);
		event->owner.task = closed->task;
		event->owner.known_by = RST_KNOWN_SOCKET;
	}
}

/* Reads the stack of an event that has not been attributed yet, into the scratch incident. */
static struct incident *read_stack(struct pipeline *p, const struct rst_event *event)
{
	struct incident *in = &p->mate;

	incident_clear(in);
	in->ev = event;
	p->ask.questions->stack(p->ask.context, in);
	wire_origin_firewall(in);
	return in;
}

/* Keeps the stack just read for the entry just added. */
static void keep_stack(struct pipeline *p)
{
	struct pipeline_stack *s = &p->stack[p->join.last % JOIN_ROOM];
	const struct incident *in = &p->mate;

	s->number = p->join.last;
	s->nframes = in->nframes;
	s->emitter = in->emitter;
	s->relayed = in->relayed;
	s->location = in->location;
	memcpy(s->frames, in->frames, in->nframes * sizeof(*s->frames));
}

/* The stack of an entry: as it was kept, or read now. */
static void take_stack(struct pipeline *p, struct incident *in, const struct join_entry *entry)
{
	const struct pipeline_stack *s = &p->stack[entry->number % JOIN_ROOM];

	if (s->number != entry->number) {
		p->ask.questions->stack(p->ask.context, in);
		return;
	}
	in->nframes = s->nframes;
	in->emitter = s->emitter;
	in->relayed = s->relayed;
	in->location = s->location;
	memcpy(in->frames, s->frames, s->nframes * sizeof(*s->frames));
}

static void add_wire(struct pipeline *p, const struct rst_event *event)
{
	const struct incident *in = read_stack(p, event);
	enum origin origin = wire_origin(in);

	/* The lower device of one that was seen already; or TCP's own, which the tracepoint tells. */
	if (in->relayed || origin == ORIGIN_TCP) {
		p->summary.seen_before++;
		return;
	}
	join_wire(&p->join, event, origin);
	keep_stack(p);
}

static void add_dropped(struct pipeline *p, const struct rst_event *event)
{
	struct incident *in = read_stack(p, event);

	in->drop_reason = features_drop(p->ask.features, event->drop_reason);
	join_dropped(&p->join, event, wire_origin_for_others(in));
	keep_stack(p);
}

static void add_received(struct pipeline *p, const struct rst_event *event)
{
	uint64_t caller;
	bool not_received = p->ask.questions->not_received(p->ask.context, event, &caller);

	/* What the kernel side asks us only once. */
	if (caller && caller != p->caller[not_received]) {
		p->ask.questions->caller(p->ask.context, caller,
					 not_received ? RST_CALLER_DATA : RST_CALLER_RST);
		p->caller[not_received] = caller;
	}
	if (not_received)
		p->summary.not_received++;
	else
		join_event(&p->join, event, DIR_RECEIVED);
}

static void add_event(struct pipeline *p, const struct rst_event *event)
{
	switch (event->hdr.type) {
	case RST_REC_RECEIVED:
		add_received(p, event);
		break;
	case RST_REC_SENT:
		join_event(&p->join, event, DIR_SENT);
		break;
	case RST_REC_WIRE:
		add_wire(p, event);
		break;
	case RST_REC_DROPPED:
		add_dropped(p, event);
		break;
	}
}

/* A sample that came through the ring: most of its count may have been told of. */
static void add_sample(struct pipeline *p, const struct rst_event *event)
{
	struct rst_event sample = *event;

	if (p->ask.questions->fold_told(p->ask.context, &sample))
		add_event(p, &sample);
}

int pipeline_folds(struct pipeline *p, bool force)
{
	uint64_t now = p->ask.questions->now(p->ask.context, CLOCK_MONOTONIC);
	struct rst_event sample;

	if (!force && !p->folds_cursor && now - p->folds_looked_ns < FOLDS_SWEEP_NS)
		return 0;
	while (!join_full(&p->join)) {
		if (!p->ask.questions->fold_next(p->ask.context, &p->folds_cursor, force,
						 &sample)) {
			p->folds_cursor = 0;
			p->folds_looked_ns = now;
			return 0;
		}
		add_event(p, &sample);
	}
	return -ENOBUFS;
}

int pipeline_record(void *context, const void *data, size_t size)
{
	struct pipeline *p = context;
	struct record record;
	uint32_t netns;

	if (decode(&record, data, size)) {
		p->summary.malformed++;
		return 0;
	}
	switch (record.type) {
	case RST_REC_ARRIVED:
		netns = record.arrival->netns ? record.arrival->netns : p->own_netns;
		if (!p->netns || p->netns == netns)
			join_arrival(&p->join, record.arrival, netns);
		break;
	case RST_REC_CLOSED:
		join_owner(&p->join, record.closed);
		closed_in_batch(p, record.closed);
		break;
	case RST_REC_RECEIVED:
	case RST_REC_SENT:
	case RST_REC_WIRE:
	case RST_REC_DROPPED:
		if (record.event->folded.count)
			add_sample(p, record.event);
		else
			add_event(p, record.event);
		break;
	case RST_REC_REJECTED:
		join_rejected(&p->join, record.rejected);
		break;
	case RST_REC_STAYED:
		join_stayed(&p->join, record.stayed);
		break;
	case RST_REC_BYTES:
		join_bytes(&p->join, record.bytes);
		break;
	case RST_REC_DENIED:
		denials_take(p, record.denied);
		break;
	case RST_REC_CGROUP:
		p->ask.questions->cgroup_removed(p->ask.context, record.cgroup);
		break;
	}
	return join_full(&p->join) ? -ENOBUFS : 0;
}

/* ---- through: attribute, find owners */

/* The drop of a RST of this host, as if it were an event: for its stack. */
static void fill_dropped(struct pipeline *p, struct incident *in, const struct rst_stayed *stayed)
{
	struct rst_event *drop = &p->mate_event;
	const struct incident *at;

	memset(drop, 0, sizeof(*drop));
	drop->hdr = stayed->hdr;
	drop->hdr.type = RST_REC_DROPPED;
	drop->tuple = stayed->tuple;
	drop->location = stayed->location;
	drop->nstack = stayed->nstack;
	memcpy(drop->stack, stayed->stack, sizeof(stayed->stack));
	at = read_stack(p, drop);
	p->mate.drop_reason = features_drop(p->ask.features, stayed->drop_reason);
	stayed_dropped(&in->stayed, at);
	ask_interface(&p->ask, in->stayed.interface, stayed->netns, stayed->ifindex);
	ask_stayed_rule(&p->ask, in, stayed);
}

static void fill_stayed(struct pipeline *p, struct incident *in, const struct join_entry *entry)
{
	const struct rst_event *event = in->ev;

	if (event->unsent == RST_UNSENT_NO_ROUTE || event->unsent == RST_UNSENT_DOWN) {
		stayed_without_way(&in->stayed, (enum rst_unsent)event->unsent);
		if (event->unsent == RST_UNSENT_DOWN)
			ask_interface(&p->ask, in->stayed.interface, event->netns,
				      event->out_ifindex);
	} else if (entry->stayed.hdr.size) {
		fill_dropped(p, in, &entry->stayed);
	} else if (event->unsent) {
		in->stayed.what = RST_UNSENT_DROPPED;
		in->stayed.by = "other";
	}
	/* Whoever was told of by the other end has left. */
	if (in->stayed.what || !join_mate(&p->join, entry))
		ask_route(&p->ask, in);
}

/* What the record of the reset itself says. ROOM: for a copy of its event. */
static void fill_record(struct pipeline *p, struct incident *in, struct rst_event *room,
			const struct join_entry *entry)
{
	const struct rst_event *event = &entry->event;
	const struct rst_arrival *arrival = entry->have_arrival ? &entry->arrival : NULL;

	incident_clear(in);
	in->ev = event;
	in->room = room;
	in->id = entry->id;
	in->corrects = entry->corrects;
	in->also = entry->also;
	in->direction = entry->direction;
	in->origin = entry->origin;
	in->wall_ns = event->hdr.mono_ns + p->wall_minus_mono;
	in->traced_ns = event->hdr.mono_ns > p->started_ns ? event->hdr.mono_ns - p->started_ns : 0;
	in->packet = arrival ? arrival->packet : event->packet;
	in->carried = entry->carried;
	if (event->packet.answer)
		in->packet = join_answered(entry);
	in->packet_guessed = event->packet.answer && !entry->rejected.valid;
	if (arrival)
		in->interface =
			p->ask.questions->watched(p->ask.context, arrival->netns, arrival->ifindex);
	else if (event->ifname[0])
		in->interface = event->ifname;
	in->reason = features_reason(p->ask.features, event->reason);
	if (event->hdr.type == RST_REC_DROPPED)
		in->drop_reason = features_drop(p->ask.features, event->drop_reason);
	take_stack(p, in, entry);
}

static void attribute(struct pipeline *p, struct incident *in, struct rst_event *room,
		      const struct join_entry *entry)
{
	enum rst_record_type type = (enum rst_record_type)entry->event.hdr.type;

	/* All that this run takes is older than the run: the same listeners do for all. */
	if (!p->listeners)
		p->listeners = p->ask.questions->listeners(p->ask.context);
	p->ask.listeners = p->listeners;
	fill_record(p, in, room, entry);
	if (type == RST_REC_WIRE || type == RST_REC_DROPPED)
		ask_wire(&p->ask, in, entry);
	listeners_fill(p->listeners, in);
	ask_kernel(&p->ask, in);
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

/* The filters that need no question. */
static bool is_traced(const struct pipeline *p, enum direction direction,
		      const struct rst_event *event)
{
	return p->o->capture.directions & 1U << direction && filter_ports(p->o, event);
}

/* Takes an entry into the batch, with what it is by itself. */
static void take(struct pipeline *p, const struct join_entry *entry)
{
	struct pipeline_place *place = &p->place[p->n];
	struct incident *in = &p->incident[p->n];

	if (!p->n)
		join_keep(&p->join, entry);
	attribute(p, in, &p->event[p->n], entry);
	if (in->direction == DIR_SENT)
		fill_stayed(p, in, entry);
	*place = (struct pipeline_place){
		.entry = entry,
		.role = in->role,
		.role_inferred = in->role_inferred,
	};
	attribute_cause(in);
	place->cause = in->verdict.cause;
	p->at[entry - p->join.entry] = (uint8_t)p->n++;
}

/* Which of the batch an entry is; PIPELINE_BATCH: none. */
static uint8_t place_of(const struct pipeline *p, const struct join_entry *entry)
{
	uint8_t at = entry ? p->at[entry - p->join.entry] : PIPELINE_BATCH;

	return at < p->n && p->place[at].entry == entry ? at : PIPELINE_BATCH;
}

/* What the other end's socket shows of what reached it. */
static void fill_numbers(struct pair *pair, const struct rst_event *mate)
{
	struct facts_queues q = facts_queues(&mate->sock);

	if (!q.valid)
		return;
	pair->have_numbers = true;
	pair->rcv_nxt = mate->sock.rcv_nxt;
	pair->unread = q.unread;
}

static const struct ruleset_answer *rule_soon(const struct pipeline *p,
					      const struct join_entry *entry)
{
	size_t at = entry->number % PIPELINE_SOON;

	return p->soon[at].number == entry->number ? &p->soon[at].answer : NULL;
}

/* Looks for the rules of what has come since the last time. */
static void look_soon(struct pipeline *p)
{
	struct join *j = &p->join;

	if (p->looked + 1 < j->first)
		p->looked = j->first - 1;
	while (p->looked < j->last) {
		const struct join_entry *e = join_at(j, ++p->looked);
		size_t at = e->number % PIPELINE_SOON;

		if (e->arrival_only || e->corrects ||
		    (e->event.hdr.type != RST_REC_DROPPED && e->origin != ORIGIN_FIREWALL &&
		     e->origin != ORIGIN_OWN_FIREWALL))
			continue;
		p->mate_event = e->event;
		fill_record(p, &p->mate, &p->mate_event, e);
		if (p->mate.drop_reason && strcmp(p->mate.drop_reason, "NETFILTER_DROP") != 0)
			continue;
		p->soon[at].number = e->number;
		ask_rule_soon(&p->ask, &p->mate, e, &p->soon[at].answer);
	}
}

/* What the other end knows of itself: its cause, and its owner as far as it is recorded. */
static void fill_pair_elsewhere(struct pipeline *p, struct incident *in,
				const struct join_entry *mate)
{
	attribute(p, &p->mate, &p->mate_event, mate);
	attribute_cause(&p->mate);
	if (mate->merged)
		ask_rule(&p->ask, &p->mate, rule_soon(p, mate));
	fill_numbers(&p->mate.pair, in->ev);
	attribute_owner(&p->mate);
	/* A firewall's RST to this host itself is no event of its own. */
	if (mate->merged) {
		in->origin = mate->origin;
		in->firewall = p->mate.firewall;
		return;
	}
	in->pair.there = true;
	in->pair.id = mate->id;
	in->pair.cause = p->mate.verdict.cause;
	in->pair.detail = p->mate.verdict.detail;
	in->pair.benign = p->mate.verdict.benign;
	in->pair.hook = p->mate.firewall.hook;
	in->pair.pid = p->mate.owner.pid;
	memcpy(in->pair.comm, p->mate.owner.comm, sizeof(in->pair.comm));
}

/* Who passed it on in between: the writer is the task that ran. */
static void fill_relay(struct pipeline *p, struct incident *in, const struct join_entry *entry)
{
	const struct join_entry *relay = mates_relay_of(&p->join, entry);

	if (!relay)
		return;
	in->pair.relay.pid = relay->event.cpu_task.pid;
	memcpy(in->pair.relay.comm, relay->event.cpu_task.comm, RST_COMM_LEN);
}

/* Of another one of the batch, the owner is known only later: complete_pair. */
static void fill_pair(struct pipeline *p, size_t i)
{
	const struct join_entry *mate = join_mate(&p->join, p->place[i].entry);
	struct incident *in = &p->incident[i];

	/* Nobody got it. */
	if (in->stayed.what)
		mate = NULL;
	p->place[i].mate = place_of(p, mate);
	if (p->place[i].mate < PIPELINE_BATCH) {
		in->pair.there = true;
		in->pair.id = mate->id;
		in->pair.cause = p->place[p->place[i].mate].cause;
		in->pair.detail = p->incident[p->place[i].mate].verdict.detail;
		in->pair.hook = p->incident[p->place[i].mate].firewall.hook;
	} else if (mate) {
		fill_pair_elsewhere(p, in, mate);
	}
	in->pair.own = in->pair.there && in->pair.cause != CAUSE_CRAFTED;
	if (!in->pair.there)
		return;
	fill_numbers(&in->pair, &mate->event);
	fill_relay(p, in, p->place[i].entry);
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
}

/* The verdict, now that the others of the batch are there. */
static void decide(struct pipeline *p, size_t i)
{
	struct incident *in = &p->incident[i];
	enum origin origin = in->origin;

	fill_pair(p, i);
	fill_suspicion(p, in, p->place[i].entry);
	if (in->origin != origin || injection_likely(in)) {
		in->role = p->place[i].role;
		in->role_inferred = p->place[i].role_inferred;
		attribute_cause(in);
	}
	if (in->verdict.certainty == CERTAINTY_CERTAIN && attribute_rests_on_memory(in))
		attribute_missed(in, missed_states(p));
	fill_history(p, in);
	ask_rule(&p->ask, in, rule_soon(p, p->place[i].entry));
	sender_judge(in);
	payload_read(in);
}

/* The owners that nothing recorded. Who closed a socket meanwhile stands in the ring: closed_in_batch
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

/* ---- out: say why, filter, print */

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
	if (!is_traced(p, in->direction, in->ev) || !wanted(p, in))
		return false;
	if (*p->cgroup || p->o->container || p->o->pod || !enough(p)) {
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
	if (wrong->shown && !enough(p) && !p->err)
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
	bool want = !enough(p), show = want;

	if (wrong)
		correct(p, wrong, in);
	if (!passes(p, in)) {
		p->summary.left_out += incident_count(in);
		return;
	}
	if (want) {
		if (in->verdict.cause == CAUSE_OUT_OF_MEMORY)
			p->ask.questions->memory(p->ask.context, &in->memory);
		ask_endings(&p->ask, in);
		attribute_why(in);
		folds_say(in);
	}
	/* The others are shown when their report is. */
	if (show && !p->o->capture.every && !p->o->style.quiet)
		show = attack_add(&p->attack, in);
	/* It was counted when it was told first. */
	if (!in->corrects)
		summary_add(&p->summary, in, show);
	/* What a report stands for is not told anew. */
	if (show == want)
		correct_keep(&p->correct, in, show);
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

static void report_attacks(struct pipeline *p, uint64_t now, bool force)
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

/* As the other end's own event says. */
static void complete_pair(struct pipeline *p, size_t i)
{
	struct pair *pair = &p->incident[i].pair;
	const struct incident *mate;

	if (p->place[i].mate == PIPELINE_BATCH)
		return;
	mate = &p->incident[p->place[i].mate];
	pair->pid = mate->owner.pid;
	memcpy(pair->comm, mate->owner.comm, sizeof(pair->comm));
	pair->detail = mate->verdict.detail;
	pair->benign = mate->verdict.benign;
	if (p->incident[i].direction == DIR_RECEIVED)
		attribute_exchange(&p->incident[i]);
}

static void finish_one(struct pipeline *p, size_t i)
{
	if (p->place[i].finished)
		return;
	p->place[i].finished = true;
	find_story(p, i);
	chain_keep(&p->chain, &p->incident[i]);
	chain_find(&p->chain, &p->incident[i]);
	finish(p, &p->incident[i]);
}

static void finish_batch(struct pipeline *p, uint64_t now)
{
	for (size_t i = 0; i < p->n; i++)
		decide(p, i);
	find_owners(p);
	for (size_t i = 0; i < p->n; i++)
		attribute_owner(&p->incident[i]);
	for (size_t i = 0; i < p->n; i++)
		complete_pair(p, i);
	for (size_t i = 0; i < p->n; i++) {
		uint8_t mate = p->place[i].mate;

		/* The sender's line comes before the receiver's. */
		if (mate < PIPELINE_BATCH && p->incident[mate].direction == DIR_SENT)
			finish_one(p, mate);
		finish_one(p, i);
	}
	p->n = 0;
	join_keep(&p->join, NULL);
	report_attacks(p, now, false);
}

void pipeline_run(struct pipeline *p, bool force)
{
	uint64_t counters[RST_CNT_MAX], counted;
	const struct join_entry *entry;
	uint64_t now = p->ask.questions->now(p->ask.context, CLOCK_MONOTONIC);
	/* When all room is taken, half of it is freed at once. */
	size_t forced = join_full(&p->join) ? JOIN_MAX / 2 : 0;

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
	look_soon(p);
	while ((entry = join_next(&p->join, now, force || forced))) {
		forced -= forced > 0;
		/* What became of it was folded, or lost: it is counted there. */
		if (entry->arrival_only && p->counted_only_ns &&
		    entry->event.hdr.mono_ns + LOSS_SPAN_NS > p->counted_only_ns) {
			p->summary.seen_before++;
			continue;
		}
		/* The other end may need what this one knows. */
		if (!is_traced(p, entry->direction, &entry->event) && !join_mate(&p->join, entry)) {
			p->summary.left_out += event_count(&entry->event);
			continue;
		}
		take(p, entry);
		if (p->n == PIPELINE_BATCH)
			finish_batch(p, now);
	}
	finish_batch(p, now);
	if (force)
		report_attacks(p, now, true);
	p->ask.questions->release(p->ask.context);
	if (!p->err)
		p->err = sinks_flush(&p->sinks);
}
