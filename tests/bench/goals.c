/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "base/util.h"
#include "goals.h"

#include <math.h>
#include <stdio.h>

#include "stats.h"
#include "table.h"

#define MB 1e6
#define FLAT LOADS /* of struct goal: each load that makes as many resets as it can */

enum value {
	VALUE,	   /* the metric of the tool, by SCALE */
	RATIO,	   /* to the metric of the other tool, round by round */
	PRINTED,   /* to the number of entries printed */
	XDP_EXTRA, /* M_XDP above M_PASS */
	UNTOLD,	   /* resets that are neither in the totals nor in a loss that the tool tells of */
	LOSSES,	   /* resets that are not in the totals, and details lost */
};

/* Losses are counted, not measured: one is one too many. */
static bool is_exact(enum value value)
{
	return value == UNTOLD || value == LOSSES;
}

struct goal {
	const char *text;
	enum load_kind load;
	enum tool_id tool;
	enum value value;
	enum metric metric;
	enum tool_id other;
	enum stats_goal goal;
	double limit;
	double scale;
	const char *unit;
};

static const struct goal goals[] = {
	{ "not in the totals, or lost", FLAT, TOOL_RSTTRACE, LOSSES, M_SENT, TOOL_NONE,
	  STATS_AT_MOST, 0, 1, " RSTs" },
	{ "lost, and not counted as lost", FLAT, TOOL_JSON_EVERY, UNTOLD, M_SENT, TOOL_NONE,
	  STATS_AT_MOST, 0, 1, " RSTs" },
	{ "kernel cost per RST, to the floor's", LOAD_RAW, TOOL_EVERY, RATIO, M_NS, TOOL_FLOOR,
	  STATS_AT_MOST, 1.25, 1, "" },
	{ "the same, at tcp_send_reset alone", LOAD_RAW, TOOL_EVERY, RATIO, M_HOOK, TOOL_FLOOR,
	  STATS_AT_MOST, 1.25, 1, "" },
	{ "kernel cost per RST, to bpftrace's", LOAD_RAW, TOOL_EVERY, RATIO, M_NS, TOOL_BPFTRACE,
	  STATS_AT_MOST, 0.7, 1, "" },
	{ "kernel cost per RST", LOAD_RAW, TOOL_RSTTRACE, VALUE, M_NS, TOOL_NONE, STATS_AT_MOST,
	  200, 1, " ns" },
	{ "rate of RSTs, to untraced", FLAT, TOOL_RSTTRACE, RATIO, M_RATE, TOOL_NONE,
	  STATS_AT_LEAST, 0.88, 1, "" },
	{ "rate of RSTs, to the floor's", FLAT, TOOL_EVERY, RATIO, M_RATE, TOOL_FLOOR,
	  STATS_AT_LEAST, 0.85, 1, "" },
	{ "CPU per million entries", LOAD_SYN, TOOL_EVERY, PRINTED, M_CPU, TOOL_NONE, STATS_AT_MOST,
	  0.7, 1e6, " s" },
	{ "CPU per million entries", LOAD_SYN, TOOL_JSON_EVERY, PRINTED, M_CPU, TOOL_NONE,
	  STATS_AT_MOST, 1.5, 1e6, " s" },
	{ "rate, to untraced", LOAD_RR, TOOL_RSTTRACE, RATIO, M_RATE, TOOL_NONE, STATS_AT_LEAST,
	  0.97, 1, "" },
	{ "rate, to untraced", LOAD_RR, TOOL_WIRE_AUTO, RATIO, M_RATE, TOOL_NONE, STATS_AT_LEAST,
	  0.985, 1, "" },
	{ "part of the time in its programs", LOAD_RR, TOOL_RSTTRACE, VALUE, M_SHARE, TOOL_NONE,
	  STATS_AT_MOST, 1, 100, " %" },
	{ "rate, to untraced", LOAD_BULK, TOOL_RSTTRACE, RATIO, M_RATE, TOOL_NONE, STATS_AT_LEAST,
	  0.99, 1, "" },
	{ "part of the time in its programs", LOAD_BULK, TOOL_RSTTRACE, VALUE, M_SHARE, TOOL_NONE,
	  STATS_AT_MOST, 1, 100, " %" },
	{ "rate, to untraced", LOAD_CONN, TOOL_RSTTRACE, RATIO, M_RATE, TOOL_NONE, STATS_AT_LEAST,
	  0.93, 1, "" },
	{ "part of the time in its programs", LOAD_CONN, TOOL_RSTTRACE, VALUE, M_SHARE, TOOL_NONE,
	  STATS_AT_MOST, 3, 100, " %" },
	{ "a packet, above a bare XDP_PASS", LOAD_RR, TOOL_XDP, XDP_EXTRA, M_XDP, TOOL_NONE,
	  STATS_AT_MOST, 6, 1, " ns" },
	{ "start to first event", LOAD_RAW, TOOL_RSTTRACE, VALUE, M_FIRST, TOOL_NONE, STATS_AT_MOST,
	  50, 1, " ms" },
	{ "resident besides the ring", LOAD_RAW, TOOL_RSTTRACE, VALUE, M_BARE, TOOL_NONE,
	  STATS_AT_MOST, 10, 1 / MB, " MB" },
	{ "resident besides the ring", LOAD_RAW, TOOL_EVERY, VALUE, M_BARE, TOOL_NONE,
	  STATS_AT_MOST, 10, 1 / MB, " MB" },
	{ "CPU in a second without events", LOAD_RAW, TOOL_RSTTRACE, VALUE, M_IDLE, TOOL_NONE,
	  STATS_AT_MOST, 1, 1, " ms" },
};

