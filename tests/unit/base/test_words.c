/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_words.c: each string once, by number. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"

Test(words, each_once_in_their_order)
{
	struct words w;
	size_t len;
	bool new;

	words_init(&w, 7);
	cr_expect_eq(words_add(&w, "a", 1, &new), 0);
	cr_expect(new);
	/* The same bytes, and less of them, are another. */
	cr_expect_eq(words_add(&w, "", 0, NULL), 1);
	cr_expect_eq(words_add(&w, "a\0", 2, NULL), 2);
	cr_expect_eq(words_add(&w, "a", 1, &new), 0);
	cr_expect_not(new);
	cr_expect_arr_eq(words_get(&w, 2, &len), "a\0", 2);
	cr_expect_eq(len, 2);
	words_free(&w);
}

Test(words, many)
{
	struct words w;
	char text[16];

	words_init(&w, 7);
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++)
			cr_assert_eq(words_add(&w, text, (size_t)sprintf(text, "%u", i), NULL), i);
	cr_expect_eq(w.n, 5000);
	cr_expect_not(w.failed);
	words_free(&w);
}
