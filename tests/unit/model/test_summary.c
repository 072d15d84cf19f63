/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>

#include "sample.h"
#include "model/reconciliation.h"
#include "model/summary.h"

Test(summary, counts_by_direction_and_cause)
{
	struct summary s = { 0 };
	struct sample sample;

	sample_fill(&sample);
	summary_add(&s, &sample.in, true);
	summary_add(&s, &sample.in, false);
	sample.in.direction = DIR_RECEIVED;
	sample.in.verdict.cause = CAUSE_REFUSED;
	summary_add(&s, &sample.in, true);
	cr_assert_eq(s.by_cause[DIR_SENT][CAUSE_CLOSE_UNREAD], 2);
	cr_assert_eq(s.by_cause[DIR_RECEIVED][CAUSE_REFUSED], 1);
	cr_assert_eq(s.by_cause[DIR_SENT][CAUSE_REFUSED], 0);
	cr_assert_eq(s.shown, 2);
	cr_assert_eq(s.benign, 0);
}

Test(summary, a_sample_counts_for_all_of_its_fold)
{
	struct summary s = { 0 };
	struct sample sample;

	sample_fill(&sample);
	sample.ev.folded.count = 1200;
	summary_add(&s, &sample.in, true);
	sample.ev.folded.count = 34;
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	sample.in.verdict.benign = true;
	summary_add(&s, &sample.in, false);
	cr_assert_eq(s.by_cause[DIR_SENT][CAUSE_CLOSE_UNREAD], 1200);
	cr_assert_eq(s.by_cause[DIR_SENT][CAUSE_DATA_AFTER_CLOSE], 34);
	cr_assert_eq(s.shown, 1200);
	cr_assert_eq(s.benign, 34);
}

/* The totals stay what they were. */
Test(summary, correction)
{
	struct verdict after = { .cause = CAUSE_SUSPECTED_INJECTION };
	struct summary s = { 0 };
	struct sample sample;

	sample_fill(&sample);
	sample.in.direction = DIR_RECEIVED;
	sample.in.verdict.cause = CAUSE_RESET_BY_PEER;
	sample.in.verdict.benign = true;
	summary_add(&s, &sample.in, true);
	summary_add(&s, &sample.in, true);
	summary_correct(&s, DIR_RECEIVED, &sample.in.verdict, &after);
	cr_assert_eq(s.by_cause[DIR_RECEIVED][CAUSE_RESET_BY_PEER], 1);
	cr_assert_eq(s.by_cause[DIR_RECEIVED][CAUSE_SUSPECTED_INJECTION], 1);
	cr_assert_eq(s.benign, 1);
	cr_assert_eq(s.shown, 2);
}

Test(summary, without_details_by_direction)
{
	struct summary s = { 0 };
	uint64_t lost = 1;

	for (uint8_t i = 0; i < RST_CLASSES; i++, lost *= 10)
		s.kind[s.nkinds++] = (struct kind_sum){
			.class = i,
			.total = { .filtered = 3, .detailed = 5, .folded = 7, .lost = lost }
		};
	s.kind[s.nkinds++] =
		(struct kind_sum){ .class = RST_CLASS_WIRE, .passing = true, .total.lost = 42 };
	/* The digits from the right: 0 to RST_CLASS_DROPPED. */
	cr_assert_eq(summary_without_details(&s, DIR_SENT), 10111111);
	cr_assert_eq(summary_without_details(&s, DIR_RECEIVED), 101000000);
	cr_assert_eq(summary_without_details(&s, DIR_PASSING), 42);
}

Test(summary, benign_is_counted_also_when_hidden)
{
	struct summary s = { 0 };
	struct sample sample;

	sample_fill(&sample);
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	sample.in.verdict.benign = true;
	summary_add(&s, &sample.in, false);
	cr_assert_eq(s.benign, 1);
	cr_assert_eq(s.shown, 0);
}

Test(summary, lost_is_the_sum_of_the_losses_only)
{
	struct summary s = { 0 };

	for (int i = 0; i < RST_CNT_MAX; i++)
		s.counters[i] = 1000;
	s.counters[RST_CNT_LOST_SENT] = 1;
	s.counters[RST_CNT_LOST_RECEIVED] = 20;
	s.counters[RST_CNT_LOST_ARRIVED] = 300;
	s.counters[RST_CNT_MISSED_RESETS] = 4000;
	s.counters[RST_CNT_LOST_WIRE] = 50000;
	s.counters[RST_CNT_LOST_DROPPED] = 600000;
	cr_assert_eq(summary_lost(&s), 654321);
}

Test(summary, forgotten)
{
	struct summary s = { .remembered = 1000, .held = 600 };

	cr_assert_eq(summary_forgotten(&s), 400);
	s.counters[RST_CNT_REPLACED] = 150;
	cr_assert_eq(summary_forgotten(&s), 250, "what was replaced was not pushed out");
	s.counters[RST_CNT_REPLACED] = 0;
	s.held = 1000;
	cr_assert_eq(summary_forgotten(&s), 0);
	s.held = 1001;
	cr_assert_eq(summary_forgotten(&s), 0,
		     "never negative: the two are read one after another");
}

