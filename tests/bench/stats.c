/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

#define CONFIDENCE 0.9

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * Each value is below the true median with probability 1/2, whatever they are distributed like: so
 * how many of them are is binomial. The interval from the value of rank R to that of rank N-1-R
 * misses the true median when at most R values are on one side of it. Returns the greatest R that
 * still leaves CONFIDENCE, or 0.
 */
static size_t rank_of_bound(size_t n)
{
	double outcome = pow(0.5, (double)n); /* of exactly R values below it */
	double missed = 2 * outcome;
	size_t rank = 0;

	for (; rank + 1 < n / 2; rank++) {
		outcome = outcome * (double)(n - rank) / (double)(rank + 1);
		missed += 2 * outcome;
		if (1 - missed < CONFIDENCE)
			break;
	}
	return rank;
}

struct stats stats_of(const double *values, size_t n)
{
	struct stats s = { 0 };
	double *sorted = malloc((n ? n : 1) * sizeof(*sorted));
	size_t rank;

	if (!sorted)
		return s;
	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			sorted[s.n++] = values[i];
	if (s.n) {
		qsort(sorted, s.n, sizeof(*sorted), compare);
		rank = rank_of_bound(s.n);
		s.median = (sorted[(s.n - 1) / 2] + sorted[s.n / 2]) / 2;
		s.low = sorted[rank];
		s.high = sorted[s.n - 1 - rank];
		s.min = sorted[0];
		s.max = sorted[s.n - 1];
	}
	free(sorted);
	return s;
}

/*
 * Without a difference each of the ranks 1 to N counts for one side with probability 1/2. Returns the
 * greatest sum of ranks that one side stays within with a probability of at most LIMIT; -1: even 0 is
 * more likely.
 */
static long rank_sum_bound(size_t n, double limit)
{
	size_t sums = n * (n + 1) / 2 + 1;
	double *p = calloc(sums, sizeof(*p)), below;
	long bound = -1;

	if (!p)
		return -1;
	p[0] = 1;
	for (size_t rank = 1; rank <= n; rank++)
		for (size_t sum = sums; sum-- > 0;)
			p[sum] = (p[sum] + (sum >= rank ? p[sum - rank] : 0)) / 2;
	below = p[0];
	while (below <= limit && bound + 2 < (long)sums)
		below += p[++bound + 1];
	free(p);
	return bound;
}

/* Fills S from the means of all pairs of its N sorted logarithms, each with itself included. */
static void walsh(struct stats *s, const double *logs)
{
	size_t means = s->n * (s->n + 1) / 2, m = 0;
	long bound = rank_sum_bound(s->n, (1 - CONFIDENCE) / 2);
	double *mean = malloc(means * sizeof(*mean));

	if (!mean) {
		s->n = 0;
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		for (size_t j = i; j < s->n; j++)
			mean[m++] = (logs[i] + logs[j]) / 2;
	qsort(mean, means, sizeof(*mean), compare);
	if (bound < 0)
		bound = 0;
	s->median = exp((mean[(means - 1) / 2] + mean[means / 2]) / 2);
	s->low = exp(mean[bound]);
	s->high = exp(mean[means - 1 - (size_t)bound]);
	free(mean);
}

struct stats stats_of_pairs(const double *ratios, size_t n)
{
	struct stats s = { 0 };
	double *logs = malloc((n ? n : 1) * sizeof(*logs));

	if (!logs)
		return s;
	for (size_t i = 0; i < n; i++)
		if (ratios[i] > 0)
			logs[s.n++] = log(ratios[i]);
	if (s.n) {
		qsort(logs, s.n, sizeof(*logs), compare);
		s.min = exp(logs[0]);
		s.max = exp(logs[s.n - 1]);
		walsh(&s, logs);
	}
	free(logs);
	return s;
}

bool stats_narrow(const struct stats *s)
{
	return s->n >= STATS_PAIRS && s->high - s->median <= STATS_WITHIN &&
	       s->median - s->low <= STATS_WITHIN;
}

enum stats_pair stats_judge_pairs(const struct stats *s)
{
	if (s->n >= STATS_ENOUGH && s->high < 1)
		return STATS_LESS;
	if ((s->n >= STATS_ENOUGH && s->low >= 1) || stats_narrow(s))
		return STATS_NOT_LESS;
	return STATS_UNDECIDED;
}

const char *stats_pair_name(enum stats_pair pair)
{
	static const char *const names[] = {
		[STATS_NOT_LESS] = "not less",
		[STATS_LESS] = "less",
		[STATS_UNDECIDED] = "undecided",
	};

	return names[pair];
}

double stats_quantile(double *values, size_t n, double q)
{
	qsort(values, n, sizeof(*values), compare);
	return values[(size_t)((double)n * q)];
}

void stats_ratios(double *ratios, const double *a, const double *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ratios[i] = b[i] != 0 ? a[i] / b[i] : NAN;
}

enum stats_verdict stats_judge(const struct stats *s, enum stats_goal goal, double limit)
{
	bool low = s->low >= limit, high = s->high >= limit;

	if (s->n < STATS_ENOUGH)
		return STATS_TOO_FEW;
	if (goal == STATS_AT_MOST) {
		low = s->high <= limit;
		high = s->low <= limit;
	}
	if (low)
		return STATS_MET;
	return high ? STATS_NOISE : STATS_NOT_MET;
}

bool stats_differs(const struct stats *ratios)
{
	return ratios->n >= STATS_ENOUGH && (ratios->low > 1 || ratios->high < 1);
}

const char *stats_verdict_name(enum stats_verdict verdict)
{
	static const char *const names[] = {
		[STATS_MET] = "met",
		[STATS_NOT_MET] = "NOT MET",
		[STATS_NOISE] = "cannot be told: within noise",
		[STATS_TOO_FEW] = "cannot be told: too few rounds",
	};

	return names[verdict];
}
