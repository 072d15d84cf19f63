/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* join_answers.c: which of several answers to what was on its way together share a line. */
#include "explain/join_parts.h"
#include "explain/mates.h"
#include "model/tuple.h"

/* Which connection a RST that answered a segment was for; 0: not known, or another kind of RST. */
static uint64_t answered_for(const struct join_entry *e)
{
	const struct rst_event *ev = &e->event;

	if (e->direction != DIR_SENT || ev->hdr.type != RST_REC_SENT || !ev->packet.valid ||
	    ev->packet.answer || ev->folded.count || e->arrival_only || e->merged || e->into)
		return 0;
	if (ev->sock.kind == RST_SOCK_FULL)
		return ev->sock.cookie;
	return ev->past.kind == RST_PAST_CONNECTION ? ev->past.cookie : 0;
}

/* More than so many segments on their way at a close are not looked for. */
#define ALSO_WALK 64

/* The next newer record of a RST that answered a segment for E's connection, after number N of the chain. */
static struct join_entry *also_answered(struct join *j, const struct join_entry *e, uint64_t *n)
{
	uint64_t cookie = answered_for(e);

	for (int i = 0; cookie && i < ALSO_WALK && join_has(j, *n) && *n > e->number; i++) {
		struct join_entry *m = join_at(j, *n);

		*n = m->next;
		if (answered_for(m) == cookie && m->event.netns == e->event.netns &&
		    !m->stayed.hdr.size && !m->corrects &&
		    m->event.hdr.mono_ns < e->event.hdr.mono_ns + JOIN_PAIR_NS &&
		    tuple_same(&m->event.tuple, &e->event.tuple))
			return m;
	}
	return NULL;
}

/* Whether RSTs are seen where E's went to. Of many that bear one number it is not yet known then which is which. */
static bool is_seen_there(struct join *j, const struct join_entry *e)
{
	uint64_t n = join_newest_like(j, e);

	for (int i = 0; i < ALSO_WALK && join_has(j, n); i++) {
		const struct join_entry *m = join_at(j, n);

		n = m->next;
		if (m->direction == DIR_RECEIVED && !m->arrival_only &&
		    tuple_turned(&m->event.tuple, &e->event.tuple))
			return true;
	}
	return false;
}

bool join_gather_answers(struct join *j, struct join_entry *e, uint64_t now_ns, bool force)
{
	uint64_t newest = join_newest_like(j, e), n = newest;
	struct join_entry *m;

	while (!force && (m = also_answered(j, e, &n)))
		if (m->due_ns > now_ns)
			return false;
	if (is_seen_there(j, e))
		return true;
	n = newest;
	while ((m = also_answered(j, e, &n))) {
		mates_find(j, m->number);
		if (m->mate)
			continue;
		m->into = e->number;
		e->also++;
	}
	return true;
}
