/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_sender.c: what the sentence says about who made a RST, when something speaks against the peer. */
#include "base/util.h"
#include "explain/say.h"
#include "explain/sender.h"
#include "model/facts.h"

static void say_sooner(struct incident *in)
{
	say(in,
	    "it came %s after a segment of this end, and no round trip to the peer took less than %s",
	    SPAN(in->sender.answer_ns), SPAN(in->sender.round_trip_ns));
}

static void say_distance(struct incident *in)
{
	const struct rst_peer *p = &in->suspicion.peer;

	say(in, "it has ");
	say_hops(in, in->packet.ttl);
	say(in, ", the peer's packet%s before had ", say_plural(p->packets));
	say_hops(in, p->ttl);
}

static void say_stale(struct incident *in)
{
	say(in,
	    "%s with an older number came with it, though this end had sent nothing for %s that "
	    "could be answered",
	    COUNT(in->suspicion.stale), SPAN(in->ev->sock.quiet_us * 1000ULL));
}

static void say_repeated(struct incident *in)
{
	say(in,
	    "the same came %s times more, though this end had sent nothing for %s that could be "
	    "answered",
	    COUNT(in->suspicion.equal), SPAN(in->ev->sock.quiet_us * 1000ULL));
}

static void say_went_on(struct incident *in)
{
	say(in, "%s after it the peer went on where it was", SPAN(in->sender.went_on_ns));
}

/* Which host has the better right to the address, nobody can tell from here. */
static void say_second(struct incident *in)
{
	const struct rst_socket *s = &in->ev->sock;
	const struct rst_past *past = &in->ev->past;

	say(in,
	    "two SYN-ACKs with different numbers answered this connection's SYN (seq %u, which was taken, "
	    "and %u, %s before the RST): two hosts have the address %s, or something on the path answers "
	    "in its name",
	    s->rcv_nxt - (uint32_t)s->bytes_received - 1, past->rcv_nxt,
	    SPAN(in->ev->hdr.mono_ns - past->at_ns),
	    ADDRESS(in->ev->tuple.remote, in->ev->tuple.family));
}

/* Those that the sentence of no cause says itself. */
static const struct {
	enum sender_sign sign;
	void (*say)(struct incident *in);
} said[] = {
	{ SIGN_SOONER, say_sooner },   { SIGN_DISTANCE, say_distance },
	{ SIGN_STALE, say_stale },     { SIGN_REPEATED, say_repeated },
	{ SIGN_WENT_ON, say_went_on }, { SIGN_SECOND, say_second },
};

void sender_say(struct incident *in)
{
	const struct sender *s = &in->sender;
	const char *before = "; sent in the peer's name, and probably not by the peer: ";

	if (s->who != SENDER_OTHER && s->speaks_against & 1U << SIGN_SECOND) {
		say(in, "; ");
		say_second(in);
	}
	if (s->who != SENDER_OTHER)
		return;
	/* That sentence begins with it. */
	if (in->verdict.cause == CAUSE_SUSPECTED_INJECTION)
		before = s->speaks_against & 1U << SIGN_WENT_ON ? ": " : "; ";
	for (size_t i = 0; i < ARRAY_SIZE(said); i++) {
		if (!(s->speaks_against & 1U << said[i].sign) ||
		    (said[i].sign == SIGN_DISTANCE && in->suspicion.ttl &&
		     in->verdict.cause == CAUSE_SUSPECTED_INJECTION))
			continue;
		say(in, "%s", before);
		said[i].say(in);
		before = "; ";
	}
}
