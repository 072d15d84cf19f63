/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json_past.c: what the JSON output says of the owner, the past and the other end. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "json_check.h"
#include "sample.h"

static struct sample sample;

static void setup(void)
{
	sample_fill(&sample);
}

TestSuite(sink_json_past, .init = setup);

Test(sink_json_past, pid_namespaces)
{
	json_t *o = json_event(&sample.in);

	json_assert_absent(o, "process.ns_pid");
	json_assert_absent(o, "process.container");
	json_decref(o);
	sample.in.owner.ns_pid = sample.in.owner.pid;
	o = json_event(&sample.in);
	json_assert_absent(o, "process.ns_pid");
	json_decref(o);
	sample.in.owner.ns_pid = 1;
	strcpy(sample.in.owner.container, "docker:0123456789ab");
	o = json_event(&sample.in);
	json_assert_int(o, "process.pid", 1234);
	json_assert_int(o, "process.ns_pid", 1);
	json_assert_str(o, "process.container", "docker:0123456789ab");
	json_decref(o);
	/* Of nobody there is neither. */
	sample.in.owner.pid = 0;
	o = json_event(&sample.in);
	json_assert_absent(o, "process");
	json_decref(o);
}

Test(sink_json_past, a_hostile_unit)
{
	json_t *o;

	memset(sample.in.owner.container, 0x1b, sizeof(sample.in.owner.container) - 1);
	o = json_event(&sample.in);
	cr_expect_eq(strspn(json_string_value(json_at(o, "process.container")), "\\x1b"),
		     4 * (sizeof(sample.in.owner.container) - 1));
	json_decref(o);
}

Test(sink_json_past, pair)
{
	json_t *o = json_event(&sample.in);

	json_assert_absent(o, "pair");
	json_decref(o);
	sample.in.pair = (struct pair){
		.there = true, .pid = 77, .comm = "client", .cause = CAUSE_RESET_BY_PEER
	};
	o = json_event(&sample.in);
	json_assert_int(o, "pair.pid", 77);
	json_assert_str(o, "pair.comm", "client");
	json_assert_str(o, "pair.cause", "reset-by-peer");
	json_decref(o);
	/* It is on this host, and whose it is nobody knows. */
	sample.in.pair = (struct pair){ .there = true, .cause = CAUSE_NO_LISTENER };
	o = json_event(&sample.in);
	json_assert_absent(o, "pair.pid");
	json_assert_absent(o, "pair.comm");
	json_assert_str(o, "pair.cause", "no-listener");
	json_decref(o);
	sample.in.pair.there = false;
	o = json_event(&sample.in);
	json_assert_absent(o, "pair");
	json_decref(o);
}

Test(sink_json_past, every_cause_of_a_pair_fits_the_schema)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		json_t *o;

		sample.in.pair = (struct pair){ .there = true, .cause = (enum cause_id)i };
		o = json_event(&sample.in);
		json_assert_str(o, "pair.cause", cause_get((enum cause_id)i)->name);
		json_decref(o);
	}
}

Test(sink_json_past, last_user)
{
	json_t *o = json_event(&sample.in);

	json_assert_absent(o, "last_user");
	json_decref(o);
	sample.in.last_user = (struct process_name){ .pid = 50, .comm = "worker" };
	o = json_event(&sample.in);
	json_assert_int(o, "last_user.pid", 50);
	json_assert_str(o, "last_user.comm", "worker");
	cr_expect_eq(json_object_size(json_at(o, "last_user")), 2);
	json_decref(o);
}

Test(sink_json_past, written_by)
{
	json_t *o = json_event(&sample.in);

	json_assert_absent(o, "written_by");
	json_decref(o);
	sample.in.writer = (struct process_name){ .pid = 51, .comm = "slirp4netns" };
	o = json_event(&sample.in);
	json_assert_int(o, "written_by.pid", 51);
	json_assert_str(o, "written_by.comm", "slirp4netns");
	json_decref(o);
}

/* json_line() holds each word against the enum of the schema. */
Test(sink_json_past, every_word_of_history_fits_the_schema)
{
	static const char *const words[] = {
		"close",	  "shutdown", "exit",	   "signal",	"abort",
		"reset-received", "timeout",  "destroyed", "handshake", "accept-queue-full"
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		json_t *o;

		sample.in.history = (struct history){ .what = words[i], .ago_ns = 5 };
		o = json_event(&sample.in);
		json_assert_str(o, "history.what", words[i]);
		json_assert_int(o, "history.ago_ns", 5);
		json_assert_absent(o, "history.pid");
		json_assert_absent(o, "history.comm");
		json_assert_absent(o, "history.idle_ns");
		json_assert_absent(o, "history.accept_queue");
		cr_expect_eq(!!json_at(o, "history.exit_status"), !strcmp(words[i], "exit"));
		cr_expect_eq(!!json_at(o, "history.signal"), !strcmp(words[i], "signal"));
		json_decref(o);
	}
}

Test(sink_json_past, history_of_a_full_queue)
{
	json_t *o;

	sample.in.history = (struct history){ .what = "accept-queue-full",
					      .ago_ns = 7,
					      .have_queue = true,
					      .queue = 129,
					      .queue_limit = 128 };
	o = json_event(&sample.in);
	json_assert_int(o, "history.accept_queue.length", 129);
	json_assert_int(o, "history.accept_queue.limit", 128);
	json_decref(o);
	/* A backlog of 0: measured, so it is there. */
	sample.in.history.queue = sample.in.history.queue_limit = 0;
	o = json_event(&sample.in);
	json_assert_int(o, "history.accept_queue.length", 0);
	json_assert_int(o, "history.accept_queue.limit", 0);
	json_decref(o);
}

Test(sink_json_past, summary)
{
	struct summary sum = { .remembered = 1000, .held = 600, .counters[RST_CNT_REPLACED] = 150 };
	struct pressure p = { .listener = { .family = 4, .port = 80, .netns = 7 }, .dropped = 5 };
	json_t *o, *line;
	char *text;

	summary_pressure(&sum, &p);
	p.listener.pid = 12;
	strcpy(p.listener.comm, "nginx");
	p.dropped = 9;
	p.overflowed = 3;
	p.ended = true;
	summary_pressure(&sum, &p);
	text = sample_render(&sink_json, &(struct sink_style){ .quiet = true }, &sample.in, &sum);
	line = json_line(text);
	json_assert_int(line, "summary.history.remembered", 1000);
	json_assert_int(line, "summary.history.forgotten", 250);
	json_assert_int(line, "summary.history.replaced", 150);
	cr_assert_eq(json_array_size(json_at(line, "summary.pressure")), 2);
	o = json_array_get(json_at(line, "summary.pressure"), 1);
	json_assert_int(o, "dropped", 5);
	json_assert_int(o, "overflowed", 0);
	json_assert_absent(o, "pid");
	json_assert_absent(o, "ended");
	o = json_array_get(json_at(line, "summary.pressure"), 0);
	json_assert_str(o, "address", "0.0.0.0");
	json_assert_int(o, "port", 80);
	json_assert_int(o, "netns", 7);
	json_assert_int(o, "pid", 12);
	json_assert_str(o, "comm", "nginx");
	json_assert_int(o, "dropped", 9);
	json_assert_int(o, "overflowed", 3);
	cr_expect(json_is_true(json_at(o, "ended")));
	json_decref(line);
	free(text);
}
