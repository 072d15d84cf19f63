/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_text_summary.c: the last lines of the text output, and outputs that fail. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "page.h"

static struct sample sample;

static void setup(void)
{
	sample_fill(&sample);
}

TestSuite(sink_text_summary, .init = setup);

static const char long_why[] =
	"closed with 48,211 bytes unread, after reading 16,384 and sending 362; the peer was last "
	"heard 3 ms before, the listener had 12 of 128 connections waiting, and the process was "
	"on its way out because of SIGTERM, which systemd had sent";

static struct page summary(const struct summary *sum)
{
	struct page page = page_render(&(struct sink_style){ .quiet = true }, NULL, sum);

	for (size_t i = 0; i < page.lines; i++)
		cr_assert_leq(strlen(page.line[i]), 120, "%s", page.line[i]);
	return page;
}

Test(sink_text_summary, summary_counts_by_cause_most_frequent_first)
{
	struct summary sum = { .duration_ns = 90000000000, .shown = 1522, .benign = 17 };

	sum.by_cause[DIR_SENT][CAUSE_NO_LISTENER] = 3;
	sum.by_cause[DIR_SENT][CAUSE_CLOSE_UNREAD] = 1200;
	sum.by_cause[DIR_SENT][CAUSE_DATA_AFTER_CLOSE] = 19;
	sum.benign_of[DIR_SENT][CAUSE_DATA_AFTER_CLOSE] = 17;
	sum.by_cause[DIR_RECEIVED][CAUSE_REFUSED] = 300;
	struct page page = summary(&sum);

	cr_assert_str_eq(page.line[1],
			 "1 min 30 s, 1,522 resets: 1,222 sent, 300 received; 17 of them benign");
	cr_assert_eq(page_column(page.line[2], "sent "), 2);
	page_column(page.line[2], "close-unread");
	page_column(page.line[2], " 1,200");
	page_column(page.line[3], "no-listener");
	page_column(page.line[4], "data-after-close");
	page_column(page.line[4], " 2");
	page_column(page.line[5], "received");
	page_column(page.line[5], "refused");
	page_column(page.line[6], "sent, benign");
	page_column(page.line[6], "data-after-close");
	page_column(page.line[6], " 17");
	cr_assert_eq(page.lines, 7);
	free(page.text);
}

Test(sink_text_summary, the_longest_name_of_a_cause_keeps_the_columns)
{
	struct summary sum = { .duration_ns = 1000000000, .shown = 0 };
	struct page page;

	for (int i = 0; i < CAUSE_COUNT; i++)
		sum.by_cause[i % DIRECTIONS][i] = (uint64_t)(1000 + i);
	page = summary(&sum);
	cr_assert_eq(page.lines, CAUSE_COUNT + 2);
	for (size_t i = 3; i < page.lines; i++)
		cr_expect_eq(strlen(page.line[i]), strlen(page.line[2]), "%s\n%s", page.line[2],
			     page.line[i]);
	free(page.text);
}

Test(sink_text_summary, summary_of_what_passes)
{
	struct summary sum = { .duration_ns = 1000000000, .shown = 6, .benign = 3 };
	struct page page;

	sum.by_cause[DIR_SENT][CAUSE_FIREWALL_REJECT] = 1;
	sum.by_cause[DIR_RECEIVED][CAUSE_SUSPECTED_INJECTION] = 2;
	sum.by_cause[DIR_PASSING][CAUSE_FORWARDED] = 3;
	sum.benign_of[DIR_PASSING][CAUSE_FORWARDED] = 3;
	page = summary(&sum);
	cr_assert_str_eq(page.line[1],
			 "1 s, 6 resets: 1 sent, 2 received, 3 passing; 3 of them benign");
	page_column(page.line[2], "firewall-reject");
	page_column(page.line[3], "suspected-injection");
	page_column(page.line[4], "passing, benign");
	page_column(page.line[4], "forwarded");
	cr_assert_eq(page.lines, 5);
	free(page.text);
	/* Nothing passed: nothing is said of it. */
	sum.by_cause[DIR_PASSING][CAUSE_FORWARDED] = 0;
	sum.benign_of[DIR_PASSING][CAUSE_FORWARDED] = 0;
	page = summary(&sum);
	cr_assert_null(page_find(&page, "passing"));
	free(page.text);
}

