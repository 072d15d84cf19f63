/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_rows.c: lines that are kept, and what becomes of them when they are too many. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/rows.h"

#define S 1000000000ULL

static void add(struct rows *r, uint64_t at_s, const char *cause, const char *peer, const char *id,
		const char *corrects)
{
	struct brief b = { .kind = BRIEF_RESET, .time_ns = at_s * S };
	char line[64];

	snprintf(b.cause, sizeof(b.cause), "%s", cause);
	snprintf(b.remote.address, sizeof(b.remote.address), "%s", peer);
	snprintf(b.id, sizeof(b.id), "%s", id);
	snprintf(b.corrects, sizeof(b.corrects), "%s", corrects);
	cr_assert_eq(rows_add(r, &b, 0, line,
			      (size_t)snprintf(line, sizeof(line), "%s %s %s", cause, peer, id)),
		     0);
}

static uint64_t total(const struct row *row, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += row[i].count;
	return sum;
}

Test(rows, by_time_with_their_rank_among_their_kind)
{
	struct rows *r = rows_new(10, 1);
	const struct row *row;
	size_t n;

	add(r, 30, "refused", "10.0.0.1", "", "");
	add(r, 10, "refused", "10.0.0.2", "", "");
	add(r, 20, "ignored", "10.0.0.1", "", "");
	cr_assert_eq(rows_sort(r, &row, &n), 0);
	cr_assert_eq(n, 3);
	cr_expect_eq(row[0].time_ns, 10 * S);
	cr_expect_eq(row[2].time_ns, 30 * S);
	cr_expect_eq(row[0].rank, 0);
	cr_expect_eq(row[1].rank, 0);
	cr_expect_eq(row[2].rank, 1);
	cr_expect(!memcmp(row[1].text, "ignored 10.0.0.1 ", row[1].len));
	rows_free(r);
}

Test(rows, none_is_lost_when_they_are_folded)
{
	struct rows *r = rows_new(100, 1);
	const struct row *row;
	size_t n;

	add(r, 1, "crafted", "10.9.9.9", "", "");
	for (uint64_t i = 0; i < 20000; i++)
		add(r, 100 + i % 3000, i % 2 ? "refused" : "no-listener",
		    i % 3 ? "10.0.0.1" : "10.0.0.2", "", "");
	cr_assert_eq(rows_fold(r, 100), 0);
	cr_assert_eq(rows_sort(r, &row, &n), 0);
	cr_expect_leq(n, 100);
	cr_expect_eq(total(row, n), 20001);
	/* What is rare stays as it is. */
	cr_expect_eq(row[0].count, 1);
	cr_expect(!memcmp(row[0].text, "crafted", 7));
	for (size_t i = 1; i < n; i++)
		cr_expect_geq(row[i].last_ns, row[i].time_ns);
	rows_free(r);
}

Test(rows, whatever_they_are_their_room_is_bounded)
{
	struct rows *r = rows_new(10, 1);
	const struct row *row;
	char word[32];
	size_t n;

	for (uint64_t i = 0; i < 3000; i++) {
		snprintf(word, sizeof(word), "cause-%u", (unsigned int)i);
		add(r, i * i * 1000, word, word, "", "");
	}
	cr_assert_eq(rows_fold(r, 10), 0);
	cr_assert_eq(rows_sort(r, &row, &n), 0);
	cr_expect_leq(n, 10);
	cr_expect_eq(total(row, n), 3000);
	rows_free(r);
}

Test(rows, a_correction_takes_the_place_of_what_it_corrects)
{
	struct rows *r = rows_new(100, 1);
	const struct row *row;
	size_t n;

	add(r, 1, "refused", "10.0.0.1", "a-1", "");
	add(r, 2, "refused", "10.0.0.1", "a-2", "");
	add(r, 3, "crafted", "10.0.0.1", "a-3", "a-1");
	cr_assert_eq(rows_sort(r, &row, &n), 0);
	cr_assert_eq(n, 2);
	cr_expect_eq(row[0].time_ns, 2 * S);
	cr_expect_eq(row[1].time_ns, 3 * S);
	rows_free(r);
}

Test(rows, also_after_that_was_folded)
{
	struct rows *r = rows_new(10, 1);
	const struct row *row;
	size_t n;

	for (int i = 0; i < 10; i++)
		add(r, 1, "refused", "10.0.0.1", i ? "" : "a-1", "");
	cr_assert_eq(rows_fold(r, 5), 0);
	add(r, 3, "crafted", "10.0.0.1", "a-3", "a-1");
	cr_assert_eq(rows_sort(r, &row, &n), 0);
	cr_expect_eq(n, 2);
	cr_expect_eq(total(row, n), 10);
	cr_expect_eq(row[0].count, 9);
	rows_free(r);
}
