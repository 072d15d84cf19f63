/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_hash.c: which keys fall together cannot be known without the seed. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/hash.h"

#define SEEDS 200

Test(hash, the_seed_decides)
{
	static const char key[] = "20 bytes of some key";
	uint64_t first = hash_mix(1, key, 20);

	cr_assert_eq(hash_mix(1, key, 20), first);
	for (uint64_t seed = 2; seed < SEEDS; seed++)
		cr_assert_neq(hash_mix(seed, key, 20), first);
}

Test(hash, each_byte_counts)
{
	char key[21] = { 0 };
	uint64_t zeros = hash_mix(7, key, sizeof(key));

	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = 1;
		cr_assert_neq(hash_mix(7, key, sizeof(key)), zeros, "byte %zu", i);
		key[i] = 0;
	}
}

/* The highest bit of one word is undone by some bits of the next, whatever the seed, where only the lower
 * half of a product is used. */
Test(hash, no_two_keys_fall_together_for_every_seed)
{
	static const uint64_t undo[] = { 1ULL << 63, 1ULL << 63 | 1ULL << 31, 1ULL << 31 };

	for (size_t i = 0; i < sizeof(undo) / sizeof(*undo); i++) {
		uint32_t together = 0;

		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			uint64_t one[2] = { 0x20010db8, 2 };
			uint64_t other[2] = { one[0] ^ 1ULL << 63, one[1] ^ undo[i] };
			uint64_t start = hash_word(seed, 0x5eed);

			together += hash_mix(start, one, 16) == hash_mix(start, other, 16);
		}
		cr_assert_eq(together, 0);
	}
}
