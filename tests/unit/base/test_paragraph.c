/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paragraph.h"
#include "base/util.h"

static char *printed(const char *label, const char *text)
{
	char *result = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&result, &size);

	paragraph_print(out, label, text);
	fclose(out);
	return result;
}

Test(paragraph, breaks_at_spaces)
{
	char *text = printed(
		"What",
		"one two three four five six seven eight nine ten eleven twelve thirteen 12345 "
		"12345678901234567890123456789012345678901234567890123456789012345678901234567890 end");

	cr_expect_str_eq(
		text,
		"  What      one two three four five six seven eight nine ten eleven twelve\n"
		"            thirteen 12345\n"
		"            "
		"12345678901234567890123456789012345678901234567890123456789012345678901234567890\n"
		"            end\n");
	free(text);
}

Test(paragraph, a_line_that_is_just_full)
{
	char *text = printed(
		"", "123456789 123456789 123456789 123456789 123456789 123456789 12345678 0");

	cr_expect_str_eq(
		text,
		"            123456789 123456789 123456789 123456789 123456789 123456789 12345678\n"
		"            0\n");
	free(text);
}

/* 34 characters of two columns each fill a line; a comma does not begin the next. */
Test(paragraph, chinese_takes_two_columns)
{
	char *text = printed(
		"含义", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六");

	cr_expect_str_eq(
		text,
		"  含义      一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四\n"
		"            五六\n");
	free(text);
	text = printed(
		"含义",
		"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四，五六");
	cr_expect_str_eq(
		text,
		"  含义      一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三\n"
		"            四，五六\n");
	free(text);
}

Test(paragraph, words_between_chinese_stay_whole)
{
	char *text = printed(
		"",
		"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一（client_max_body_size）二");

	cr_expect_str_eq(
		text, "            一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一\n"
		      "            （client_max_body_size）二\n");
	free(text);
}

Test(paragraph, what_is_no_utf8_comes_through)
{
	char *text = printed("x", "a \xff\xe4\xbd b");

	cr_expect_str_eq(text, "  x         a \xff\xe4\xbd b\n");
	free(text);
}
