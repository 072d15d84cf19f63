/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * mates.c: every entry stands in one chain for each of its numbers and each way to find it by that. A
 * group is what could be one RST or several equal ones; those belong together in order of time.
 */
#include "base/hash.h"
#include "explain/mates.h"

#include <string.h>

#include "model/tuple.h"
#include "packet.h"

/* Clocks of two CPUs agree so far. */
#define SKEW_NS 2000ULL

/* No more that bear one number are looked at, and no more are compared with each other. */
#define WALK 512
#define GROUP 64

/* Each of so few at most may cost a question to conntrack. */
#define ASK 8

struct group {
	struct join_entry *v[GROUP];
	uint32_t n;
	bool more; /* than were looked at, or fit in */
};

/* The ends of a RST as packets have them. */
struct ends {
	const uint8_t *source, *target;
	uint16_t source_port, target_port;
};

/* Its remote end is the source. */
static bool ends_turned(const struct join_entry *e)
{
	return e->direction == DIR_RECEIVED;
}

static struct ends ends_of(const struct join_entry *e)
{
	const struct rst_tuple *t = &e->event.tuple;

	if (ends_turned(e))
		return (struct ends){ t->remote, t->local, t->remote_port, t->local_port };
	return (struct ends){ t->local, t->remote, t->local_port, t->remote_port };
}

static bool same_end(const uint8_t *a, uint16_t a_port, const uint8_t *b, uint16_t b_port)
{
	return a_port == b_port && !memcmp(a, b, 16);
}

/* How many of the two ends are the same. */
static int ends_alike(const struct join_entry *a, const struct join_entry *b)
{
	struct ends x = ends_of(a), y = ends_of(b);

	if (a->event.tuple.family != b->event.tuple.family)
		return -1;
	return same_end(x.source, x.source_port, y.source, y.source_port) +
	       same_end(x.target, x.target_port, y.target, y.target_port);
}

static bool same_flow(const struct join_entry *a, const struct join_entry *b)
{
	return ends_alike(a, b) == 2;
}

/* ---- the chains */

static uint64_t *bucket_of(struct join *j, const struct join_entry *e, uint32_t number,
			   enum join_key key)
{
	bool turned = ends_turned(e);
	uint64_t source = turned ? e->remote_hash : e->local_hash;
	uint64_t target = turned ? e->local_hash : e->remote_hash;
	uint64_t h = key == JOIN_BY_ENDS     ? hash_word(source, target)
		     : key == JOIN_BY_SOURCE ? source
		     : key == JOIN_BY_TARGET ? target
					     : j->seed;

	return &j->node_bucket[hash_word(h, (uint64_t)key << 32 | number) % JOIN_NODE_BUCKETS];
}

/* By which of its numbers a RST can be found: one that bears 0 only for want of another by that which it
 * acknowledges. Returns how many. */
static uint32_t keys_of(const struct numbers *n, uint32_t keys[NUMBERS_MAX])
{
	uint32_t count = 0;

	if (!n->exact) {
		memcpy(keys, n->v, sizeof(n->v));
		return n->n;
	}
	if (n->v[0] || !n->flags)
		keys[count++] = n->v[0];
	if (n->flags)
		keys[count++] = n->ack;
	return count;
}

void mates_add(struct join *j, uint64_t number)
{
	struct join_entry *e = join_at(j, number);
	uint32_t keys[NUMBERS_MAX], n;

	e->numbers =
		numbers_of(&e->event, e->direction, e->have_arrival ? &e->arrival.packet : NULL);
	n = keys_of(&e->numbers, keys);
	for (uint32_t i = 0; i < n; i++) {
		for (int key = 0; key < JOIN_KEYS; key++) {
			uint64_t *bucket = bucket_of(j, e, keys[i], (enum join_key)key);
			uint64_t slot = i * JOIN_KEYS + (uint64_t)key;

			e->node[slot] = *bucket;
			*bucket = number * JOIN_NODES + slot;
		}
	}
}

/* ---- who may belong to whom */

/* An abort is told of when its RST has left, by a whole interrupt or more, unless its socket says when it
 * became CLOSE. */
static bool is_late(const struct join_entry *e)
{
	return e->event.hdr.type == RST_REC_SENT && !e->event.packet.valid &&
	       !e->event.sock.ended_ns;
}

