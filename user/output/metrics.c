/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* metrics.c: counts. The room is fixed: names come from outside, and each would be a series. */
#include "output/metrics.h"

#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/util.h"
#include "model/facts.h"

/* In ms: the limits that servers and middleboxes have by default stand just above those of the idle limits. */
static const uint64_t idle_limits[METRICS_IDLE] = {
	10,	100,	1000,	5000,	15000,	 30000,	  60000,
	120000, 300000, 600000, 900000, 1800000, 3600000, 7200000,
};

uint64_t metrics_idle_limit(size_t i)
{
	return idle_limits[i];
}

static bool is_end(enum cause_id cause)
{
	return cause == CAUSE_PROCESS_KILLED || cause == CAUSE_PROCESS_EXITED ||
	       cause == CAUSE_UNACCEPTED || cause == CAUSE_LISTENER_GONE;
}

/* Whether it comes of a process's end, or a listener's: what a restart leads to. */
static bool comes_of_end(const struct incident *in)
{
	return is_end(in->verdict.cause) || history_is_end(&in->history) ||
	       (in->pair.there && (is_end(in->pair.cause) || in->pair.ended));
}

/* ---- owners */

/* What people call the container. Escaped. */
static void container_label(char buf[METRICS_CONTAINER_MAX], const struct process *p)
{
	const struct container_names *n = &p->names;
	char name[sizeof(n->space) + sizeof(n->pod) + sizeof(n->name)];

	if (*n->pod && *n->space)
		snprintf(name, sizeof(name), "%s/%s", n->space, n->pod);
	else
		snprintf(name, sizeof(name), "%s",
			 *n->pod    ? n->pod
			 : *n->name ? n->name
				    : p->container);
	text_escape(buf, METRICS_CONTAINER_MAX, name, sizeof(name));
}

static uint64_t hash_text(uint64_t h, const char *text)
{
	return hash_mix(h, text, strlen(text) + 1);
}

/* The row that an owner may have: its own, a new one, or that of one that is long gone. NULL: none is free. */
static struct metrics_owner *owner_row(struct metrics *m, const struct metrics_owner *key)
{
	struct metrics_owner *oldest = m->owner;

	for (struct metrics_owner *o = m->owner; o < m->owner + m->owners; o++) {
		if (o->hash == key->hash && !strcmp(o->process, key->process) &&
		    !strcmp(o->container, key->container))
			return o;
		if (o->last_ns < oldest->last_ns)
			oldest = o;
	}
	if (m->owners < METRICS_OWNERS) {
		m->owner[m->owners] = *key;
		return &m->owner[m->owners++];
	}
	if (oldest->last_ns + METRICS_OWNER_NS > key->last_ns)
		return NULL;
	*oldest = *key;
	return oldest;
}

static void add_owner(struct metrics *m, const struct incident *in, uint64_t count)
{
	struct metrics_owner key, *row;

	memset(&key, 0, sizeof(key));
	key.last_ns = in->ev->hdr.mono_ns;
	if (in->owner.pid) {
		text_escape(key.process, sizeof(key.process), in->owner.comm,
			    sizeof(in->owner.comm));
		container_label(key.container, &in->owner);
	}
	key.hash = hash_text(hash_text(0, key.process), key.container);
	/* One that is called as the row of all the others: two rows of one name would be no valid text. */
	row = strcmp(key.process, "other") != 0 || *key.container ? owner_row(m, &key) : NULL;
	if (!row) {
		m->other[in->verdict.benign] += count;
		return;
	}
	row->count[in->verdict.benign] += count;
	if (row->last_ns < key.last_ns)
		row->last_ns = key.last_ns;
}

/* ---- all of it */

/* How long no data had passed before it. Of one that was folded, that one's which has the details. */
static bool idle_before(const struct incident *in, uint64_t *ms)
{
	if (in->ev->sock.kind == RST_SOCK_FULL)
		return facts_idle_ms(&in->ev->sock, ms);
	*ms = in->history.idle_ns / 1000000;
	return in->history.what && in->history.have_idle;
}

void metrics_add(struct metrics *m, const struct incident *in)
{
	const struct verdict *v = &in->verdict;
	size_t role = in->role < METRICS_ROLES ? in->role : RST_ROLE_UNKNOWN;
	struct metrics_series *s = &m->resets[in->direction][v->cause][role][v->benign];
	uint64_t count = incident_count(in), ms;
	size_t bucket = 0;

	/* It was counted when it was told first, and counts do not go back. */
	if (in->corrects) {
		m->corrected++;
		return;
	}
	s->count += count;
	s->id = in->id;
	s->wall_ns = in->wall_ns;
	s->place = m->place;
	if (!v->benign)
		m->abnormal[in->direction][v->cause][comes_of_end(in)] += count;
	add_owner(m, in, count);
	if (!idle_before(in, &ms))
		return;
	while (bucket < METRICS_IDLE && ms > idle_limits[bucket])
		bucket++;
	m->idle[bucket]++;
	m->idle_ms += ms;
}
