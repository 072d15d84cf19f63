/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* harvest.c: reads the kernel side's table of kinds in chunks, and keeps what it has taken out. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "kernel/harvest.h"

/* What one system call fetches. */
#define CHUNK 256
#define ROOM_FIRST 256

void harvest_init(struct harvest *h, int map, int ncpu)
{
	*h = (struct harvest){ .map = map, .ncpu = ncpu };
}

void harvest_free(struct harvest *h)
{
	free(h->seen);
	free(h->taken);
	*h = (struct harvest){ 0 };
}

static uint64_t word(const struct rst_kind *kind)
{
	uint64_t w;

	_Static_assert(sizeof(w) == sizeof(*kind), "a kind is one word");
	memcpy(&w, kind, sizeof(w));
	return w;
}

static int by_kind(const void *x, const void *y)
{
	uint64_t a = word(&((const struct total *)x)->kind),
		 b = word(&((const struct total *)y)->kind);

	return a < b ? -1 : a > b;
}

/* ---- what was taken out */

/* Where KIND is in TABLE, or is to be. */
static struct total *place(struct total *table, size_t room, const struct rst_kind *kind)
{
	size_t at = word(kind) * 0x9e3779b97f4a7c15ULL >> 32 & (room - 1);

	while (table[at].kind.class && word(&table[at].kind) != word(kind))
		at = (at + 1) & (room - 1);
	return &table[at];
}

static void put(struct total *table, size_t room, size_t *n, const struct total *one)
{
	struct total *to = place(table, room, &one->kind);

	if (!to->kind.class) {
		to->kind = one->kind;
		(*n)++;
	}
	kinds_add(&to->total, &one->total);
}

static int grow(struct harvest *h)
{
	size_t room = h->room ? h->room * 2 : ROOM_FIRST, n = 0;
	struct total *table = calloc(room, sizeof(*table));

	if (!table)
		return -ENOMEM;
	for (size_t i = 0; i < h->room; i++)
		if (h->taken[i].kind.class)
			put(table, room, &n, &h->taken[i]);
	free(h->taken);
	h->taken = table;
	h->room = room;
	return 0;
}

int harvest_add(struct harvest *h, const struct total *one)
{
	bool known = h->room && place(h->taken, h->room, &one->kind)->kind.class;

	if (!known && h->ntaken == HARVEST_KINDS)
		return -ENOSPC;
	if (!known && h->ntaken * 2 >= h->room && grow(h))
		return -ENOMEM;
	put(h->taken, h->room, &h->ntaken, one);
	return 0;
}

static bool is_among(const uint32_t *list, size_t n, uint32_t one)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == one)
			return true;
	return false;
}

void harvest_forget(struct harvest *h, const uint32_t *alive, size_t n)
{
	struct total *old = h->taken;
	size_t room = h->room, most;

	h->taken = calloc(room ? room : 1, sizeof(*h->taken));
	if (!h->taken) {
		h->taken = old;
		return;
	}
	h->ntaken = 0;
	for (size_t i = 0; i < room; i++) {
		if (!old[i].kind.class)
			continue;
		if (!is_among(alive, n, old[i].kind.netns))
			old[i].kind.netns = 0;
		put(h->taken, room, &h->ntaken, &old[i]);
	}
	free(old);
	most = HARVEST_KINDS / 4 * 3;
	if (h->ntaken <= most || !n)
		return;
	for (size_t i = 0; i < room; i++)
		if (h->taken[i].kind.class && h->taken[i].kind.netns)
			h->unplaced += kinds_all(&h->taken[i].total);
	harvest_forget(h, NULL, 0);
}

uint64_t harvest_unplaced(const struct harvest *h)
{
	return h->unplaced;
}

/* ---- the kernel side's table */

struct chunk {
	struct rst_kind kind[CHUNK];
	struct rst_total values[]; /* of all CPUs, of each kind */
};

/* Reads up to ROOM rows into OUT, and returns their number. */
static size_t read_table(const struct harvest *h, struct total *out, size_t room)
{
	size_t each = (size_t)h->ncpu, n = 0;
	_cleanup(freep) struct chunk *c = malloc(sizeof(*c) + CHUNK * each * sizeof(*c->values));
	__u32 at, *from = NULL;
	int err = c ? 0 : -ENOMEM;

	while (!err) {
		__u32 got = CHUNK;

		err = bpf_map_lookup_batch(h->map, from, &at, c->kind, c->values, &got, NULL);
		if (err && err != -ENOENT)
			break;
		for (__u32 i = 0; i < got && n < room; i++, n++) {
			out[n] = (struct total){ .kind = c->kind[i] };
			for (size_t cpu = 0; cpu < each; cpu++)
				kinds_add(&out[n].total, &c->values[i * each + cpu]);
		}
		from = &at;
	}
	return n;
}

#define K_ENOTSUPP 524 /* the kernel's own, which libc does not know */

/* Takes the row of ONE out of the table; what it counted last goes into ONE. Before 5.14 that takes two
 * calls: nothing counts there, but for a reset in the microsecond in between. */
static int take_row(const struct harvest *h, struct total *one)
{
	_cleanup(freep) struct rst_total *values = calloc((size_t)h->ncpu, sizeof(*values));
	int err;

	if (!values)
		return -ENOMEM;
	err = bpf_map_lookup_and_delete_elem(h->map, &one->kind, values);
	if (err == -K_ENOTSUPP || err == -EINVAL || err == -EOPNOTSUPP) {
		err = bpf_map_lookup_elem(h->map, &one->kind, values);
		if (!err)
			err = bpf_map_delete_elem(h->map, &one->kind);
	}
	if (err)
		return err;
	one->total = (struct rst_total){ 0 };
	for (int cpu = 0; cpu < h->ncpu; cpu++)
		kinds_add(&one->total, &values[cpu]);
	return 0;
}

static bool has_rested(const struct harvest *h, const struct total *now)
{
	const struct total *then = bsearch(now, h->seen, h->nseen, sizeof(*h->seen), by_kind);

	return then && kinds_all(&then->total) == kinds_all(&now->total);
}

int harvest_sweep(struct harvest *h, uint64_t now_ns, uint64_t made, bool *crowded)
{
	static const struct rst_total none;
	struct total *rows;
	size_t n;
	int err = 0;

	*crowded = false;
	if (now_ns - h->swept_ns < HARVEST_EVERY_NS && made - h->made < RST_TOTALS_LOOK)
		return 0;
	rows = malloc(RST_TOTALS * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	h->swept_ns = now_ns;
	h->made = made;
	n = read_table(h, rows, RST_TOTALS);
	qsort(rows, n, sizeof(*rows), by_kind);
	for (size_t i = 0; n >= HARVEST_FROM && i < n; i++) {
		/* Of no namespace are those that stand for all others of their class. */
		struct total room = { .kind = rows[i].kind, .total = none };

		if (!rows[i].kind.netns || !has_rested(h, &rows[i]))
			continue;
		err = harvest_add(h, &room);
		if (err)
			break;
		if (!take_row(h, &rows[i]))
			harvest_add(h, &rows[i]);
	}
	*crowded = err == -ENOSPC;
	free(h->seen);
	h->seen = rows;
	h->nseen = n;
	return err == -ENOSPC ? 0 : err;
}

int harvest_read(const struct harvest *h, struct total **out, size_t *n)
{
	struct total *v = malloc((RST_TOTALS + h->ntaken) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	*n = read_table(h, v, RST_TOTALS);
	for (size_t i = 0; i < h->room; i++)
		if (h->taken[i].kind.class)
			v[(*n)++] = h->taken[i];
	*out = v;
	return 0;
}
