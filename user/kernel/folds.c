/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* folds.c: reads the kernel side's counts without a lock, and remembers what was told of. */
#include "kernel/folds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int folds_init(struct folds *f, const struct rst_fold *fold, const struct rst_event *sample,
	       uint32_t n, uint64_t tick_ns)
{
	*f = (struct folds){ .fold = fold, .sample = sample, .n = n, .tick_ns = tick_ns };
	if (n)
		f->slot = calloc(n, sizeof(*f->slot));
	return n && !f->slot ? -ENOMEM : 0;
}

void folds_free(struct folds *f)
{
	free(f->slot);
	f->slot = NULL;
	f->n = 0;
}

/* Of COUNT resets of a window, how many are news. */
static uint64_t count_new(struct folds_slot *s, uint32_t window, uint64_t count)
{
	uint64_t told;

	/* A look can overtake the record of the window before. */
	if ((int32_t)(window - s->window) < 0) {
		told = s->last == window ? s->told_last : 0;
		return count > told ? count - told : 0;
	}
	if (s->window != window) {
		s->last = s->window;
		s->told_last = s->told;
		s->told = s->before = 0;
		s->window = window;
	}
	told = s->told;
	s->told = count > told ? count : told;
	return s->told - told;
}

bool folds_told(struct folds *f, struct rst_event *event)
{
	struct rst_folded *folded = &event->folded;

	if (!folded->count || folded->slot >= f->n)
		return true;
	folded->count = count_new(&f->slot[folded->slot], folded->window, folded->count);
	return folded->count;
}

/*
 * Copies a fold and its sample as they are at one moment; false: they are just being changed. On arm64
 * the kernel side's atomics order nothing (those that do, need Linux 5.12): there a `seq` that has just
 * become even may be seen before the last of what it stands for.
 */
static bool copy(const struct folds *f, uint32_t at, struct rst_fold *fold,
		 struct rst_event *sample)
{
	const struct rst_fold *from = &f->fold[at];
	uint32_t seq = __atomic_load_n(&from->seq, __ATOMIC_ACQUIRE);

	if (seq & 1)
		return false;
	*fold = *from;
	*sample = f->sample[at];
	fold->seq = seq;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&from->seq, __ATOMIC_RELAXED) == seq;
}

bool folds_next(struct folds *f, uint32_t *at, bool force, struct rst_event *out)
{
	for (; *at < f->n; (*at)++) {
		struct folds_slot *s = &f->slot[*at];
		uint64_t count = __atomic_load_n(&f->fold[*at].count, __ATOMIC_RELAXED);
		struct rst_fold fold;

		if (!count || (count == s->told && f->fold[*at].window == s->window))
			continue;
		if (!copy(f, *at, &fold, out))
			continue;
		if (!force &&
		    (s->window != fold.window || s->before != fold.count || s->seq != fold.seq)) {
			count_new(s, fold.window, 0);
			s->before = fold.count;
			s->seq = fold.seq;
			continue;
		}
		out->folded = (struct rst_folded){
			.count = count_new(s, fold.window, fold.count),
			.span_ns =
				fold.last > fold.begin ? (fold.last - fold.begin) * f->tick_ns : 0,
			.slot = *at,
			.window = fold.window,
			.first_port = fold.first_port,
			.last_port = fold.last_port,
			.level = fold.key.level,
			.remotes = fold.remotes,
			.remote_ports = fold.remote_ports,
		};
		(*at)++;
		return true;
	}
	return false;
}
