/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * hash.h: the hash of all tables whose keys come from the network. It begins with a number that nobody
 * outside can know, so that nobody can choose keys that fall into one bucket.
 */
#ifndef RSTTRACE_HASH_H
#define RSTTRACE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Mixes WORD into H, a seed or what an earlier call returned. Both halves of the product count: of the lower
 * one alone, the change by a high bit of WORD would be known without the seed. */
static inline uint64_t hash_word(uint64_t h, uint64_t word)
{
	__extension__ unsigned __int128 product =
		(unsigned __int128)(h ^ word) * 0x9e3779b97f4a7c15ULL;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The same of the N bytes at DATA. */
static inline uint64_t hash_mix(uint64_t h, const void *data, size_t n)
{
	const char *from = data;
	uint64_t word;

	for (; n >= sizeof(word); n -= sizeof(word), from += sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		h = hash_word(h, word);
	}
	if (!n)
		return h;
	word = 0;
	memcpy(&word, from, n);
	return hash_word(h, word);
}

#endif
