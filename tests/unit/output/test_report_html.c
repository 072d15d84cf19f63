/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_report_html.c: the data of a page, read back; and that nothing of it is markup. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/causes.h"
#include "output/report_html.h"

#define S 1000000000ULL
#define BASE (1795939579 * S) /* 2026-11-29 08:06:19 UTC */

static const enum tally_key by_cause[] = { TALLY_CAUSE };

struct made {
	struct page_strings strings;
	struct page_rows rows;
	struct page_tree tree;
	struct words not_covered;
	struct tally *tally;
	struct report report;
};

static void begin(struct made *m)
{
	*m = (struct made){
		.report = { .by = by_cause, .keys = 1, .more = true, .host = "db1", .hosts = 1 }
	};
	page_strings_init(&m->strings, 1);
	page_rows_init(&m->rows, &m->strings, 1);
	page_tree_init(&m->tree, &m->strings, 1);
	words_init(&m->not_covered, 1);
	m->tally = tally_new(by_cause, 1, true);
}

static void add(struct made *m, uint64_t at_ms, const char *cause, const char *comm,
		const char *why, uint64_t count)
{
	static const char stack[] = "tcp_v4_send_reset\0tcp_v4_rcv";
	struct brief b = {
		.kind = BRIEF_RESET,
		.time_ns = BASE + at_ms * 1000000,
		.count = count,
		.direction = "sent",
		.local = { "10.0.0.1", 80 },
		.remote = { "10.0.0.9", 50000 },
		.pid = 7,
	};
	struct page_row row = {
		.brief = &b,
		.time_ns = b.time_ns,
		.last_ns = b.time_ns + (count > 1 ? S : 0),
		.count = count,
		.certainty = "certain",
		.stack = stack,
		.stack_len = sizeof(stack),
	};

	snprintf(b.cause, sizeof(b.cause), "%s", cause);
	snprintf(b.comm, sizeof(b.comm), "%s", comm);
	snprintf(b.why, sizeof(b.why), "%s", why);
	tally_add(m->tally, &b, "db1");
	page_rows_add(&m->rows, &row);
}

static char *end(struct made *m)
{
	struct html_page page = {
		.report = &m->report,
		.version = "1",
		.made_ns = BASE,
		.not_covered = &m->not_covered,
		.strings = &m->strings,
		.rows = &m->rows,
		.tree = &m->tree,
	};
	struct buffer out = {};

	tally_sums(m->tally, &m->report.sums);
	m->report.group = tally_sorted(m->tally, TALLY_SORT_COUNT, &m->report.groups);
	report_html(&out, &page);
	buffer_char(&out, '\0');
	cr_assert_not(out.failed);
	cr_assert_not(page_rows_failed(&m->rows));
	cr_assert_not(page_tree_failed(&m->tree));
	page_rows_free(&m->rows);
	page_tree_free(&m->tree);
	page_strings_free(&m->strings);
	words_free(&m->not_covered);
	tally_free(m->tally);
	return out.data;
}

