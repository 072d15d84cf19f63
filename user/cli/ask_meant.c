/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ask_meant.c: collects by the ends, chooses by the numbers. */
#include "cli/ask_meant.h"

#include <string.h>

#include "explain/attribute.h"
#include "model/tuple.h"
#include "packet.h"

void ask_meant_set(struct incident *in, enum meant_by by, const struct rst_tuple *tuple,
		   const struct diag_socket *found)
{
	struct rst_event *event = incident_change(in);
	struct meant *m = &in->meant;

	m->by = by;
	m->tuple = *tuple;
	m->netns = event->netns;
	m->state = found->state;
	m->met_owner = event->owner;
	m->met_inode = event->sock.inode;
	m->met_cookie = event->sock.cookie;
	memset(&event->owner, 0, sizeof(event->owner));
	event->sock.inode = found->inode;
	event->sock.cookie = found->cookie;
}

/* Returns false where no more can be asked. */
static bool collect_in(const struct ask *a, struct incident *in, uint32_t netns)
{
	const struct rst_event *event = in->ev;
	struct diag_connection c[MEANT_CANDIDATES];
	struct meant *m = &in->meant;
	int n = a->questions->alike(a->context, netns, &event->tuple, c, MEANT_CANDIDATES);

	for (int i = 0; i < n && i < MEANT_CANDIDATES && m->candidates < MEANT_CANDIDATES; i++) {
		bool local = tuple_same_local(&c[i].tuple, &event->tuple);

		/* Elsewhere the same address and port are another's. */
		if (local && netns != event->netns)
			continue;
		m->candidate[m->candidates++] = (struct meant_candidate){
			.by = local ? MEANT_LOCAL_END : MEANT_REMOTE_END,
			.tuple = c[i].tuple,
			.netns = netns,
			.inode = c[i].socket.inode,
			.cookie = c[i].socket.cookie,
			.state = c[i].socket.state,
		};
	}
	return n >= 0;
}

/* So many namespaces are looked into for one segment. */
#define NAMESPACES 16

void ask_meant_collect(const struct ask *a, struct incident *in)
{
	const struct listeners *l = a->listeners;
	uint32_t asked[NAMESPACES] = { in->ev->netns };
	size_t n = 1;

	if (!collect_in(a, in, in->ev->netns) || in->meant.candidates)
		return;
	for (size_t i = 0; i < l->n && n < NAMESPACES; i++) {
		uint32_t netns = l->v[i].raw.netns;
		size_t k = 0;

		while (k < n && asked[k] != netns)
			k++;
		if (k < n || l->v[i].until_ns)
			continue;
		asked[n++] = netns;
		if (!collect_in(a, in, netns))
			return;
	}
}

/* The flow as it seems to be: of either end one side is known. */
static void set_translation(struct incident *in, const struct rst_tuple *packet,
			    const struct rst_tuple *connection, bool local, const char *by)
{
	struct translation *tr = &in->translation;

	tr->there = true;
	tr->by = by;
	tr->original = local ? *connection : *packet;
	tr->reply = local ? *packet : *connection;
}

static void choose(struct incident *in, const struct meant_candidate *c,
		   const struct rst_found *found)
{
	struct diag_socket socket = { .inode = c->inode, .cookie = c->cookie, .state = c->state };
	struct rst_event *event = incident_change(in);
	struct rst_tuple packet = event->tuple;
	struct meant *m = &in->meant;

	packet_turn(&packet);
	ask_meant_set(in, c->by, &c->tuple, &socket);
	m->netns = c->netns;
	m->have_numbers = true;
	m->rcv_nxt = c->rcv_nxt;
	m->snd_nxt = c->snd_nxt;
	event->owner.task = found->task;
	event->owner.known_by = RST_KNOWN_SCAN;
	in->owner.shared_by = found->processes;
	set_translation(in, &packet, &c->tuple, c->by == MEANT_LOCAL_END, "connection");
}

void ask_meant_choose(struct incident *in, const struct rst_found *found)
{
	struct meant *m = &in->meant;
	size_t best = 0, fits = 0;
	int most = 1;

	for (size_t i = 0; i < m->candidates; i++) {
		struct meant_candidate *c = &m->candidate[i];
		int n;

		if (!found[i].task.pid)
			continue;
		c->rcv_nxt = found[i].rcv_nxt;
		c->snd_nxt = found[i].snd_nxt;
		c->pid = found[i].task.pid;
		memcpy(c->comm, found[i].task.comm, sizeof(found[i].task.comm));
		n = attribute_numbers(in, c);
		if (n < most)
			continue;
		/* Better than those before. */
		for (size_t k = 0; n > most && k < i; k++)
			m->candidate[k].fits = false;
		fits = n > most ? 1 : fits + 1;
		most = n;
		c->fits = true;
		best = i;
	}
	if (!fits)
		return;
	if (fits == 1) {
		choose(in, &m->candidate[best], &found[best]);
	} else {
		struct rst_event *event = incident_change(in);

		m->by = MEANT_SEVERAL;
		memset(&event->owner, 0, sizeof(event->owner));
		event->sock.inode = 0;
	}
	attribute_cause(in);
}

static bool fits_past(const void *context, const struct rst_past *past)
{
	return attribute_goes_on(context, past);
}

void ask_meant_ended(const struct ask *a, struct incident *in, size_t n)
{
	struct past_peer q[ASK_OWNERS_MAX];
	size_t at[ASK_OWNERS_MAX], wanted = 0;

	for (size_t i = 0; i < n; i++) {
		if (in[i].meant.by != MEANT_NOT || in[i].translation.there ||
		    !attribute_wants_translation(&in[i]) || !attribute_wants_alike(&in[i]) ||
		    !(in[i].packet.flags & RST_FLAG_ACK))
			continue;
		at[wanted] = i;
		q[wanted++] = (struct past_peer){
			.tuple = in[i].ev->tuple,
			.netns = in[i].ev->netns,
			.fits = fits_past,
			.context = &in[i],
		};
	}
	if (wanted)
		a->questions->peers(a->context, q, wanted);
	for (size_t i = 0; i < wanted; i++) {
		struct incident *one = &in[at[i]];
		struct rst_tuple packet = q[i].tuple;

		if (!q[i].past.kind)
			continue;
		packet_turn(&packet);
		incident_change(one)->past = q[i].past;
		one->meant.by = MEANT_ENDED_PEER;
		one->meant.tuple = q[i].found;
		one->meant.netns = q[i].found_netns;
		set_translation(one, &packet, &q[i].found, false, "history");
		attribute_cause(one);
	}
}
