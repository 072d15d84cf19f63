/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_folded.c: an event that stands for many, in both outputs. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explain/attribute.h"
#include "json_check.h"
#include "page.h"

static struct sample sample;

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	sample_fill(&sample);
	sample.ev.folded = (struct rst_folded){ .count = 12345,
						.span_ns = 998000000,
						.first_port = 80,
						.last_port = 8080,
						.level = RST_FOLD_PREFIX,
						.remotes = 1 };
	attribute_folded(&sample.in);
}

TestSuite(sink_folded, .init = setup);

Test(sink_folded, json)
{
	json_t *o = json_event(&sample.in);

	json_assert_int(o, "count", 12345);
	json_assert_int(o, "fold.span_ns", 998000000);
	json_assert_int(o, "fold.first_port", 80);
	json_assert_int(o, "fold.last_port", 8080);
	cr_assert(json_is_false(json_at(o, "fold.one_remote")));
	cr_assert_eq(json_object_size(json_at(o, "fold")), 4);
	/* The sample has all that a single one has. */
	json_assert_str(o, "cause", "close-unread");
	json_assert_str(o, "remote.address", "10.0.0.2");
	json_assert_int(o, "remote.port", 51234);
	json_assert_int(o, "process.pid", 1234);
	json_assert_str(o, "kernel.emitter", "tcp_send_active_reset");
	json_assert_str(o, "why",
			"\u00d712,345 in 998 ms, remote 10.0.0.0/24, local ports 80 to 8080; this "
			"one: 512 bytes unread");
	json_assert_absent(o, "attack");
	json_decref(o);
	sample.ev.folded.remotes = 0;
	o = json_event(&sample.in);
	cr_assert(json_is_true(json_at(o, "fold.one_remote")));
	json_decref(o);
}

Test(sink_folded, json_of_a_single_one)
{
	for (uint64_t count = 0; count < 2; count++) {
		json_t *o;

		sample.ev.folded.count = count;
		o = json_event(&sample.in);
		json_assert_absent(o, "count");
		json_assert_absent(o, "fold");
		json_decref(o);
	}
}

Test(sink_folded, text)
{
	struct page page = page_render(&(struct sink_style){ .wide = true }, &sample.in, NULL);

	page_column(page.line[1], "10.0.0.2:51234");
	cr_assert_eq(page_column(page.line[0], "WHY"), page_column(page.line[1], "\u00d712,345 in"),
		     "%s", page.line[1]);
	page_column(page.line[1], "; this one: 512 bytes unread");
	free(page.text);
}
