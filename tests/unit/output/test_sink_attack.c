/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_attack.c: the lines of attacks in both outputs. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json_check.h"
#include "sample.h"

static struct attack_report report;

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	sample_attack(&report);
}

TestSuite(sink_attack, .init = setup);

static void assert_text(const struct sink_style *style, const char *wanted)
{
	char *text = sample_render_attack(&sink_text, style, &report);

	cr_assert_str_eq(text, wanted);
	free(text);
}

/* A line that fits the schema. */
static json_t *json(void)
{
	char *text = sample_render_attack(&sink_json, &(struct sink_style){ 0 }, &report);
	json_t *o = json_line(text);

	free(text);
	return o;
}

Test(sink_attack, text_has_the_columns_of_events)
{
	assert_text(&(struct sink_style){ .wide = true },
		    "05:12:01.123  sent  10.0.0.1               10.0.0.2               "
		    "no-listener         -               port-scan: SYNs to 8,192 closed ports\n");
	assert_text(&(struct sink_style){ 0 },
		    "05:12:01.123  sent  10.0.0.1               10.0.0.2               "
		    "no-listener         -\n"
		    "              port-scan: SYNs to 8,192 closed ports\n");
	assert_text(&(struct sink_style){ .quiet = true }, "");
}

Test(sink_attack, text_shows_what_is_the_same_in_all)
{
	char *text;

	report.direction = DIR_RECEIVED;
	memset(report.tuple.remote, 0, sizeof(report.tuple.remote));
	report.tuple.local_port = 443;
	report.owner = (struct process){ .pid = 12, .comm = "ng\x1bnx" };
	text = sample_render_attack(&sink_text, &(struct sink_style){ .wide = true }, &report);
	cr_assert_not_null(strstr(text, "  recv  10.0.0.1:443           *       "), "%s", text);
	cr_assert_not_null(strstr(text, "  ng\\x1bnx/12"), "%s", text);
	free(text);
	report.direction = DIR_PASSING;
	report.tuple.remote_port = 5000;
	text = sample_render_attack(&sink_text, &(struct sink_style){ .wide = true }, &report);
	cr_assert_not_null(strstr(text, "  pass  10.0.0.1:443           *:5000  "), "%s", text);
	free(text);
}

Test(sink_attack, json_of_a_scan)
{
	json_t *o = json();

	json_assert_int(o, "v", 1);
	json_assert_str(o, "time", "2026-11-22T05:12:01.123456789Z");
	json_assert_int(o, "mono_ns", 5000000000);
	json_assert_str(o, "direction", "sent");
	json_assert_str(o, "cause", "no-listener");
	json_assert_str(o, "group", "closed-socket");
	json_assert_str(o, "certainty", "certain");
	json_assert_str(o, "why", "port-scan: SYNs to 8,192 closed ports");
	json_assert_str(o, "family", "ipv4");
	json_assert_str(o, "local.address", "10.0.0.1");
	json_assert_absent(o, "local.port");
	json_assert_str(o, "remote.address", "10.0.0.2");
	json_assert_absent(o, "remote.port");
	json_assert_int(o, "netns", 4026531840);
	json_assert_absent(o, "process");
	json_assert_int(o, "count", 12345);
	json_assert_str(o, "attack.kind", "port-scan");
	json_assert_int(o, "attack.ports", 8192);
	json_assert_int(o, "attack.first_port", 1);
	json_assert_int(o, "attack.last_port", 65000);
	json_assert_int(o, "attack.span_ns", 998000000);
	json_assert_absent(o, "attack.ended");
	json_assert_absent(o, "attack.first_seq");
	json_decref(o);
}

Test(sink_attack, json_of_a_flood)
{
	json_t *o;

	report.kind = ATTACK_RST_FLOOD;
	report.direction = DIR_RECEIVED;
	report.cause = CAUSE_IGNORED;
	report.count = 1;
	report.ended = 0;
	report.have_seq = true;
	report.first_seq = 0;
	report.last_seq = UINT32_MAX;
	report.tuple.local_port = 443;
	memset(report.tuple.remote, 0, sizeof(report.tuple.remote));
	report.owner = (struct process){ .pid = 12, .comm = "nginx", .known_by = RST_KNOWN_SOCKET };
	o = json();
	json_assert_str(o, "direction", "received");
	json_assert_str(o, "attack.kind", "rst-flood");
	json_assert_int(o, "attack.ended", 0);
	json_assert_int(o, "attack.first_seq", 0);
	json_assert_int(o, "attack.last_seq", UINT32_MAX);
	json_assert_absent(o, "attack.ports");
	json_assert_int(o, "local.port", 443);
	json_assert_absent(o, "remote");
	json_assert_int(o, "process.pid", 12);
	json_assert_str(o, "process.known_by", "socket");
	json_decref(o);
}

Test(sink_attack, json_of_a_rate)
{
	json_t *o;

	report.kind = ATTACK_RESET_RATE;
	report.direction = DIR_PASSING;
	report.benign = true;
	o = json();
	json_assert_str(o, "direction", "passing");
	json_assert_str(o, "attack.kind", "reset-rate");
	json_assert_absent(o, "attack.ports");
	json_assert_absent(o, "attack.ended");
	cr_assert(json_is_true(json_at(o, "benign")));
	json_decref(o);
}