Test(sink_text_summary, summary_says_what_was_folded)
{
	struct summary sum = { .duration_ns = 1000000000, .shown = 1100, .folded = 1000 };
	struct page page;

	sum.by_cause[DIR_SENT][CAUSE_NO_LISTENER] = 1200;
	page = summary(&sum);
	cr_assert_str_eq(page.line[1], "1 s, 1,200 resets: 1,200 sent, 0 received; 1,100 shown; "
				       "1,000 folded into other lines");
	free(page.text);
}

/* Losses are shown by kind; the others are none. */
static bool elsewhere(int counter)
{
	switch (counter) {
	case RST_CNT_LOST_SENT:
	case RST_CNT_LOST_RECEIVED:
	case RST_CNT_LOST_WIRE:
	case RST_CNT_LOST_DROPPED:
	case RST_CNT_REMEMBERED:
	case RST_CNT_REPLACED:
	case RST_CNT_NOT_RECEIVED:
	case RST_CNT_FOLDED_INCOMING:
	case RST_CNT_SHED_ARRIVED:
	case RST_CNT_DENIED:
		return true;
	default:
		return false;
	}
}

Test(sink_text_summary, summary_says_what_was_lost)
{
	struct summary sum = { .malformed = 7, .not_received = 8 };
	struct page page;
	char events[32];

	for (int i = 0; i < RST_CNT_MAX; i++)
		sum.counters[i] = 1000 + i;
	summary_not_covered(&sum, "resets of TIME_WAIT sockets");
	page = summary(&sum);
	for (int i = RST_CNT_FILTERED; i < RST_CNT_MAX; i++) {
		char number[16];

		snprintf(number, sizeof(number), " 1,0%02d ", i);
		cr_assert_eq(!page_find(&page, number), elsewhere(i), "counter %d", i);
	}
	cr_assert_not_null(page_find(&page, "  7 records refused"));
	snprintf(events, sizeof(events), "  1,0%02d events", 8 + RST_CNT_NOT_RECEIVED);
	cr_assert_not_null(page_find(&page, events));
	cr_assert_not_null(page_find(&page, "not covered: resets of TIME_WAIT sockets"));
	cr_assert_null(page_find(&page, "no reset was seen"));
	free(page.text);
}

static void add_kind(struct summary *sum, struct kind_sum kind)
{
	sum->kind[sum->nkinds++] = kind;
}

Test(sink_text_summary, summary_says_of_what_kinds_the_lost_were)
{
	struct summary sum = { .duration_ns = 1000000000, .shown = 1000 };
	const struct sink_style every = { .quiet = true, .every = true };
	struct page page;

	sum.by_cause[DIR_SENT][CAUSE_NO_LISTENER] = 1000;
	add_kind(&sum, (struct kind_sum){ .class = RST_CLASS_SENT_NO_SOCKET,
					  .syn = true,
					  .total = { .detailed = 1000, .lost = 12345 } });
	add_kind(&sum, (struct kind_sum){ .class = RST_CLASS_SENT_NO_SOCKET,
					  .total = { .filtered = 7000, .folded = 8000 } });
	add_kind(&sum, (struct kind_sum){ .class = RST_CLASS_DROPPED, .total.lost = 20 });
	add_kind(&sum,
		 (struct kind_sum){ .class = RST_CLASS_WIRE, .passing = true, .total.lost = 3 });
	page = summary(&sum);
	/* They are resets all the same. */
	cr_assert_str_eq(page.line[1],
			 "1 s, 13,368 resets: 13,345 sent, 20 received, 3 passing; 1,000 shown");
	cr_assert_not_null(page_find(&page, "  12,345 more were counted only, answers to SYNs that "
					    "no listener took: ring full; try --ring-size 64"));
	cr_assert_not_null(page_find(
		&page, "  20 more were counted only, dropped on their way in: ring full"));
	cr_assert_not_null(page_find(&page, "  3 more were counted only, forwarded: ring full"));
	cr_assert_null(page_find(&page, "segments of no connection"), "none of those was lost");
	free(page.text);
	page = page_render(&every, NULL, &sum);
	cr_assert_not_null(page_find(&page, "no listener took: ring full; leave out --every"));
	free(page.text);
}

