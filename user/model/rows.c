// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* rows.c: recorded lines, folded when they become too many. */
#include "model/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* As far back as tally.c finds what a correction corrects. */
#define RECENT 65536 /* a power of two */
/* Of what a line is told apart by at level 2: what its rank is among. */
#define RANK_LEVEL 2
#define NO_ROW UINT32_MAX

/* Into how many parts of the whole time they are divided, besides by kind. */
static const uint64_t parts[ROWS_LEVELS] = { 2048, 1024, 256, 32, 16, 1 };

struct recent {
	uint64_t id; /* its hash; 0: none */
	uint64_t count;
	uint32_t row;
};

struct rows {
	struct row *row;
	size_t n, room, most;
	uint64_t seed, first_ns, last_ns;
	unsigned int level; /* what was folded once is not told apart later */
	struct recent *recent;
};

struct rows *rows_new(size_t most, uint64_t seed)
{
	struct rows *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->most = most;
	r->seed = seed;
	r->recent = calloc(RECENT, sizeof(*r->recent));
	if (!r->recent) {
		free(r);
		return NULL;
	}
	return r;
}

void rows_free(struct rows *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		free(r->row[i].text);
	free(r->row);
	free(r->recent);
	free(r);
}

static uint64_t mix_text(uint64_t h, const char *s)
{
	size_t n = strlen(s);

	return hash_mix(hash_word(h, n), s, n);
}

/* From what nothing is told apart by, to all: each level has one thing less. */
static void set_kinds(const struct rows *r, struct row *row, const struct brief *b)
{
	uint64_t h = r->seed;

	row->kind[5] = h;
	h = hash_word(mix_text(h, b->direction), b->benign);
	row->kind[4] = h = mix_text(h, b->cause);
	row->kind[3] = h = mix_text(h, b->comm);
	row->kind[2] = h = mix_text(h, b->detail);
	row->kind[1] = h = mix_text(h, b->remote.address);
	row->kind[0] = hash_word(mix_text(h, b->local.address), b->local.port);
}

static struct recent *recent_of(const struct rows *r, const char *id, uint64_t *hash)
{
	if (!*id)
		return NULL;
	*hash = mix_text(r->seed, id) | 1;
	return &r->recent[(*hash >> 32) & (RECENT - 1)];
}

static void remove_corrected(struct rows *r, const char *id)
{
	uint64_t hash;
	struct recent *recent = recent_of(r, id, &hash);
	struct row *row;

	if (!recent || recent->id != hash || recent->row == NO_ROW)
		return;
	row = &r->row[recent->row];
	row->count -= recent->count < row->count ? recent->count : row->count;
	row->lines -= row->lines ? 1 : 0;
	if (!row->lines) {
		free(row->text);
		row->text = NULL;
	}
	recent->id = 0;
}

static int grow(struct rows *r)
{
	size_t room = r->room ? 2 * r->room : 1024;
	struct row *row = realloc(r->row, room * sizeof(*row));

	if (!row)
		return -ENOMEM;
	r->row = row;
	r->room = room;
	return 0;
}

int rows_add(struct rows *r, const struct brief *b, uint32_t host, const char *text, size_t len)
{
	struct recent *recent;
	struct row *row;
	uint64_t hash;
	int err = 0;

	remove_corrected(r, b->corrects);
	/* Folded in portions, so that it is not done for each line. */
	if (r->n >= r->most + r->most / 2)
		err = rows_fold(r, r->most / 2 + 1);
	if (!err && r->n == r->room)
		err = grow(r);
	if (err)
		return err;
	row = &r->row[r->n];
	*row = (struct row){ .time_ns = b->time_ns,
			     .last_ns = b->time_ns,
			     .count = brief_count(b),
			     .lines = 1,
			     .host = host,
			     .len = (uint32_t)len,
			     .text = malloc(len ?: 1) };
	if (!row->text)
		return -ENOMEM;
	memcpy(row->text, text, len);
	set_kinds(r, row, b);
	if (b->time_ns && (!r->first_ns || b->time_ns < r->first_ns))
		r->first_ns = b->time_ns;
	if (b->time_ns > r->last_ns)
		r->last_ns = b->time_ns;
	recent = recent_of(r, b->id, &hash);
	if (recent)
		*recent = (struct recent){ hash, row->count, (uint32_t)r->n };
	r->n++;
	return 0;
}