/* Whether RST, on its way as LATER or at its end, may be that which left as EARLIER, within SPAN. */
static bool in_time(const struct join_entry *earlier, const struct join_entry *later, uint64_t span)
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

/* SENDER and the other end or a place on the way, wherever their ends are. */
static bool fits(const struct join_entry *sender, const struct join_entry *other, uint64_t span)
{
	return sender->numbers.exact && numbers_fit(&sender->numbers, &other->numbers) &&
	       in_time(sender, other, span);
}

static bool is_free(const struct join_entry *e, enum direction direction)
{
	return e->direction == direction && !e->arrival_only && !e->merged && !e->mate;
}

static bool is_sender(const struct join_entry *e)
{
	return e->direction == DIR_SENT && !e->arrival_only && (!e->merged || e->mate);
}

static bool is_written(const struct join_entry *e)
{
	return e->event.hdr.type == RST_REC_WIRE && e->direction == DIR_SENT &&
	       (e->origin == ORIGIN_WRITTEN || e->origin == ORIGIN_TUN);
}

static bool contains(const struct group *g, const struct join_entry *e)
{
	for (uint32_t i = 0; i < g->n; i++)
		if (g->v[i] == e)
			return true;
	return false;
}

static void add(struct group *g, struct join_entry *e)
{
	if (contains(g, e))
		return;
	if (g->n == GROUP)
		g->more = true;
	else
		g->v[g->n++] = e;
}

/* Whether M's node SLOT is one of those that E looks for by NUMBER and KEY. Others are there only because
 * they fall into the same bucket: those of a flood that bears one number are not to hide what E is. */
static bool is_of_chain(const struct join_entry *m, uint64_t slot, const struct join_entry *e,
			uint32_t number, enum join_key key)
{
	uint32_t keys[NUMBERS_MAX], n = keys_of(&m->numbers, keys);
	struct ends x = ends_of(e), y = ends_of(m);

	if (slot % JOIN_KEYS != (uint64_t)key || slot / JOIN_KEYS >= n ||
	    keys[slot / JOIN_KEYS] != number)
		return false;
	if ((key == JOIN_BY_ENDS || key == JOIN_BY_SOURCE) &&
	    !same_end(x.source, x.source_port, y.source, y.source_port))
		return false;
	return (key != JOIN_BY_ENDS && key != JOIN_BY_TARGET) ||
	       same_end(x.target, x.target_port, y.target, y.target_port);
}

/* Adds to G what WANT wants of all that bears a number of E's and shares what KEY says. */
static void gather(struct join *j, const struct join_entry *e, enum join_key key,
		   bool (*want)(const struct join_entry *e, const struct join_entry *m),
		   struct group *g)
{
	uint32_t keys[NUMBERS_MAX], n = keys_of(&e->numbers, keys), walked = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t node = *bucket_of(j, e, keys[i], key);

		while (join_has(j, node / JOIN_NODES)) {
			struct join_entry *m = join_at(j, node / JOIN_NODES);

			if (is_of_chain(m, node % JOIN_NODES, e, keys[i], key) &&
			    walked++ == WALK) {
				g->more = true;
				return;
			}
			if (m != e && want(e, m))
				add(g, m);
			node = m->node[node % JOIN_NODES];
		}
	}
}

static bool want_own(const struct join_entry *e, const struct join_entry *m)
{
	return is_free(m, e->direction) && same_flow(e, m) &&
	       (e->direction != DIR_PASSING || m->event.netns == e->event.netns);
}

/* The other end of a sender or a receiver, that has none yet. */
static bool want_other(const struct join_entry *e, const struct join_entry *m)
{
	if (e->direction == DIR_SENT)
		return is_free(m, DIR_RECEIVED) && fits(e, m, JOIN_PATH_NS);
	return is_free(m, DIR_SENT) && fits(m, e, JOIN_PATH_NS);
}

static bool want_other_same(const struct join_entry *e, const struct join_entry *m)
{
	return same_flow(e, m) && want_other(e, m);
}

static bool want_other_translated(const struct join_entry *e, const struct join_entry *m)
{
	return ends_alike(e, m) == 1 && want_other(e, m);
}

