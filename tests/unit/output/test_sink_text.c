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

#include "page.h"

static struct sample sample;

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	sample_fill(&sample);
}

TestSuite(sink_text, .init = setup);

static struct page event(void)
{
	return page_render(&(struct sink_style){ 0 }, &sample.in, NULL);
}

static void set_why(const char *why)
{
	snprintf(sample.in.verdict.why, sizeof(sample.in.verdict.why), "%s", why);
}

Test(sink_text, header_and_columns_are_aligned)
{
	struct page page = event();
	const char *head = page.line[0], *line = page.line[1];

	cr_assert_eq(page_column(head, "TIME"), 0);
	cr_assert_eq(page_column(line, "05:12:01.123"), 0);
	cr_assert_eq(page_column(head, "DIR"), page_column(line, "sent"));
	cr_assert_eq(page_column(head, "LOCAL"), page_column(line, "10.0.0.1:8080"));
	cr_assert_eq(page_column(head, "REMOTE"), page_column(line, "10.0.0.2:51234"));
	cr_assert_eq(page_column(head, "CAUSE"), page_column(line, "close-unread"));
	cr_assert_eq(page_column(head, "PROCESS"), page_column(line, "nginx/1234"));
	cr_assert_eq(page_column(head, "WHY"), page_column(line, "512 bytes unread"));
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

	cr_assert_eq(page_column(page.line[0], "REMOTE"),
		     page_column(page.line[1], "251.250.249.248:51234"));
	cr_assert_eq(page_column(page.line[0], "CAUSE"), page_column(page.line[1], "close-unread"));
	free(page.text);
}

Test(sink_text, received_says_recv)
{
	sample.in.direction = DIR_RECEIVED;
	struct page page = event();

	cr_assert_eq(page_column(page.line[1], "recv "), page_column(page.line[0], "DIR"));
	free(page.text);
}

Test(sink_text, passing_says_pass)
{
	sample.in.direction = DIR_PASSING;
	struct page page = event();

	cr_assert_eq(page_column(page.line[1], "pass "), page_column(page.line[0], "DIR"));
	free(page.text);
}

/* Behind the sentence, and told from it. */
Test(sink_text, a_hint_stands_apart)
{
	const struct sink_style wide = { .wide = true };
	struct page page;

	sample.in.verdict.hint = "as nginx's return 444 does";
	page = page_render(&wide, &sample.in, NULL);
	cr_assert_not_null(
		strstr(page.line[1], "512 bytes unread; hint: as nginx's return 444 does"), "%s",
		page.line[1]);
	free(page.text);
	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	page = page_render(&wide, &sample.in, NULL);
	cr_assert_not_null(strstr(page.line[1],
				  "probably: 512 bytes unread; hint: as nginx's return 444 does"));
	free(page.text);
	sample.in.verdict.hint = NULL;
	page = page_render(&wide, &sample.in, NULL);
	cr_assert_null(strstr(page.line[1], "hint"));
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
	cr_assert_str_eq(page.line[1] + page_column(page.line[1], "nginx"), "nginx/1234");
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
	at = page_column(page.line[1], "nginx/1234") + 10 + 2;
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
	struct page page = page_render(&(struct sink_style){ .wide = true }, &sample.in, NULL);

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
	page_column(page.line[1], "[2001:db8:1111:2222:3333:4444:5555:6666]:8080");
	page_column(page.line[1], "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:51234");
	cr_assert_eq(page_column(page.line[2], "close-unread"), 14);
	/* Where PROCESS is below, WHY is beside it. */
	cr_assert_eq(page_column(page.line[2], "nginx/1234  closed with 48,211"), 14 + 18 + 2);
	cr_assert_eq(page.lines, 5);
	assert_wrapped(&page, 3, strstr(long_why, page.line[3] + 14));
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

	page_column(page.line[1], "[2001:db8:1234:5678::]:8080  [::1]:51234");
	cr_assert_eq(page_column(page.line[0], "CAUSE"), page_column(page.line[1], "close-unread"));
	free(page.text);
}

Test(sink_text, certainty_is_said)
{
	struct page page;

	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	page = page_render(&(struct sink_style){ .wide = true }, &sample.in, NULL);
	page_column(page.line[1], "  probably: 512 bytes unread");
	page_column(page.line[1], "close-unread");
	free(page.text);

	sample.in.verdict.certainty = CERTAINTY_UNKNOWN;
	page = event();
	cr_assert_eq(page_column(page.line[0], "CAUSE"), page_column(page.line[1], "unknown"));
	cr_assert_null(strstr(page.line[1], "close-unread"));
	cr_assert_null(strstr(page.line[1], "probably"));
	free(page.text);
}

