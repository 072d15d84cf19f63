// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* tally.c: recorded resets, grouped and counted. */
#include "model/tally.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "base/util.h"

#define BUCKETS 4096 /* a power of two */
/* How many lines back a correction finds what it corrects: a failed neighbour takes three seconds. */
#define RECENT 65536 /* a power of two */
#define SLOT_FIRST_NS 1000000000ULL

/* What a line was counted as. */
struct recent {
	uint64_t hash; /* of its id; 0: none */
	struct tally_group *group;
	uint64_t count, time_ns;
	bool benign;
};

struct tally {
	enum tally_key by[TALLY_BY_MAX];
	size_t keys, groups;
	bool more;
	uint64_t seed;
	struct tally_group *bucket[BUCKETS];
	const struct tally_group **sorted;
	struct tally_group *others;
	struct recent *recent;
	struct tally_sums sums;
};

static const char *const key_names[TALLY_KEYS] = {
	[TALLY_CAUSE] = "cause",
	[TALLY_DETAIL] = "detail",
	[TALLY_DIRECTION] = "direction",
	[TALLY_PROCESS] = "process",
	[TALLY_PID] = "pid",
	[TALLY_CONTAINER] = "container",
	[TALLY_POD] = "pod",
	[TALLY_LOCAL_PORT] = "local-port",
	[TALLY_PEER] = "peer",
	[TALLY_REMOTE_PORT] = "remote-port",
	[TALLY_NETNS] = "netns",
	[TALLY_HOST] = "host",
};

static const char *const sort_names[TALLY_SORTS] = {
	[TALLY_SORT_COUNT] = "count",
	[TALLY_SORT_FIRST] = "first",
	[TALLY_SORT_LAST] = "last",
	[TALLY_SORT_NAME] = "name",
};

const char *tally_key_name(enum tally_key key)
{
	return key_names[key];
}

const char *tally_sort_name(enum tally_sort sort)
{
	return sort_names[sort];
}

/* The first of the three that is not empty. */
static const char *first_of(const char *a, const char *b, const char *c)
{
	return *a ? a : *b ? b : c;
}

static void copy(char *buf, const char *s)
{
	text_cut(buf, TALLY_NAME, s, strlen(s));
}

static void number(char *buf, uint64_t n)
{
	if (n)
		buf[text_number(buf, n)] = '\0';
	else
		copy(buf, "-");
}

char *tally_name(char *buf, enum tally_key key, const struct brief *b, const char *host)
{
	const char *s = "";

	switch (key) {
	case TALLY_CAUSE:
		s = b->cause;
		break;
	case TALLY_DETAIL:
		s = b->detail;
		break;
	case TALLY_DIRECTION:
		s = b->direction;
		break;
	case TALLY_PROCESS:
		s = b->comm;
		break;
	case TALLY_CONTAINER:
		s = first_of(b->container_name, b->container, "");
		break;
	case TALLY_POD:
		if (*b->pod && *b->space) {
			snprintf(buf, TALLY_NAME, "%.*s/%.*s", TALLY_NAME / 2 - 1, b->space,
				 TALLY_NAME / 2 - 1, b->pod);
			return buf;
		}
		s = b->pod;
		break;
	case TALLY_PEER:
		s = b->remote.address;
		break;
	case TALLY_HOST:
		s = host;
		break;
	case TALLY_NETNS:
		s = first_of(b->netns_name, b->netns_container_name, b->netns_container);
		if (!*s) {
			number(buf, b->netns);
			return buf;
		}
		break;
	case TALLY_PID:
		number(buf, b->pid);
		return buf;
	case TALLY_LOCAL_PORT:
		number(buf, b->local.port);
		return buf;
	case TALLY_REMOTE_PORT:
		number(buf, b->remote.port);
		return buf;
	case TALLY_KEYS:
		break;
	}
	copy(buf, *s ? s : "-");
	return buf;
}

struct tally *tally_new(const enum tally_key *by, size_t n, bool more)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->recent = calloc(RECENT, sizeof(*t->recent));
	if (!t->recent) {
		free(t);
		return NULL;
	}
	memcpy(t->by, by, n * sizeof(*by));
	t->keys = n;
	t->more = more;
	t->seed = random_seed();
	return t;
}

static void group_free(struct tally_group *g)
{
	free(g->more);
	free(g);
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct tally_group *g = t->bucket[i], *next; g; g = next) {
			next = g->next;
			group_free(g);
		}
	}
	free(t->sorted);
	free(t->recent);
	free(t);
}

static struct tally_group *group_make(struct tally *t, uint64_t hash)
{
	struct tally_group *g = calloc(1, sizeof(*g));

	if (g && t->more) {
		g->more = calloc(1, sizeof(*g->more));
		if (!g->more) {
			free(g);
			return NULL;
		}
	}
	if (!g)
		return NULL;
	g->hash = hash;
	g->next = t->bucket[hash & (BUCKETS - 1)];
	t->bucket[hash & (BUCKETS - 1)] = g;
	t->groups++;
	return g;
}

