/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* hash.h: a hash for tables that live as long as the run, eight bytes at a time. */
#ifndef RSTTRACE_HASH_H
#define RSTTRACE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Mixes the N bytes at DATA into H, with which the next call may go on. */
static inline uint64_t hash_mix(uint64_t h, const void *data, size_t n)
{
	const char *from = data;

	for (uint64_t word = 0; n; word = 0) {
		size_t part = n < sizeof(word) ? n : sizeof(word);

		memcpy(&word, from, part);
		h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
		from += part;
		n -= part;
	}
	return h;
}

#endif
