/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_counts.c: what the kernel side counts: totals, folds, losses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "kernel/past.h"
#include "kernel/tracer_private.h"

/* One total of each class is always there: when there is no room for a kind any more, it is counted so.
 * (What fails here would count in RST_CNT_NO_TOTAL.) */
static void make_totals(struct tracer *t)
{
	_cleanup(freep) struct rst_total *none = calloc((size_t)t->ncpu, sizeof(*none));

	for (uint8_t i = 1; none && i <= RST_CLASS_NO_WAY; i++) {
		struct rst_kind kind = { .class = i };

		bpf_map_update_elem(bpf_map__fd(t->skel->maps.totals), &kind, none, BPF_NOEXIST);
	}
}

static size_t pages(const struct bpf_map *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (size_t)bpf_map__max_entries(map) * bpf_map__value_size(map);

	return (size + page - 1) / page * page;
}

/* The values of an array where the kernel has them; NULL: see errno. */
static const void *look_into(const struct bpf_map *map)
{
	void *p = mmap(NULL, pages(map), PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);

	return p == MAP_FAILED ? NULL : p;
}

static void look_away(const void *p, const struct bpf_map *map)
{
	if (p)
		munmap((void *)p, pages(map));
}

static int map_folds(struct tracer *t, FILE *err)
{
	t->folds = look_into(t->skel->maps.folds);
	if (!t->folds)
		return tracer_fail(err, -errno, "the folds cannot be mapped");
	t->samples = look_into(t->skel->maps.fold_samples);
	if (!t->samples)
		return tracer_fail(err, -errno, "the folds' samples cannot be mapped");
	return 0;
}

/* Writes to every page of the history, where the kernel has it, before anything else does: in a virtual machine the
 * first time may take 25 us for each, which the ends of connections would wait for. Where this fails, they do. */
static void touch_history(const struct tracer *t)
{
	const struct bpf_map *map = t->skel->maps.ended_connections;
	uint32_t step = (uint32_t)sysconf(_SC_PAGESIZE) / sizeof(struct rst_ended), n = 0;
	uint32_t entries = bpf_map__max_entries(map), room = entries / step + 1;
	_cleanup(freep) uint32_t *key = calloc(room, sizeof(*key));
	_cleanup(freep) struct rst_ended *none = calloc(room, sizeof(*none));

	if (!key || !none)
		return;
	for (uint32_t at = 0; at < entries; at += step)
		key[n++] = at;
	(void)bpf_map_update_batch(bpf_map__fd(map), key, none, &n, NULL);
}

static int map_history(struct tracer *t, FILE *err)
{
	t->past.seed = t->skel->rodata->rst_config.fold_seed;
	t->past.handshakes = bpf_map__fd(t->skel->maps.dropped_handshakes);
	t->past.listeners = bpf_map__fd(t->skel->maps.ended_listeners);
	t->past.set = look_into(t->skel->maps.ended_sets);
	t->past.ended = look_into(t->skel->maps.ended_connections);
	if (!t->past.set || !t->past.ended)
		return tracer_fail(err, -errno, "the history cannot be mapped");
	t->past.sets = bpf_map__max_entries(t->skel->maps.ended_sets);
	touch_history(t);
	return 0;
}

int tracer_counts_begin(struct tracer *t, bool folds, FILE *err)
{
	int e;

	make_totals(t);
	harvest_init(&t->harvest, bpf_map__fd(t->skel->maps.totals), t->ncpu);
	e = map_history(t, err);
	return e || !folds ? e : map_folds(t, err);
}

void tracer_counts_end(struct tracer *t)
{
	look_away(t->folds, t->skel->maps.folds);
	look_away(t->samples, t->skel->maps.fold_samples);
	look_away(t->past.set, t->skel->maps.ended_sets);
	look_away(t->past.ended, t->skel->maps.ended_connections);
	harvest_free(&t->harvest);
}

static uint64_t memory_of(const struct bpf_map *map)
{
	_cleanup(fclosep) FILE *f = NULL;
	unsigned long long bytes = 0;
	char line[128];

	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", bpf_map__fd(map));
	f = fopen(line, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	return bytes;
}

void tracer_memory(const struct tracer *t, uint64_t *ring, uint64_t *others)
{
	struct bpf_map *map;

	*ring = memory_of(t->skel->maps.ring);
	*others = 0;
	bpf_object__for_each_map(map, t->skel->obj)
		if (map != t->skel->maps.ring && map != t->skel->maps.peers &&
		    bpf_map__fd(map) >= 0)
			*others += memory_of(map);
}

int tracer_folds(const struct tracer *t, struct folds *f, uint64_t tick_ns)
{
	uint32_t n = t->folds ? bpf_map__max_entries(t->skel->maps.folds) : 0;

	return folds_init(f, t->folds, t->samples, n, tick_ns);
}

void tracer_counters(const struct tracer *t, uint64_t counters[RST_CNT_MAX])
{
	static const enum rst_counter missed[] = { RST_CNT_MISSED_RESETS, RST_CNT_MISSED_STATES };
	_cleanup(freep) uint64_t *values = calloc((size_t)t->ncpu, sizeof(*values));
	int map = bpf_map__fd(t->skel->maps.counters);

	memset(counters, 0, RST_CNT_MAX * sizeof(*counters));
	for (uint32_t i = 0; i < RST_CNT_MAX; i++) {
		if (!values || bpf_map_lookup_elem(map, &i, values))
			continue;
		for (int cpu = 0; cpu < t->ncpu; cpu++)
			counters[i] += values[cpu];
	}
	for (size_t i = 0; i < ARRAY_SIZE(missed); i++)
		counters[missed[i]] = programs_missed(t, missed[i]);
	counters[RST_CNT_NO_TOTAL] += harvest_unplaced(&t->harvest);
}

int tracer_past(const struct tracer *t, uint64_t net, const struct rst_tuple *tuple, bool is_syn,
		struct rst_past *out)
{
	return past_find(&t->past, net, tuple, is_syn, out);
}

void tracer_past_peers(struct tracer *t, struct past_peer *q, size_t n)
{
	uint64_t begin_ns = clock_ns(CLOCK_MONOTONIC);

	if (begin_ns < t->peers_again_ns)
		return;
	past_peers(&t->past, q, n);
	t->peers_again_ns = begin_ns + TRACER_PEERS_SHARE * (clock_ns(CLOCK_MONOTONIC) - begin_ns);
}

void tracer_caller(struct tracer *t, uint64_t ip, enum rst_caller caller)
{
	__u32 value = caller;

	/* There are two or three; if there is no room for one, its events are told of one by one. */
	bpf_map_update_elem(bpf_map__fd(t->skel->maps.reset_callers), &ip, &value, BPF_NOEXIST);
}

uint32_t tracer_cpus(const struct tracer *t)
{
	return (uint32_t)t->ncpu;
}

int tracer_totals(const struct tracer *t, struct total **out, size_t *n)
{
	return harvest_read(&t->harvest, out, n);
}

int tracer_keep(struct tracer *t, uint64_t now_ns, bool *crowded)
{
	uint64_t made = __atomic_load_n(&t->skel->bss->totals_made, __ATOMIC_RELAXED);

	return harvest_sweep(&t->harvest, now_ns, made, crowded);
}

void tracer_forget(struct tracer *t, const uint32_t *alive, size_t n)
{
	harvest_forget(&t->harvest, alive, n);
}
