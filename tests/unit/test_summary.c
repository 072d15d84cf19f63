/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>

#include "sample.h"
#include "summary.h"

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

Test(summary, benign_is_counted_also_when_hidden)
{
	struct summary s = { 0 };
	struct sample sample;

	sample_fill(&sample);
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
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
	cr_assert_eq(summary_lost(&s), 321);
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
