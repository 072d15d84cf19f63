/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json_end.c: the summary of the JSON output, and outputs that fail. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json_check.h"
#include "sample.h"

static struct sample sample;

static void setup(void)
{
	sample_fill(&sample);
}

TestSuite(sink_json_end, .init = setup);

Test(sink_json_end, summary)
{
	struct summary sum = { .duration_ns = 7,
			       .malformed = 8,
			       .not_received = 9,
			       .folded = 10,
			       .fold_evicted = 11 };
	json_t *o;
	char *text;

	summary_add(&sum, &sample.in, true);
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	sample.in.verdict.benign = true;
	summary_add(&sum, &sample.in, false);
	for (int i = 0; i < RST_CNT_MAX; i++)
		sum.counters[i] = 100 + i;
	summary_not_covered(&sum, "one");
	summary_not_covered(&sum, "two");
	text = sample_render(&sink_json, &(struct sink_style){ .quiet = true }, &sample.in, &sum);
	o = json_line(text);
	cr_assert_eq(json_object_size(o), 2);
	json_assert_int(o, "v", 1);
	json_assert_int(o, "summary.duration_ns", 7);
	json_assert_int(o, "summary.events", 2);
	json_assert_int(o, "summary.benign", 1);
	json_assert_int(o, "summary.shown", 1);
	json_assert_int(o, "summary.folded", 10);
	json_assert_int(o, "summary.fold_evicted", 11);
	json_assert_int(o, "summary.sent.close-unread", 1);
	json_assert_int(o, "summary.sent.data-after-close", 1);
	cr_assert_eq(json_object_size(json_at(o, "summary.sent")), 2);
	cr_assert_eq(json_object_size(json_at(o, "summary.received")), 0);
	json_assert_int(o, "summary.benign_of.sent.data-after-close", 1);
	cr_assert_eq(json_object_size(json_at(o, "summary.benign_of.sent")), 1);
	cr_assert_eq(json_object_size(json_at(o, "summary.benign_of.received")), 0);
	cr_assert_eq(json_object_size(json_at(o, "summary.benign_of.passing")), 0);
	json_assert_int(o, "summary.raised.sent", 100 + RST_CNT_SENT);
	json_assert_int(o, "summary.raised.received", 100 + RST_CNT_RECEIVED);
	json_assert_int(o, "summary.raised.arrived", 100 + RST_CNT_ARRIVED);
	json_assert_int(o, "summary.lost.sent", 100 + RST_CNT_LOST_SENT);
	json_assert_int(o, "summary.lost.received", 100 + RST_CNT_LOST_RECEIVED);
	json_assert_int(o, "summary.lost.arrived", 100 + RST_CNT_LOST_ARRIVED);
	json_assert_int(o, "summary.lost.total", summary_lost(&sum));
	json_assert_int(o, "summary.lost.missed", 100 + RST_CNT_MISSED_RESETS);
	json_assert_int(o, "summary.history.no_room", 100 + RST_CNT_NOT_REMEMBERED);
	json_assert_int(o, "summary.history.missed", 100 + RST_CNT_MISSED_STATES);
	json_assert_int(o, "summary.filtered", 100 + RST_CNT_FILTERED);
	json_assert_int(o, "summary.not_received", 9 + 100 + RST_CNT_NOT_RECEIVED);
	json_assert_int(o, "summary.no_stack", 100 + RST_CNT_NO_STACK);
	json_assert_int(o, "summary.no_storage", 100 + RST_CNT_NO_STORAGE);
	json_assert_int(o, "summary.no_listener_room", 100 + RST_CNT_NO_LISTENER_ROOM);
	json_assert_int(o, "summary.malformed", 8);
	cr_assert_eq(json_array_size(json_at(o, "summary.not_covered")), 2);
	cr_assert_str_eq(json_string_value(json_array_get(json_at(o, "summary.not_covered"), 1)),
			 "two");
	json_decref(o);
	free(text);
}

Test(sink_json_end, summary_by_kind)
{
	struct summary sum = {
		.kind = { { .class = RST_CLASS_SENT_NO_SOCKET,
			    .syn = true,
			    .reason_name = "NO_SOCKET",
			    .total = { .filtered = 1,
				       .detailed = 20,
				       .folded = 300,
				       .lost = 4000 } },
			  { .class = RST_CLASS_WIRE, .passing = true, .total.detailed = 5 },
			  { .total.detailed = 1 } },
		.nkinds = 3,
	};
	char *text = sample_render(&sink_json, &(struct sink_style){ .quiet = true }, NULL, &sum);
	json_t *o = json_line(text), *kinds = json_at(o, "summary.kinds"), *kind;

	cr_assert_eq(json_array_size(kinds), 3);
	kind = json_array_get(kinds, 0);
	json_assert_str(kind, "kind", "no-socket");
	cr_assert(json_is_true(json_at(kind, "syn")));
	json_assert_str(kind, "reason", "NO_SOCKET");
	json_assert_int(kind, "count", 4321);
	json_assert_int(kind, "filtered", 1);
	json_assert_int(kind, "folded", 300);
	json_assert_int(kind, "lost", 4000);
	kind = json_array_get(kinds, 1);
	json_assert_str(kind, "kind", "forwarded");
	json_assert_int(kind, "count", 5);
	cr_assert_eq(json_object_size(kind), 2);
	json_assert_str(json_array_get(kinds, 2), "kind", "other");
	json_decref(o);
	free(text);
}