static void pressure(struct summary *s, uint16_t port, uint64_t dropped)
{
	struct pressure p = { .listener = { .port = port }, .dropped = dropped };

	summary_pressure(s, &p);
}

Test(summary, pressure_has_the_most_dropped_first)
{
	struct summary s = { 0 };

	pressure(&s, 1, 5);
	pressure(&s, 2, 9);
	pressure(&s, 3, 7);
	pressure(&s, 4, 1);
	cr_assert_eq(s.npressure, 4);
	cr_expect_eq(s.pressure[0].listener.port, 2);
	cr_expect_eq(s.pressure[1].listener.port, 3);
	cr_expect_eq(s.pressure[2].listener.port, 1);
	cr_expect_eq(s.pressure[3].listener.port, 4);
}

Test(summary, pressure_is_that_of_its_own_time)
{
	struct summary s = { 0 };

	pressure(&s, 1, 9);
	/* As for the next summary of the same run. */
	s.npressure = 0;
	pressure(&s, 2, 5);
	cr_assert_eq(s.npressure, 1);
	cr_expect_eq(s.pressure[0].listener.port, 2);
}

Test(summary, pressure_keeps_the_most_dropped)
{
	struct summary s = { 0 };

	for (uint16_t port = 1; port <= SUMMARY_PRESSURE + 2; port++)
		pressure(&s, port, port);
	pressure(&s, 999, 1);
	cr_assert_eq(s.npressure, SUMMARY_PRESSURE);
	cr_expect_eq(s.pressure[0].listener.port, SUMMARY_PRESSURE + 2);
	cr_expect_eq(s.pressure[SUMMARY_PRESSURE - 1].listener.port, 3);
}

static void expect_pressure(uint64_t dropped, uint64_t for_room, uint64_t icmp, uint64_t remains,
			    uint64_t by_icmp)
{
	struct reconcile_listeners l[] = { { 8, 0, 100 }, { 7, for_room, icmp } };
	struct reconciliation r = { .listeners = l, .nlisteners = 2 };
	struct summary s = { .reconciliation = &r };

	pressure(&s, 1, dropped);
	s.pressure[0].listener.netns = 7;
	summary_part_icmp(&s);
	cr_expect_eq(s.pressure[0].dropped, remains);
	cr_expect_eq(s.pressure[0].by_icmp, by_icmp);
}

/* The kernel counts them in one number. */
Test(summary, what_icmp_ended_was_not_dropped_for_want_of_room)
{
	struct summary s = { 0 };

	expect_pressure(10, 0, 12, 0, 10);
	expect_pressure(10, 4, 12, 4, 6);
	expect_pressure(10, 4, 2, 8, 2);
	expect_pressure(10, 10, 12, 10, 0);
	expect_pressure(10, 11, 12, 10, 0);
	expect_pressure(10, 0, 0, 10, 0);
	pressure(&s, 1, 5);
	summary_part_icmp(&s);
	cr_expect_eq(s.pressure[0].dropped, 5, "the counters are not known");
}

Test(summary, without_room_the_least_pressure_goes)
{
	struct summary s = { 0 };

	for (int i = 0; i < SUMMARY_PRESSURE; i++)
		pressure(&s, (uint16_t)(i + 1), 100 + (uint64_t)i);
	cr_assert_eq(s.npressure, SUMMARY_PRESSURE);
	pressure(&s, 7000, 99);
	cr_assert_eq(s.npressure, SUMMARY_PRESSURE);
	cr_expect_eq(s.pressure[SUMMARY_PRESSURE - 1].listener.port, 1, "99 is the least");
	pressure(&s, 7001, 110);
	cr_assert_eq(s.npressure, SUMMARY_PRESSURE);
	cr_expect_eq(s.pressure[SUMMARY_PRESSURE - 1].listener.port, 2, "100 went");
	for (int i = 1; i < SUMMARY_PRESSURE; i++)
		cr_expect_geq(s.pressure[i - 1].dropped, s.pressure[i].dropped, "%d", i);
}

Test(summary, not_covered_has_each_sentence_once)
{
	static char sentences[SUMMARY_NOTES + 4][4];
	char copy[] = "s00";
	struct summary s = { 0 };

	for (int i = 0; i < SUMMARY_NOTES + 4; i++) {
		sentences[i][0] = 's';
		sentences[i][1] = (char)('0' + i / 10);
		sentences[i][2] = (char)('0' + i % 10);
	}
	summary_not_covered(&s, sentences[0]);
	summary_not_covered(&s, copy);
	cr_assert_eq(s.nnot_covered, 1);
	for (int i = 1; i < SUMMARY_NOTES + 4; i++)
		summary_not_covered(&s, sentences[i]);
	cr_assert_eq(s.nnot_covered, SUMMARY_NOTES);
	cr_assert_str_eq(s.not_covered[SUMMARY_NOTES - 1], sentences[SUMMARY_NOTES - 1]);
}
