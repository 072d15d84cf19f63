/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_buffer.c: sentences that are broken into lines. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

/* The columns of the LEN bytes at S, one by one. */
static int columns(const char *s, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n += (s[i] & 0xc0) != 0x80;
	return n;
}

/* Words of one to ten characters, some of them of two or three bytes. */
static void make_sentence(char *s, unsigned int *seed)
{
	static const char *const letters[] = { "a", "b", "c", "\xc3\xa4", "\xe2\x82\xac" };
	bool ascii = rand_r(seed) % 2;

	*s = '\0';
	for (int words = rand_r(seed) % 20; words >= 0; words--) {
		for (int n = rand_r(seed) % 10; n >= 0; n--)
			strcat(s, letters[rand_r(seed) % (ascii ? 3 : 5)]);
		if (words)
			strcat(s, " ");
	}
}

/* Each line is as long as it can be, and none longer; together they are the sentence. The first one stands behind AT
 * columns. */
static void check_lines(char *text, const char *sentence, int at, int indent, int width)
{
	char *save = NULL, *line = text, *next = strchrnul(text, '\n');
	char joined[1024] = "";

	for (int before = at; line; before = 0, line = save) {
		save = *next ? next + 1 : NULL;
		*next = '\0';
		next = save ? strchrnul(save, '\n') : next;
		cr_assert_leq(before + columns(line, strlen(line)), width, "%s", line);
		if (line != text)
			cr_assert_eq((int)strspn(line, " "), indent);
		if (save)
			cr_assert_gt(before + columns(line, strlen(line)) + 1 +
					     columns(save + indent, strcspn(save + indent, " \n")),
				     width, "%s|%s", line, save);
		if (*line)
			strcat(strcat(joined, " "), line + strspn(line, " "));
	}
	cr_assert_str_eq(joined + 1, sentence);
}

Test(buffer, sentences_are_broken_at_the_last_space_that_fits)
{
	unsigned int seed = 1;

	for (int i = 0; i < 20000; i++) {
		struct buffer b = { 0 };
		char sentence[1024];
		int at = rand_r(&seed) % 20, width = 20 + rand_r(&seed) % 60;

		make_sentence(sentence, &seed);
		cr_assert_leq(buffer_wrap(&b, sentence, at, 4, width), width);
		buffer_put(&b, "", 1);
		check_lines(b.data, sentence, at, 4, width);
		buffer_free(&b);
	}
}
