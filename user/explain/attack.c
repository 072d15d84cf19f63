/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* attack.c: who brings too many resets: a table of suspects and the attacks among them. */
#include "base/hash.h"
#include "base/util.h"
#include "explain/attack.h"

#include <string.h>

/* ---- what is watched */

/* What a suspect is known by, besides the namespace, the family and the direction. */
enum key_part {
	PART_LOCAL = 1 << 0, /* address and port */
	PART_REMOTE = 1 << 1,
	PART_REMOTE_PORT = 1 << 2,
};

static bool meets_closed_port(const struct incident *in)
{
	if (in->direction != DIR_SENT || (in->packet.valid && !(in->packet.flags & RST_FLAG_SYN)))
		return false;
	switch (in->verdict.cause) {
	case CAUSE_NO_LISTENER:
	case CAUSE_LISTENER_ELSEWHERE:
	case CAUSE_LISTENER_GONE:
	case CAUSE_FIREWALL_REJECT:
		return true;
	default:
		return false;
	}
}

/* Whoever guesses sends many different numbers; a peer that is gone answers each segment that is
 * still on its way with a RST of the same number, or of a few. */
static bool is_numbered(const struct incident *in)
{
	return in->direction == DIR_RECEIVED && in->packet.valid;
}

static bool is_guess(const struct incident *in)
{
	return is_numbered(in) && in->ev->past.kind != RST_PAST_CONNECTION && !in->pair.there &&
	       (in->verdict.cause == CAUSE_IGNORED ||
		in->verdict.cause == CAUSE_SUSPECTED_INJECTION);
}

static uint16_t number_of(const struct incident *in)
{
	/* Sweeps go in steps of a window: the halves of their numbers depend on each other. */
	return (uint16_t)(in->packet.seq * 0x9e3779b1U >> 16);
}

static bool is_any(const struct incident *in)
{
	return true;
}

/* The first one that has an attack going takes the incident. */
static const struct detector {
	enum attack_kind kind;
	bool (*watches)(const struct incident *in);
	unsigned int parts;
	uint32_t
		limit; /* so many within a window are an attack: different ports of a scan, different
			 * numbers of a flood */
	uint32_t few;  /* an interval with fewer ends it */
} detectors[] = {
	{ ATTACK_PORT_SCAN, meets_closed_port, PART_REMOTE, ATTACK_FAST_PORTS, 4 },
	{ ATTACK_RST_FLOOD, is_numbered, PART_LOCAL | PART_REMOTE | PART_REMOTE_PORT, ATTACK_FLOOD,
	  4 },
	{ ATTACK_RST_FLOOD, is_guess, PART_LOCAL, ATTACK_RATE, 25 },
	{ ATTACK_RESET_RATE, is_any, PART_REMOTE, ATTACK_RATE, 25 },
};

#define DETECTORS (ARRAY_SIZE(detectors))
#define SLOW_FEW 2

_Static_assert(sizeof(struct attack_key) == 48, "attack_key has holes, or is no whole words");

static struct attack_key key_of(const struct incident *in, size_t detector)
{
	const struct rst_tuple *t = &in->ev->tuple;
	unsigned int parts = detectors[detector].parts;
	struct attack_key key = {
		.netns = in->ev->netns,
		.family = t->family,
		.direction = (uint8_t)in->direction,
		.detector = (uint8_t)detector,
	};

	if (parts & PART_LOCAL) {
		memcpy(key.local, t->local, sizeof(key.local));
		key.local_port = t->local_port;
	}
	if (parts & PART_REMOTE)
		memcpy(key.remote, t->remote, sizeof(key.remote));
	if (parts & PART_REMOTE_PORT)
		key.remote_port = t->remote_port;
	return key;
}

/* ---- windows. Events of several CPUs are not quite in order: an earlier one is of now. */

static uint64_t since(uint64_t begin_ns, uint64_t ns)
{
	return ns > begin_ns ? ns - begin_ns : 0;
}

static bool is_open(const struct attack_window *w, uint64_t span_ns, uint64_t ns)
{
	return w->n && since(w->begin_ns, ns) < span_ns;
}

static void begin_unless_open(struct attack_window *w, uint64_t span_ns, uint64_t ns)
{
	if (is_open(w, span_ns, ns))
		return;
	w->begin_ns = ns;
	w->n = 0;
}

