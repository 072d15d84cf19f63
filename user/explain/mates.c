/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mates.c: the order of the search; and what a program wrote that only passed it on. */
#include "explain/mates.h"
#include "explain/mates_parts.h"
#include "explain/mates_want.h"
#include "explain/numbers.h"

/* Whether what M took is known not to be E's RST, though it would have taken that as well: a socket that has
 * the peer's FIN takes the number of the FIN and the one behind it. */
static bool is_of_another(struct join *j, const struct join_entry *e, const struct join_entry *m)
{
	const struct join_entry *sender = join_has(j, m->mate) ? join_at(j, m->mate) : NULL;

	return sender && sender->numbers.exact && !numbers_fit(&sender->numbers, &e->numbers);
}

/*
 * Whether what a program wrote as E had been sent before, by the TCP or the firewall of a namespace here,
 * and had not come to anybody: then the program is on its way. One that makes RSTs of its own does not
 * wait for those of TCP.
 */
static bool is_relayed(struct join *j, const struct join_entry *e)
{
	struct mates_group sent = { 0 }, received = { 0 };
	uint32_t came = 0;

	mates_gather(j, e, JOIN_BY_ENDS, mates_want_source, &sent);
	mates_gather(j, e, JOIN_BY_ENDS, mates_want_earlier, &received);
	for (uint32_t i = 0; i < received.n; i++)
		came += !is_of_another(j, e, received.v[i]);
	return sent.n > came && !sent.more;
}

void mates_relay(struct join *j, uint64_t number)
{
	struct join_entry *e = join_at(j, number);

	if (!mates_is_written(e) || !is_relayed(j, e))
		return;
	e->relayed = true;
	e->direction = DIR_PASSING;
}

/* TCP may tell of an abort only when a program has passed it on. */
static void find_relays(struct join *j, const struct join_entry *e)
{
	struct mates_group written = { 0 };

	if (!join_has(j, j->newest_written))
		return;
	mates_gather(j, e, JOIN_BY_ENDS, mates_want_written, &written);
	for (uint32_t i = 0; i < written.n; i++)
		mates_relay(j, written.v[i]->number);
}

/* A firewall's RST to this host itself is told by what it did. */
static void tell_once(struct join_entry *sender, const struct join_entry *receiver)
{
	if (sender->origin == ORIGIN_OWN_FIREWALL && receiver->event.hdr.type == RST_REC_RECEIVED &&
	    receiver->event.netns == sender->event.netns)
		sender->merged = true;
}

const struct join_entry *mates_relay_of(struct join *j, const struct join_entry *e)
{
	struct mates_group g = { 0 };

	if (e->direction == DIR_PASSING || !e->mate || !join_has(j, j->newest_written))
		return NULL;
	mates_gather(j, e, JOIN_BY_ENDS, mates_want_relay, &g);
	return g.n == 1 && !g.more ? g.v[0] : NULL;
}

void mates_find(struct join *j, uint64_t number)
{
	struct join_entry *e = join_at(j, number), *mate;
	struct mates_group g = { 0 };

	if (e->arrival_only || e->merged || !e->numbers.n)
		return;
	mates_relay(j, number);
	if (e->direction == DIR_PASSING) {
		mates_sender_of(j, e);
		return;
	}
	if (e->mate)
		return;
	find_relays(j, e);
	mates_gather(j, e, JOIN_BY_ENDS, mates_want_other_same, &g);
	mate = g.n || g.more ? mates_in_order(j, e, &g) : mates_find_translated(j, e);
	if (!mate && !g.n && !g.more)
		mate = mates_via_passing(j, e);
	if (!mate)
		return;
	mate->mate = e->number;
	e->mate = mate->number;
	tell_once(e, mate);
	tell_once(mate, e);
}
