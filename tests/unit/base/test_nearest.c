/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_nearest.c: distances, and which word a mistyped one means. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/nearest.h"
#include "base/util.h"

Test(nearest, distances)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{ "", "", 0 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "trace", "trace", 0 },
		{ "TRACE", "trace", 0 },
		{ "trce", "trace", 1 },
		{ "traces", "trace", 1 },
		{ "trade", "trace", 1 },
		{ "verison", "version", 1 },
		{ "ca", "abc", 3 },
		{ "kitten", "sitting", 3 },
		{ "ab", "ba", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *a = cases[i].a, *b = cases[i].b;

		cr_expect_eq(nearest_distance(a, strlen(a), b, strlen(b)), cases[i].distance,
			     "%s %s", a, b);
		cr_expect_eq(nearest_distance(b, strlen(b), a, strlen(a)), cases[i].distance,
			     "%s %s", b, a);
	}
}

static const char *likely(const char *word)
{
	static const char *const words[] = { "trace",	"explain",	"doctor",
					     "version", "close-unread", "closed-earlier" };
	struct nearest n = nearest_to(word, strlen(word));

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		nearest_offer(&n, words[i]);
	return n.found ? n.found : "";
}

Test(nearest, the_likely_word)
{
	static const char *const cases[][2] = {
		{ "trce", "trace" },
		{ "doc", "doctor" },
		{ "verison", "version" },
		{ "Explain", "explain" },
		{ "close", "close-unread" },
		{ "closed", "closed-earlier" },
		{ "clsoe-unraed", "close-unread" },
		{ "do", "" },
		{ "", "" },
		{ "tr", "" },
		{ "record", "" },
		{ "xxxxxxx", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect_str_eq(likely(cases[i][0]), cases[i][1], "%s", cases[i][0]);
}

Test(nearest, what_is_too_long_is_near_nothing)
{
	char word[NEAREST_LEN_MAX + 2], longest[NEAREST_LEN_MAX + 1];
	struct nearest n;

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	n = nearest_to(word, strlen(word));
	nearest_offer(&n, word);
	nearest_offer(&n, "trace");
	cr_expect_null(n.found);
	n = nearest_to(longest, strlen(longest));
	nearest_offer(&n, word);
	cr_expect_null(n.found);
	nearest_offer(&n, longest);
	cr_expect_eq(n.found, longest);
}