/* Adds a number to the different ones of a window, which has room for MAX. Says whether it is full. */
static bool add_number(struct attack_window *w, uint64_t span_ns, uint16_t *ports, uint32_t max,
		       uint16_t port, uint64_t ns)
{
	begin_unless_open(w, span_ns, ns);
	for (uint32_t i = 0; i < w->n; i++)
		if (ports[i] == port)
			return w->n == max;
	if (w->n < max)
		ports[w->n++] = port;
	return w->n == max;
}

enum pace {
	PACE_ORDINARY,
	PACE_SLOW, /* an attack, by the long window only */
	PACE_FAST,
};

static enum pace count_one(struct attack_entry *e, const struct incident *in)
{
	const struct detector *d = &detectors[e->key.detector];
	uint16_t port = in->ev->tuple.local_port;
	uint64_t ns = in->ev->hdr.mono_ns;
	uint32_t count = (uint32_t)incident_count(in);
	bool fast, slow;

	if (d->kind == ATTACK_RST_FLOOD) {
		/* Its second window counts all, whatever their numbers. */
		fast = add_number(&e->fast, ATTACK_FAST_NS, e->fast_port, ATTACK_FLOOD,
				  number_of(in), ns);
		begin_unless_open(&e->slow, ATTACK_FAST_NS, ns);
		e->slow.n += count;
		return e->slow.n >= d->limit && fast ? PACE_FAST : PACE_ORDINARY;
	}
	if (d->kind != ATTACK_PORT_SCAN) {
		begin_unless_open(&e->fast, ATTACK_FAST_NS, ns);
		e->fast.n += count;
		return e->fast.n >= d->limit ? PACE_FAST : PACE_ORDINARY;
	}
	fast = add_number(&e->fast, ATTACK_FAST_NS, e->fast_port, ATTACK_FAST_PORTS, port, ns);
	slow = add_number(&e->slow, ATTACK_SLOW_NS, e->slow_port, ATTACK_SLOW_PORTS, port, ns);
	return fast ? PACE_FAST : slow ? PACE_SLOW : PACE_ORDINARY;
}

/* ---- the suspects */

static uint16_t *bucket_of(struct attack *a, const struct attack_key *key)
{
	return &a->bucket[hash_mix(a->seed, key, sizeof(*key)) % ATTACK_BUCKETS];
}

static void unlink_use(struct attack *a, uint16_t number)
{
	struct attack_entry *e = &a->entry[number];

	a->entry[e->older].newer = e->newer;
	a->entry[e->newer].older = e->older;
}

static void link_newest(struct attack *a, uint16_t number)
{
	struct attack_entry *head = &a->entry[0], *e = &a->entry[number];

	e->older = head->older;
	e->newer = 0;
	a->entry[head->older].newer = number;
	head->older = number;
}

static void use(struct attack *a, uint16_t number)
{
	unlink_use(a, number);
	link_newest(a, number);
}

/* Makes the least recently used one free. One with an attack has its report to come: it is passed
 * over, and as there are fewer attacks than entries, not all are. */
static uint16_t evict(struct attack *a, uint64_t ns)
{
	uint16_t number, *link;
	struct attack_entry *e;

	while (a->entry[number = a->entry[0].newer].running)
		use(a, number);
	e = &a->entry[number];
	a->evicted += is_open(&e->fast, ATTACK_FAST_NS, ns) ||
		      (detectors[e->key.detector].kind == ATTACK_PORT_SCAN &&
		       is_open(&e->slow, ATTACK_SLOW_NS, ns));
	for (link = bucket_of(a, &e->key); *link != number; link = &a->entry[*link].next)
		;
	*link = e->next;
	unlink_use(a, number);
	return number;
}

static uint16_t find(struct attack *a, const struct attack_key *key, uint64_t ns)
{
	uint16_t number, *bucket = bucket_of(a, key);
	struct attack_entry *e;

	for (number = *bucket; number; number = a->entry[number].next) {
		if (memcmp(&a->entry[number].key, key, sizeof(*key)) != 0)
			continue;
		use(a, number);
		return number;
	}
	number = a->entries < ATTACK_ENTRIES ? ++a->entries : evict(a, ns);
	e = &a->entry[number];
	memset(e, 0, sizeof(*e));
	e->key = *key;
	e->next = *bucket;
	*bucket = number;
	link_newest(a, number);
	return number;
}

