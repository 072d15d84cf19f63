/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_coverage.c: when somebody recorded, and what was lost. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "cli/coverage.h"

#define S 1000000000ULL

static void header(struct coverage *c, const char *host, const char *run, uint64_t at_s)
{
	struct brief b = { .kind = BRIEF_HEADER, .time_ns = at_s * S };

	strcpy(b.host, host);
	strcpy(b.run, run);
	coverage_begin(c);
	coverage_add(c, &b);
}

static void other(struct coverage *c, enum brief_kind kind, uint64_t at_s, uint64_t lost)
{
	struct brief b = { .kind = kind, .time_ns = at_s * S, .lost = lost };

	coverage_add(c, &b);
}

/* Two runs of one host, the first in two files, and what was not recorded in between. */
Test(coverage, runs_files_and_gaps)
{
	struct coverage c = {};
	struct report r = {};

	header(&c, "db1", "a", 100);
	other(&c, BRIEF_RESET, 150, 0);
	header(&c, "db1", "a", 160);
	other(&c, BRIEF_SUMMARY, 200, 0);
	header(&c, "db1", "b", 300);
	other(&c, BRIEF_RESET, 350, 0);
	header(&c, "db1", "c", 351);
	cr_expect_str_eq(coverage_host(&c), "db1");
	coverage_report(&c, &r);
	cr_expect_eq(r.runs, 3);
	cr_expect_eq(r.hosts, 1);
	cr_expect_str_eq(r.host, "db1");
	cr_assert_eq(r.gaps, 1);
	cr_expect_eq(r.gap[0].from_ns, 200 * S);
	cr_expect_eq(r.gap[0].to_ns, 300 * S);
	coverage_free(&c);
}

/* What one host was without, the other does not fill. */
Test(coverage, hosts)
{
	struct coverage c = {};
	struct report r = {};

	header(&c, "db1", "a", 100);
	other(&c, BRIEF_RESET, 110, 0);
	header(&c, "db2", "b", 105);
	other(&c, BRIEF_RESET, 400, 0);
	header(&c, "db1", "c", 300);
	coverage_report(&c, &r);
	cr_expect_eq(r.hosts, 2);
	cr_expect_str_eq(r.host, "");
	cr_assert_eq(r.gaps, 1);
	cr_expect_eq(r.gap[0].from_ns, 110 * S);
	cr_expect_eq(r.gap[0].to_ns, 300 * S);
	coverage_free(&c);
}

/* The lines of a run tell of losses as they come, and its summary of all of them once more. */
Test(coverage, losses_are_counted_once)
{
	struct coverage c = {};
	struct report r = {};

	header(&c, "db1", "a", 100);
	other(&c, BRIEF_GAP, 110, 3);
	header(&c, "db1", "a", 120);
	other(&c, BRIEF_GAP, 130, 4);
	other(&c, BRIEF_SUMMARY, 140, 7);
	/* Killed before its summary. */
	header(&c, "db1", "b", 141);
	other(&c, BRIEF_GAP, 150, 2);
	/* Plain output of trace. */
	coverage_begin(&c);
	other(&c, BRIEF_RESET, 160, 0);
	other(&c, BRIEF_SUMMARY, 0, 5);
	coverage_report(&c, &r);
	cr_expect_eq(r.lost, 14);
	coverage_free(&c);
}

Test(coverage, a_moment)
{
	struct coverage c = {};
	uint64_t lost, before, after;

	header(&c, "db1", "a", 100);
	other(&c, BRIEF_GAP, 200, 3);
	header(&c, "db1", "b", 300);
	other(&c, BRIEF_RESET, 400, 0);
	cr_expect(coverage_at(&c, 150 * S, 150 * S, &lost) && lost == 3);
	cr_expect(coverage_at(&c, 350 * S, 350 * S, &lost) && lost == 0);
	cr_expect_not(coverage_at(&c, 250 * S, 250 * S, &lost));
	cr_expect(coverage_at(&c, 190 * S, 310 * S, &lost) && lost == 3);
	cr_expect(coverage_at(&c, 0, 100 * S, &lost));
	cr_expect_not(coverage_at(&c, 201 * S, 299 * S, &lost));
	coverage_around(&c, 250 * S, &before, &after);
	cr_expect(before == 200 * S && after == 300 * S);
	coverage_around(&c, 50 * S, &before, &after);
	cr_expect(before == 0 && after == 100 * S);
	coverage_around(&c, 500 * S, &before, &after);
	cr_expect(before == 400 * S && after == 0);
	coverage_free(&c);
}

/* Files put together with cat. */
Test(coverage, headers_within_a_file)
{
	struct coverage c = {};
	struct report r = {};
	struct brief b = { .kind = BRIEF_HEADER, .time_ns = 300 * S, .host = "db1", .run = "b" };

	header(&c, "db1", "a", 100);
	other(&c, BRIEF_RESET, 110, 0);
	coverage_add(&c, &b);
	coverage_report(&c, &r);
	cr_expect_eq(r.runs, 2);
	cr_expect_eq(r.gaps, 1);
	coverage_free(&c);
}

/* Without a header nobody knows how long before its first event a recording was begun. */
Test(coverage, no_gap_is_made_up)
{
	struct coverage c = {};
	struct report r = {};

	coverage_begin(&c);
	other(&c, BRIEF_RESET, 100, 0);
	coverage_begin(&c);
	other(&c, BRIEF_RESET, 300, 0);
	coverage_report(&c, &r);
	cr_expect_eq(r.gaps, 0);
	coverage_free(&c);
}

/* A run's summaries tell of all of it so far; runs add up. */
Test(coverage, what_was_not_watched)
{
	struct brief b = { .kind = BRIEF_SUMMARY, .time_ns = 150 * S, .unwatched_ns = 3 * S };
	struct coverage c = {};
	struct report r = {};

	header(&c, "db1", "a", 100);
	coverage_add(&c, &b);
	header(&c, "db1", "a", 160);
	b.time_ns = 200 * S;
	b.unwatched_ns = 5 * S;
	coverage_add(&c, &b);
	header(&c, "db1", "b", 300);
	b.time_ns = 310 * S;
	b.unwatched_ns = S;
	coverage_add(&c, &b);
	coverage_report(&c, &r);
	cr_expect_eq(r.unwatched_ns, 6 * S);
	coverage_free(&c);
}
