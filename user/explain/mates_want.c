/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mates_want.c: who may belong to whom. */
#include "explain/mates_want.h"
#include "explain/numbers.h"

/* Clocks of two CPUs agree so far. */
#define SKEW_NS 2000ULL

/* An abort is told of when its RST has left, by a whole interrupt or more, unless its socket says when it
 * became CLOSE. */
static bool is_late(const struct join_entry *e)
{
	return e->event.hdr.type == RST_REC_SENT && !e->event.packet.valid &&
	       !e->event.sock.ended_ns;
}

bool mates_in_time(const struct join_entry *earlier, const struct join_entry *later, uint64_t span)
{
	uint64_t from = earlier->event.hdr.mono_ns, at = later->event.hdr.mono_ns;

	if (at >= from)
		return at - from <= span;
	return from - at <= (is_late(earlier) ? JOIN_ARRIVAL_NS : SKEW_NS);
}

static bool numbers_agree(const struct join_entry *a, const struct join_entry *b)
{
	return a->numbers.exact ? numbers_fit(&a->numbers, &b->numbers)
				: numbers_fit(&b->numbers, &a->numbers);
}

bool mates_fits(const struct join_entry *sender, const struct join_entry *other, uint64_t span)
{
	return sender->numbers.exact && numbers_fit(&sender->numbers, &other->numbers) &&
	       mates_in_time(sender, other, span);
}

bool mates_is_free(const struct join_entry *e, enum direction direction)
{
	return e->direction == direction && !e->arrival_only && !e->merged && !e->mate;
}

static bool is_sender(const struct join_entry *e)
{
	return e->direction == DIR_SENT && !e->arrival_only && (!e->merged || e->mate);
}

bool mates_is_written(const struct join_entry *e)
{
	return e->event.hdr.type == RST_REC_WIRE && e->direction == DIR_SENT &&
	       (e->origin == ORIGIN_WRITTEN || e->origin == ORIGIN_TUN);
}

bool mates_want_own(const struct join_entry *e, const struct join_entry *m)
{
	return mates_is_free(m, e->direction) && mates_same_flow(e, m) &&
	       (e->direction != DIR_PASSING || m->event.netns == e->event.netns);
}

static bool want_other(const struct join_entry *e, const struct join_entry *m)
{
	if (e->direction == DIR_SENT)
		return mates_is_free(m, DIR_RECEIVED) && mates_fits(e, m, JOIN_PATH_NS);
	return mates_is_free(m, DIR_SENT) && mates_fits(m, e, JOIN_PATH_NS);
}

bool mates_want_other_same(const struct join_entry *e, const struct join_entry *m)
{
	return mates_same_flow(e, m) && want_other(e, m);
}

bool mates_want_other_translated(const struct join_entry *e, const struct join_entry *m)
{
	return mates_ends_alike(e, m) == 1 && want_other(e, m);
}

bool mates_want_other_apart(const struct join_entry *e, const struct join_entry *m)
{
	return mates_ends_alike(e, m) == 0 && want_other(e, m);
}

bool mates_want_sender_same(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && mates_same_flow(e, m) && mates_fits(m, e, JOIN_PATH_NS);
}

bool mates_want_sender_translated(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && mates_ends_alike(e, m) == 1 && mates_fits(m, e, JOIN_PATH_NS);
}

bool mates_want_sender_apart(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && mates_ends_alike(e, m) == 0 && mates_fits(m, e, JOIN_PATH_NS);
}

bool mates_want_source(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && m->origin != ORIGIN_WRITTEN && m->origin != ORIGIN_TUN &&
	       mates_same_flow(e, m) && mates_fits(m, e, JOIN_PATH_NS);
}

bool mates_want_earlier(const struct join_entry *e, const struct join_entry *m)
{
	return m->direction == DIR_RECEIVED && !m->arrival_only && !m->merged &&
	       mates_same_flow(e, m) && numbers_agree(e, m) &&
	       m->event.hdr.mono_ns < e->event.hdr.mono_ns;
}

bool mates_want_written(const struct join_entry *e, const struct join_entry *m)
{
	return mates_is_written(m) && mates_same_flow(e, m);
}

bool mates_want_relay(const struct join_entry *e, const struct join_entry *m)
{
	return m->relayed && m->mate && mates_same_flow(e, m) && numbers_agree(e, m) &&
	       m->mate == (e->direction == DIR_SENT ? e->number : e->mate);
}

bool mates_want_receiver(const struct join_entry *p, const struct join_entry *m)
{
	return mates_is_free(m, DIR_RECEIVED) && mates_ends_alike(p, m) > 0 &&
	       mates_fits(p, m, JOIN_PATH_NS);
}

bool mates_want_seen(const struct join_entry *p, const struct join_entry *m)
{
	return m->direction == DIR_PASSING && m->mate && m->event.netns == p->event.netns &&
	       mates_same_flow(p, m);
}

bool mates_want_passing(const struct join_entry *e, const struct join_entry *m)
{
	return m->direction == DIR_PASSING && !m->arrival_only && !m->merged &&
	       numbers_agree(e, m) && mates_ends_alike(e, m) >= 1;
}

bool mates_want_passing_same(const struct join_entry *e, const struct join_entry *m)
{
	return mates_same_flow(e, m) && mates_want_passing(e, m);
}

bool mates_want_passing_anyhow(const struct join_entry *e, const struct join_entry *m)
{
	return m->direction == DIR_PASSING && !m->arrival_only && !m->merged && numbers_agree(e, m);
}
