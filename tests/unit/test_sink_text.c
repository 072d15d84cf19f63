/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sample.h"

#define LINES_MAX 64

static struct sample sample;

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	sample_fill(&sample);
}

TestSuite(sink_text, .init = setup);

/* The rendered text and its lines. */
struct page {
	char *text;
	char *line[LINES_MAX];
	size_t lines;
};

static struct page render(const struct sink_style *style, const struct incident *in,
			  const struct summary *sum)
{
	struct page page = { .text = sample_render(&sink_text, style, in, sum) };
	char *p = page.text;

	while (*p) {
		char *end = strchr(p, '\n');

		cr_assert_not_null(end, "no newline at the end");
		cr_assert_lt(page.lines, LINES_MAX);
		page.line[page.lines++] = p;
		*end = '\0';
		p = end + 1;
	}
	return page;
}

static struct page event(void)
{
	return render(&(struct sink_style){ 0 }, &sample.in, NULL);
}

static int column(const char *line, const char *word)
{
	const char *p = strstr(line, word);

	cr_assert_not_null(p, "'%s' is not in: %s", word, line);
	return (int)(p - line);
}

static void set_why(const char *why)
{
	snprintf(sample.in.verdict.why, sizeof(sample.in.verdict.why), "%s", why);
}

Test(sink_text, header_and_columns_are_aligned)
{
	struct page page = event();
	const char *head = page.line[0], *line = page.line[1];

	cr_assert_eq(column(head, "TIME"), 0);
	cr_assert_eq(column(line, "05:12:01.123"), 0);
	cr_assert_eq(column(head, "DIR"), column(line, "sent"));
	cr_assert_eq(column(head, "LOCAL"), column(line, "10.0.0.1:8080"));
	cr_assert_eq(column(head, "REMOTE"), column(line, "10.0.0.2:51234"));
	cr_assert_eq(column(head, "CAUSE"), column(line, "close-unread"));
	cr_assert_eq(column(head, "PROCESS"), column(line, "nginx/1234"));
	cr_assert_eq(column(head, "WHY"), column(line, "512 bytes unread"));
	cr_assert_eq(page.lines, 2);
	free(page.text);
}

Test(sink_text, longest_ipv4_endpoints_keep_the_columns)
{
	memset(sample.ev.tuple.local, 0, 16);
	memcpy(sample.ev.tuple.local, (uint8_t[]){ 255, 254, 253, 252 }, 4);
	memcpy(sample.ev.tuple.remote, (uint8_t[]){ 251, 250, 249, 248 }, 4);
	sample.ev.tuple.local_port = 65535;
	struct page page = event();

	cr_assert_eq(column(page.line[0], "REMOTE"), column(page.line[1], "251.250.249.248:51234"));
	cr_assert_eq(column(page.line[0], "CAUSE"), column(page.line[1], "close-unread"));
	free(page.text);
}

Test(sink_text, received_says_recv)
{
	sample.in.direction = DIR_RECEIVED;
	struct page page = event();

	cr_assert_eq(column(page.line[1], "recv "), column(page.line[0], "DIR"));
	free(page.text);
}

static const char long_why[] =
	"closed with 48,211 bytes unread, after reading 16,384 and sending 362; the peer was last "
	"heard 3 ms before, the listener had 12 of 128 connections waiting, and the process was "
	"on its way out because of SIGTERM, which systemd had sent";

/* Every word, in its order, and no line beyond 120 columns. */
static void assert_wrapped(const struct page *page, size_t first, const char *why)
{
	char joined[2048] = "";

	for (size_t i = first; i < page->lines; i++) {
		const char *p = page->line[i];

		cr_assert_leq(strlen(p), 120, "%s", p);
		cr_assert(!*p || p[strlen(p) - 1] != ' ', "trailing space: %s", p);
		cr_assert_eq(strspn(p, " "), 14, "%s", p);
		snprintf(joined + strlen(joined), sizeof(joined) - strlen(joined), "%s%s",
			 *joined ? " " : "", p + 14);
	}
	cr_assert_str_eq(joined, why);
}

Test(sink_text, a_long_sentence_is_wrapped_and_not_cut)
{
	set_why(long_why);
	struct page page = event();

	cr_assert_gt(page.lines, 3);
	cr_assert_leq(strlen(page.line[1]), 120);
	cr_assert_str_eq(page.line[1] + column(page.line[1], "nginx"), "nginx/1234");
	assert_wrapped(&page, 2, long_why);
	free(page.text);
}

