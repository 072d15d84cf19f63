/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline.c: the only place that knows the order of the stages. */
#include <errno.h>
#include <string.h>

#include "explain/attribute.h"
#include "explain/decode.h"
#include "explain/wire_origin.h"
#include "model/listeners.h"
#include "packet.h"
#include "cli/pipeline.h"
#include "explain/injection.h"
#include "base/util.h"

/* A loss is noticed so much later at most: the reader comes at least once a second. */
#define LOSS_SPAN_NS 2000000000ULL

void pipeline_init(struct pipeline *p)
{
	join_init(&p->join);
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
		struct rst_event *event = &p->event[i];

		if (event->sock.cookie != closed->cookie || !attribute_wants_scan(&p->incident[i]))
			continue;
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
	symbols_stack(p->symbols, in);
	firewall_fill(in);
	return in;
}

static void add_wire(struct pipeline *p, const struct rst_event *event)
{
	const struct incident *in = read_stack(p, event);
	enum origin origin = firewall_origin(in);

	/* The lower device of one that was seen already; or TCP's own, which the tracepoint tells. */
	if (in->relayed || origin == ORIGIN_TCP)
		p->summary.seen_before++;
	else
		join_wire(&p->join, event, origin);
}

static void add_dropped(struct pipeline *p, const struct rst_event *event)
{
	struct incident *in = read_stack(p, event);
	struct rst_event turned;

	in->drop_reason = features_drop(p->features, event->drop_reason);
	if (!firewall_for_others(in)) {
		join_event(&p->join, event, DIR_RECEIVED);
		return;
	}
	turned = *event;
	packet_turn(&turned.tuple);
	join_event(&p->join, &turned, DIR_PASSING);
}

