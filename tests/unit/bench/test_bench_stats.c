/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_bench_stats.c: when `make bench` may call a difference one. */
#include <criterion/criterion.h>
#include <math.h>

#include "stats.h"

#define N(values) (sizeof(values) / sizeof(*(values)))
#define STATS(...) stats_of((double[]){ __VA_ARGS__ }, N(((double[]){ __VA_ARGS__ })))

Test(bench_stats, median_of_odd_and_even)
{
	cr_expect_eq(STATS(3, 1, 2).median, 2);
	cr_expect_eq(STATS(4, 1, 3, 2).median, 2.5);
	cr_expect_eq(STATS(7).median, 7);
}

Test(bench_stats, what_was_not_measured_is_left_out)
{
	struct stats s = STATS(NAN, 2, NAN, 1, 3);

	cr_expect_eq(s.n, 3);
	cr_expect_eq(s.median, 2);
	cr_expect_eq(stats_of(NULL, 0).n, 0);
	cr_expect_eq(STATS(NAN, NAN).n, 0);
}

/* Ranks from the tables of the sign test: 5 to 7 values hold the median with 94, 97 and 98 of 100
 * between lowest and highest; without those 8 values do with 93, and 7 with 88 only. */
Test(bench_stats, spread_holds_the_median_nine_times_of_ten)
{
	static const size_t rank[] = {
		[1] = 0, [2] = 0,  [3] = 0,  [4] = 0,  [5] = 0,	 [6] = 0,  [7] = 0,  [8] = 1,
		[9] = 1, [10] = 1, [11] = 2, [13] = 3, [16] = 4, [20] = 5, [30] = 10
	};
	double values[30];

	for (size_t i = 0; i < N(values); i++)
		values[i] = (double)i;
	for (size_t n = 1; n < N(rank); n++) {
		struct stats s = stats_of(values, n);

		if (n > 11 && !rank[n])
			continue;
		cr_expect_eq(s.low, (double)rank[n], "%zu values: low is %g", n, s.low);
		cr_expect_eq(s.high, (double)(n - 1 - rank[n]), "%zu values: high is %g", n,
			     s.high);
		cr_expect_eq(s.min, 0);
		cr_expect_eq(s.max, (double)(n - 1));
	}
}

Test(bench_stats, quantile)
{
	double v[] = { 4, 2, 1, 3 };

	cr_expect_eq(stats_quantile(v, 4, 0), 1);
	cr_expect_eq(stats_quantile(v, 4, 0.5), 3);
	cr_expect_eq(stats_quantile(v, 4, 0.75), 4);
	cr_expect_eq(stats_quantile(v, 1, 0.75), 4 - 3);
}

Test(bench_stats, ratios_are_pair_by_pair)
{
	double r[4];

	stats_ratios(r, (double[]){ 1, 9, 5, NAN }, (double[]){ 2, 3, 0, 1 }, 4);
	cr_expect_eq(r[0], 0.5);
	cr_expect_eq(r[1], 3);
	cr_expect(isnan(r[2]));
	cr_expect(isnan(r[3]));
}

static enum stats_verdict judge(struct stats s, enum stats_goal goal, double limit)
{
	return stats_judge(&s, goal, limit);
}

Test(bench_stats, a_goal_is_met_or_missed_only_outside_the_spread)
{
	struct stats s = STATS(0.95, 0.96, 0.97, 0.98, 0.99);

	cr_expect_eq(judge(s, STATS_AT_LEAST, 0.90), STATS_MET);
	cr_expect_eq(judge(s, STATS_AT_LEAST, 0.95), STATS_MET);
	cr_expect_eq(judge(s, STATS_AT_LEAST, 0.96), STATS_NOISE);
	cr_expect_eq(judge(s, STATS_AT_LEAST, 0.99), STATS_NOISE);
	cr_expect_eq(judge(s, STATS_AT_LEAST, 1.00), STATS_NOT_MET);

	cr_expect_eq(judge(s, STATS_AT_MOST, 1.00), STATS_MET);
	cr_expect_eq(judge(s, STATS_AT_MOST, 0.99), STATS_MET);
	cr_expect_eq(judge(s, STATS_AT_MOST, 0.97), STATS_NOISE);
	cr_expect_eq(judge(s, STATS_AT_MOST, 0.95), STATS_NOISE);
	cr_expect_eq(judge(s, STATS_AT_MOST, 0.90), STATS_NOT_MET);
}

Test(bench_stats, a_few_rounds_decide_nothing)
{
	cr_expect_eq(judge(STATS(0.1, 0.1, 0.1, 0.1), STATS_AT_LEAST, 0.9), STATS_TOO_FEW);
	cr_expect_eq(judge(STATS(1, 1, 1, 1, NAN), STATS_AT_LEAST, 0.9), STATS_TOO_FEW);
	cr_expect_eq(judge(stats_of(NULL, 0), STATS_AT_MOST, 0.9), STATS_TOO_FEW);
}

static bool differs(struct stats s)
{
	return stats_differs(&s);
}

Test(bench_stats, no_difference_where_1_lies_inside_the_spread)
{
	cr_expect(!differs(STATS(0.90, 0.95, 0.96, 0.97, 1.00)));
	cr_expect(!differs(STATS(1.00, 1.01, 1.02, 1.03, 1.04)));
	cr_expect(!differs(STATS(0.5, 0.5, 0.5, 0.5)));
	cr_expect(differs(STATS(0.90, 0.95, 0.96, 0.97, 0.99)));
	cr_expect(differs(STATS(1.01, 1.02, 1.03, 1.04, 1.05)));
	/* One freak of eight does not hide what the others agree about. */
	cr_expect(differs(STATS(0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 1.20)));
}