Test(sink_text_summary, summary_of_pressure_and_history)
{
	struct summary sum = { .remembered = 70000, .held = 70000 };
	struct pressure p = { .listener = { .family = 4, .port = 80 }, .dropped = 1234 };
	struct page page = summary(&sum);

	cr_assert_null(page_find(&page, "pressure"));
	cr_assert_null(page_find(&page, "history"));
	free(page.text);
	sum.held = 65536;
	summary_pressure(&sum, &p);
	p.listener.pid = 12;
	strcpy(p.listener.comm, "a\x1b");
	p.overflowed = 5;
	p.ended = true;
	p.dropped = 6;
	summary_pressure(&sum, &p);
	page = summary(&sum);
	cr_assert_not_null(page_find(&page,
				     "  pressure: 0.0.0.0:80 dropped 1,234 handshake segments "
				     "without a RST, 0 of them for a full accept queue"));
	cr_assert_not_null(page_find(&page, "  pressure: 0.0.0.0:80 (a\\x1b/12), ended, dropped 6 "
					    "handshake segments without a RST, 5 of them"));
	cr_assert_null(strstr(page.text, "ICMP"));
	cr_assert_not_null(page_find(
		&page, "  history: 4,464 of 70,000 remembered connections were pushed out"));
	free(page.text);
}

Test(sink_text_summary, half_open_connections_that_icmp_ended)
{
	struct summary sum = { 0 };
	struct pressure p = { .listener = { .family = 4, .port = 80 }, .dropped = 7, .by_icmp = 9 };
	struct page page;

	summary_pressure(&sum, &p);
	p.dropped = 0;
	p.listener.port = 81;
	summary_pressure(&sum, &p);
	page = summary(&sum);
	cr_assert_not_null(page_find(&page, "  pressure: 0.0.0.0:80 dropped 7 handshake segments"));
	cr_assert_not_null(page_find(&page, "  half-open: 0.0.0.0:80 lost 9 half-open connections, "
					    "likely by ICMP"));
	cr_assert_null(page_find(&page, "  pressure: 0.0.0.0:81"));
	cr_assert_not_null(page_find(&page,
				     "  half-open: 0.0.0.0:81 lost 9 half-open connections, "
				     "likely by ICMP: their SYN-ACKs found no way to the client"));
	free(page.text);
}

Test(sink_text_summary, summary_wraps_what_is_not_covered)
{
	struct summary sum = { 0 };
	struct page page;

	summary_not_covered(&sum, long_why);
	page = summary(&sum);
	cr_assert_eq(page_column(page_find(&page, "not covered: closed with"), "not"), 2);
	cr_assert_not_null(page_find(&page, "which systemd had sent"));
	for (size_t i = page.lines - 1; !strstr(page.line[i], "not covered:"); i--)
		cr_assert_eq(strspn(page.line[i], " "), 15);
	free(page.text);
}

Test(sink_text_summary, summary_of_nothing_says_what_to_check)
{
	struct summary sum = { .duration_ns = 1000000000 };
	struct page page = summary(&sum);

	cr_assert_not_null(page_find(&page, "no reset was seen"));
	cr_assert_null(page_find(&page, "lost"));
	free(page.text);

	sum.counters[RST_CNT_FILTERED] = 5;
	page = summary(&sum);
	cr_assert_not_null(page_find(&page, "no reset passed the filters"));
	free(page.text);

	sum.left_out = 3;
	page = summary(&sum);
	cr_assert_not_null(page_find(&page, "  8 left out by the filters"));
	free(page.text);
}
