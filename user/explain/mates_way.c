/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mates_way.c: what passes through a namespace here: whoever sent it, and where it went. */
#include "explain/mates_parts.h"
#include "explain/mates_want.h"

/* Leaves in G the senders that nobody else has, of those that saw this flow in E's namespace. */
static void keep_unseen(struct join *j, const struct join_entry *e, struct mates_group *g)
{
	struct mates_group seen = { 0 }, kept = { .more = g->more };

	mates_gather(j, e, JOIN_BY_ENDS, mates_want_seen, &seen);
	for (uint32_t i = 0; i < g->n; i++) {
		uint32_t k = 0;

		while (k < seen.n && seen.v[k]->mate != g->v[i]->number)
			k++;
		if (k == seen.n)
			mates_group_add(&kept, g->v[i]);
	}
	*g = kept;
}

/* Leaves in G those with both ends of E, if there are any. Whether all of G are of one flow, then. */
static bool narrow(const struct join_entry *e, struct mates_group *g)
{
	struct mates_group same = { .more = g->more };

	for (uint32_t i = 0; i < g->n; i++)
		if (mates_same_flow(e, g->v[i]))
			mates_group_add(&same, g->v[i]);
	if (same.n)
		*g = same;
	return mates_one_flow(g) && !g->more;
}

/* Whoever sent what passes as E, by another namespace that it passed. */
static struct join_entry *sender_via(struct join *j, const struct join_entry *e)
{
	struct mates_group passing = { 0 }, elsewhere = { 0 }, found = { 0 };

	mates_gather(j, e, JOIN_BY_SOURCE, mates_want_passing, &passing);
	mates_gather(j, e, JOIN_BY_TARGET, mates_want_passing, &passing);
	elsewhere.more = passing.more;
	for (uint32_t i = 0; i < passing.n; i++)
		if (passing.v[i]->event.netns != e->event.netns)
			mates_group_add(&elsewhere, passing.v[i]);
	if (!narrow(e, &elsewhere))
		return NULL;
	for (uint32_t i = 0; i < elsewhere.n; i++)
		if (join_has(j, elsewhere.v[i]->mate))
			mates_group_add(&found, join_at(j, elsewhere.v[i]->mate));
	return found.n == 1 ? found.v[0] : NULL;
}

static struct join_entry *find_sender(struct join *j, struct join_entry *e)
{
	struct mates_group g = { 0 };

	if (e->came.family)
		mates_gather_came(j, e, mates_want_sender_same, &g);
	if (!g.n && !g.more)
		mates_gather(j, e, JOIN_BY_ENDS, mates_want_sender_same, &g);
	if (!g.n && !g.more) {
		mates_gather(j, e, JOIN_BY_SOURCE, mates_want_sender_translated, &g);
		mates_gather(j, e, JOIN_BY_TARGET, mates_want_sender_translated, &g);
		if (g.n) {
			mates_keep_one_flow(j, e, &g);
			g.more |= !g.n;
		}
	}
	if (!g.n && !g.more) {
		mates_gather(j, e, JOIN_BY_NUMBER, mates_want_sender_apart, &g);
		mates_keep_translated(j, e, &g);
	}
	keep_unseen(j, e, &g);
	if (g.n || g.more)
		return mates_one_flow(&g) ? mates_in_order(j, e, &g) : NULL;
	return sender_via(j, e);
}

struct join_entry *mates_sender_of(struct join *j, struct join_entry *passing)
{
	struct join_entry *sender;

	if (join_has(j, passing->mate))
		return join_at(j, passing->mate);
	sender = find_sender(j, passing);
	passing->mate = sender ? sender->number : 0;
	return sender;
}

/* Who got what E sent, by the last place that it passed. */
static struct join_entry *receiver_via(struct join *j, const struct join_entry *e,
				       const struct mates_group *passing)
{
	struct mates_group found = { 0 };

	for (uint32_t i = 0; i < passing->n; i++) {
		struct mates_group g = { 0 };
		struct join_entry *p = passing->v[i];

		if (mates_sender_of(j, p) != e)
			continue;
		mates_gather(j, p, JOIN_BY_SOURCE, mates_want_receiver, &g);
		mates_gather(j, p, JOIN_BY_TARGET, mates_want_receiver, &g);
		if (!narrow(p, &g))
			continue;
		for (uint32_t k = 0; k < g.n; k++)
			mates_group_add(&found, g.v[k]);
	}
	return found.n == 1 && !found.more ? found.v[0] : NULL;
}

struct join_entry *mates_via_passing(struct join *j, struct join_entry *e)
{
	struct mates_group passing = { 0 }, found = { 0 };

	mates_gather(j, e, JOIN_BY_NUMBER, mates_want_passing_anyhow, &passing);
	if (passing.more)
		return NULL;
	mates_group_sort(&passing);
	if (e->direction == DIR_SENT)
		return receiver_via(j, e, &passing);
	passing.n = 0;
	mates_gather(j, e, JOIN_BY_SOURCE, mates_want_passing, &passing);
	mates_gather(j, e, JOIN_BY_TARGET, mates_want_passing, &passing);
	if (!narrow(e, &passing))
		return NULL;
	for (uint32_t i = 0; i < passing.n; i++) {
		struct join_entry *sender = mates_sender_of(j, passing.v[i]);

		if (sender && mates_is_free(sender, DIR_SENT) &&
		    mates_in_time(passing.v[i], e, JOIN_PATH_NS))
			mates_group_add(&found, sender);
	}
	return found.n == 1 ? found.v[0] : NULL;
}
