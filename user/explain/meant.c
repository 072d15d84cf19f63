/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * meant.c: a segment that a NAT on its way, or here, should have translated and did not: it comes to this
 * host's own ports, which do not know it, or to whoever listens there. What it was for is the connection
 * behind the translation.
 */
#include "explain/attribute.h"
#include "explain/match.h"
#include "explain/rules.h"
#include "explain/say.h"
#include "explain/why.h"
#include "model/words.h"
#include "model/tuple.h"
#include "packet.h"

/* What is held for invalid is out of the window by one of its numbers; the other is the connection's, as far
 * as may be under way: of a random segment one in a thousand would do. */
#define SPAN_BYTES (1U << 20)

static bool close_to(uint32_t a, uint32_t b)
{
	return a - b + SPAN_BYTES < 2 * SPAN_BYTES;
}

int attribute_numbers(const struct incident *in, const struct meant_candidate *c)
{
	const struct rst_packet *p = &in->packet;
	int n = p->flags & RST_FLAG_ACK && close_to(p->ack, c->snd_nxt);

	/* Before the SYN-ACK nothing is expected. */
	return n + (c->state != RST_TCP_SYN_SENT && close_to(p->seq, c->rcv_nxt));
}

/* How far the segment is from where the connection's peer was. */
static void say_distance(struct incident *in)
{
	int32_t beyond = (int32_t)(in->packet.seq - in->meant.rcv_nxt);

	if (!in->meant.have_numbers || !in->packet.valid || in->meant.state == RST_TCP_SYN_SENT ||
	    !beyond)
		return;
	say(in, ": its seq is %s bytes %s what that expects",
	    COUNT(beyond < 0 ? -(int64_t)beyond : beyond), beyond < 0 ? "behind" : "beyond");
}

/* What its namespace is, if it is another. */
static void say_elsewhere(struct incident *in)
{
	if (in->meant.netns && in->meant.netns != in->ev->netns)
		say(in, ", in network namespace %u", in->meant.netns);
}

static void say_connection(struct incident *in)
{
	const struct meant *m = &in->meant;

	say(in, "; ");
	if (in->owner.pid)
		say_owner(in);
	else
		say(in, "a process here");
	say(in, " has that connection (%s with %s, %s",
	    ENDPOINT(m->tuple.local, m->tuple.family, m->tuple.local_port),
	    ENDPOINT(m->tuple.remote, m->tuple.family, m->tuple.remote_port),
	    words_tcp_state(m->state));
	say_elsewhere(in);
	say(in, ")");
}

static void say_flow(struct incident *in)
{
	const struct rst_tuple *o = &in->translation.original;
	struct rst_tuple packet = in->ev->tuple;

	if (in->direction != DIR_PASSING)
		packet_turn(&packet);
	say(in, " was not translated%s: conntrack has its flow as %s to %s",
	    tuple_same(&packet, o) ? "" : " back", ENDPOINT(o->local, o->family, o->local_port),
	    ENDPOINT(o->remote, o->family, o->remote_port));
	say(in, ", but held this segment for invalid (out of window?)");
	say_distance(in);
}

static void say_by_one_end(struct incident *in)
{
	const struct rst_tuple *t = &in->ev->tuple;

	if (in->meant.by == MEANT_REMOTE_END) {
		say(in,
		    " was not translated: conntrack has no entry of its flow any more. Its numbers "
		    "are those of another connection of %s",
		    ENDPOINT(t->remote, t->family, t->remote_port));
	} else {
		say(in,
		    " came untranslated: its numbers are those of another connection of %s, which a NAT "
		    "on the way joins with these ends, and let this one through",
		    ENDPOINT(t->local, t->family, t->local_port));
	}
	say_distance(in);
}

static void say_ended_peer(struct incident *in)
{
	const struct rst_tuple *t = &in->meant.tuple;

	say(in,
	    " was not translated: conntrack has no entry of its flow any more. Its numbers go on where a "
	    "connection of %s with %s stopped",
	    ENDPOINT(t->remote, t->family, t->remote_port),
	    ENDPOINT(t->local, t->family, t->local_port));
	say_elsewhere(in);
	if (!in->history.what)
		return;
	say(in, "; %s before, ", SPAN(in->history.ago_ns));
	say_history(in, "that connection");
}

static void say_candidates(struct incident *in)
{
	const struct meant *m = &in->meant;
	const char *between = ": ";

	say(in,
	    " came untranslated: its numbers are those of more than one connection that has one of its "
	    "ends");
	for (size_t i = 0; i < m->candidates; i++) {
		const struct meant_candidate *c = &m->candidate[i];

		if (!c->fits)
			continue;
		say(in, "%s", between);
		say_process(in, c->pid, c->comm);
		say(in, " (%s with %s)",
		    ENDPOINT(c->tuple.local, c->tuple.family, c->tuple.local_port),
		    ENDPOINT(c->tuple.remote, c->tuple.family, c->tuple.remote_port));
		between = " or ";
	}
}

void say_untranslated(struct incident *in)
{
	switch (in->meant.by) {
	case MEANT_CONNTRACK:
		say_flow(in);
		say_connection(in);
		break;
	case MEANT_LOCAL_END:
	case MEANT_REMOTE_END:
		say_by_one_end(in);
		say_connection(in);
		break;
	case MEANT_ENDED:
		say_flow(in);
		if (!in->history.what)
			break;
		say(in, "; %s before, ", SPAN(in->history.ago_ns));
		say_history(in, "that connection");
		break;
	case MEANT_ENDED_PEER:
		say_ended_peer(in);
		break;
	case MEANT_SEVERAL:
		say_candidates(in);
		break;
	case MEANT_NOT:
		say_flow(in);
		if (in->direction != DIR_PASSING)
			say(in, ", and this host's own ports do not know it");
		break;
	}
}

/* What the other end had asked for: between a SYN that nobody took and its sender stands a NAT. */
static void say_asked_for(struct incident *in)
{
	const struct rst_tuple *here = &in->ev->tuple;
	const struct rst_tuple *there =
		in->translation.there ? &in->translation.original : &in->pair.tuple;

	if (!match_p1(in) || !there->family ||
	    (there->family == here->family &&
	     tuple_same_end(there->remote, there->remote_port, here->local, here->local_port)))
		return;
	say(in, "; the SYN was for %s, which a NAT on its way translates",
	    ENDPOINT(there->remote, there->family, there->remote_port));
}

void say_way(struct incident *in)
{
	struct rst_tuple packet = in->ev->tuple, beyond;

	packet_turn(&packet);
	if (in->direction == DIR_SENT)
		say_asked_for(in);
	else if (in->translation.there && attribute_wants_way(in) &&
		 translation_other_side(&in->translation, &packet, &beyond))
		say(in, "; a NAT here led the connection to %s",
		    ENDPOINT(beyond.local, beyond.family, beyond.local_port));
}
