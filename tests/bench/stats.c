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