Test(sink_text, the_longest_sentence_keeps_its_end)
{
	memset(sample.in.verdict.why, 'y', WHY_MAX - 1);
	sample.in.verdict.why[WHY_MAX - 2] = 'Z';
	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	struct page page = page_render(&(struct sink_style){ .wide = true }, &sample.in, NULL);
	cr_assert_eq(page.line[1][strlen(page.line[1]) - 1], 'Z');
	free(page.text);
}

Test(sink_text, nobody_and_nameless)
{
	struct page page;

	sample.in.owner = (struct process){ 0 };
	page = event();
	cr_assert_eq(page.line[1][page_column(page.line[0], "PROCESS")], '-');
	free(page.text);

	sample.in.owner = (struct process){ .pid = 4294967295 };
	page = event();
	page_column(page.line[1], "?/4294967295");
	free(page.text);
}

/* Where it was, by the name that people know: a pod before a container, the process's own before that of
 * its network namespace. */
Test(sink_text, the_place)
{
	struct page page;

	strcpy(sample.in.place.name, "blue");
	page = event();
	cr_expect_not_null(strstr(page.line[1], "nginx/1234 in blue"), "%s", page.line[1]);
	free(page.text);
	strcpy(sample.in.place.names.name, "proxy");
	page = event();
	cr_expect_not_null(strstr(page.line[1], "nginx/1234 in proxy"), "%s", page.line[1]);
	free(page.text);
	strcpy(sample.in.owner.names.name, "we\033b");
	page = event();
	cr_expect_not_null(strstr(page.line[1], "nginx/1234 in we\\x1bb"), "%s", page.line[1]);
	free(page.text);
	strcpy(sample.in.owner.names.space, "shop");
	strcpy(sample.in.owner.names.pod, "cart-0");
	page = event();
	cr_expect_not_null(strstr(page.line[1], "nginx/1234 in shop/cart-0"), "%s", page.line[1]);
	free(page.text);
	/* No process is known, but where. */
	memset(&sample.in.owner, 0, sizeof(sample.in.owner));
	page = event();
	cr_expect_not_null(strstr(page.line[1], " - in proxy"), "%s", page.line[1]);
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

	cr_assert_eq(page.line[1][page_column(page.line[0], "REMOTE")], '?');
	cr_assert_null(strstr(page.line[1], "0.0.0.0"));
	free(page.text);
}

Test(sink_text, stack)
{
	struct page page = page_render(&(struct sink_style){ .stack = true }, &sample.in, NULL);

	cr_assert_eq(page.lines, 4);
	cr_assert_str_eq(page.line[2], "                tcp_send_active_reset+0x1a0");
	cr_assert_str_eq(page.line[3], "                0xffffffff81000b0b");
	free(page.text);
}

Test(sink_text, stack_of_its_sender)
{
	struct page page;

	sample.in.nframes = 0;
	sample.ev.sock.flags |= RST_SF_SENT_HERE;
	page = page_render(&(struct sink_style){ .stack = true }, &sample.in, NULL);
	cr_assert_eq(page.lines, 3);
	cr_assert_str_eq(page.line[2],
			 "                (the stack of its sender, on this host, stands there)");
	free(page.text);
}

Test(sink_text, times)
{
	struct sink_style style = { .time = TIME_FULL };
	struct page page;

	setenv("TZ", "XYZ-5:30", 1);
	tzset();
	page = page_render(&style, &sample.in, NULL);
	cr_assert_eq(page_column(page.line[1], "2026-11-22T10:42:01.123456+0530  sent"), 0);
	cr_assert_eq(page_column(page.line[0], "DIR"), page_column(page.line[1], "sent"));
	cr_assert_leq(strlen(page.line[1]), 120);
	free(page.text);

	style = (struct sink_style){ .time = TIME_SINCE,
				     .start_ns = sample.in.wall_ns - 61000002999 };
	page = page_render(&style, &sample.in, NULL);
	cr_assert_eq(page_column(page.line[1], "   61.000002  sent"), 0);
	free(page.text);

	/* The clock was set back after the start. */
	style.start_ns = sample.in.wall_ns + 1500000000;
	page = page_render(&style, &sample.in, NULL);
	cr_assert_eq(page_column(page.line[1], "   -1.500000  sent"), 0);
	free(page.text);
}

Test(sink_text, quiet_is_the_summary_only)
{
	struct summary sum = { .duration_ns = 2000000000 };
	struct page page;

	page = page_render(&(struct sink_style){ .quiet = true, .stack = true }, &sample.in, NULL);
	cr_assert_eq(page.lines, 0);
	free(page.text);
	summary_add(&sum, &sample.in, true);
	page = page_render(&(struct sink_style){ .quiet = true }, NULL, &sum);
	cr_assert_str_eq(page.line[1], "2 s, 1 reset: 1 sent, 0 received");
	free(page.text);
}