static bool want_other_apart(const struct join_entry *e, const struct join_entry *m)
{
	return ends_alike(e, m) == 0 && want_other(e, m);
}

static bool want_sender_same(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && same_flow(e, m) && fits(m, e, JOIN_PATH_NS);
}

static bool want_sender_translated(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && ends_alike(e, m) == 1 && fits(m, e, JOIN_PATH_NS);
}

static bool want_sender_apart(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && ends_alike(e, m) == 0 && fits(m, e, JOIN_PATH_NS);
}

/* The sender itself, not who passed it on; it may have its other end already. */
static bool want_source(const struct join_entry *e, const struct join_entry *m)
{
	return is_sender(m) && m->origin != ORIGIN_WRITTEN && m->origin != ORIGIN_TUN &&
	       same_flow(e, m) && fits(m, e, JOIN_PATH_NS);
}

static bool want_earlier(const struct join_entry *e, const struct join_entry *m)
{
	return m->direction == DIR_RECEIVED && !m->arrival_only && !m->merged && same_flow(e, m) &&
	       numbers_agree(e, m) && m->event.hdr.mono_ns < e->event.hdr.mono_ns;
}

static bool want_written(const struct join_entry *e, const struct join_entry *m)
{
	return is_written(m) && same_flow(e, m);
}

/* The program that passed on what E's end sent or got. */
static bool want_relay(const struct join_entry *e, const struct join_entry *m)
{
	return m->relayed && m->mate && same_flow(e, m) && numbers_agree(e, m) &&
	       m->mate == (e->direction == DIR_SENT ? e->number : e->mate);
}

/* Who got what passed as P. */
static bool want_receiver(const struct join_entry *p, const struct join_entry *m)
{
	return is_free(m, DIR_RECEIVED) && ends_alike(p, m) > 0 && fits(p, m, JOIN_PATH_NS);
}

/* Also passing, of the same flow in the same namespace, and known whose. */
static bool want_seen(const struct join_entry *p, const struct join_entry *m)
{
	return m->direction == DIR_PASSING && m->mate && m->event.netns == p->event.netns &&
	       same_flow(p, m);
}

static bool want_passing(const struct join_entry *e, const struct join_entry *m)
{
	return m->direction == DIR_PASSING && !m->arrival_only && !m->merged &&
	       numbers_agree(e, m) && ends_alike(e, m) >= 1;
}

static bool want_passing_same(const struct join_entry *e, const struct join_entry *m)
{
	return same_flow(e, m) && want_passing(e, m);
}

static bool want_passing_anyhow(const struct join_entry *e, const struct join_entry *m)
{
	return m->direction == DIR_PASSING && !m->arrival_only && !m->merged && numbers_agree(e, m);
}

/* ---- equal ones, in order of time */

static void sort(struct group *g)
{
	for (uint32_t i = 1; i < g->n; i++) {
		struct join_entry *e = g->v[i];
		uint32_t at = i;

		for (; at && g->v[at - 1]->event.hdr.mono_ns > e->event.hdr.mono_ns; at--)
			g->v[at] = g->v[at - 1];
		g->v[at] = e;
	}
}

/* Gives each of OTHERS the first of SENDERS that is left and fits; those whose RST is known to the bit
 * first, or all in order. Returns whether nobody is left over; MATCH: of each of OTHERS. */
