/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stats.h: what a few repeated measurements say, and when they say nothing. No difference is called
 * one unless the median itself, had the run gone on for ever, would be on that side of the goal in
 * nine runs of ten.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* Fewer values than this never decide anything: even from lowest to highest they hold the true
 * median less often than that. */
#define STATS_ENOUGH 5

struct stats {
	size_t n; /* values that are numbers; 0: nothing else is set */
	double median;
	double low, high; /* hold the true median nine times of ten, if n >= STATS_ENOUGH */
	double min, max;
};

enum stats_verdict {
	STATS_MET,
	STATS_NOT_MET,
	STATS_NOISE,   /* the goal lies inside the spread */
	STATS_TOO_FEW, /* fewer than STATS_ENOUGH values */
};

enum stats_goal {
	STATS_AT_LEAST,
	STATS_AT_MOST,
};

/* VALUES may hold NANs, for what could not be measured: they are left out. */
struct stats stats_of(const double *values, size_t n);

/* Sorts N > 0 numbers and returns the one that a part Q of them, from 0 to below 1, is below. */
double stats_quantile(double *values, size_t n, double q);

/* Ratios A/B, pair by pair, into RATIOS, which has room for N; NAN where one is missing or B is 0. */
void stats_ratios(double *ratios, const double *a, const double *b, size_t n);

/* Whether the true median reaches LIMIT. */
enum stats_verdict stats_judge(const struct stats *s, enum stats_goal goal, double limit);

/* Whether ratios with these statistics differ from 1 at all. */
bool stats_differs(const struct stats *ratios);

/*
 * Two builds measured in turns, a ratio for each turn. Where the noise of both is alike, the logarithm
 * of a ratio is as likely too low as too high by the same amount, so the signed-rank test applies: it
 * decides with a third fewer rounds than the sign test of stats_of(). MEDIAN is the Hodges-Lehmann
 * estimate; LOW and HIGH hold the true ratio nine times of ten.
 */
struct stats stats_of_pairs(const double *ratios, size_t n);

/* So exactly a ratio has to be known before rounds end by themselves, and so many rounds it takes at
 * least: a few may agree by chance. */
#define STATS_WITHIN 0.01
#define STATS_PAIRS 10

/* Whether LOW and HIGH are that near. */
bool stats_narrow(const struct stats *pairs);

enum stats_pair {
	STATS_NOT_LESS,
	STATS_LESS,	 /* all of the interval is below 1 */
	STATS_UNDECIDED, /* it holds 1, and is wider than STATS_WITHIN to either side */
};

enum stats_pair stats_judge_pairs(const struct stats *pairs);

/* "not less", … */
const char *stats_pair_name(enum stats_pair pair);

/* "met", "NOT MET", … */
const char *stats_verdict_name(enum stats_verdict verdict);

#endif
