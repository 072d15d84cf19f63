/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pipeline_pair.c: what one end of a connection on this host knows of the other. */
#include <string.h>

#include "cli/pipeline_stages.h"
#include "explain/attribute.h"
#include "explain/mates.h"
#include "model/facts.h"
#include "model/tuple.h"
#include "packet.h"

/* Which of the batch an entry is; PIPELINE_BATCH: none. */
static uint8_t place_of(const struct pipeline *p, const struct join_entry *entry)
{
	uint8_t at;

	if (!entry)
		return PIPELINE_BATCH;
	at = p->at[entry - p->join.entry];
	return at < p->n && p->place[at].entry == entry ? at : PIPELINE_BATCH;
}

/* What the other end's socket shows of what reached it, and how old it is. */
static void fill_numbers(struct pair *pair, const struct rst_event *mate)
{
	const struct rst_socket *s = &mate->sock;
	struct facts_queues q = facts_queues(s);

	if (s->kind == RST_SOCK_FULL && s->established_ns && s->established_ns < mate->hdr.mono_ns)
		pair->stood_ns = mate->hdr.mono_ns - s->established_ns;

	if (!q.valid)
		return;
	pair->have_numbers = true;
	pair->rcv_nxt = mate->sock.rcv_nxt;
	pair->unread = q.unread;
}

/* What the other end knows of itself: its cause, and its owner as far as it is recorded. */
static void fill_pair_elsewhere(struct pipeline *p, struct incident *in,
				const struct join_entry *mate)
{
	pipeline_fill(p, &p->mate, &p->mate_event, mate);
	attribute_cause(&p->mate);
	if (mate->merged)
		ask_rule(&p->ask, &p->mate, pipeline_rule_soon(p, mate));
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
	in->pair.ended = history_is_end(&p->mate.history);
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

void pipeline_fill_pair(struct pipeline *p, size_t i)
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
	if (!mate || !in->pair.there)
		return;
	if (in->direction != DIR_PASSING && !tuple_turned(&mate->event.tuple, &in->ev->tuple))
		in->pair.tuple = mate->event.tuple;
	fill_numbers(&in->pair, &mate->event);
	fill_relay(p, in, p->place[i].entry);
}

/* A SYN that no socket took, and that this host led to another namespace: what it had asked for stands in the RST that
 * passes here on its way back, in the name of what was asked. */
static void tell_asked(struct pipeline *p, size_t i)
{
	struct incident *sent = &p->incident[p->place[i].mate];
	struct rst_tuple asked = p->place[i].entry->event.tuple;

	if (p->incident[i].direction != DIR_PASSING || !p->place[i].entry->came.family ||
	    sent->direction != DIR_SENT || !attribute_answers_syn(sent))
		return;
	packet_turn(&asked);
	pipeline_set_asked(sent, &asked);
}

void pipeline_complete_pair(struct pipeline *p, size_t i)
{
	struct pair *pair = &p->incident[i].pair;
	const struct incident *mate;

	if (p->place[i].mate == PIPELINE_BATCH)
		return;
	tell_asked(p, i);
	mate = &p->incident[p->place[i].mate];
	pair->pid = mate->owner.pid;
	memcpy(pair->comm, mate->owner.comm, sizeof(pair->comm));
	pair->detail = mate->verdict.detail;
	pair->benign = mate->verdict.benign;
	pair->ended = history_is_end(&mate->history);
	if (p->incident[i].direction == DIR_RECEIVED)
		attribute_exchange(&p->incident[i]);
}
