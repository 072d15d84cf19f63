/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mates_translated.c: the other end of what was translated on its way. */
#include "explain/mates_parts.h"
#include "explain/mates_want.h"
#include "model/tuple.h"
#include "packet.h"

/* Each of so few at most may cost a question to conntrack. */
#define ASK 8

static struct rst_tuple packet_tuple(const struct join_entry *e)
{
	struct rst_tuple t = e->event.tuple;

	if (e->direction == DIR_RECEIVED)
		packet_turn(&t);
	return t;
}

/* How one RST looks in the namespaces that it passes: no more than this many ways. */
#define SIDES 4

struct sides {
	struct rst_tuple v[SIDES];
	uint32_t n;
};

static bool has_side(const struct sides *s, const struct rst_tuple *side)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (tuple_same(&s->v[i], side))
			return true;
	return false;
}

/* Adds what a namespace translates each of S into. */
static void pass_through(struct join *j, uint32_t netns, struct sides *s)
{
	for (uint32_t i = 0, n = s->n; i < n && s->n < SIDES; i++) {
		struct translation flow = { 0 };
		struct rst_tuple side;

		if (j->translated(j->context, netns, &s->v[i], &flow) &&
		    translation_other_side(&flow, &s->v[i], &side) && !has_side(s, &side))
			s->v[s->n++] = side;
	}
}

/* Whether the namespaces on the way translate A's RST into B's: their own, and those that this RST passes
 * through; one after the other, if there are several. */
static bool translated(struct join *j, const struct join_entry *a, const struct join_entry *b)
{
	struct sides sides = { .v = { packet_tuple(a) }, .n = 1 };
	struct rst_tuple to = packet_tuple(b);
	struct mates_group passing = { 0 };

	if (!j->translated)
		return false;
	pass_through(j, a->event.netns, &sides);
	if (has_side(&sides, &to))
		return true;
	mates_gather(j, a, JOIN_BY_NUMBER, mates_want_passing_anyhow, &passing);
	for (uint32_t i = 0; i < passing.n && i < ASK; i++) {
		uint32_t netns = passing.v[i]->event.netns;

		if (netns == a->event.netns || netns == b->event.netns)
			continue;
		pass_through(j, netns, &sides);
		if (has_side(&sides, &to))
			return true;
	}
	if (b->event.netns != a->event.netns)
		pass_through(j, b->event.netns, &sides);
	return has_side(&sides, &to);
}

void mates_keep_translated(struct join *j, const struct join_entry *e, struct mates_group *g)
{
	struct mates_group kept = { .more = g->more || g->n > ASK };

	for (uint32_t i = 0; i < g->n && !kept.more; i++)
		if (translated(j, e, g->v[i]))
			mates_group_add(&kept, g->v[i]);
	*g = kept;
}

/* Of two with one end alike: whether a translation of the other one kept its port, as masquerading does
 * where it can. */
static bool keeps_port(const struct join_entry *a, const struct join_entry *b)
{
	struct mates_ends x = mates_ends_of(a), y = mates_ends_of(b);

	return x.source_port == y.source_port && x.target_port == y.target_port;
}

/* Whether X, which may belong to E, has another one of E's kind with which it keeps its port: a better one,
 * if it does not keep it with E. */
static bool is_better_off(struct join *j, const struct join_entry *x, const struct join_entry *e)
{
	bool passing = e->direction == DIR_PASSING;
	struct mates_group g = { 0 };
	mates_want_fn *want = mates_want_other_translated;

	if (keeps_port(x, e))
		return false;
	if (passing)
		want = mates_want_passing;
	else if (x->direction == DIR_PASSING)
		want = mates_want_sender_translated;
	mates_gather(j, x, JOIN_BY_SOURCE, want, &g);
	mates_gather(j, x, JOIN_BY_TARGET, want, &g);
	for (uint32_t i = 0; i < g.n; i++)
		if (!mates_same_flow(g.v[i], e) && keeps_port(g.v[i], x) &&
		    (!passing || g.v[i]->event.netns == e->event.netns))
			return true;
	return false;
}

/* What may belong to one of G as well as E does, of other flows: as its other end; or, where E passes, of
 * those that pass there. PORTS: only what keeps the ports. */
static bool contested(struct join *j, const struct join_entry *e, const struct mates_group *g,
		      bool ports)
{
	bool passing = e->direction == DIR_PASSING;
	struct mates_group others = { 0 };
	const struct join_entry *m = g->v[0];

	mates_gather(j, m, JOIN_BY_ENDS, passing ? mates_want_passing_same : mates_want_other_same,
		     &others);
	for (uint32_t i = 0; i < others.n; i++)
		if (!passing || others.v[i]->event.netns == e->event.netns)
			return true;
	others.n = 0;
	mates_gather(j, m, JOIN_BY_SOURCE,
		     passing ? mates_want_passing : mates_want_other_translated, &others);
	mates_gather(j, m, JOIN_BY_TARGET,
		     passing ? mates_want_passing : mates_want_other_translated, &others);
	for (uint32_t i = 0; i < others.n; i++)
		if (!mates_same_flow(others.v[i], e) &&
		    (!passing || others.v[i]->event.netns == e->event.netns) &&
		    (ports ? keeps_port(others.v[i], m) : !is_better_off(j, others.v[i], m)))
			return true;
	return others.more;
}

void mates_keep_one_flow(struct join *j, const struct join_entry *e, struct mates_group *g)
{
	struct mates_group kept = { .more = g->more };

	if (mates_one_flow(g) && !g->more && !contested(j, e, g, false))
		return;
	for (uint32_t i = 0; i < g->n; i++)
		if (keeps_port(e, g->v[i]))
			mates_group_add(&kept, g->v[i]);
	if (mates_one_flow(&kept) && !kept.more && !contested(j, e, &kept, true)) {
		*g = kept;
		return;
	}
	kept = (struct mates_group){ .more = g->more };
	for (uint32_t i = 0; i < g->n; i++)
		if (!is_better_off(j, g->v[i], e))
			mates_group_add(&kept, g->v[i]);
	if (mates_one_flow(&kept) && !kept.more && !contested(j, e, &kept, false))
		*g = kept;
	else
		mates_keep_translated(j, e, g);
}

struct join_entry *mates_find_translated(struct join *j, struct join_entry *e)
{
	struct mates_group g = { 0 };

	mates_gather(j, e, JOIN_BY_SOURCE, mates_want_other_translated, &g);
	mates_gather(j, e, JOIN_BY_TARGET, mates_want_other_translated, &g);
	if (g.n)
		mates_keep_one_flow(j, e, &g);
	else if (!g.more) {
		mates_gather(j, e, JOIN_BY_NUMBER, mates_want_other_apart, &g);
		mates_keep_translated(j, e, &g);
	}
	return mates_one_flow(&g) ? mates_in_order(j, e, &g) : NULL;
}
