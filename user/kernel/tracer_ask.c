/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_ask.c: questions that the kernel side answers: whose a socket is, who listens, what an address
 * is called, what listeners dropped. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/util.h"
#include "kernel/tracer_private.h"

/* Runs an iterator to its end. What it writes goes to TEXT, of ROOM bytes; what has no room there is
 * lost. Returns the length, or -errno. */
static int run_iterator(struct bpf_program *prog, char *text, size_t room)
{
	struct bpf_link *link = bpf_program__attach_iter(prog, NULL);
	_cleanup(closep) int fd = -1;
	int err = link ? 0 : -errno;
	size_t len = 0;
	ssize_t n = 1;

	if (!link)
		return err;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		err = -errno;
	while (!err && n) {
		n = read(fd, text + len, room - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0 && errno != EAGAIN)
			err = -errno;
		if (len == room)
			break;
	}
	bpf_link__destroy(link);
	return err ? err : (int)len;
}

/* Over all open files; its programs write nothing, so nothing is read but the end. */
int tracer_over_files(struct bpf_program *prog)
{
	char none[64];

	return run_iterator(prog, none, sizeof(none));
}

int tracer_find(struct tracer *t, const uint64_t *inodes, struct rst_found *found, size_t n)
{
	int map = bpf_map__fd(t->skel->maps.found);
	uint64_t begin_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int err = 0;

	if (!budget_has(&t->find, TRACER_FIND_SHARE, TRACER_FIND_SAVED_NS))
		return -EAGAIN;
	for (size_t i = 0; i < n; i++)
		if (bpf_map_update_elem(map, &inodes[i], &found[i], BPF_ANY))
			err = -errno;
	if (!err)
		err = tracer_over_files(t->skel->progs.rst_sockets_find);
	for (size_t i = 0; i < n; i++)
		bpf_map_lookup_elem(map, &inodes[i], &found[i]);
	for (size_t i = 0; i < n; i++)
		bpf_map_delete_elem(map, &inodes[i]);
	budget_spend(&t->find, begin_ns);
	return err;
}

int tracer_symbols(void *tracer, const uint64_t *address, size_t n, char *text, size_t room)
{
	struct tracer *t = tracer;
	struct rst_addresses wanted = { 0 };
	__u32 zero = 0;
	int len;

	memcpy(wanted.v, address, n * sizeof(*address));
	if (bpf_map_update_elem(bpf_map__fd(t->skel->maps.addresses), &zero, &wanted, BPF_ANY))
		return -errno;
	len = run_iterator(t->skel->progs.rst_symbols, text, room - 1);
	if (len < 0)
		return len;
	text[len] = '\0';
	return 0;
}

/* What one system call fetches of the listeners. */
#define LISTENERS_CHUNK 256

/* An error in the middle leaves the copy as it was, but for what was read. */
static void listeners_read(struct tracer *t, uint64_t generation)
{
	int map = bpf_map__fd(t->skel->maps.listeners), err = 0;
	struct rst_listener raw[LISTENERS_CHUNK];
	uint64_t cookie[LISTENERS_CHUNK];
	__u32 at, *from = NULL;

	while (!err) {
		__u32 n = LISTENERS_CHUNK;

		err = bpf_map_lookup_batch(map, from, &at, cookie, raw, &n, NULL);
		if (err && err != -ENOENT)
			return;
		for (__u32 i = 0; i < n; i++)
			if (listeners_see(&t->listeners, generation, cookie[i], &raw[i]))
				return;
		from = &at;
	}
	listeners_seen(&t->listeners, generation, clock_ns(CLOCK_MONOTONIC));
	t->listeners_generation = generation;
}

const struct listeners *tracer_listeners(struct tracer *t)
{
	uint64_t generation =
		__atomic_load_n(&t->skel->bss->listeners_generation, __ATOMIC_ACQUIRE);

	if (generation != t->listeners_generation)
		listeners_read(t, generation);
	return &t->listeners;
}

bool tracer_reads_maps(const struct tracer *t)
{
	uint64_t nobody = 0;
	struct rst_process process;

	return !bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.processes), &nobody, &process) ||
	       errno != EPERM;
}

int tracer_process(const struct tracer *t, uint64_t start_ns, struct rst_process *out)
{
	if (bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.processes), &start_ns, out))
		return -ENOENT;
	return 0;
}

static void pressure_of_ended(int map, uint32_t most, uint32_t netns, struct summary *s)
{
	struct rst_past_key key, *previous = NULL;
	struct rst_past past;

	for (uint32_t n = 0; n < most && !bpf_map_get_next_key(map, previous, &key); n++) {
		struct pressure p = { .ended = true };
		struct rst_listener l = { 0 };

		previous = &key;
		if (bpf_map_lookup_elem(map, &key, &past) || (int32_t)past.drops <= 0 ||
		    !key.local_port || (netns && key.netns != netns))
			continue;
		p.dropped = past.drops;
		p.overflowed = past.overflows;
		l.netns = key.netns;
		l.port = key.local_port;
		l.family = key.family;
		l.owner = past.owner;
		memcpy(l.address, key.local, sizeof(l.address));
		listener_refer(&p.listener, &l);
		summary_pressure(s, &p);
	}
}

void tracer_history(struct tracer *t, uint64_t *remembered, uint64_t *forgotten)
{
	uint64_t counters[RST_CNT_MAX];

	tracer_counters(t, counters);
	*remembered = counters[RST_CNT_REMEMBERED];
	*forgotten = counters[RST_CNT_FORGOTTEN];
}

/* How many ended connections are remembered. */
static uint64_t count_ended(const struct past_maps *m)
{
	uint64_t n = 0;

	for (uint32_t at = 0; at < m->sets; at++)
		for (int i = 0; i < RST_ENDED_WAYS; i++)
			n += m->set[at].tag[i] != 0;
	return n;
}

/* The drops are looked at now, and were counted as they came: the sum may be a few behind. */
static uint32_t dropped_by(const struct rst_listener *l)
{
	uint32_t drops = l->drops - l->drops_at_start;

	return drops > l->spared ? drops - l->spared : 0;
}

void tracer_pressure(struct tracer *t, uint32_t netns, struct summary *s)
{
	const struct listeners *all;

	/* A scan that fails leaves the numbers of the last one. */
	(void)!tracer_over_files(t->skel->progs.rst_sockets_at_start);
	/* Not a change that was counted: the drops are new. */
	t->listeners_generation = UINT64_MAX;
	all = tracer_listeners(t);
	for (size_t i = 0; i < all->n; i++) {
		const struct rst_listener *l = &all->v[i].raw;
		struct pressure p = { .dropped = dropped_by(l), .overflowed = l->overflows };

		if (!p.dropped || !l->port || all->v[i].until_ns || (netns && l->netns != netns))
			continue;
		listener_refer(&p.listener, l);
		summary_pressure(s, &p);
	}
	pressure_of_ended(bpf_map__fd(t->skel->maps.ended_listeners),
			  bpf_map__max_entries(t->skel->maps.ended_listeners), netns, s);
	s->held = count_ended(&t->past);
}
