/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * harvest.h: the table in which the kernel side counts resets by kind has room for RST_TOTALS, and each
 * network namespace has kinds of its own. What counts no more is taken out of it here, so that any number
 * of namespaces may come and go; no count is lost by that.
 */
#ifndef RSTTRACE_HARVEST_H
#define RSTTRACE_HARVEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/kinds.h"

/* How often to look, unless RST_TOTALS_LOOK kinds are new; and how full the table is when what has not
 * counted since the last look is taken out. */
#define HARVEST_EVERY_NS 1000000000ULL
#define HARVEST_FROM (RST_TOTALS / 4)
/* Kinds that are kept apart, besides those in the kernel side's table: 1.3 MB. */
#define HARVEST_KINDS 16384

struct harvest {
	int map; /* `totals`; borrowed */
	int ncpu;
	uint64_t made;	    /* at the last look */
	uint64_t swept_ns;  /* CLOCK_MONOTONIC of the last look */
	struct total *seen; /* the table then, by kind; owned */
	size_t nseen;
	struct total *taken; /* a hash of `room`, a power of two; class 0: free; owned */
	size_t ntaken, room;
	uint64_t unplaced;
};

/* MAP: its descriptor, borrowed. NCPU: how many CPUs the machine may have. */
void harvest_init(struct harvest *h, int map, int ncpu);
void harvest_free(struct harvest *h);

/*
 * Looks, if HARVEST_EVERY_NS have passed or RST_TOTALS_LOOK kinds were put into the table since the last
 * time; MADE: how many there have been in all. *CROWDED: there is no room for more of what is taken out,
 * the caller is to call harvest_forget. Returns 0 or -ENOMEM.
 */
int harvest_sweep(struct harvest *h, uint64_t now_ns, uint64_t made, bool *crowded);

/* Adds to what has been taken out. Returns 0, -ENOSPC at HARVEST_KINDS, or -ENOMEM. */
int harvest_add(struct harvest *h, const struct total *one);

/*
 * Counts the kinds of all namespaces but the N in ALIVE as those of namespace 0; where that does not
 * help, those of the others as well, in harvest_unplaced besides.
 */
void harvest_forget(struct harvest *h, const uint32_t *alive, size_t n);

/* Resets of namespaces that still stand, but are counted as those of none. */
uint64_t harvest_unplaced(const struct harvest *h);

/* All counts, the kernel side's of now and those taken out; a kind may be in both. Returns 0 and N
 * totals that the caller frees, or -ENOMEM. */
int harvest_read(const struct harvest *h, struct total **out, size_t *n);

#endif