/* The words of the new causes fit their column, and what is inferred says so. */
Test(sink_text, a_suspicion_is_probable)
{
	sample.in.direction = DIR_RECEIVED;
	sample.in.verdict.cause = CAUSE_SUSPECTED_INJECTION;
	sample.in.verdict.certainty = CERTAINTY_INFERRED;
	set_why("not the peer's");
	struct page page = event();

	page_column(page.line[1], "suspected-injection");
	cr_assert_not_null(page_find(&page, "probably: not the peer's"));
	free(page.text);
}

/* At each width: nothing is wider, nothing is cut, no process is alone, and the header stands above. */
static void fits(int width, bool ipv6)
{
	struct page page;

	sample_fill(&sample);
	if (ipv6)
		sample_long_ipv6(&sample);
	set_why(long_why);
	page = page_render(&(struct sink_style){ .width = width }, &sample.in, NULL);
	for (size_t i = 0; i < page.lines; i++) {
		const char *process = strstr(page.line[i], "nginx/1234");

		cr_assert_leq((int)strlen(page.line[i]), width, "%d: %s", width, page.line[i]);
		if (process && process == page.line[i] + strspn(page.line[i], " "))
			cr_assert_not_null(strstr(process, "  closed with"), "%d: alone: %s", width,
					   page.line[i]);
	}
	cr_assert_str_eq(page.line[page.lines - 1] + strlen(page.line[page.lines - 1]) - 5,
			 " sent");
	cr_assert_not_null(page_find(&page, "nginx/1234"));
	free(page.text);
}

Test(sink_text, every_width)
{
	for (int width = 80; width <= 200; width++) {
		fits(width, false);
		fits(width, true);
	}
}

Test(sink_text, a_narrow_terminal_has_two_lines_a_reset)
{
	struct page page = page_render(&(struct sink_style){ .width = 80 }, &sample.in, NULL);

	cr_assert_eq(page.lines, 4);
	cr_assert_eq(page_column(page.line[0], "CAUSE"), page_column(page.line[2], "close-unread"));
	cr_assert_eq(page_column(page.line[1], "PROCESS"), page_column(page.line[3], "nginx/1234"));
	page_column(page.line[1], "WHY");
	page_column(page.line[3], "nginx/1234      512 bytes unread");
	free(page.text);
}

Test(sink_text, a_wide_terminal_has_the_sentence_beside)
{
	struct page page;
	char why[160];

	memset(why, 'x', sizeof(why));
	why[200 - 102] = '\0';
	set_why(why);
	page = page_render(&(struct sink_style){ .width = 200 }, &sample.in, NULL);
	cr_assert_eq(page.lines, 2);
	cr_assert_eq(strlen(page.line[1]), 200);
	free(page.text);
}

/* Without the colours, of which there must be some. */
static char *strip(const char *text)
{
	char *plain = calloc(1, strlen(text) + 1), *p = plain;
	bool colored = false;

	for (; *text; text++) {
		if (*text != '\033') {
			*p++ = *text;
			continue;
		}
		cr_assert_eq(text[1], '[');
		text += 2 + strspn(text + 2, "0123456789;");
		cr_assert_eq(*text, 'm', "not a colour");
		colored = true;
	}
	cr_assert(colored);
	return plain;
}

/* They change nothing else, at any width. */
Test(sink_text, colours)
{
	for (int width = 80; width <= 200; width += 10) {
		struct sink_style style = { .width = width };
		char *plain = sample_render(&sink_text, &style, &sample.in, NULL), *colored,
		     *stripped;

		style.colored = true;
		colored = sample_render(&sink_text, &style, &sample.in, NULL);
		stripped = strip(colored);
		cr_assert_str_eq(stripped, plain);
		cr_assert_null(strchr(plain, '\033'));
		cr_assert_not_null(strstr(colored, "\033[36msent\033[0m"));
		cr_assert_not_null(strstr(colored, "close-unread\033[0m"));
		cr_assert_not_null(strstr(colored, "\033[1mnginx/1234\033[0m"));
		free(plain);
		free(colored);
		free(stripped);
	}
}

Test(sink_text, benign_is_faint_and_nobody_has_no_colour)
{
	struct sink_style style = { .colored = true };
	char *text;

	sample.in.verdict.benign = true;
	sample.in.owner.pid = 0;
	text = sample_render(&sink_text, &style, &sample.in, NULL);
	cr_assert_not_null(strstr(text, "\033[2mclose-unread\033[0m"));
	cr_assert_null(strstr(text, "\033[1m"));
	free(text);
}

Test(sink_text, a_name_brings_no_escape_sequence_between_the_colours)
{
	struct sink_style style = { .colored = true };
	char *text, *plain;

	memcpy(sample.in.owner.comm, "\033[31mx\x9b", 8);
	text = sample_render(&sink_text, &style, &sample.in, NULL);
	plain = strip(text);
	cr_assert_null(strstr(text, "\033[31mx"));
	cr_assert_not_null(strstr(plain, "\\x1b[31mx\\x9b/1234"));
	free(text);
	free(plain);
}
