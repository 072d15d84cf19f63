/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * folds.h: resets that the kernel side only counted. An interval's count comes as an event through the
 * ring when the next interval begins; what stopped before is fetched from the kernel's memory here. No
 * reset is told of twice, none is left out.
 */
#ifndef RSTTRACE_FOLDS_H
#define RSTTRACE_FOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "model/incident.h"

/* How often to look for folds that stopped. */
#define FOLDS_SWEEP_NS 1000000000ULL

/* What is known of one of the kernel side's slots. */
struct folds_slot {
	uint64_t told;	    /* resets of `window` that have been told of */
	uint64_t before;    /* its count at the last look */
	uint64_t told_last; /* the same of the window known before: its record may come yet */
	uint32_t window, last;
	uint32_t seq; /* the kernel side's at the last look */
};

struct folds {
	const struct rst_fold *fold;	/* the kernel side's, changing while we read; borrowed */
	const struct rst_event *sample; /* the same; borrowed */
	struct folds_slot *slot;	/* owned */
	uint32_t n;			/* of each */
	uint64_t tick_ns;		/* length of a jiffy */
};

/* Returns 0 or -ENOMEM. N 0: nothing is folded. */
int folds_init(struct folds *f, const struct rst_fold *fold, const struct rst_event *sample,
	       uint32_t n, uint64_t tick_ns);
void folds_free(struct folds *f);

/* An event that came through the ring: takes off its count what was told of already. Returns false if
 * nothing is left. Events that are no samples are left alone. */
bool folds_told(struct folds *f, struct rst_event *event);

/*
 * Finds, from slot *AT on, the next fold that has counted something and does not go on: its count has
 * not changed since the look before; FORCE: whatever goes on. Returns true with the sample in *OUT,
 * marked as told of; false: that was all, and the look is over.
 */
bool folds_next(struct folds *f, uint32_t *at, bool force, struct rst_event *out);

#endif
