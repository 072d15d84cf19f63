/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* correct.c: a ring of verdicts. */
#include <string.h>

#include "explain/correct.h"
#include "explain/sender.h"

/* Whether it is certain who made it, or suspected already. */
static bool is_settled(const struct incident *in)
{
	return in->sender.certainty == CERTAINTY_CERTAIN ||
	       in->verdict.cause != CAUSE_RESET_BY_PEER;
}

/* Whether another than the peer made it, as far as is known. */
static bool is_anothers(const struct incident *in)
{
	return sender_doubted(in) || in->verdict.cause == CAUSE_SUSPECTED_INJECTION;
}

static struct correct_entry *keep(struct correct *c, const struct incident *in)
{
	struct correct_entry *e;

	/* Of a fold, only the sample's numbers are known; of what is certainly the peer's, which is most of them, there
	 * is nothing to say later: an entry is of some kB. */
	if (in->ev->hdr.type != RST_REC_RECEIVED || in->ev->folded.count > 1 ||
	    (is_settled(in) && !is_anothers(in)))
		return NULL;
	e = &c->entry[c->kept++ % CORRECT_MAX];
	e->event = *in->ev;
	e->in = *in;
	e->in.ev = e->in.room = &e->event;
	if (in->interface == in->ev->ifname)
		e->in.interface = e->event.ifname;
	/* Their names belong to the symbols. */
	e->in.nframes = 0;
	e->in.emitter = -1;
	e->in.location.symbol = NULL;
	e->shown = e->corrected = false;
	e->stands = true;
	return e;
}

void correct_keep(struct correct *c, const struct incident *in, bool shown)
{
	struct correct_entry *e = keep(c, in);

	if (!e)
		return;
	e->shown = shown;
	e->stands = is_settled(in);
}

void correct_remember(struct correct *c, const struct incident *in)
{
	(void)keep(c, in);
}

static struct correct_entry *of_connection(struct correct *c, const struct rst_event *event)
{
	uint64_t n = c->kept < CORRECT_MAX ? c->kept : CORRECT_MAX;

	for (uint64_t i = 1; i <= n; i++) {
		struct correct_entry *e = &c->entry[(c->kept - i) % CORRECT_MAX];

		if (e->event.sock.cookie == event->past.cookie && e->event.netns == event->netns)
			return e;
	}
	return NULL;
}

/* Whose the RST was that E's line told of, where it was not the peer's. */
static void fill_resetter(struct resetter *r, const struct incident *in)
{
	if (!is_anothers(in))
		return;
	r->who = sender_who_name(in->sender.who);
	r->inferred = in->sender.certainty != CERTAINTY_CERTAIN;
	if (in->sender.who == SENDER_PROGRAM) {
		r->name.pid = in->pair.pid;
		memcpy(r->name.comm, in->pair.comm, sizeof(r->name.comm));
	}
}

struct correct_entry *correct_find(struct correct *c, struct incident *in)
{
	const struct rst_event *event = in->ev;
	struct correct_entry *e;

	if (event->past.kind != RST_PAST_CONNECTION || event->past.end != RST_END_RESET)
		return NULL;
	e = of_connection(c, event);
	if (!e)
		return NULL;
	fill_resetter(&in->history.resetter, &e->in);
	if (in->direction != DIR_SENT || in->packet_guessed ||
	    event->hdr.mono_ns <= e->event.hdr.mono_ns ||
	    !sender_goes_on(&e->event.sock, &in->packet, event->hdr.mono_ns - e->event.hdr.mono_ns))
		return NULL;
	in->history.goes_on = true;
	return e->corrected || e->stands ? NULL : e;
}

void correct_went_on(struct incident *told, uint64_t ns, uint64_t id)
{
	struct sender *sender = &told->sender;

	told->verdict.cause = CAUSE_SUSPECTED_INJECTION;
	told->verdict.certainty = CERTAINTY_INFERRED;
	told->verdict.rule = "went-on";
	told->verdict.phase = told->verdict.detail = NULL;
	told->verdict.benign = false;
	sender->who = SENDER_OTHER;
	sender->certainty = CERTAINTY_INFERRED;
	sender->speaks_against |= 1U << SIGN_WENT_ON;
	sender->went_on_ns = ns;
	sender->went_on_id = id;
}

void correct_verdict(struct correct_entry *entry, const struct incident *in)
{
	entry->corrected = true;
	entry->in.corrects = entry->in.id;
	correct_went_on(&entry->in, in->ev->hdr.mono_ns - entry->event.hdr.mono_ns, in->id);
}
