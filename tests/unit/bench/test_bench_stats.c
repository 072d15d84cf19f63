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

/* Critical values of the one-sided signed-rank test at 0.05, from its tables: the interval begins
 * behind so many of the means of two. With values 2^0, 2^1, … the means are told apart. */
Test(bench_stats, pairs_hold_the_ratio_nine_times_of_ten)
{
	static const struct {
		size_t n, bound;
	} table[] = { { 5, 0 },	  { 6, 2 },   { 7, 3 },	  { 8, 5 },    { 9, 8 },   { 10, 10 },
		      { 12, 17 }, { 15, 30 }, { 20, 60 }, { 25, 100 }, { 30, 151 } };
	double ratio[30], mean[30 * 31 / 2];

	for (size_t t = 0; t < N(table); t++) {
		size_t n = table[t].n, m = 0;
		struct stats s;

		for (size_t i = 0; i < n; i++)
			ratio[i] = exp(1e-6 * pow(2, (double)i));
		for (size_t i = 0; i < n; i++)
			for (size_t j = i; j < n; j++)
				mean[m++] = (log(ratio[i]) + log(ratio[j])) / 2;
		s = stats_of_pairs(ratio, n);
		stats_quantile(mean, m, 0); /* sorts */
		cr_expect_eq(s.n, n);
		cr_expect_float_eq(log(s.low), mean[table[t].bound], 1e-9, "%zu ratios: low", n);
		cr_expect_float_eq(log(s.high), mean[m - 1 - table[t].bound], 1e-6,
				   "%zu ratios: high", n);
	}
}

#define PAIRS(...) stats_of_pairs((double[]){ __VA_ARGS__ }, N(((double[]){ __VA_ARGS__ })))

Test(bench_stats, pairs_are_ratios)
{
	/* Twice as much and half as much are as far from 1. */
	cr_expect_float_eq(PAIRS(0.5, 2).median, 1, 1e-12);
	cr_expect_float_eq(PAIRS(NAN, 0.5, 2, NAN, 1, 0).median, 1, 1e-12);
	cr_expect_eq(PAIRS(NAN, 0.5, 2, NAN, 1, 0).n, 3);
	cr_expect_eq(PAIRS(NAN).n, 0);
	/* One freak moves it less than a mean. */
	cr_expect_lt(PAIRS(1, 1, 1, 1, 1, 1, 1, 1, 1, 3).median, 1.0001);
}

static enum stats_pair judge_pairs(struct stats s)
{
	return stats_judge_pairs(&s);
}

Test(bench_stats, verdict_of_pairs)
{
	struct stats s = { .n = 40 };

#define JUDGE(m, l, h) (s.median = (m), s.low = (l), s.high = (h), judge_pairs(s))
	cr_expect_eq(JUDGE(1.000, 0.995, 1.005), STATS_NOT_LESS);
	cr_expect_eq(JUDGE(0.995, 0.990, 1.000), STATS_NOT_LESS);
	cr_expect_eq(JUDGE(1.200, 1.000, 1.400), STATS_NOT_LESS, "certain, however wide");
	cr_expect_eq(JUDGE(0.990, 0.985, 0.999), STATS_LESS);
	cr_expect_eq(JUDGE(0.800, 0.700, 0.900), STATS_LESS, "certain, however wide");
	cr_expect_eq(JUDGE(1.000, 0.989, 1.005), STATS_UNDECIDED);
	cr_expect_eq(JUDGE(1.000, 0.995, 1.011), STATS_UNDECIDED);
}

Test(bench_stats, a_few_pairs_decide_nothing)
{
	cr_expect_eq(judge_pairs(PAIRS(0.5, 0.5, 0.5, 0.5)), STATS_UNDECIDED);
	cr_expect_eq(judge_pairs(PAIRS(0.5, 0.5, 0.5, 0.5, 0.5)), STATS_LESS);
	cr_expect_eq(judge_pairs(PAIRS(1, 1, 1, 1)), STATS_UNDECIDED);
	cr_expect_eq(judge_pairs(PAIRS(0.999, 1.001, 0.999, 1.001, 1, 1, 1, 1, 1)), STATS_UNDECIDED,
		     "nine may agree by chance");
	cr_expect_eq(judge_pairs(PAIRS(0.999, 1.001, 0.999, 1.001, 1, 1, 1, 1, 1, 1)),
		     STATS_NOT_LESS);
	cr_expect_eq(judge_pairs(stats_of_pairs(NULL, 0)), STATS_UNDECIDED);
}

Test(bench_stats, verdicts_have_names)
{
	cr_expect_str_eq(stats_pair_name(STATS_NOT_LESS), "not less");
	cr_expect_str_eq(stats_pair_name(STATS_LESS), "less");
	cr_expect_str_eq(stats_pair_name(STATS_UNDECIDED), "undecided");
}
