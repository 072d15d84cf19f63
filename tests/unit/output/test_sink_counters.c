/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_counters.c: the kernel's counters in both outputs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_check.h"
#include "page.h"
#include "explain/reconcile.h"

#define NETNS 4026531840U

static const char given_up[] = "that were given up without a RST (timeout)";
static const char no_route[] = "for which IPv6 had no route";

static struct reconcile_line lines[64];
static struct reconcile_unknown unknown[8];
static struct reconciliation all;
static struct summary sum;

static void setup(void)
{
	memset(lines, 0, sizeof(lines));
	memset(unknown, 0, sizeof(unknown));
	all = (struct reconciliation){ .line = lines, .unknown = unknown };
	memset(&sum, 0, sizeof(sum));
	sum.reconciliation = &all;
	sum.by_cause[DIR_SENT][CAUSE_NO_LISTENER] = 1;
	sum.shown = 1;
}

TestSuite(sink_counters, .init = setup);

static struct reconcile_line *add(uint32_t netns, enum counter counter, uint64_t kernel,
				  uint64_t events)
{
	struct reconcile_line *line = &lines[all.lines++];

	*line = (struct reconcile_line){
		.netns = netns, .counter = counter, .kernel = kernel, .events = events
	};
	return line;
}

static void explain(struct reconcile_line *line, const char *why, int64_t count, bool certain)
{
	line->part[line->parts++] = (struct reconcile_part){ why, count, certain };
}

static struct page page(void)
{
	struct page p = page_render(&(struct sink_style){ .quiet = true }, NULL, &sum);

	for (size_t i = 0; i < p.lines; i++)
		cr_assert_leq(strlen(p.line[i]), 120, "%s", p.line[i]);
	return p;
}

/* The text is TEXT, behind the two lines that are always there. */
static void assert_text(const char *const *text, size_t n)
{
	struct page p = page();

	for (size_t i = 0; i < n && i + 3 < p.lines; i++)
		cr_expect_str_eq(p.line[i + 3], text[i]);
	cr_expect_eq(p.lines, n + 3, "%zu lines", p.lines);
	free(p.text);
}