/* ---- the attacks */

static uint64_t interval(const struct attack_running *r)
{
	return r->slow ? ATTACK_SLOW_REPORT_NS : ATTACK_REPORT_NS;
}

static void set_due(struct attack *a, struct attack_running *r, uint64_t begin_ns)
{
	r->due_ns = begin_ns + interval(r);
	if (r->due_ns < a->due_ns)
		a->due_ns = r->due_ns;
}

/* The next resets of this suspect are counted, if there is room. */
static bool start(struct attack *a, uint16_t number, enum pace pace, uint64_t ns)
{
	struct attack_entry *e = &a->entry[number];
	uint16_t at = a->free;
	struct attack_running *r;

	if (at)
		a->free = a->running[at].next;
	else if (a->runnings < ATTACK_RUNNING)
		at = ++a->runnings;
	else
		return false;
	e->running = at;
	r = &a->running[at];
	r->entry = number;
	r->slow = pace == PACE_SLOW;
	attack_tally_reset(&r->tally, detectors[e->key.detector].kind);
	set_due(a, r, ns);
	return true;
}

static void stop(struct attack *a, uint16_t at)
{
	struct attack_running *r = &a->running[at];
	struct attack_entry *e = &a->entry[r->entry];

	e->running = 0;
	e->fast.n = e->slow.n = 0;
	r->entry = 0;
	r->next = a->free;
	a->free = at;
}

void attack_init(struct attack *a, uint64_t seed)
{
	/* Nothing else is looked at before it was used. */
	memset(a->bucket, 0, sizeof(a->bucket));
	memset(&a->entry[0], 0, sizeof(a->entry[0]));
	a->seed = seed;
	a->due_ns = UINT64_MAX;
	a->evicted = 0;
	a->entries = a->runnings = a->free = a->cursor = 0;
}

bool attack_add(struct attack *a, const struct incident *in)
{
	uint64_t ns = in->ev->hdr.mono_ns;

	for (size_t i = 0; i < DETECTORS; i++) {
		struct attack_running *r;
		struct attack_key key;
		uint16_t number;
		enum pace pace;

		if (!detectors[i].watches(in))
			continue;
		key = key_of(in, i);
		number = find(a, &key, ns);
		pace = count_one(&a->entry[number], in);
		r = &a->running[a->entry[number].running];
		if (a->entry[number].running) {
			attack_tally_add(&r->tally, in);
			if (r->slow && pace == PACE_FAST) {
				r->slow = false;
				set_due(a, r, ns);
			}
			return false;
		}
		if (pace != PACE_ORDINARY && start(a, number, pace, ns))
			return true;
	}
	return true;
}

/* Takes the report of an attack that is due, and ends it or begins its next interval. */
static bool take_report(struct attack *a, uint16_t at, uint64_t now_ns, bool force,
			struct attack_report *out)
{
	struct attack_running *r = &a->running[at];
	uint8_t detector = a->entry[r->entry].key.detector;
	uint64_t count = r->tally.report.count;

	if (count)
		attack_tally_report(&r->tally, out);
	if (force || count < (r->slow ? SLOW_FEW : detectors[detector].few)) {
		stop(a, at);
	} else {
		attack_tally_reset(&r->tally, detectors[detector].kind);
		set_due(a, r, now_ns);
	}
	return count;
}

bool attack_next(struct attack *a, uint64_t now_ns, bool force, struct attack_report *out)
{
	if (!force && now_ns < a->due_ns)
		return false;
	/* One round, from behind the last report's. */
	for (uint16_t i = 0; i < a->runnings; i++) {
		uint16_t at = a->cursor % a->runnings + 1;

		a->cursor = at;
		if (a->running[at].entry && (force || now_ns >= a->running[at].due_ns) &&
		    take_report(a, at, now_ns, force, out))
			return true;
	}
	a->due_ns = UINT64_MAX;
	for (uint16_t at = 1; at <= a->runnings; at++)
		if (a->running[at].entry && a->running[at].due_ns < a->due_ns)
			a->due_ns = a->running[at].due_ns;
	return false;
}