Test(sink_text, the_edge_of_the_line)
{
	/* One more character, and the sentence stands on its own line. */
	char why[121];
	int at;

	memset(why, 'x', sizeof(why));
	why[10] = '\0';
	set_why(why);
	struct page page = event();
	at = column(page.line[1], "nginx/1234") + 10 + 2;
	free(page.text);

	memset(why, 'x', sizeof(why));
	why[120 - at] = '\0';
	set_why(why);
	page = event();
	cr_assert_eq(page.lines, 2);
	cr_assert_eq(strlen(page.line[1]), 120);
	free(page.text);

	why[120 - at] = 'x';
	why[120 - at + 1] = '\0';
	set_why(why);
	page = event();
	cr_assert_eq(page.lines, 3);
	free(page.text);
}

Test(sink_text, a_word_longer_than_a_line_is_not_cut)
{
	char why[301];

	memset(why, 'x', 300);
	why[300] = '\0';
	set_why(why);
	struct page page = event();
	cr_assert_eq(page.lines, 3);
	cr_assert_str_eq(page.line[2] + 14, why);
	free(page.text);
}

Test(sink_text, characters_are_counted_not_bytes)
{
	/* 15 umlauts are 30 bytes and fit behind the columns. */
	set_why("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4");
	struct page page = event();
	cr_assert_eq(page.lines, 2);
	free(page.text);
}

Test(sink_text, wide_is_one_line)
{
	set_why(long_why);
	sample_long_ipv6(&sample);
	struct page page = render(&(struct sink_style){ .wide = true }, &sample.in, NULL);

	cr_assert_eq(page.lines, 2);
	cr_assert_not_null(strstr(page.line[1], long_why));
	free(page.text);
}

Test(sink_text, long_ipv6_is_not_cut)
{
	set_why(long_why);
	sample_long_ipv6(&sample);
	struct page page = event();

	for (size_t i = 1; i < page.lines; i++)
		cr_assert_leq(strlen(page.line[i]), 120, "%s", page.line[i]);
	column(page.line[1], "[2001:db8:1111:2222:3333:4444:5555:6666]:8080");
	column(page.line[1], "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:51234");
	cr_assert_eq(column(page.line[2], "close-unread"), 14);
	cr_assert_eq(column(page.line[2], "nginx/1234"), 14 + 18 + 2);
	assert_wrapped(&page, 3, long_why);
	free(page.text);
}

Test(sink_text, one_long_endpoint_moves_only_what_it_must)
{
	/* Longer than its column by less than what the next one has to spare. */
	sample.ev.tuple.family = 6;
	memset(sample.ev.tuple.local, 0, 16);
	memset(sample.ev.tuple.remote, 0, 16);
	memcpy(sample.ev.tuple.local, (uint8_t[]){ 0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78 }, 8);
	sample.ev.tuple.remote[15] = 1;
	struct page page = event();

	column(page.line[1], "[2001:db8:1234:5678::]:8080  [::1]:51234");
	cr_assert_eq(column(page.line[0], "CAUSE"), column(page.line[1], "close-unread"));
	free(page.text);
}

Test(sink_text, certainty_is_said)
{
	struct page page;

	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	page = render(&(struct sink_style){ .wide = true }, &sample.in, NULL);
	column(page.line[1], "  probably: 512 bytes unread");
	column(page.line[1], "close-unread");
	free(page.text);

	sample.in.verdict.certainty = CERTAINTY_UNKNOWN;
	page = event();
	cr_assert_eq(column(page.line[0], "CAUSE"), column(page.line[1], "unknown"));
	cr_assert_null(strstr(page.line[1], "close-unread"));
	cr_assert_null(strstr(page.line[1], "probably"));
	free(page.text);
}

Test(sink_text, the_longest_sentence_keeps_its_end)
{
	memset(sample.in.verdict.why, 'y', WHY_MAX - 1);
	sample.in.verdict.why[WHY_MAX - 2] = 'Z';
	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	struct page page = render(&(struct sink_style){ .wide = true }, &sample.in, NULL);
	cr_assert_eq(page.line[1][strlen(page.line[1]) - 1], 'Z');
	free(page.text);
}

Test(sink_text, nobody_and_nameless)
{
	struct page page;

	sample.in.owner = (struct process){ 0 };
	page = event();
	cr_assert_eq(page.line[1][column(page.line[0], "PROCESS")], '-');
	free(page.text);

	sample.in.owner = (struct process){ .pid = 4294967295 };
	page = event();
	column(page.line[1], "?/4294967295");
	free(page.text);
}

