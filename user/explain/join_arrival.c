/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join_arrival.c: the RST that XDP saw, and the socket that took it. */
#include "explain/join_parts.h"
#include "model/tuple.h"

/* Where the event has the RST as well, it must be that one. */
static bool same_rst(const struct join_entry *arrival, const struct join_entry *e)
{
	const struct rst_packet *a = &arrival->arrival.packet, *b = &e->event.packet;

	if (e->event.hdr.type != RST_REC_WIRE && e->event.hdr.type != RST_REC_DROPPED)
		return true;
	return a->seq == b->seq && a->ack == b->ack && a->ip_id == b->ip_id;
}

/* Whether a socket takes this RST; of one that says little, not even that is known. */
static bool is_acceptable(const struct rst_packet *rst, const struct rst_socket *s)
{
	if (s->kind != RST_SOCK_FULL || rst->seq != s->rcv_nxt)
		return false;
	return rst->flags & RST_FLAG_ACK ? rst->ack - s->snd_una <= s->snd_nxt - s->snd_una
					 : rst->seq;
}

/* The RST that XDP saw before the socket took it: in the same namespace, or, SAME_NETNS false, in
 * the one it was routed through. */
static bool take_arrival(struct join *j, struct join_entry *e, bool same_netns)
{
	struct join_entry *best = NULL;

	for (uint64_t n = e->next; join_has(j, n) && n >= j->first; n = join_at(j, n)->next) {
		struct join_entry *a = join_at(j, n);
		bool fits;

		if (!a->arrival_only || a->merged || !same_rst(a, e) ||
		    (same_netns && a->event.netns != e->event.netns) ||
		    !(e->direction == DIR_PASSING ? tuple_turned(&a->event.tuple, &e->event.tuple)
						  : tuple_same(&a->event.tuple, &e->event.tuple)))
			continue;
		/* Of several alike, the socket took the first; the others came too late. */
		fits = is_acceptable(&a->arrival.packet, &e->event.sock);
		if (best && !fits)
			continue;
		best = a;
	}
	if (!best)
		return false;
	e->arrival = best->arrival;
	e->carried = best->carried;
	e->have_arrival = best->merged = true;
	return true;
}

/* So far back an arrival is looked for that was translated since. */
#define TRANSLATED_WALK 64

/* Whether the RST that XDP saw as A is the one of E, with one end translated in between. */
static bool is_translated(const struct join_entry *a, const struct join_entry *e)
{
	const struct rst_tuple *t = &a->event.tuple, *u = &e->event.tuple;
	bool turned = e->direction == DIR_PASSING;
	const uint8_t *local = turned ? u->remote : u->local;
	const uint8_t *remote = turned ? u->local : u->remote;
	uint16_t local_port = turned ? u->remote_port : u->local_port;
	uint16_t remote_port = turned ? u->local_port : u->remote_port;

	if (!a->arrival_only || a->merged || t->family != u->family ||
	    a->event.netns != e->event.netns ||
	    e->event.hdr.mono_ns - a->event.hdr.mono_ns > JOIN_COPY_NS)
		return false;
	if (e->event.hdr.type == RST_REC_WIRE || e->event.hdr.type == RST_REC_DROPPED
		    ? !same_rst(a, e)
		    : !is_acceptable(&a->arrival.packet, &e->event.sock))
		return false;
	return tuple_same_end(t->local, t->local_port, local, local_port) !=
	       tuple_same_end(t->remote, t->remote_port, remote, remote_port);
}

/* Netfilter translates behind XDP: then the ends are not the same any more. */
static void take_translated(struct join *j, struct join_entry *e)
{
	uint64_t newest = j->last - 1;

	for (uint64_t n = newest; n >= j->first && newest - n < TRANSLATED_WALK; n--) {
		struct join_entry *a = join_at(j, n);

		if (!is_translated(a, e))
			continue;
		e->arrival = a->arrival;
		e->carried = a->carried;
		e->have_arrival = a->merged = true;
		return;
	}
}

void join_take_arrival(struct join *j, struct join_entry *e)
{
	/* Without -i, there is none. */
	if (!j->newest_arrival || j->newest_arrival < j->first)
		return;
	if (!take_arrival(j, e, true) &&
	    !(e->direction == DIR_RECEIVED && take_arrival(j, e, false)))
		take_translated(j, e);
}

void join_arrival(struct join *j, const struct rst_arrival *arrival, uint32_t netns)
{
	struct join_entry *e = join_append(j, &arrival->tuple);

	memset(&e->event, 0, sizeof(e->event));
	e->event.hdr = arrival->hdr;
	e->event.tuple = arrival->tuple;
	e->event.netns = netns;
	e->event.reason = -1;
	e->arrival = *arrival;
	e->have_arrival = e->arrival_only = true;
	j->newest_seen = j->newest_arrival = j->last;
	e->direction = DIR_RECEIVED;
	e->due_ns = arrival->hdr.mono_ns + JOIN_ARRIVAL_NS;
}
