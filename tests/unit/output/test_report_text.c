/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_report_text.c: what people read of a report, and what programs do. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "output/report_json.h"
#include "output/report_text.h"

#define S 1000000000ULL
#define BASE (1795939579 * S) /* 2026-11-29 08:06:19 UTC */

static const enum tally_key by_cause[] = { TALLY_CAUSE };
static const enum tally_key by_two[] = { TALLY_PROCESS, TALLY_PEER };

static void add(struct tally *t, const char *cause, const char *comm, const char *why,
		uint64_t at_s, uint64_t count, bool benign)
{
	struct brief b = {
		.kind = BRIEF_RESET,
		.time_ns = BASE + at_s * S,
		.count = count,
		.benign = benign,
		.remote.address = "10.0.0.9",
	};

	snprintf(b.cause, sizeof(b.cause), "%s", cause);
	snprintf(b.comm, sizeof(b.comm), "%s", comm);
	snprintf(b.why, sizeof(b.why), "%s", why);
	tally_add(t, &b, "db1");
}

static char *print(struct tally *t, struct report *r, const struct report_style *style)
{
	struct report_style plain = { .width = 80 };
	struct buffer text = {};

	tally_sums(t, &r->sums);
	r->group = tally_sorted(t, TALLY_SORT_COUNT, &r->groups);
	report_text(&text, style ? style : &plain, r);
	buffer_char(&text, '\0');
	cr_assert_not(text.failed);
	return text.data;
}

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

TestSuite(report_text, .init = setup);

static void expect_line(const char *text, const char *line)
{
	cr_expect_not_null(strstr(text, line), "'%s' is not in:\n%s", line, text);
}

Test(report_text, a_screen)
{
	struct tally *t = tally_new(by_cause, 1, true);
	struct report r = {
		.by = by_cause, .keys = 1, .more = true, .top = 5, .host = "db1", .hosts = 1
	};
	char *text;

	add(t, "close-unread", "nginx", "closed with 100 bytes unread", 0, 1200, false);
	add(t, "close-unread", "squid", "another", 47, 34, true);
	add(t, "refused", "curl", "connection refused", 20, 2, true);
	text = print(t, &r, NULL);
	expect_line(text, "1,236 resets, 36 of them harmless; db1; 2026-11-29 08:06:19 to "
			  "2026-11-29 08:07:06 (47 s)\n");
	expect_line(text, "     1,234  99.8%  close-unread");
	expect_line(text, "08:06:19     08:07:06     34 harmless\n");
	expect_line(text, "         2   0.2%  refused");
	expect_line(text, "08:06:39     08:06:39     harmless\n");
	/* What is rare is seen beside what is not. */
	expect_line(text, "    |@                                              .|\n");
	expect_line(text, "    by nginx 1,200, squid 34; peers 10.0.0.9 1,234\n");
	expect_line(text, "    e.g. 08:06:19 nginx: closed with 100 bytes unread\n");
	expect_line(text, "    do: Make the application read to the end");
	/* Where nothing was lost there is nothing to do. */
	cr_expect_null(strstr(strstr(text, "refused"), "do: "));
	free(text);
	tally_free(t);
}

Test(report_text, only_the_first_groups)
{
	struct tally *t = tally_new(by_two, 2, false);
	struct report r = {
		.by = by_two, .keys = 2, .top = 2, .lost = 12, .skipped = 1, .refusals = 3
	};
	char *text;

	for (int i = 0; i < 4; i++) {
		char name[] = { (char)('a' + i), '\0' };

		add(t, "refused", name, "", 0, (uint64_t)(10 - i), false);
	}
	r.gap[r.gaps++] = (struct report_gap){ BASE, BASE + 60 * S };
	text = print(t, &r, NULL);
	expect_line(text, "PROCESS");
	expect_line(text, "PEER");
	expect_line(text, "        10  29.4%  a");
	expect_line(text, "         9  26.5%  b");
	cr_expect_null(strstr(text, "         8"));
	expect_line(text, "        15  44.1%  2 more; --top 4 shows all\n");
	expect_line(text, "lost: 12 events that had no room in the ring, so no line\n");
	expect_line(text, "not recorded: 2026-11-29 08:06:19 to 2026-11-29 08:07:19\n");
	expect_line(text, "not readable: 1 place of the files");
	expect_line(text, "besides, 3 connects failed without a RST\n");
	free(text);
	tally_free(t);
}

/* Names and sentences come from files: nothing of them moves the cursor. */
Test(report_text, hostile_names)
{
	struct tally *t = tally_new(by_cause, 1, true);
	struct report r = { .by = by_cause, .keys = 1, .more = true, .host = "a\033[2Jb" };
	char *text;

	add(t, "ref\033used", "na\nme", "why\r\033[31m\u202e", 0, 1, false);
	text = print(t, &r, NULL);
	for (const char *p = text; *p; p++)
		cr_expect(*p == '\n' || (unsigned char)*p >= ' ', "%02x", (unsigned char)*p);
	cr_expect_null(strstr(text, "\u202e"));
	expect_line(text, "ref\\x1bused");
	expect_line(text, "na\\x0ame");
	free(text);
	tally_free(t);
}

Test(report_text, colours_and_blocks)
{
	struct tally *t = tally_new(by_cause, 1, true);
	struct report r = { .by = by_cause, .keys = 1, .more = true };
	struct report_style style = { .width = 80, .colored = true, .blocks = true };
	char *text;

	add(t, "refused", "curl", "x", 0, 8, false);
	add(t, "refused", "curl", "x", 1, 4, false);
	text = print(t, &r, &style);
	expect_line(text, "|█▄|");
	expect_line(text, "\033[1m");
	cr_expect_str_eq(strrchr(text, '\033'), strstr(strrchr(text, '\033'), "\033[0m"));
	free(text);
	tally_free(t);
}

Test(report_text, nothing)
{
	struct tally *t = tally_new(by_cause, 1, true);
	struct report r = { .by = by_cause, .keys = 1, .more = true };
	char *text = print(t, &r, NULL);

	cr_expect_str_eq(text, "0 resets\n");
	free(text);
	tally_free(t);
}

Test(report_json, groups)
{
	struct tally *t = tally_new(by_two, 2, false);
	struct report r = { .by = by_two, .keys = 2, .top = 1 };
	struct buffer text = {};

	add(t, "refused", "cu\"rl", "", 0, 3, true);
	add(t, "refused", "other", "", 0, 1, true);
	r.group = tally_sorted(t, TALLY_SORT_COUNT, &r.groups);
	report_json(&text, &r);
	buffer_char(&text, '\0');
	cr_expect_str_eq(text.data,
			 "{\"v\":1,\"group\":{\"process\":\"cu\\\"rl\",\"peer\":\"10.0.0.9\"},"
			 "\"count\":3,\"benign\":3,\"first\":\"2026-11-29T08:06:19.000000000Z\","
			 "\"last\":\"2026-11-29T08:06:19.000000000Z\"}\n");
	buffer_free(&text);
	tally_free(t);
}
