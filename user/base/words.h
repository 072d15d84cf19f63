/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* words.h: each of many strings once, by number. */
#ifndef RSTTRACE_WORDS_H
#define RSTTRACE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct word {
	size_t at, len; /* in `text` */
	uint64_t hash;
};

struct words {
	struct buffer text;
	struct word *word;
	uint32_t n, room;
	uint32_t *bucket; /* a word's number + 1; 0: free */
	uint32_t buckets; /* a power of two */
	uint64_t seed;
	bool failed; /* no memory: some numbers are wrong */
};

/* Begins with no word. SEED: a number that whoever chooses the words cannot know. */
void words_init(struct words *w, uint64_t seed);

/* The number of the N bytes at S, from 0, in the order in which they came first. *NEW, unless it is NULL: they came
 * now. */
uint32_t words_add(struct words *w, const char *s, size_t n, bool *new);

/* The word of that number, *LEN bytes of it: W's, until the next words_add. */
const char *words_get(const struct words *w, uint32_t i, size_t *len);

void words_free(struct words *w);

#endif