Test(sink_text, hostile_comm_is_escaped_whole)
{
	memcpy(sample.in.owner.comm, "\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b\x1b",
	       16);
	struct page page = event();
	size_t escapes = 0;

	for (size_t i = 0; i < page.lines; i++) {
		cr_assert_null(strchr(page.line[i], '\x1b'));
		for (const char *p = page.line[i]; (p = strstr(p, "\\x1b")) != NULL; p++)
			escapes++;
		cr_assert_leq(strlen(page.line[i]), 120);
	}
	cr_assert_eq(escapes, 15);
	free(page.text);
}

Test(sink_text, an_unknown_peer_is_not_zero)
{
	memset(sample.ev.tuple.remote, 0, 16);
	sample.ev.tuple.remote_port = 0;
	struct page page = event();

	cr_assert_eq(page.line[1][column(page.line[0], "REMOTE")], '?');
	cr_assert_null(strstr(page.line[1], "0.0.0.0"));
	free(page.text);
}

Test(sink_text, stack)
{
	struct page page = render(&(struct sink_style){ .stack = true }, &sample.in, NULL);

	cr_assert_eq(page.lines, 4);
	cr_assert_str_eq(page.line[2], "                tcp_send_active_reset+0x1a0");
	cr_assert_str_eq(page.line[3], "                0xffffffff81000b0b");
	free(page.text);
}

Test(sink_text, times)
{
	struct sink_style style = { .time = TIME_FULL };
	struct page page;

	setenv("TZ", "XYZ-5:30", 1);
	tzset();
	page = render(&style, &sample.in, NULL);
	cr_assert_eq(column(page.line[1], "2026-11-22T10:42:01.123456+0530  sent"), 0);
	cr_assert_eq(column(page.line[0], "DIR"), column(page.line[1], "sent"));
	cr_assert_leq(strlen(page.line[1]), 120);
	free(page.text);

	style = (struct sink_style){ .time = TIME_SINCE,
				     .start_ns = sample.in.wall_ns - 61000002999 };
	page = render(&style, &sample.in, NULL);
	cr_assert_eq(column(page.line[1], "   61.000002  sent"), 0);
	free(page.text);

	/* The clock was set back after the start. */
	style.start_ns = sample.in.wall_ns + 1500000000;
	page = render(&style, &sample.in, NULL);
	cr_assert_eq(column(page.line[1], "   -1.500000  sent"), 0);
	free(page.text);
}

Test(sink_text, quiet_is_the_summary_only)
{
	struct summary sum = { .duration_ns = 2000000000 };
	struct page page;

	page = render(&(struct sink_style){ .quiet = true, .stack = true }, &sample.in, NULL);
	cr_assert_eq(page.lines, 0);
	free(page.text);
	summary_add(&sum, &sample.in, true);
	page = render(&(struct sink_style){ .quiet = true }, NULL, &sum);
	cr_assert_str_eq(page.line[1], "2 s, 1 reset: 1 sent, 0 received");
	free(page.text);
}

static const char *find_line(const struct page *page, const char *word)
{
	for (size_t i = 0; i < page->lines; i++)
		if (strstr(page->line[i], word))
			return page->line[i];
	return NULL;
}

static struct page summary(const struct summary *sum)
{
	struct page page = render(&(struct sink_style){ .quiet = true }, NULL, sum);

	for (size_t i = 0; i < page.lines; i++)
		cr_assert_leq(strlen(page.line[i]), 120, "%s", page.line[i]);
	return page;
}

Test(sink_text, summary_counts_by_cause_most_frequent_first)
{
	struct summary sum = { .duration_ns = 90000000000, .shown = 1520, .benign = 17 };

	sum.by_cause[DIR_SENT][CAUSE_NO_LISTENER] = 3;
	sum.by_cause[DIR_SENT][CAUSE_CLOSE_UNREAD] = 1200;
	sum.by_cause[DIR_SENT][CAUSE_DATA_AFTER_CLOSE] = 17;
	sum.by_cause[DIR_RECEIVED][CAUSE_REFUSED] = 300;
	struct page page = summary(&sum);

	cr_assert_str_eq(page.line[1],
			 "1 min 30 s, 1,520 resets: 1,220 sent, 300 received; 17 of them benign");
	cr_assert_eq(column(page.line[2], "sent "), 2);
	column(page.line[2], "close-unread");
	column(page.line[2], " 1,200");
	column(page.line[3], "no-listener");
	column(page.line[4], "received");
	column(page.line[4], "refused");
	column(page.line[5], "sent, benign");
	column(page.line[5], "data-after-close");
	cr_assert_eq(page.lines, 6);
	free(page.text);
}

