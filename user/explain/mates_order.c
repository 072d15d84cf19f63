/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mates_order.c: several equal RSTs, in order of time. */
#include "explain/mates_parts.h"
#include "explain/mates_want.h"

/* Gives each of OTHERS the first of SENDERS that is left and mates_fits; those whose RST is known to the bit
 * first, or all in order. Returns whether nobody is left over; MATCH: of each of OTHERS. */
static bool assign(const struct mates_group *senders, const struct mates_group *others,
		   bool exact_first, uint32_t match[MATES_GROUP])
{
	bool used[MATES_GROUP] = { false };

	for (int round = exact_first ? 0 : 1; round < 2; round++) {
		for (uint32_t i = 0; i < others->n; i++) {
			uint32_t s = 0;

			if (exact_first && others->v[i]->numbers.exact != (round == 0))
				continue;
			while (s < senders->n &&
			       (used[s] || !mates_fits(senders->v[s], others->v[i], JOIN_PATH_NS)))
				s++;
			if (s == senders->n)
				return false;
			used[s] = true;
			match[i] = s;
		}
	}
	return true;
}

/* The only one of G that may be E's, if E is the only one of OWN that may be its. */
static struct join_entry *only_one(const struct join_entry *e, const struct mates_group *own,
				   const struct mates_group *g, bool own_sends, uint64_t span)
{
	struct join_entry *found = NULL;

	for (uint32_t i = 0; i < g->n; i++) {
		if (!(own_sends ? mates_fits(e, g->v[i], span) : mates_fits(g->v[i], e, span)))
			continue;
		if (found)
			return NULL;
		found = g->v[i];
	}
	for (uint32_t i = 0; found && i < own->n; i++)
		if (own->v[i] != e && (own_sends ? mates_fits(own->v[i], found, span)
						 : mates_fits(found, own->v[i], span)))
			return NULL;
	return found;
}

struct join_entry *mates_in_order(struct join *j, struct join_entry *e, struct mates_group *others)
{
	bool own_sends = e->direction == DIR_SENT;
	struct mates_group own = { .v = { e }, .n = 1 };
	uint32_t match[MATES_GROUP];
	struct mates_group *senders = own_sends ? &own : others, *rest = own_sends ? others : &own;
	struct join_entry *found;

	mates_gather(j, e, JOIN_BY_ENDS, mates_want_own, &own);
	if (own.more || others->more)
		return NULL;
	mates_group_sort(&own);
	mates_group_sort(others);
	if (own.n == others->n &&
	    (assign(senders, rest, false, match) || assign(senders, rest, true, match))) {
		for (uint32_t i = 0; i < rest->n; i++) {
			if (rest->v[i] == e)
				return senders->v[match[i]];
			if (senders->v[match[i]] == e)
				return rest->v[i];
		}
	}
	found = only_one(e, &own, others, own_sends, JOIN_PATH_NS);
	return found ? found : only_one(e, &own, others, own_sends, JOIN_ARRIVAL_NS);
}
