/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline_in.c: takes records in: decodes them, reads the stacks that decide what they are held as, holds them. */
#include <errno.h>
#include <string.h>

#include "cli/denials.h"
#include "cli/pipeline_stages.h"
#include "explain/attribute.h"
#include "explain/decode.h"
#include "explain/wire_origin.h"
#include "kernel/folds.h"

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
		event->owner.since_ns = closed->hdr.mono_ns;
	}
}

struct incident *pipeline_read_stack(struct pipeline *p, const struct rst_event *event)
{
	struct incident *in = &p->mate;

	incident_renew(in);
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
	s->stack = in->stack;
	s->location = in->location;
	memcpy(s->frames, in->frames, in->nframes * sizeof(*s->frames));
}

void pipeline_take_stack(struct pipeline *p, struct incident *in, const struct join_entry *entry)
{
	const struct pipeline_stack *s = &p->stack[entry->number % JOIN_ROOM];

	if (s->number != entry->number) {
		p->ask.questions->stack(p->ask.context, in);
		return;
	}
	in->nframes = s->nframes;
	in->emitter = s->emitter;
	in->relayed = s->relayed;
	in->stack = s->stack;
	in->location = s->location;
	memcpy(in->frames, s->frames, s->nframes * sizeof(*s->frames));
}

static void add_wire(struct pipeline *p, const struct rst_event *event)
{
	const struct incident *in = pipeline_read_stack(p, event);
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
	struct incident *in = pipeline_read_stack(p, event);

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
	case RST_REC_TRANSLATED:
		join_came(&p->join, record.translated);
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
