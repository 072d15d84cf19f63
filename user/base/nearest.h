/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* nearest.h: the word that somebody who mistyped it probably meant. Pure. */
#ifndef RSTTRACE_NEAREST_H
#define RSTTRACE_NEAREST_H

#include <stddef.h>

/* Longer words than this are never near anything. */
#define NEAREST_LEN_MAX 64

struct nearest {
	const char *word; /* what was typed; borrowed */
	size_t len;
	const char *found;  /* the best candidate so far, borrowed; NULL: none is near */
	size_t distance;    /* typing errors between the two; 0 also where WORD is its beginning */
	size_t least_wrong; /* a candidate must have fewer errors than this */
};

/* Begins a search for what LEN characters at WORD may mean. */
struct nearest nearest_to(const char *word, size_t len);

/* Compares with one more word. Of two that are equally near the first one offered stands. */
void nearest_offer(struct nearest *n, const char *candidate);

/*
 * How many characters must be inserted, deleted, replaced or swapped with their neighbour to turn A
 * into B, without regard to case. Both lengths are at most NEAREST_LEN_MAX.
 */
size_t nearest_distance(const char *a, size_t alen, const char *b, size_t blen);

#endif