static bool assign(const struct group *senders, const struct group *others, bool exact_first,
		   uint32_t match[GROUP])
{
	bool used[GROUP] = { false };

	for (int round = exact_first ? 0 : 1; round < 2; round++) {
		for (uint32_t i = 0; i < others->n; i++) {
			uint32_t s = 0;

			if (exact_first && others->v[i]->numbers.exact != (round == 0))
				continue;
			while (s < senders->n &&
			       (used[s] || !fits(senders->v[s], others->v[i], JOIN_PATH_NS)))
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
static struct join_entry *only_one(const struct join_entry *e, const struct group *own,
				   const struct group *g, bool own_sends, uint64_t span)
{
	struct join_entry *found = NULL;

	for (uint32_t i = 0; i < g->n; i++) {
		if (!(own_sends ? fits(e, g->v[i], span) : fits(g->v[i], e, span)))
			continue;
		if (found)
			return NULL;
		found = g->v[i];
	}
	for (uint32_t i = 0; found && i < own->n; i++)
		if (own->v[i] != e &&
		    (own_sends ? fits(own->v[i], found, span) : fits(found, own->v[i], span)))
			return NULL;
	return found;
}

/* E's mate among OTHERS, which are all of one flow, as E's own equals are of another. */
static struct join_entry *in_order(struct join *j, struct join_entry *e, struct group *others)
{
	bool own_sends = e->direction == DIR_SENT;
	struct group own = { .v = { e }, .n = 1 };
	uint32_t match[GROUP];
	struct group *senders = own_sends ? &own : others, *rest = own_sends ? others : &own;
	struct join_entry *found;

	gather(j, e, JOIN_BY_ENDS, want_own, &own);
	if (own.more || others->more)
		return NULL;
	sort(&own);
	sort(others);
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

/* Whether all of G have the same two ends. */
static bool one_flow(const struct group *g)
{
	for (uint32_t i = 1; i < g->n; i++)
		if (!same_flow(g->v[0], g->v[i]))
			return false;
	return g->n;
}

/* ---- translated */

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
	struct group passing = { 0 };

	if (!j->translated)
		return false;
	pass_through(j, a->event.netns, &sides);
	if (has_side(&sides, &to))
		return true;
	gather(j, a, JOIN_BY_NUMBER, want_passing_anyhow, &passing);
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

/* Leaves in G what is joined with E by a translation that is known. */
static void keep_translated(struct join *j, const struct join_entry *e, struct group *g)
{
	struct group kept = { .more = g->more || g->n > ASK };

	for (uint32_t i = 0; i < g->n && !kept.more; i++)
		if (translated(j, e, g->v[i]))
			add(&kept, g->v[i]);
	*g = kept;
}

/* Of two with one end alike: whether a translation of the other one kept its port, as masquerading does
 * where it can. */
static bool keeps_port(const struct join_entry *a, const struct join_entry *b)
{
	struct ends x = ends_of(a), y = ends_of(b);

	return x.source_port == y.source_port && x.target_port == y.target_port;
}

/* Whether X, which may belong to E, has another one of E's kind with which it keeps its port: a better one,
 * if it does not keep it with E. */
static bool is_better_off(struct join *j, const struct join_entry *x, const struct join_entry *e)
{
	bool passing = e->direction == DIR_PASSING;
	struct group g = { 0 };
	bool (*want)(const struct join_entry *e, const struct join_entry *m) =
		want_other_translated;

	if (keeps_port(x, e))
		return false;
	if (passing)
		want = want_passing;
	else if (x->direction == DIR_PASSING)
		want = want_sender_translated;
	gather(j, x, JOIN_BY_SOURCE, want, &g);
	gather(j, x, JOIN_BY_TARGET, want, &g);
	for (uint32_t i = 0; i < g.n; i++)
		if (!same_flow(g.v[i], e) && keeps_port(g.v[i], x) &&
		    (!passing || g.v[i]->event.netns == e->event.netns))
			return true;
	return false;
}

/* What may belong to one of G as well as E does, of other flows: as its other end; or, where E passes, of
 * those that pass there. PORTS: only what keeps the ports. */
static bool contested(struct join *j, const struct join_entry *e, const struct group *g, bool ports)
{
	bool passing = e->direction == DIR_PASSING;
	struct group others = { 0 };
	const struct join_entry *m = g->v[0];

	gather(j, m, JOIN_BY_ENDS, passing ? want_passing_same : want_other_same, &others);
	for (uint32_t i = 0; i < others.n; i++)
		if (!passing || others.v[i]->event.netns == e->event.netns)
			return true;
	others.n = 0;
	gather(j, m, JOIN_BY_SOURCE, passing ? want_passing : want_other_translated, &others);
	gather(j, m, JOIN_BY_TARGET, passing ? want_passing : want_other_translated, &others);
	for (uint32_t i = 0; i < others.n; i++)
		if (!same_flow(others.v[i], e) &&
		    (!passing || others.v[i]->event.netns == e->event.netns) &&
		    (ports ? keeps_port(others.v[i], m) : !is_better_off(j, others.v[i], m)))
			return true;
	return others.more;
}

/* Leaves in G, which shares one end with E, the one flow that may be E's: the only one; or the only one that
 * keeps the ports; or the only one that does not with another; or what is known to be joined with it. */
static void keep_one_flow(struct join *j, const struct join_entry *e, struct group *g)
{
	struct group kept = { .more = g->more };

	if (one_flow(g) && !g->more && !contested(j, e, g, false))
		return;
	for (uint32_t i = 0; i < g->n; i++)
		if (keeps_port(e, g->v[i]))
			add(&kept, g->v[i]);
	if (one_flow(&kept) && !kept.more && !contested(j, e, &kept, true)) {
		*g = kept;
		return;
	}
	kept = (struct group){ .more = g->more };
	for (uint32_t i = 0; i < g->n; i++)
		if (!is_better_off(j, g->v[i], e))
			add(&kept, g->v[i]);
	if (one_flow(&kept) && !kept.more && !contested(j, e, &kept, false))
		*g = kept;
	else
		keep_translated(j, e, g);
}

/* The other end, one end of which was translated, or both. */
static struct join_entry *find_translated(struct join *j, struct join_entry *e)
{
	struct group g = { 0 };

	gather(j, e, JOIN_BY_SOURCE, want_other_translated, &g);
	gather(j, e, JOIN_BY_TARGET, want_other_translated, &g);
	if (g.n)
		keep_one_flow(j, e, &g);
	else if (!g.more) {
		gather(j, e, JOIN_BY_NUMBER, want_other_apart, &g);
		keep_translated(j, e, &g);
	}
	return one_flow(&g) ? in_order(j, e, &g) : NULL;
}

/* ---- on the way */

/* Leaves in G the senders that nobody else has, of those that saw this flow in E's namespace. */
static void keep_unseen(struct join *j, const struct join_entry *e, struct group *g)
{
	struct group seen = { 0 }, kept = { .more = g->more };

	gather(j, e, JOIN_BY_ENDS, want_seen, &seen);
	for (uint32_t i = 0; i < g->n; i++) {
		uint32_t k = 0;

		while (k < seen.n && seen.v[k]->mate != g->v[i]->number)
			k++;
		if (k == seen.n)
			add(&kept, g->v[i]);
	}
	*g = kept;
}

/* Leaves in G those with both ends of E, if there are any. Whether all of G are of one flow, then. */
static bool narrow(const struct join_entry *e, struct group *g)
{
	struct group same = { .more = g->more };

	for (uint32_t i = 0; i < g->n; i++)
		if (same_flow(e, g->v[i]))
			add(&same, g->v[i]);
	if (same.n)
		*g = same;
	return one_flow(g) && !g->more;
}

/* Whoever sent what passes as E, by another namespace that it passed. */
static struct join_entry *sender_via(struct join *j, const struct join_entry *e)
{
	struct group passing = { 0 }, elsewhere = { 0 }, found = { 0 };

	gather(j, e, JOIN_BY_SOURCE, want_passing, &passing);
	gather(j, e, JOIN_BY_TARGET, want_passing, &passing);
	elsewhere.more = passing.more;
	for (uint32_t i = 0; i < passing.n; i++)
		if (passing.v[i]->event.netns != e->event.netns)
			add(&elsewhere, passing.v[i]);
	if (!narrow(e, &elsewhere))
		return NULL;
	for (uint32_t i = 0; i < elsewhere.n; i++)
		if (join_has(j, elsewhere.v[i]->mate))
			add(&found, join_at(j, elsewhere.v[i]->mate));
	return found.n == 1 ? found.v[0] : NULL;
}

static struct join_entry *find_sender(struct join *j, struct join_entry *e)
{
	struct group g = { 0 };

	gather(j, e, JOIN_BY_ENDS, want_sender_same, &g);
	if (!g.n && !g.more) {
		gather(j, e, JOIN_BY_SOURCE, want_sender_translated, &g);
		gather(j, e, JOIN_BY_TARGET, want_sender_translated, &g);
		if (g.n) {
			keep_one_flow(j, e, &g);
			g.more |= !g.n;
		}
	}
	if (!g.n && !g.more) {
		gather(j, e, JOIN_BY_NUMBER, want_sender_apart, &g);
		keep_translated(j, e, &g);
	}
	keep_unseen(j, e, &g);
	if (g.n || g.more)
		return one_flow(&g) ? in_order(j, e, &g) : NULL;
	return sender_via(j, e);
}

static struct join_entry *sender_of(struct join *j, struct join_entry *passing)
{
	struct join_entry *sender;

	if (!join_has(j, passing->mate)) {
		sender = find_sender(j, passing);
		passing->mate = sender ? sender->number : 0;
	}
	return passing->mate ? join_at(j, passing->mate) : NULL;
}

/* Who got what E sent, by the last place that it passed. */
static struct join_entry *receiver_via(struct join *j, const struct join_entry *e,
				       const struct group *passing)
{
	struct group found = { 0 };

	for (uint32_t i = 0; i < passing->n; i++) {
		struct group g = { 0 };
		struct join_entry *p = passing->v[i];

		if (sender_of(j, p) != e)
			continue;
		gather(j, p, JOIN_BY_SOURCE, want_receiver, &g);
		gather(j, p, JOIN_BY_TARGET, want_receiver, &g);
		if (!narrow(p, &g))
			continue;
		for (uint32_t k = 0; k < g.n; k++)
			add(&found, g.v[k]);
	}
	return found.n == 1 && !found.more ? found.v[0] : NULL;
}

/* The other end of E, by what passed in between and has an end of each. */
static struct join_entry *via_passing(struct join *j, struct join_entry *e)
{
	struct group passing = { 0 }, found = { 0 };

	gather(j, e, JOIN_BY_NUMBER, want_passing_anyhow, &passing);
	if (passing.more)
		return NULL;
	sort(&passing);
	if (e->direction == DIR_SENT)
		return receiver_via(j, e, &passing);
	passing.n = 0;
	gather(j, e, JOIN_BY_SOURCE, want_passing, &passing);
	gather(j, e, JOIN_BY_TARGET, want_passing, &passing);
	if (!narrow(e, &passing))
		return NULL;
	for (uint32_t i = 0; i < passing.n; i++) {
		struct join_entry *sender = sender_of(j, passing.v[i]);

		if (sender && is_free(sender, DIR_SENT) && in_time(passing.v[i], e, JOIN_PATH_NS))
			add(&found, sender);
	}
	return found.n == 1 ? found.v[0] : NULL;
}

/* ---- written by a program */

/*
 * Whether what a program wrote as E had been sent before, by the TCP or the firewall of a namespace here,
 * and had not come to anybody: then the program is on its way. One that makes RSTs of its own does not
 * wait for those of TCP.
 */
static bool is_relayed(struct join *j, const struct join_entry *e)
{
	struct group sent = { 0 }, received = { 0 };

	gather(j, e, JOIN_BY_ENDS, want_source, &sent);
	gather(j, e, JOIN_BY_ENDS, want_earlier, &received);
	return sent.n > received.n && !sent.more;
}

void mates_relay(struct join *j, uint64_t number)
{
	struct join_entry *e = join_at(j, number);

	if (!is_written(e) || !is_relayed(j, e))
		return;
	e->relayed = true;
	e->direction = DIR_PASSING;
}

/* TCP may tell of an abort only when a program has passed it on. */
static void find_relays(struct join *j, const struct join_entry *e)
{
	struct group written = { 0 };

	gather(j, e, JOIN_BY_ENDS, want_written, &written);
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
	struct group g = { 0 };

	if (e->direction == DIR_PASSING || !e->mate)
		return NULL;
	gather(j, e, JOIN_BY_ENDS, want_relay, &g);
	return g.n == 1 && !g.more ? g.v[0] : NULL;
}

void mates_find(struct join *j, uint64_t number)
{
	struct join_entry *e = join_at(j, number), *mate;
	struct group g = { 0 };

	if (e->arrival_only || e->merged || !e->numbers.n)
		return;
	mates_relay(j, number);
	if (e->direction == DIR_PASSING) {
		sender_of(j, e);
		return;
	}
	if (e->mate)
		return;
	find_relays(j, e);
	gather(j, e, JOIN_BY_ENDS, want_other_same, &g);
	mate = g.n || g.more ? in_order(j, e, &g) : find_translated(j, e);
	if (!mate && !g.n && !g.more)
		mate = via_passing(j, e);
	if (!mate)
		return;
	mate->mate = e->number;
	e->mate = mate->number;
	tell_once(e, mate);
	tell_once(mate, e);
}