static void merge(struct row *into, struct row *row)
{
	if (row->last_ns > into->last_ns)
		into->last_ns = row->last_ns;
	/* It is told as the first of them. */
	if (row->time_ns && row->time_ns < into->time_ns) {
		char *text = into->text;

		into->time_ns = row->time_ns;
		into->text = row->text;
		into->len = row->len;
		row->text = text;
	}
	into->count += row->count;
	into->lines += row->lines;
	free(row->text);
	row->text = NULL;
}

static void renumber(struct rows *r, const uint32_t *now)
{
	for (size_t i = 0; i < RECENT; i++)
		if (r->recent[i].id && r->recent[i].row != NO_ROW)
			r->recent[i].row = now[r->recent[i].row];
}

/* Those of one kind at R's level, in one part of the time, become one; without a level, only what is gone goes. */
static int fold_once(struct rows *r, bool by_kind)
{
	uint64_t slot_ns = (r->last_ns - r->first_ns) / parts[r->level] + 1;
	size_t buckets = 1, kept = 0;
	uint32_t *bucket, *now;

	while (buckets < 2 * r->n)
		buckets *= 2;
	bucket = calloc(buckets, sizeof(*bucket));
	now = malloc(r->n * sizeof(*now) ?: 1);
	if (!bucket || !now) {
		free(bucket);
		free(now);
		return -ENOMEM;
	}
	for (size_t i = 0; i < r->n; i++) {
		struct row *row = &r->row[i], *other;
		uint64_t since = row->time_ns > r->first_ns ? row->time_ns - r->first_ns : 0;
		uint64_t slot = since / slot_ns, kind = row->kind[r->level];
		size_t at = (size_t)(hash_word(kind, slot) & (buckets - 1));

		now[i] = NO_ROW;
		if (!row->text)
			continue;
		while (by_kind && bucket[at]) {
			other = &r->row[bucket[at] - 1];
			since = other->time_ns > r->first_ns ? other->time_ns - r->first_ns : 0;
			if (other->kind[r->level] == kind && since / slot_ns == slot)
				break;
			at = (at + 1) & (buckets - 1);
		}
		if (by_kind && bucket[at]) {
			now[i] = bucket[at] - 1;
			merge(&r->row[now[i]], row);
			continue;
		}
		now[i] = (uint32_t)kept;
		r->row[kept] = *row;
		if (kept != i)
			row->text = NULL;
		bucket[at] = (uint32_t)++kept;
	}
	renumber(r, now);
	r->n = kept;
	free(bucket);
	free(now);
	return 0;
}

int rows_fold(struct rows *r, size_t n)
{
	int err = fold_once(r, false);

	while (!err && r->n > n) {
		err = fold_once(r, true);
		if (r->n > n && r->level + 1 == ROWS_LEVELS)
			break;
		r->level += r->n > n;
	}
	return err;
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

static int by_kind_and_time(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;
	uint64_t one = (*x)->kind[RANK_LEVEL], other = (*y)->kind[RANK_LEVEL];

	if (one != other)
		return one < other ? -1 : 1;
	return by_time(*x, *y);
}

int rows_sort(struct rows *r, const struct row **out, size_t *n)
{
	struct row **order;
	int err;

	/* Nothing refers to them by number any more. */
	memset(r->recent, 0, RECENT * sizeof(*r->recent));
	err = fold_once(r, false);
	order = err ? NULL : malloc(r->n * sizeof(struct row *) ?: 1);
	if (!order)
		return -ENOMEM;
	if (r->n)
		qsort(r->row, r->n, sizeof(*r->row), by_time);
	for (size_t i = 0; i < r->n; i++)
		order[i] = &r->row[i];
	qsort(order, r->n, sizeof(struct row *), by_kind_and_time);
	for (size_t i = 0; i < r->n; i++) {
		bool same = i && order[i - 1]->kind[RANK_LEVEL] == order[i]->kind[RANK_LEVEL];

		order[i]->rank = same ? order[i - 1]->rank + 1 : 0;
	}
	free(order);
	*out = r->row;
	*n = r->n;
	return 0;
}
