/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* words.c: each of many strings once, by number. */
#include "base/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define WORDS_FIRST 256 /* a power of two */

void words_init(struct words *w, uint64_t seed)
{
	*w = (struct words){ .seed = seed };
}

/* Where HASH's chain of taken buckets ends, or where the word is. */
static uint32_t find(const struct words *w, uint64_t hash, const char *s, size_t n)
{
	uint32_t at = (uint32_t)hash & (w->buckets - 1);

	for (; w->bucket[at]; at = (at + 1) & (w->buckets - 1)) {
		const struct word *word = &w->word[w->bucket[at] - 1];

		if (word->hash == hash && word->len == n && !memcmp(w->text.data + word->at, s, n))
			break;
	}
	return at;
}

/* A third of the buckets stay free at least. */
static bool grow(struct words *w)
{
	uint32_t buckets = w->buckets ? 2 * w->buckets : WORDS_FIRST, room = buckets / 3 * 2;
	struct word *word = realloc(w->word, room * sizeof(*word));
	uint32_t *bucket = calloc(buckets, sizeof(*bucket));

	if (word)
		w->word = word;
	if (!word || !bucket) {
		free(bucket);
		return false;
	}
	free(w->bucket);
	w->bucket = bucket;
	w->buckets = buckets;
	w->room = room;
	for (uint32_t i = 0; i < w->n; i++) {
		uint32_t at = (uint32_t)word[i].hash & (buckets - 1);

		while (bucket[at])
			at = (at + 1) & (buckets - 1);
		bucket[at] = i + 1;
	}
	return true;
}

uint32_t words_add(struct words *w, const char *s, size_t n, bool *new)
{
	uint64_t hash = hash_mix(hash_word(w->seed, n), s, n);
	uint32_t at;

	if (new)
		*new = false;
	if (w->n == w->room && !grow(w)) {
		w->failed = true;
		return 0;
	}
	at = find(w, hash, s, n);
	if (w->bucket[at])
		return w->bucket[at] - 1;
	w->word[w->n] = (struct word){ w->text.len, n, hash };
	buffer_put(&w->text, s, n);
	w->failed |= w->text.failed;
	if (w->failed)
		return 0;
	if (new)
		*new = true;
	w->bucket[at] = ++w->n;
	return w->n - 1;
}

const char *words_get(const struct words *w, uint32_t i, size_t *len)
{
	*len = w->word[i].len;
	return w->text.data + w->word[i].at;
}

void words_free(struct words *w)
{
	buffer_free(&w->text);
	free(w->word);
	free(w->bucket);
	words_init(w, 0);
}