#define assert_lines(...)                                 \
	assert_text((const char *const[]){ __VA_ARGS__ }, \
		    sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

Test(sink_counters, nothing_to_say)
{
	assert_text(NULL, 0);
	sum.reconciliation = NULL;
	assert_text(NULL, 0);
}

Test(sink_counters, all_agree)
{
	add(NETNS, COUNTER_OUT_RSTS, 12345, 12345);
	add(NETNS, COUNTER_ESTAB_RESETS, 20, 20);
	assert_lines("  counters: netns 4026531840: OutRsts 12,345, EstabResets 20: as seen");
}

Test(sink_counters, several_namespaces_in_one_line)
{
	for (uint32_t i = 0; i < 20; i++) {
		add(NETNS + i, COUNTER_OUT_RSTS, 100, 100);
		add(NETNS + i, COUNTER_ESTAB_RESETS, 2, 2);
	}
	assert_lines("  counters: 20 network namespaces: OutRsts 2,000, EstabResets 40: as seen");
}

Test(sink_counters, explained)
{
	explain(add(NETNS, COUNTER_OUT_RSTS, 10, 12), no_route, -2, false);
	explain(add(NETNS, COUNTER_ESTAB_RESETS, 25, 20), given_up, 5, true);
	explain(add(NETNS + 1, COUNTER_ESTAB_RESETS, 3, 1), given_up, 2, true);
	assert_lines(
		"  counters: 2 network namespaces: OutRsts 10: 12 seen, likely less 2 for which IPv6 "
		"had no route",
		"  counters: 2 network namespaces: EstabResets 28: 21 seen, 7 that were given up "
		"without a RST (timeout)");
}

Test(sink_counters, not_explained)
{
	struct reconcile_line *line = add(NETNS, COUNTER_OUT_RSTS, 15, 11);

	line->unexplained = 3;
	line->advice = "look there for it";
	explain(line, no_route, 1, true);
	add(NETNS, COUNTER_ESTAB_RESETS, 2, 2);
	line = add(NETNS + 1, COUNTER_ESTAB_RESETS, 2, 4);
	line->unexplained = -2;
	assert_lines(
		"  counters: netns 4026531840: EstabResets 2: as seen",
		"  counters: netns 4026531840: OutRsts 15: 11 seen, 1 for which IPv6 had no "
		"route, 3 more, NOT EXPLAINED (look there for",
		"            it)",
		"  counters: netns 4026531841: EstabResets 2: 4 seen, 2 too many, NOT EXPLAINED");
}

Test(sink_counters, many_not_explained)
{
	struct page p;

	for (uint32_t i = 0; i < 40; i++)
		add(NETNS + i, COUNTER_OUT_RSTS, 2, 1)->unexplained = 1;
	p = page();
	cr_expect_eq(p.lines, 3 + 16 + 1);
	cr_expect_str_eq(p.line[p.lines - 1],
			 "  counters: 24 more are not explained; --json shows all");
	free(p.text);
}

Test(sink_counters, not_known)
{
	for (uint32_t i = 0; i < 6; i++)
		unknown[i] = (struct reconcile_unknown){ NETNS + i, RECONCILE_GONE };
	unknown[6] = (struct reconcile_unknown){ NETNS + 6, RECONCILE_REPLACED };
	unknown[7] = (struct reconcile_unknown){ NETNS + 7, RECONCILE_DENIED };
	all.unknowns = 8;
	assert_lines(
		"  counters: netns 4026531840 4026531841 4026531842 4026531843 and 2 more not "
		"compared: no longer to be found",
		"  counters: netns 4026531846 not compared: the number is another namespace's now "
		"than at the start",
		"  counters: netns 4026531847 not compared: they cannot be entered, which takes "
		"CAP_SYS_ADMIN");
}

Test(sink_counters, as_long_as_can_be)
{
	for (int c = 0; c <= COUNTER_LISTEN_OVERFLOWS; c++) {
		struct reconcile_line *line = add(NETNS, c, UINT64_MAX / 2, UINT64_MAX / 2);

		if (c % 2)
			continue;
		for (int i = 0; i < RECONCILE_PARTS; i++)
			explain(line, given_up, INT64_MIN + 1, i % 2);
		line->unexplained = INT64_MIN + 1;
		line->advice = "see there";
	}
	free(page().text);
}

Test(sink_counters, interim_summary)
{
	struct page p;

	sum.duration_ns = 2000000000;
	sum.interim = true;
	p = page();
	cr_expect_str_eq(p.line[1], "2 s so far, 1 reset: 1 sent, 0 received");
	free(p.text);
	sum.waiting = 1234;
	p = page();
	cr_expect_str_eq(p.line[1], "2 s so far, 1 reset: 1 sent, 0 received; 1,234 more are being "
				    "looked into");
	free(p.text);
}

static json_t *json(void)
{
	char *text = sample_render(&sink_json, &(struct sink_style){ .quiet = true }, NULL, &sum);
	json_t *o = json_line(text);

	free(text);
	return o;
}

Test(sink_counters, in_json)
{
	struct reconcile_line *line = add(NETNS, COUNTER_OUT_RSTS, 10, 12);
	json_t *o, *one;

	explain(line, no_route, -3, false);
	explain(line, given_up, 2, true);
	line->unexplained = -1;
	line->advice = "look there";
	add(NETNS, COUNTER_ABORT_ON_LINGER, 2, 2);
	unknown[0] = (struct reconcile_unknown){ NETNS + 1, RECONCILE_GONE };
	all.unknowns = 1;
	sum.interim = true;
	sum.waiting = 7;
	o = json();
	cr_assert(json_is_true(json_at(o, "summary.interim")));
	json_assert_int(o, "summary.waiting", 7);
	cr_assert_eq(json_array_size(json_at(o, "summary.reconciliation")), 2);
	one = json_array_get(json_at(o, "summary.reconciliation"), 0);
	json_assert_int(one, "netns", NETNS);
	json_assert_str(one, "counter", "OutRsts");
	json_assert_int(one, "kernel", 10);
	json_assert_int(one, "events", 12);
	json_assert_int(one, "unexplained", -1);
	cr_assert_eq(json_array_size(json_at(one, "explained")), 2);
	one = json_array_get(json_at(one, "explained"), 0);
	json_assert_str(one, "why", no_route);
	json_assert_int(one, "count", -3);
	json_assert_str(one, "certainty", "inferred");
	one = json_array_get(json_at(o, "summary.reconciliation"), 1);
	json_assert_str(one, "counter", "TCPAbortOnLinger");
	cr_assert_eq(json_array_size(json_at(one, "explained")), 0);
	one = json_array_get(json_at(o, "summary.not_reconciled"), 0);
	json_assert_int(one, "netns", NETNS + 1);
	json_assert_str(one, "why", "gone");
	json_decref(o);
}

Test(sink_counters, each_counter_is_in_the_schema)
{
	for (int c = 0; c <= COUNTER_LISTEN_OVERFLOWS; c++)
		add(NETNS, c, 1, 1);
	json_decref(json());
}

Test(sink_counters, absent_in_json_when_not_known)
{
	json_t *o;

	sum.reconciliation = NULL;
	o = json();
	json_assert_absent(o, "summary.reconciliation");
	json_assert_absent(o, "summary.not_reconciled");
	json_assert_absent(o, "summary.interim");
	json_assert_absent(o, "summary.waiting");
	json_decref(o);
}
