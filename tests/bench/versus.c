/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "versus.h"

#include <stdio.h>
#include <stdlib.h>

#include "stats.h"
#include "base/clock.h"
#include "base/util.h"

struct versus {
	enum load_kind load;
	enum tool_id baseline;
	struct stats ratio; /* of the rates */
};

static bool judges(const struct bench *b, enum load_kind load, enum tool_id baseline)
{
	return tools[baseline].versus && measure_wants(b, load, baseline) &&
	       measure_wants(b, load, tools[baseline].versus);
}

static struct stats ratio_of(const struct bench *b, enum load_kind load, enum tool_id baseline)
{
	double ratios[ROUNDS_MAX];

	stats_ratios(ratios, b->v[M_RATE][load][tools[baseline].versus],
		     b->v[M_RATE][load][baseline], (size_t)b->rounds);
	return stats_of_pairs(ratios, (size_t)b->rounds);
}

static double seconds_since(uint64_t began_ns)
{
	return (double)(clock_ns(CLOCK_MONOTONIC) - began_ns) / 1e9;
}

/* "rsttrace under syn: 1.003 (0.996–1.009) of the baseline's rate, 38 rounds: not less" */
static void put(FILE *out, const struct versus *v)
{
	fprintf(out, "%s under %s: %.3f (%.3f–%.3f) of the baseline's rate, %zu rounds: %s\n",
		tools[tools[v->baseline].versus].title, loads[v->load].key, v->ratio.median,
		v->ratio.low, v->ratio.high, v->ratio.n,
		stats_pair_name(stats_judge_pairs(&v->ratio)));
}

/* Who is first changes from round to round: what the second finds warm, the first does in the next. */
static void measure_pair(struct bench *b, enum load_kind load, enum tool_id baseline, int round)
{
	enum tool_id first = round % 2 ? baseline : tools[baseline].versus;
	enum tool_id second = round % 2 ? tools[baseline].versus : baseline;

	measure_tool(b, load, first, round);
	measure_tool(b, load, second, round);
}

static void duel(struct bench *b, enum load_kind load, enum tool_id baseline)
{
	uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);
	struct versus v = { .load = load, .baseline = baseline };

	for (int round = 0; round < ROUNDS_MAX && judges(b, load, baseline); round++) {
		if (b->rounds < round + 1)
			b->rounds = round + 1;
		measure_pair(b, load, baseline, round);
		v.ratio = ratio_of(b, load, baseline);
		if (stats_narrow(&v.ratio) || seconds_since(began_ns) > b->limit)
			break;
	}
	fprintf(stderr, "bench: %4.0f s: ", seconds_since(began_ns));
	put(stderr, &v);
}

void versus_measure(struct bench *b)
{
	measure_begin(b);
	b->rounds = 0;
	for (int load = 0; load < LOADS; load++)
		for (int tool = 0; tool < TOOLS; tool++)
			if (judges(b, load, tool))
				duel(b, load, tool);
}

static void each(const struct bench *b, void (*act)(const struct versus *v))
{
	for (int load = 0; load < LOADS; load++)
		for (int tool = 0; tool < TOOLS; tool++) {
			struct versus v = { .load = load, .baseline = tool };

			if (!judges(b, load, tool))
				continue;
			v.ratio = ratio_of(b, load, tool);
			if (v.ratio.n)
				act(&v);
		}
}

static void print_line(const struct versus *v)
{
	fputs("- ", stdout);
	put(stdout, v);
}

static void print_json(const struct versus *v)
{
	printf("{\"verdict\":\"%s\",\"load\":\"%s\",\"tool\":\"%s\",\"ratio\":%.6g,"
	       "\"low\":%.6g,\"high\":%.6g,\"rounds\":%zu}\n",
	       stats_pair_name(stats_judge_pairs(&v->ratio)), loads[v->load].key,
	       tools[tools[v->baseline].versus].key, v->ratio.median, v->ratio.low, v->ratio.high,
	       v->ratio.n);
}

void versus_print(const struct bench *b)
{
	if (!b->missing[TOOL_BASELINE] && b->tools & 1U << TOOL_BASELINE)
		printf("\n### Against the baseline\n\nThe rate kept beside this build, to that "
		       "beside %s.\n\n",
		       getenv("BASELINE"));
	each(b, print_line);
}

void versus_json(const struct bench *b)
{
	each(b, print_json);
}