/* The group of what found no room. */
static struct tally_group *others(struct tally *t)
{
	if (!t->others) {
		t->others = group_make(t, 0);
		if (t->others)
			for (size_t i = 0; i < t->keys; i++)
				copy(t->others->name[i], "(others)");
	}
	return t->others;
}

static struct tally_group *group_of(struct tally *t, const struct brief *b, const char *host)
{
	char name[TALLY_BY_MAX][TALLY_NAME];
	uint64_t hash = t->seed;
	struct tally_group *g;

	memset(name, 0, sizeof(name));
	for (size_t i = 0; i < t->keys; i++) {
		tally_name(name[i], t->by[i], b, host);
		hash = hash_mix(hash, name[i], strlen(name[i]) + 1);
	}
	hash |= 1;
	for (g = t->bucket[hash & (BUCKETS - 1)]; g; g = g->next) {
		bool same = g->hash == hash;

		for (size_t i = 0; same && i < t->keys; i++)
			same = !strcmp(g->name[i], name[i]);
		if (same)
			return g;
	}
	if (t->groups >= TALLY_GROUPS)
		return others(t);
	g = group_make(t, hash);
	if (g)
		for (size_t i = 0; i < t->keys; i++)
			copy(g->name[i], name[i]);
	return g;
}

/* Counts COUNT more of NAME. Without room it takes the place of the rarest, of which it may have as many. */
static void top_add(struct tally_top *top, uint64_t seed, const char *name, uint64_t count)
{
	uint64_t hash = hash_mix(seed, name, strlen(name));
	struct tally_name *least = NULL;

	for (size_t i = 0; i < top->n; i++) {
		struct tally_name *n = &top->of[i];

		if (n->hash == hash) {
			n->count += count;
			return;
		}
		if (!least || n->count < least->count)
			least = n;
	}
	if (top->n < TALLY_TOP) {
		least = &top->of[top->n++];
		least->count = 0;
	}
	if (!least)
		return;
	least->error = least->count;
	least->count += count;
	least->hash = hash;
	copy(least->name, name);
}

static void top_take(struct tally_top *top, uint64_t seed, const char *name, uint64_t count)
{
	uint64_t hash = hash_mix(seed, name, strlen(name));

	for (size_t i = 0; i < top->n; i++)
		if (top->of[i].hash == hash)
			top->of[i].count -= count < top->of[i].count ? count : top->of[i].count;
}

/* Makes each slot twice as long; EARLIER: to have room at the beginning. */
static void slots_widen(struct tally *t, bool earlier)
{
	size_t half = TALLY_SLOTS / 2;

	for (size_t b = 0; b < BUCKETS; b++) {
		for (struct tally_group *g = t->bucket[b]; g; g = g->next) {
			uint64_t merged[TALLY_SLOTS] = {};

			if (!g->more)
				continue;
			for (size_t i = 0; i < TALLY_SLOTS; i++)
				merged[i / 2 + (earlier ? half : 0)] += g->more->slot[i];
			memcpy(g->more->slot, merged, sizeof(merged));
		}
	}
	if (earlier)
		t->sums.begin_ns -= TALLY_SLOTS * t->sums.slot_ns;
	t->sums.slot_ns *= 2;
}

/* Which slot a moment is in, after making room for it. */
static size_t slot_of(struct tally *t, uint64_t ns)
{
	struct tally_sums *s = &t->sums;

	if (!s->slot_ns) {
		s->slot_ns = SLOT_FIRST_NS;
		s->begin_ns = ns - ns % SLOT_FIRST_NS;
	}
	while (ns < s->begin_ns) {
		/* Nothing of ours was recorded in 1970. */
		if (s->begin_ns < TALLY_SLOTS * s->slot_ns)
			return 0;
		slots_widen(t, true);
	}
	while ((ns - s->begin_ns) / s->slot_ns >= TALLY_SLOTS) {
		if (s->slot_ns > UINT64_MAX / 4 / TALLY_SLOTS)
			return TALLY_SLOTS - 1;
		slots_widen(t, false);
	}
	return (ns - s->begin_ns) / s->slot_ns;
}

static void times_add(uint64_t *first, uint64_t *last, uint64_t ns)
{
	if (!ns)
		return;
	if (!*first || ns < *first)
		*first = ns;
	if (ns > *last)
		*last = ns;
}

/* The first that is not benign, else the first, stands for all. */
static void sample(struct tally_more *m, const struct brief *b)
{
	if (*m->why && (!m->sample_benign || b->benign))
		return;
	copy(m->process, b->comm);
	memcpy(m->why, b->why, sizeof(m->why));
	m->sample_ns = b->time_ns;
	m->sample_benign = b->benign;
}