/* What the page's program reads. The caller's. */
static json_t *data_of(const char *page)
{
	const char *from = strstr(page, "id=\"data\">"), *to;
	json_error_t error;
	json_t *data;

	cr_assert_not_null(from);
	from = strchr(from, '>') + 1;
	to = strstr(from, "</script>");
	cr_assert_not_null(to);
	data = json_loadb(from, (size_t)(to - from), JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(data, "%s", error.text);
	return data;
}

static uint64_t at(const json_t *data, const char *column, size_t i)
{
	return (uint64_t)json_integer_value(json_array_get(json_object_get(data, column), i));
}

static const char *string(const json_t *data, uint64_t i)
{
	return json_string_value(json_array_get(json_object_get(data, "strings"), i));
}

/* A value of what is a list of lists. */
static uint64_t inner(const json_t *data, const char *list, size_t i, size_t k)
{
	return (uint64_t)json_integer_value(
		json_array_get(json_array_get(json_object_get(data, list), i), k));
}

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

TestSuite(report_html, .init = setup);

Test(report_html, rows_column_by_column)
{
	struct made m;
	char *page;
	json_t *data;

	begin(&m);
	add(&m, 0, "close-unread", "nginx", "closed with 100 bytes unread, 0 sent", 1);
	add(&m, 5, "close-unread", "nginx", "closed with 7 bytes unread, 12 sent", 30);
	page = end(&m);
	data = data_of(page);
	cr_expect_eq(json_integer_value(json_object_get(data, "begin")), BASE / 1000);
	cr_expect_eq(at(data, "time", 0), 0);
	cr_expect_eq(at(data, "time", 1), 5000);
	/* Sentences that differ in their numbers only are one. */
	cr_expect_eq(at(data, "verdict", 0), at(data, "verdict", 1));
	cr_expect_str_eq(string(data, inner(data, "verdicts", 0, 1)), "close-unread");
	cr_expect_str_eq(string(data, inner(data, "verdicts", 0, 4)),
			 "closed with # bytes unread, # sent");
	cr_expect_eq(inner(data, "verdicts", 0, 5), 2);
	cr_expect_eq(at(data, "numbers", 0), 100);
	cr_expect_eq(at(data, "numbers", 1), 0);
	cr_expect_eq(at(data, "numbers", 3), 12);
	/* The second row is 30, over a second. */
	cr_expect_eq(at(data, "count", 0), 1);
	cr_expect_eq(at(data, "count", 1), 30);
	cr_expect_eq(at(data, "last", 1), 1000000);
	cr_expect_str_eq(string(data, at(data, "remote", 0)), "10.0.0.9");
	cr_expect_eq(at(data, "remote_port", 0), 50000);
	cr_expect_str_eq(string(data, inner(data, "owners", at(data, "owner", 0), 0)), "nginx");
	cr_expect_eq(at(data, "stack", 0), 1);
	cr_expect_str_eq(string(data, inner(data, "stacks", 0, 0)), "tcp_v4_send_reset");
	json_decref(data);
	free(page);
}

static const char *word(const json_t *cause, const char *language, const char *key)
{
	return json_string_value(json_object_get(json_object_get(cause, language), key));
}

static size_t how_many(const json_t *cause, const char *language, const char *key)
{
	return json_array_size(json_object_get(json_object_get(cause, language), key));
}

/* As much in one as in the other; of a cause that this version does not know, nothing. */
Test(report_html, causes_are_explained_in_both_languages)
{
	const struct cause_words *zh = &causes_zh[CAUSE_CLOSE_UNREAD];
	const json_t *cause;
	struct made m;
	json_t *data;
	char *page;

	begin(&m);
	add(&m, 0, "close-unread", "nginx", "so", 2);
	add(&m, 5, "of-tomorrow", "nginx", "so", 1);
	page = end(&m);
	data = data_of(page);
	cr_expect_str_eq(json_string_value(json_object_get(data, "language")), "en");
	cause = json_array_get(json_object_get(data, "causes"), 0);
	cr_expect_str_eq(word(cause, "en", "what"), cause_get(CAUSE_CLOSE_UNREAD)->brief);
	cr_expect_str_eq(word(cause, "zh", "what"), zh->brief);
	cr_expect_str_eq(word(cause, "zh", "seen"), zh->seen);
	cr_expect_str_eq(word(cause, "zh", "todo"), zh->todo);
	cr_expect_gt(how_many(cause, "zh", "measured"), 5);
	cr_expect_gt(how_many(cause, "zh", "manuals"), 3);
	cr_expect_gt(how_many(cause, "zh", "reasons"), 0);
	for (size_t i = 0; i < 3; i++) {
		const char *key = ((const char *[]){ "measured", "manuals", "reasons" })[i];

		cr_expect_eq(how_many(cause, "en", key), how_many(cause, "zh", key), "%s", key);
	}
	cause = json_array_get(json_object_get(data, "causes"), 1);
	cr_expect_null(json_object_get(cause, "en"));
	cr_expect_null(json_object_get(cause, "zh"));
	json_decref(data);
	free(page);
}

Test(report_html, numbers_that_would_not_come_back_stay)
{
	struct made m;
	char *page;
	json_t *data;

	begin(&m);
	add(&m, 0, "crafted", "", "007 of 12345678901234567890, 5", 1);
	add(&m, 0, "crafted", "", "number # 5", 1);
	page = end(&m);
	data = data_of(page);
	cr_expect_str_eq(string(data, inner(data, "verdicts", at(data, "verdict", 0), 4)),
			 "007 of 12345678901234567890, #");
	cr_expect_str_eq(string(data, inner(data, "verdicts", at(data, "verdict", 1), 4)),
			 "number # 5");
	cr_expect_eq(inner(data, "verdicts", at(data, "verdict", 1), 5), 0);
	cr_expect_eq(json_array_size(json_object_get(data, "numbers")), 1);
	json_decref(data);
	free(page);
}

Test(report_html, three_sentences_in_the_words_of_the_screen)
{
	struct made m;
	char *page;
	json_t *data, *sentences;

	begin(&m);
	add(&m, 0, "close-unread", "nginx", "closed with 100 bytes unread", 30);
	add(&m, 5, "refused", "curl", "connection refused", 1);
	page = end(&m);
	data = data_of(page);
	sentences = json_object_get(data, "sentences");
	cr_assert_eq(json_array_size(sentences), 3);
	cr_expect_str_eq(json_string_value(json_array_get(sentences, 0)),
			 "31 resets; db1; 2026-11-29 08:06:19 to 2026-11-29 08:06:19 (5 ms).");
	cr_expect_str_eq(
		json_string_value(json_array_get(sentences, 1)),
		"Most of them, 30 (96.8 %), are close-unread: the application closed the socket "
		"with received data still unread; by nginx 30; peers 10.0.0.9 30.");
	cr_expect_str_eq(json_string_value(json_array_get(sentences, 2)),
			 "For example, 08:06:19 nginx: closed with 100 bytes unread.");
	cr_expect_eq(json_array_size(json_object_get(data, "causes")), 2);
	json_decref(data);
	free(page);
}

Test(report_html, nothing_of_the_data_is_markup)
{
	static const char evil[] = "</script><!--<b>&\xe2\x80\xa8\xe2\x80\xae";
	struct made m;
	const char *from, *to;
	char *page;
	json_t *data;

	begin(&m);
	add(&m, 0, evil, evil, evil, 1);
	page_tree_begin(&m.tree, "", 0, false);
	page_tree_string(&m.tree, evil, sizeof(evil) - 1, evil, sizeof(evil) - 1);
	page_rows_detail(&m.rows, 0, page_tree_end(&m.tree));
	/* Whoever reads those lets nothing else through. */
	words_add(&m.not_covered, "</script><b>&", 13, NULL);
	page = end(&m);
	from = strstr(page, "id=\"data\">") + strlen("id=\"data\">");
	to = strstr(from, "</script>\n<script>");
	cr_assert_not_null(to);
	for (const char *c = from; c < to; c++)
		cr_assert(!strchr("<>&", *c) && *c != '\xe2', "markup at %.40s", c);
	/* And it means the same; what would turn the text around is told, not done. */
	data = data_of(page);
	cr_expect_str_eq(string(data, inner(data, "owners", 0, 0)),
			 "</script><!--<b>&\\xe2\\x80\\xa8\\xe2\\x80\\xae");
	json_decref(data);
	free(page);
}

Test(report_html, seal_keeps_what_it_means)
{
	static const char json[] = "{\"a\":\"<\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa>&\"}";
	struct buffer out = {};

	report_html_seal(&out, json, sizeof(json) - 1);
	buffer_char(&out, '\0');
	cr_expect_str_eq(out.data, "{\"a\":\"\\u003c\\u2028\\u2029\xe2\x80\xaa\\u003e\\u0026\"}");
	buffer_free(&out);
}

Test(report_html, objects_that_are_alike_once)
{
	struct made m;
	char *page;
	json_t *data;
	uint32_t first, second;

	begin(&m);
	for (int i = 0; i < 2; i++) {
		page_tree_begin(&m.tree, "", 0, false);
		page_tree_begin(&m.tree, "process", 7, false);
		page_tree_string(&m.tree, "comm", 4, "nginx", 5);
		page_tree_bool(&m.tree, "ours", 4, true);
		page_tree_end(&m.tree);
		page_tree_begin(&m.tree, "stack", 5, true);
		page_tree_string(&m.tree, "", 0, "f", 1);
		page_tree_string(&m.tree, "", 0, "g", 1);
		page_tree_end(&m.tree);
		page_tree_number(&m.tree, "cookie", 6, "18446744073709551615", 20);
		page_tree_number(&m.tree, "n", 1, i ? "2" : "-1.5", i ? 1 : 4);
		second = page_tree_end(&m.tree);
		first = i ? first : second;
	}
	add(&m, 0, "crafted", "", "so", 1);
	page_rows_detail(&m.rows, 0, second);
	page = end(&m);
	data = data_of(page);
	/* process, stack, and the two that hold them. */
	cr_expect_eq(json_array_size(json_object_get(data, "objects")), 4);
	cr_expect_eq(json_array_size(json_object_get(data, "shapes")), 3);
	cr_expect_neq(first, second);
	cr_expect_eq(inner(data, "objects", first, 1), inner(data, "objects", second, 1));
	cr_expect_eq(at(data, "detail", 0), second + 1);
	/* JavaScript would round it. */
	cr_expect_str_eq(string(data, inner(data, "objects", second, 3)), "18446744073709551615");
	cr_expect_eq(inner(data, "objects", second, 4), 2);
	json_decref(data);
	free(page);
}
