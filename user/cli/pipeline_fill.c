/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline_fill.c: what a record says by itself, and what is asked for it. */
#include <string.h>

#include "cli/pipeline_stages.h"
#include "explain/stayed.h"
#include "model/listeners.h"

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
	at = pipeline_read_stack(p, drop);
	p->mate.drop_reason = features_drop(p->ask.features, stayed->drop_reason);
	stayed_dropped(&in->stayed, at);
	ask_interface(&p->ask, in->stayed.interface, stayed->netns, stayed->ifindex);
	ask_stayed_rule(&p->ask, in, stayed);
}

void pipeline_fill_stayed(struct pipeline *p, struct incident *in, const struct join_entry *entry)
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

void pipeline_set_asked(struct incident *in, const struct rst_tuple *asked)
{
	if (!asked->family || in->translation.there)
		return;
	in->translation = (struct translation){
		.there = true,
		.original = *asked,
		.reply = in->ev->tuple,
		.by = "conntrack",
	};
}

/* What the record of the reset itself says. ROOM: for a copy of its event. */
static void fill_record(struct pipeline *p, struct incident *in, struct rst_event *room,
			const struct join_entry *entry)
{
	const struct rst_event *event = &entry->event;
	const struct rst_arrival *arrival = entry->have_arrival ? &entry->arrival : NULL;

	incident_renew(in);
	in->ev = event;
	in->room = room;
	in->id = entry->id;
	in->corrects = entry->corrects;
	in->also = entry->also;
	in->direction = entry->direction;
	in->origin = entry->origin;
	in->wall_ns = event->hdr.mono_ns + p->wall_minus_mono;
	in->wire_missed = p->wire && wire_missed(p->wire, event->hdr.mono_ns);
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
	pipeline_set_asked(in, &entry->asked);
	pipeline_take_stack(p, in, entry);
}

void pipeline_fill(struct pipeline *p, struct incident *in, struct rst_event *room,
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

const struct ruleset_answer *pipeline_rule_soon(const struct pipeline *p,
						const struct join_entry *entry)
{
	size_t at = entry->number % PIPELINE_SOON;

	return p->soon[at].number == entry->number ? &p->soon[at].answer : NULL;
}

void pipeline_look_soon(struct pipeline *p)
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
