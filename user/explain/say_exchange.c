/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* say_exchange.c: the parts of sentences that say what a connection was at, and what was lost. */
#include <string.h>

#include "base/util.h"
#include "explain/exchange.h"
#include "explain/say.h"

/* What is younger than this came as the socket was closed. */
#define JUST_NS 20000000ULL
/* A connection older than this was not closed at once. */
#define YOUNG_NS 1000000000ULL

void say_lost(struct incident *in)
{
	struct exchange x;

	exchange_of(in, &x);
	if (x.unsent)
		say(in, ", %s unsent", COUNT(x.unsent));
	if (x.unacked)
		say(in, x.exact ? ", %s lost" : ", %s sent and not acknowledged", COUNT(x.unacked));
	if (x.peer_unread)
		say(in, ", %s unread by the peer", COUNT(x.peer_unread));
}

static void say_window(struct incident *in)
{
	say(in, "; the peer did not read: its window had room for %s byte%s",
	    COUNT(in->ev->sock.snd_wnd), say_plural(in->ev->sock.snd_wnd));
}

static const char *const guesses[][2] = {
	{ "idle-timeout-race", ": a keep-alive race" },
	{ "turned-away", ": turned away, as by a limit of connections" },
	{ "answer-cut", ": an answer was cut off" },
	{ "early-answer", ": it had answered without waiting for the rest of the request" },
	{ "close-notify", ": by its size a TLS close_notify, which asks for nothing" },
	{ "session-tickets", ": by their size TLS 1.3 session tickets, which ask for nothing" },
	{ "intended", ": the reset is intended" },
	{ "probe", ": a probe, as of a health check" },
};

/* Who asks is the client. */
static void say_regular(struct incident *in)
{
	const struct rst_tuple *t = &in->ev->tuple;

	say(in, ", every %s", SPAN(in->regular.every_ns));
	if (in->direction == DIR_RECEIVED)
		say(in, " from %s", ADDRESS(t->remote, t->family));
}

void say_situation(struct incident *in)
{
	if (incident_detail_is(in, "slow-reader"))
		say_window(in);
	for (size_t i = 0; i < ARRAY_SIZE(guesses); i++)
		if (incident_detail_is(in, guesses[i][0]))
			say(in, "%s", guesses[i][1]);
	if (in->regular.count)
		say_regular(in);
}

/* How old it was at its end: where that was at once, and where no question and answer went before, so that
 * its age is for how long somebody waited. */
void say_life(struct incident *in)
{
	struct exchange x;

	exchange_of(in, &x);
	if (x.there && x.have_life &&
	    (x.life_ns < YOUNG_NS || !x.read || !x.sent || incident_detail_is(in, "unanswered")))
		say(in, ", %s after the %s", SPAN(x.life_ns), x.from_syn ? "SYN" : "handshake");
}

/* What had passed before the connection was closed; of what is still there, its sentence tells. */
static void say_passed(struct incident *in, const struct exchange *x)
{
	if (x->read && x->sent)
		say(in, ", after reading %s and sending %s", COUNT(x->read), COUNT(x->sent));
	else if (x->read)
		say(in, ", after reading %s and answering nothing", COUNT(x->read));
	else if (x->role != RST_ROLE_UNKNOWN)
		say(in, ", having received nothing before");
}

void say_unread_came(struct incident *in)
{
	uint64_t ago = exchange_unread_ns(in), quiet = exchange_quiet_ns(in);

	if (ago < JUST_NS && quiet < EXCHANGE_IDLE_NS)
		return;
	say(in, " (the last came %s before", SPAN(ago));
	if (quiet >= EXCHANGE_IDLE_NS)
		say(in, ", after %s without data", SPAN(quiet));
	say(in, ")");
}

void say_unanswered(struct incident *in)
{
	if (incident_detail_is(in, "unanswered"))
		say(in, ", with its last request unanswered");
}

void say_closed_how(struct incident *in)
{
	struct exchange x;

	exchange_of(in, &x);
	if (!x.there)
		return;
	if (x.shut_ns)
		say(in, ", having shut its sending side down %s before that", SPAN(x.shut_ns));
	if (x.late) {
		say_passed(in, &x);
		say_unanswered(in);
		say_life(in);
	}
	say_lost(in);
	say_situation(in);
}
