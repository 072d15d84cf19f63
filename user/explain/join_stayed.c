/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join_stayed.c: what became of a RST that did not leave; it may be told before the RST itself, or after its
 * line was written. */
#include "explain/join_parts.h"
#include "explain/numbers.h"
#include "model/tuple.h"

/* OLD once more, with what is known of it by now. It is nobody's other end. */
static void append_again(struct join *j, const struct join_entry *old)
{
	struct join_entry *e = join_append(j, &old->event.tuple);

	e->event = old->event;
	e->arrival = old->arrival;
	e->carried = old->carried;
	e->direction = old->direction;
	e->origin = old->origin;
	e->relayed = old->relayed;
	e->rejected = old->rejected;
	e->rejected_ifindex = old->rejected_ifindex;
	e->stayed = old->stayed;
	e->corrects = old->id;
}

/* Whether S is what became of the RST of E. */
static bool is_of(const struct rst_stayed *s, const struct join_entry *e)
{
	struct numbers rst = {
		.n = 1,
		.exact = true,
		.flags = s->packet.flags & RST_FLAG_ACK,
		.ack = s->packet.flags & RST_FLAG_ACK ? s->packet.ack : 0,
		.v = { s->packet.seq },
	};

	return e->direction == DIR_SENT && !e->arrival_only && e->event.netns == s->netns &&
	       tuple_same(&e->event.tuple, &s->tuple) &&
	       join_distance(e->event.hdr.mono_ns, s->hdr.mono_ns) < JOIN_UNSENT_NS &&
	       numbers_fit(&rst, &e->numbers);
}

void join_take_waiting(struct join *j, struct join_entry *e)
{
	for (size_t i = 0; i < JOIN_STAYED && i < j->waits; i++) {
		struct rst_stayed *s = &j->waiting[i];

		if (!s->hdr.size || !is_of(s, e))
			continue;
		e->stayed = *s;
		s->hdr.size = 0;
		return;
	}
}

void join_stayed(struct join *j, const struct rst_stayed *stayed)
{
	uint64_t n = join_newest(j, &stayed->tuple);
	struct join_entry *e = NULL;

	for (; join_has(j, n); n = join_at(j, n)->next) {
		e = join_at(j, n);
		if (is_of(stayed, e))
			break;
	}
	if (!join_has(j, n)) {
		j->waiting[j->waits++ % JOIN_STAYED] = *stayed;
		return;
	}
	if (e->stayed.hdr.size)
		return;
	e->stayed = *stayed;
	/* Held still; or where the new one would stand. */
	if (n >= j->first || n + JOIN_ROOM == j->last + 1)
		return;
	append_again(j, e);
}