Test(sink_text, summary_says_what_was_lost)
{
	struct summary sum = { .malformed = 7, .not_received = 8 };
	struct page page;

	for (int i = 0; i < RST_CNT_MAX; i++)
		sum.counters[i] = 1000 + i;
	summary_not_covered(&sum, "resets of TIME_WAIT sockets");
	page = summary(&sum);
	for (int i = RST_CNT_FILTERED; i < RST_CNT_MAX; i++) {
		char number[16];

		/* No loss; see below. */
		if (i == RST_CNT_REMEMBERED)
			continue;
		snprintf(number, sizeof(number), " 1,0%02d ", i);
		cr_assert_not_null(find_line(&page, number), "counter %d is not shown", i);
	}
	cr_assert_not_null(find_line(&page, "  7 records refused"));
	cr_assert_not_null(find_line(&page, "  8 events"));
	cr_assert_not_null(find_line(&page, "not covered: resets of TIME_WAIT sockets"));
	cr_assert_null(find_line(&page, "no reset was seen"));
	free(page.text);
}

Test(sink_text, summary_of_pressure_and_history)
{
	struct summary sum = { .remembered = 70000, .held = 70000 };
	struct pressure p = { .listener = { .family = 4, .port = 80 }, .dropped = 1234 };
	struct page page = summary(&sum);

	cr_assert_null(find_line(&page, "pressure"));
	cr_assert_null(find_line(&page, "history"));
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
	cr_assert_not_null(find_line(&page,
				     "  pressure: 0.0.0.0:80 dropped 1,234 handshake segments "
				     "without a RST, 0 of them for a full accept queue"));
	cr_assert_not_null(find_line(&page, "  pressure: 0.0.0.0:80 (a\\x1b/12), ended, dropped 6 "
					    "handshake segments without a RST, 5 of them"));
	cr_assert_not_null(
		find_line(&page, "  history: 70,000 ended connections, 4,464 of them forgotten"));
	free(page.text);
}

Test(sink_text, summary_wraps_what_is_not_covered)
{
	struct summary sum = { 0 };
	struct page page;

	summary_not_covered(&sum, long_why);
	page = summary(&sum);
	cr_assert_eq(column(find_line(&page, "not covered: closed with"), "not"), 2);
	cr_assert_not_null(find_line(&page, "which systemd had sent"));
	for (size_t i = page.lines - 1; !strstr(page.line[i], "not covered:"); i--)
		cr_assert_eq(strspn(page.line[i], " "), 15);
	free(page.text);
}

Test(sink_text, summary_of_nothing_says_what_to_check)
{
	struct summary sum = { .duration_ns = 1000000000 };
	struct page page = summary(&sum);

	cr_assert_not_null(find_line(&page, "no reset was seen"));
	cr_assert_null(find_line(&page, "lost"));
	free(page.text);

	sum.counters[RST_CNT_FILTERED] = 5;
	page = summary(&sum);
	cr_assert_not_null(find_line(&page, "no reset passed the filters"));
	free(page.text);

	sum.counters[RST_CNT_FILTERED] = 0;
	sum.by_cause[DIR_SENT][CAUSE_REFUSED] = 2;
	page = summary(&sum);
	cr_assert_not_null(find_line(&page, "none shown"));
	free(page.text);
}

Test(sink_text, full_disk)
{
	struct sink sink = { .ops = &sink_text, .out = fopen("/dev/full", "w") };
	struct summary sum = { 0 };
	int err = 0;

	cr_assert_not_null(sink.out);
	cr_assert_eq(sink_text.event(&sink, &sample.in), 0, "nothing is flushed yet");
	cr_assert_eq(sink_text.flush(&sink), -ENOSPC);
	fclose(sink.out);

	/* More than the buffer holds fails without a flush. */
	sink.out = fopen("/dev/full", "w");
	for (int i = 0; i < 10000 && !err; i++)
		err = sink_text.event(&sink, &sample.in);
	cr_assert_eq(err, -ENOSPC);
	cr_assert_lt(sink_text.event(&sink, &sample.in), 0, "a failure stays");
	fclose(sink.out);

	sink.out = fopen("/dev/full", "w");
	cr_assert_eq(sink_text.summary(&sink, &sum), -ENOSPC);
	fclose(sink.out);
}

Test(sink_text, closed_pipe)
{
	struct sink sink = { .ops = &sink_text };
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	sink.out = fdopen(fds[1], "w");
	cr_assert_eq(sink_text.begin(&sink), 0);
	cr_assert_eq(sink_text.flush(&sink), -EPIPE);
	fclose(sink.out);
}