static double value_of(const struct bench *b, const struct goal *g, enum load_kind load, int round)
{
	double v = b->v[g->metric][load][g->tool][round];
	double made = b->v[M_MADE][load][g->tool][round];
	double missing = made - b->v[M_SENT][load][g->tool][round];

	switch (g->value) {
	case VALUE:
		return v * g->scale;
	case RATIO:
		return v / b->v[g->metric][load][g->other][round];
	case PRINTED:
		return v / b->v[M_PRINTED][load][g->tool][round] * g->scale;
	case XDP_EXTRA:
		return v - b->v[M_PASS][load][g->tool][round];
	case UNTOLD:
		return fabs(missing - b->v[M_LOST_SENT][load][g->tool][round]);
	case LOSSES:
		return fabs(missing) + b->v[M_LOST][load][g->tool][round];
	}
	return NAN;
}

static void judge(const struct bench *b, const struct goal *g, enum load_kind load, struct table *t)
{
	double v[ROUNDS_MAX];
	const char *verdict;
	struct stats s;

	for (int round = 0; round < b->rounds; round++)
		v[round] = value_of(b, g, load, round);
	s = stats_of(v, (size_t)b->rounds);
	if (!s.n)
		return;
	verdict = stats_verdict_name(is_exact(g->value) ? s.max > 0 ? STATS_NOT_MET : STATS_MET
							: stats_judge(&s, g->goal, g->limit));
	table_row(t);
	table_cell(t, "%s", tools[g->tool].title);
	table_cell(t, "%s", g->text);
	table_cell(t, "%s", loads[load].key);
	table_cell(t, "%s %g%s", g->goal == STATS_AT_MOST ? "≤" : "≥", g->limit, g->unit);
	if (is_exact(g->value))
		table_cell(t, "%.0f (%.0f–%.0f)", s.median, s.min, s.max);
	else
		table_cell(t, "%.4g (%.4g–%.4g)", s.median, s.low, s.high);
	table_cell(t, "%s", verdict);
}

void goals_print(const struct bench *b)
{
	static const enum load_kind flat[] = { LOAD_SYN, LOAD_SYN2, LOAD_RAW, LOAD_UNREAD,
					       LOAD_LINGER };
	static struct table t;

	table_begin(&t);
	table_cell(&t, "tool");
	table_cell(&t, "what");
	table_cell(&t, "load");
	table_cell(&t, "goal");
	table_cell(&t, "median (spread)");
	table_cell(&t, "verdict");
	for (size_t i = 0; i < ARRAY_SIZE(goals); i++) {
		if (goals[i].load != FLAT) {
			judge(b, &goals[i], goals[i].load, &t);
			continue;
		}
		for (size_t j = 0; j < ARRAY_SIZE(flat); j++)
			judge(b, &goals[i], flat[j], &t);
	}
	table_print(
		&t, "Goals",
		"A goal that lies inside the spread cannot be told from what was measured. Losses "
		"are counted: one is too many.");
}