static void more_add(struct tally *t, struct tally_group *g, const struct brief *b)
{
	struct tally_more *m = g->more;
	uint64_t count = brief_count(b);

	if (b->time_ns)
		m->slot[slot_of(t, b->time_ns)] += count;
	if (*b->comm)
		top_add(&m->processes, t->seed, b->comm, count);
	if (*b->remote.address)
		top_add(&m->peers, t->seed, b->remote.address, count);
	sample(m, b);
}

/* The same line is one reset, whichever file it came from: an id has the boot and the run in it. */
static struct recent *recent_of(struct tally *t, const char *id, uint64_t *hash)
{
	*hash = hash_mix(t->seed, id, strlen(id)) | 1;
	return &t->recent[(*hash >> 8) & (RECENT - 1)];
}

/* What B corrects is no reset of its own. */
static void take_back(struct tally *t, const struct brief *b)
{
	uint64_t hash;
	struct recent *r = recent_of(t, b->corrects, &hash);
	struct tally_group *g = r->group;

	if (r->hash != hash)
		return;
	t->sums.corrected++;
	t->sums.count -= r->count;
	t->sums.benign -= r->benign ? r->count : 0;
	g->count -= r->count;
	g->benign -= r->benign ? r->count : 0;
	if (g->more) {
		uint64_t *slot = r->time_ns ? &g->more->slot[slot_of(t, r->time_ns)] : NULL;

		if (slot)
			*slot -= r->count < *slot ? r->count : *slot;
		if (*b->comm)
			top_take(&g->more->processes, t->seed, b->comm, r->count);
		if (*b->remote.address)
			top_take(&g->more->peers, t->seed, b->remote.address, r->count);
	}
	r->hash = 0;
}

int tally_add(struct tally *t, const struct brief *b, const char *host)
{
	uint64_t count = brief_count(b), hash;
	struct tally_group *g;
	struct recent *r;

	if (*b->corrects)
		take_back(t, b);
	g = group_of(t, b, host);
	if (!g)
		return -ENOMEM;
	if (g == t->others)
		t->sums.others += count;
	g->count += count;
	g->benign += b->benign ? count : 0;
	t->sums.count += count;
	t->sums.benign += b->benign ? count : 0;
	times_add(&g->first_ns, &g->last_ns, b->time_ns);
	times_add(&t->sums.first_ns, &t->sums.last_ns, b->time_ns);
	if (g->more)
		more_add(t, g, b);
	if (*b->id) {
		r = recent_of(t, b->id, &hash);
		*r = (struct recent){ hash, g, count, b->time_ns, b->benign };
	}
	return 0;
}

static int names_compare(const struct tally_group *a, const struct tally_group *b)
{
	for (size_t i = 0; i < TALLY_BY_MAX; i++) {
		int order = strverscmp(a->name[i], b->name[i]);

		if (order)
			return order;
	}
	return 0;
}

static int descending(uint64_t a, uint64_t b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int by_count(const void *a, const void *b)
{
	const struct tally_group *x = *(void *const *)a, *y = *(void *const *)b;

	return descending(x->count, y->count) ?: names_compare(x, y);
}

static int by_first(const void *a, const void *b)
{
	const struct tally_group *x = *(void *const *)a, *y = *(void *const *)b;

	return descending(y->first_ns, x->first_ns) ?: names_compare(x, y);
}

static int by_last(const void *a, const void *b)
{
	const struct tally_group *x = *(void *const *)a, *y = *(void *const *)b;

	return descending(x->last_ns, y->last_ns) ?: names_compare(x, y);
}

static int by_name(const void *a, const void *b)
{
	return names_compare(*(void *const *)a, *(void *const *)b);
}

static int top_compare(const void *a, const void *b)
{
	const struct tally_name *x = a, *y = b;

	return descending(x->count, y->count) ?: strcmp(x->name, y->name);
}

const struct tally_group **tally_sorted(struct tally *t, enum tally_sort sort, size_t *n)
{
	static int (*const compare[TALLY_SORTS])(const void *, const void *) = {
		[TALLY_SORT_COUNT] = by_count,
		[TALLY_SORT_FIRST] = by_first,
		[TALLY_SORT_LAST] = by_last,
		[TALLY_SORT_NAME] = by_name,
	};

	*n = 0;
	free(t->sorted);
	t->sorted = calloc(t->groups + 1, sizeof(const struct tally_group *));
	if (!t->sorted)
		return NULL;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct tally_group *g = t->bucket[i]; g; g = g->next) {
			/* All of it was corrected. */
			if (!g->count)
				continue;
			if (g->more) {
				qsort(g->more->processes.of, g->more->processes.n,
				      sizeof(g->more->processes.of[0]), top_compare);
				qsort(g->more->peers.of, g->more->peers.n,
				      sizeof(g->more->peers.of[0]), top_compare);
			}
			t->sorted[(*n)++] = g;
		}
	}
	qsort(t->sorted, *n, sizeof(const struct tally_group *), compare[sort]);
	return t->sorted;
}

void tally_sums(const struct tally *t, struct tally_sums *out)
{
	*out = t->sums;
}