static void add_received(struct pipeline *p, const struct rst_event *event)
{
	uint64_t caller;
	bool not_received = symbols_not_received(p->symbols, event, &caller);

	/* What the kernel side asks us only once. */
	if (caller && caller != p->caller[not_received]) {
		tracer_caller(p->tracer, caller, not_received ? RST_CALLER_DATA : RST_CALLER_RST);
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

	if (folds_told(&p->folds, &sample))
		add_event(p, &sample);
}

int pipeline_folds(struct pipeline *p, bool force)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	struct rst_event sample;

	if (!force && !p->look_at && now - p->folds.looked_ns < FOLDS_SWEEP_NS)
		return 0;
	while (!join_full(&p->join)) {
		if (!folds_next(&p->folds, &p->look_at, force, &sample)) {
			p->look_at = 0;
			p->folds.looked_ns = now;
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

	if (decode(&record, data, size)) {
		p->summary.malformed++;
		return 0;
	}
	switch (record.type) {
	case RST_REC_ARRIVED:
		/* XDP sees the namespace that rsttrace was started in. */
		if (!p->netns || p->netns == p->own_netns)
			join_arrival(&p->join, record.arrival, p->own_netns);
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
	}
	return join_full(&p->join) ? -ENOBUFS : 0;
}

/* ---- through: attribute, find owners */

/* What the record of the reset itself says. */
static void fill_record(struct pipeline *p, struct incident *in, const struct rst_event *event,
			const struct join_entry *entry)
{
	const struct rst_arrival *arrival = entry->have_arrival ? &entry->arrival : NULL;

	incident_clear(in);
	in->ev = event;
	in->id = entry->id;
	in->direction = entry->direction;
	in->origin = entry->origin;
	in->wall_ns = event->hdr.mono_ns + p->wall_minus_mono;
	in->traced_ns = event->hdr.mono_ns > p->started_ns ? event->hdr.mono_ns - p->started_ns : 0;
	in->packet = arrival ? arrival->packet : event->packet;
	if (event->packet.answer)
		in->packet = join_answered(entry);
	in->packet_guessed = event->packet.answer && !entry->rejected.valid;
	if (arrival)
		in->interface = tracer_interface(p->tracer, arrival->ifindex);
	else if (event->ifname[0])
		in->interface = event->ifname;
	in->reason = features_reason(p->features, event->reason);
	if (event->hdr.type == RST_REC_DROPPED)
		in->drop_reason = features_drop(p->features, event->drop_reason);
	symbols_stack(p->symbols, in);
}

static void interface_name(struct pipeline *p, char name[RST_IFNAME_LEN],
			   const struct rst_event *event, uint32_t ifindex)
{
	const char *found = ifindex ? diag_interface(p->diag, event->netns, 0, ifindex) : NULL;

	if (found)
		snprintf(name, RST_IFNAME_LEN, "%s", found);
}

static void fill_wire(struct pipeline *p, struct incident *in, const struct join_entry *entry)
{
	const struct rst_event *event = in->ev;
	uint32_t came_in = event->in_ifindex;

	if (in->origin == ORIGIN_FIREWALL || in->origin == ORIGIN_OWN_FIREWALL) {
		in->rst = in->packet;
		in->packet = entry->rejected;
		came_in = entry->rejected_ifindex;
	}
	in->came_in = came_in;
	interface_name(p, in->in_interface, event, came_in);
	if (in->direction == DIR_PASSING)
		memcpy(in->out_interface, event->ifname, sizeof(in->out_interface));
	firewall_fill(in);
}

static void take_found(struct rst_event *event, const struct diag_socket *found)
{
	event->sock.kind = RST_SOCK_FOUND;
	event->sock.state = found->state;
	event->sock.inode = found->inode;
	event->sock.cookie = found->cookie;
}

/* What a RST would have hit that was dropped before TCP looked for it; or what it did hit, where the
 * kernel does not tell. */
static void find_target(struct pipeline *p, const struct incident *in, struct rst_event *event)
{
	struct diag_socket found;

	if (diag_find(p->diag, event->netns, 0, &event->tuple, &found))
		return;
	take_found(event, &found);
	if (!p->features->have[FEATURE_DROP_SOCKET] && found.state == RST_TCP_LISTEN &&
	    attribute_by_listener(in))
		event->sock.kind = RST_SOCK_LISTENER;
}

/* A half-open connection lives for a minute, TIME_WAIT as well, unless something ended it; that the
 * handshake was finished meanwhile shows that a RST did not. */
static void find_standing(struct pipeline *p, struct incident *in, struct rst_event *event)
{
	bool time_wait = in->ev->sock.kind == RST_SOCK_TIMEWAIT;
	struct diag_socket found;
	int err = diag_find(p->diag, in->ev->netns, in->ev->owner.task.pid, &in->ev->tuple, &found);

	/* That a listener refused it was a guess, if there is a connection after all. */
	if (!err && !p->features->have[FEATURE_DROP_SOCKET] && in->direction == DIR_RECEIVED &&
	    event->sock.kind == RST_SOCK_LISTENER && found.state != RST_TCP_LISTEN &&
	    found.state != RST_TCP_SYN_RECV) {
		take_found(event, &found);
		memset(&event->owner, 0, sizeof(event->owner));
		return;
	}
	in->unasked = err && err != -ENOENT;
	in->stands = !err && (time_wait ? found.state == RST_TCP_TIME_WAIT ||
						  found.state == RST_TCP_FIN_WAIT2
			      : in->direction == DIR_SENT ? found.state == RST_TCP_SYN_RECV
							  : found.state != RST_TCP_LISTEN);
}

/* What the kernel can still be asked of. */
static void ask(struct pipeline *p, struct incident *in, struct rst_event *event)
{
	if (attribute_wants_target(in))
		find_target(p, in, event);
	if (attribute_wants_translation(in))
		in->translation.there = conntrack_find(p->conntrack, event->netns, 0, &event->tuple,
						       &in->translation);
	if (attribute_wants_standing(in))
		find_standing(p, in, event);
}

static void attribute(struct pipeline *p, struct incident *in, struct rst_event *event,
		      const struct join_entry *entry)
{
	/* All that this run takes is older than the run: the same listeners do for all. */
	if (!p->listeners)
		p->listeners = tracer_listeners(p->tracer);
	fill_record(p, in, event, entry);
	if (event->hdr.type == RST_REC_WIRE || event->hdr.type == RST_REC_DROPPED)
		fill_wire(p, in, entry);
	listeners_fill(p->listeners, in);
	ask(p, in, event);
}

/* Which rule it was, where a firewall decided; else the hook says nothing. */
static void fill_firewall(struct pipeline *p, struct incident *in)
{
	bool reject = in->verdict.cause == CAUSE_FIREWALL_REJECT;
	struct ruleset_query q = {
		.verdict = reject ? RULESET_REJECT : RULESET_DROP,
		.tuple = in->ev->tuple,
		.packet = in->packet,
		.kind = in->firewall.kind,
		.family = in->firewall.family,
		.hook = in->firewall.hook,
		.in_interface = in->in_interface,
		.in_ifindex = in->came_in,
	};

	if (!reject && !(in->verdict.detail && !strcmp(in->verdict.detail, "firewall"))) {
		if (in->origin != ORIGIN_OWN_FIREWALL)
			memset(&in->firewall, 0, sizeof(in->firewall));
		return;
	}
	/* Without its stack, the frames are those of somebody else. */
	if (in->origin == ORIGIN_UNKNOWN && reject)
		memset(&in->firewall, 0, sizeof(in->firewall));
	if (!in->firewall.hook)
		return;
	if (in->direction == DIR_PASSING)
		packet_turn(&q.tuple);
	if (!ruleset_find(p->ruleset, in->ev->netns, 0, &q, in->firewall.rule,
			  sizeof(in->firewall.rule), &in->firewall.rule_inferred))
		in->firewall.rule[0] = '\0';
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
	suspect_compare(in);
}

/* Takes an entry into the batch, with what it is by itself. */
static void take(struct pipeline *p, const struct join_entry *entry)
{
	struct pipeline_place *place = &p->place[p->n];
	struct incident *in = &p->incident[p->n];

	p->event[p->n] = entry->event;
	attribute(p, in, &p->event[p->n], entry);
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

	return at < PIPELINE_BATCH && at < p->n && p->place[at].entry == entry ? at
									       : PIPELINE_BATCH;
}

/* What the other end knows of itself: its cause, and its owner as far as it is recorded. */
static void fill_pair_elsewhere(struct pipeline *p, struct incident *in,
				const struct join_entry *mate)
{
	p->mate_event = mate->event;
	attribute(p, &p->mate, &p->mate_event, mate);
	attribute_cause(&p->mate);
	if (mate->taken)
		fill_firewall(p, &p->mate);
	attribute_owner(&p->mate);
	/* A firewall's RST to this host itself is no event of its own. */
	if (mate->taken) {
		in->origin = mate->origin;
		in->firewall = p->mate.firewall;
		return;
	}
	in->pair.there = true;
	in->pair.id = mate->id;
	in->pair.cause = p->mate.verdict.cause;
	in->pair.pid = p->mate.owner.pid;
	memcpy(in->pair.comm, p->mate.owner.comm, sizeof(in->pair.comm));
}

/* Of another one of the batch, the owner is known only later: complete_pair. */
static void fill_pair(struct pipeline *p, size_t i)
{
	const struct join_entry *mate = join_mate(&p->join, p->place[i].entry);
	struct incident *in = &p->incident[i];

	p->place[i].mate = place_of(p, mate);
	if (p->place[i].mate < PIPELINE_BATCH) {
		in->pair.there = true;
		in->pair.id = mate->id;
		in->pair.cause = p->place[p->place[i].mate].cause;
	} else if (mate) {
		fill_pair_elsewhere(p, in, mate);
	}
	in->pair.own = in->pair.there && in->pair.cause != CAUSE_CRAFTED;
}

/* The verdict, now that the others of the batch are there. */
static void decide(struct pipeline *p, size_t i)
{
	struct incident *in = &p->incident[i];
	enum origin origin = in->origin;

	fill_pair(p, i);
	fill_suspicion(p, in, p->place[i].entry);
	if (in->origin != origin || suspect_likely(in)) {
		in->role = p->place[i].role;
		in->role_inferred = p->place[i].role_inferred;
		attribute_cause(in);
	}
	fill_firewall(p, in);
}

/* Those that nothing recorded: one pass over the open files for all. What is not found there was
 * closed in the meantime, and its closer stands in the ring. */
static void find_owners(struct pipeline *p)
{
	uint64_t inode[PIPELINE_BATCH];
	struct rst_found found[PIPELINE_BATCH];
	size_t at[PIPELINE_BATCH], n = 0, missing;
	int err;

	for (size_t i = 0; i < p->n; i++) {
		if (!attribute_wants_scan(&p->incident[i]))
			continue;
		at[n] = i;
		inode[n++] = p->event[i].sock.inode;
	}
	err = n ? tracer_find(p->tracer, inode, found, n) : 0;
	if (err == -EAGAIN)
		summary_not_covered(
			&p->summary,
			"the owners of some resets: so many files are open that looking "
			"through them at each would have taken too much CPU time");
	else if (err)
		return;
	missing = err ? n : 0;
	for (size_t i = 0; i < n && !err; i++) {
		struct rst_owner *owner = &p->event[at[i]].owner;

		if (!found[i].task.pid) {
			missing++;
			continue;
		}
		owner->task = found[i].task;
		owner->known_by = RST_KNOWN_SCAN;
		p->incident[at[i]].owner.shared_by = found[i].processes;
	}
	if (missing && !join_full(&p->join))
		tracer_poll(p->tracer, 0);
}

/* ---- out: say why, filter, print */

static bool wanted(const struct pipeline *p, const struct incident *in)
{
	const struct options *o = p->o;
	size_t len = strlen(p->cgroup);

	if (enough(p))
		return false;
	if (o->causes && !o->cause[in->verdict.cause])
		return false;
	if (o->abnormal && in->verdict.benign)
		return false;
	if (o->pid && in->owner.pid != o->pid)
		return false;
	/* The cgroup itself, and those below it. */
	if (len && (strncmp(in->owner.cgroup, p->cgroup, len) != 0 ||
		    (len > 1 && in->owner.cgroup[len] && in->owner.cgroup[len] != '/')))
		return false;
	return true;
}

static bool has_port(const uint16_t *list, uint8_t n, uint16_t port)
{
	for (uint8_t i = 0; i < n; i++)
		if (list[i] == port)
			return true;
	return !n;
}

/* The kernel side cannot tell which end of a dropped RST is the local one. */
static bool ports_match(const struct options *o, const struct rst_event *event)
{
	return event->hdr.type != RST_REC_DROPPED ||
	       (has_port(o->capture.local_port, o->capture.local_ports, event->tuple.local_port) &&
		has_port(o->capture.remote_port, o->capture.remote_ports,
			 event->tuple.remote_port));
}

static void finish(struct pipeline *p, struct incident *in)
{
	bool show;

	if (!(p->o->capture.directions & 1U << in->direction) || !ports_match(p->o, in->ev))
		return;
	process_fill(&in->owner, in->owner.start_ns, in->owner.cgroup_id);
	if (in->verdict.cause == CAUSE_OUT_OF_MEMORY)
		process_tcp_memory(&in->memory);
	attribute_why(in);
	folds_say(in);
	show = wanted(p, in);
	/* The others are shown when their report is. */
	if (show && !p->o->capture.every && !p->o->style.quiet)
		show = attack_add(&p->attack, in);
	summary_add(&p->summary, in, show);
	if (!show || p->err)
		return;
	p->err = p->sink.ops->event(&p->sink, in);
	if (p->err)
		return;
	p->written++;
	p->summary.folded += incident_count(in) - 1;
}

static void report_attacks(struct pipeline *p, uint64_t now, bool force)
{
	while (!pipeline_done(p) && attack_next(&p->attack, now, force, &p->report)) {
		p->report.id = join_id(&p->join);
		p->err = p->sink.ops->attack(&p->sink, &p->report);
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
	const struct process *owner;

	if (p->place[i].mate == PIPELINE_BATCH)
		return;
	owner = &p->incident[p->place[i].mate].owner;
	pair->pid = owner->pid;
	memcpy(pair->comm, owner->comm, sizeof(pair->comm));
}

static void finish_batch(struct pipeline *p, uint64_t now)
{
	for (size_t i = 0; i < p->n; i++)
		decide(p, i);
	find_owners(p);
	for (size_t i = 0; i < p->n; i++)
		attribute_owner(&p->incident[i]);
	for (size_t i = 0; i < p->n; i++) {
		complete_pair(p, i);
		finish(p, &p->incident[i]);
	}
	p->n = 0;
	report_attacks(p, now, false);
}

void pipeline_run(struct pipeline *p, bool force)
{
	uint64_t counters[RST_CNT_MAX], counted;
	const struct join_entry *entry;
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	/* When all room is taken, half of it is freed at once. */
	size_t forced = join_full(&p->join) ? JOIN_MAX / 2 : 0;

	p->listeners = NULL;
	/* The clock may be set, or the machine sleep, while we trace. */
	p->wall_minus_mono = clock_ns(CLOCK_REALTIME) - now;
	if (p->o->capture.interfaces && !join_empty(&p->join)) {
		tracer_counters(p->tracer, counters);
		counted = counters[RST_CNT_LOST_RECEIVED] + counters[RST_CNT_LOST_DROPPED] +
			  counters[RST_CNT_FOLDED_INCOMING];
		if (counted != p->counted_only)
			p->counted_only_ns = now;
		p->counted_only = counted;
	}
	while ((entry = join_next(&p->join, now, force || forced))) {
		forced -= forced > 0;
		/* What became of it was folded, or lost: it is counted there. */
		if (entry->lone && p->counted_only_ns &&
		    entry->event.hdr.mono_ns + LOSS_SPAN_NS > p->counted_only_ns) {
			p->summary.seen_before++;
			continue;
		}
		take(p, entry);
		if (p->n == PIPELINE_BATCH)
			finish_batch(p, now);
	}
	finish_batch(p, now);
	if (force)
		report_attacks(p, now, true);
	diag_release(p->diag);
	conntrack_release(p->conntrack);
	ruleset_release(p->ruleset);
	if (!p->err)
		p->err = p->sink.ops->flush(&p->sink);
}
