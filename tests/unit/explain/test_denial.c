/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_denial.c: what is said of connects that failed without a RST, and where they are shown. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "explain/decode.h"
#include "explain/why_denial.h"
#include "fake_questions.h"
#include "json_check.h"
#include "model/denial.h"
#include "sample.h"

static struct rst_denied denied(int error)
{
	struct rst_denied r = {
		.hdr = { .size = sizeof(r), .type = RST_REC_DENIED, .mono_ns = FAKE_NOW_NS },
		.tuple = { .local = { 10, 0, 0, 1 },
			   .remote = { 10, 0, 0, 2 },
			   .local_port = 40000,
			   .remote_port = 443,
			   .family = 4 },
		.owner = { .pid = 12, .comm = "curl" },
		.created_ns = FAKE_NOW_NS - 5000000,
		.netns = FAKE_NETNS,
		.error = error,
	};

	return r;
}

static void assert_why(const struct rst_denied *r, const struct denial_icmp *icmp, const char *why)
{
	struct denial d;

	denial_fill(&d, r);
	if (icmp)
		d.icmp = *icmp;
	denial_why(&d);
	cr_expect_str_eq(d.why, why, "%s", d.why);
}

Test(denial, why)
{
	struct denial_icmp icmp = {
		.there = true, .from = { 10, 0, 0, 254 }, .type = 3, .code = 13
	};
	struct rst_denied r = denied(ECONNREFUSED);

	assert_why(&r, NULL,
		   "refused by ICMP port unreachable, not by a RST: the process gets "
		   "ECONNREFUSED 5 ms after the first SYN");
	r = denied(EHOSTUNREACH);
	assert_why(
		&r, &icmp,
		"refused by ICMP communication administratively prohibited from 10.0.0.254, a router or "
		"firewall on the way: the process gets EHOSTUNREACH 5 ms after the first SYN");
	icmp.from[3] = 2;
	icmp.code = 3;
	assert_why(&r, &icmp,
		   "refused by ICMP port unreachable from 10.0.0.2, the peer itself or its "
		   "firewall: the process gets EHOSTUNREACH 5 ms after the first SYN");
	icmp.from[3] = 1;
	icmp.own = true;
	icmp.code = 1;
	assert_why(
		&r, &icmp,
		"refused by ICMP host unreachable from 10.0.0.1, this host itself: the next hop was not "
		"found (no answer to ARP or neighbour discovery), or a firewall here rejects it: the "
		"process gets EHOSTUNREACH 5 ms after the first SYN");
	r = denied(ETIMEDOUT);
	r.repeated = 6;
	r.gave_up = 1;
	assert_why(&r, NULL,
		   "nobody answered, neither the peer nor anything on the way: the process gets "
		   "ETIMEDOUT 5 ms after the first SYN; the SYN was repeated 6 times");
	r = denied(ENETUNREACH);
	r.gave_up = 1;
	r.repeated = 1;
	r.created_ns = 0;
	assert_why(&r, NULL,
		   "nobody answered but with ICMP network unreachable, or there was no route by "
		   "then: the process gets ENETUNREACH; the SYN was repeated 1 time");
}

Test(denial, kinds)
{
	cr_expect_str_eq(denial_kind(ECONNREFUSED), "port-unreachable");
	cr_expect_str_eq(denial_kind(EHOSTUNREACH), "host-unreachable");
	cr_expect_str_eq(denial_kind(EACCES), "prohibited");
	cr_expect_str_eq(denial_kind(ETIMEDOUT), "no-answer");
	cr_expect_str_eq(denial_kind(EIO), "other");
	cr_expect_str_eq(denial_error(EIO), "?");
	cr_expect_null(denial_icmp_words(6, 3, 3));
	cr_expect_str_eq(denial_icmp_words(4, 3, 3), "port unreachable");
}

Test(denial, decoded)
{
	struct rst_denied r = denied(ECONNREFUSED);
	struct record record;

	cr_assert_eq(decode(&record, &r, sizeof(r)), 0);
	cr_expect_eq((void *)record.denied, (void *)&r);
	r.hdr.size = sizeof(r) - 1;
	cr_expect_eq(decode(&record, &r, sizeof(r)), -EBADMSG);
}

/* ---- through the pipeline */

static void put(struct fake *f, int error)
{
	struct rst_denied r = denied(error);

	cr_assert_eq(fake_record(f, &r, sizeof(r)), 0);
}

Test(denial, counted_and_not_shown)
{
	struct fake *f = fake_begin();

	put(f, ECONNREFUSED);
	put(f, ECONNREFUSED);
	put(f, ETIMEDOUT);
	cr_expect_eq(f->pipeline.summary.denials, 3);
	cr_expect_eq(f->pipeline.summary.ndenied, 2);
	cr_expect_eq(f->pipeline.summary.denied[0].count, 2);
	cr_expect_eq(f->pipeline.summary.denied[0].pid, 12);
	cr_expect_eq(f->pipeline.written, 0);
	fake_end(f);
}

/* Neither a cause nor another process is asked for. */
Test(denial, filtered)
{
	struct fake *f = fake_begin();

	f->options.pid = 13;
	put(f, ECONNREFUSED);
	f->options.pid = 12;
	put(f, ECONNREFUSED);
	f->options.causes = true;
	put(f, ECONNREFUSED);
	cr_expect_eq(f->pipeline.summary.denials, 1);
	cr_expect_eq(f->pipeline.summary.left_out, 2);
	fake_end(f);
}

Test(denial, summed_up_in_limits)
{
	struct summary s = { 0 };
	struct rst_denied r = denied(ECONNREFUSED);
	struct denial d;

	denial_fill(&d, &r);
	for (uint16_t port = 1; port <= SUMMARY_DENIED + 3; port++) {
		d.tuple.remote_port = port;
		summary_add_denial(&s, &d);
	}
	cr_expect_eq(s.ndenied, SUMMARY_DENIED);
	cr_expect_eq(s.denials, SUMMARY_DENIED + 3);
}

/* ---- the outputs */

Test(denial, rendered)
{
	const struct sink_style style = { .wide = true, .run = "0123456789ab-1" };
	struct rst_denied r = denied(ECONNREFUSED);
	struct summary s = { 0 };
	struct denial d;
	json_t *o;
	char *text;

	denial_fill(&d, &r);
	d.icmp = (struct denial_icmp){
		.there = true, .from = { 10, 0, 0, 2 }, .type = 3, .code = 3
	};
	denial_why(&d);
	d.id = 7;
	d.wall_ns = 1700000000000000000ULL;
	summary_add_denial(&s, &d);
	s.counters[RST_CNT_LOST_DENIED] = 5;
	text = sample_render_denial(&sink_text, &style, &d);
	cr_expect_not_null(strstr(text, "  fail  10.0.0.1:40000"), "%s", text);
	cr_expect_not_null(strstr(text, "port-unreachable"));
	free(text);
	text = sample_render(&sink_text, &style, NULL, &s);
	cr_expect_not_null(strstr(text,
				  "refused without a RST: 1 connect of curl/12 to 10.0.0.2:443: "
				  "ECONNREFUSED, ICMP port unreachable from 10.0.0.2"));
	cr_expect_not_null(strstr(text, "refused without a RST: 5 more were counted only"));
	free(text);
	text = sample_render_denial(&sink_json, &style, &d);
	o = json_loads(text, 0, NULL);
	cr_assert_not_null(o);
	json_assert_str(o, "refusal", "port-unreachable");
	json_assert_str(o, "error", "ECONNREFUSED");
	json_assert_str(o, "icmp.from", "10.0.0.2");
	json_assert_str(o, "icmp.says", "port unreachable");
	json_assert_int(o, "process.pid", 12);
	json_assert_int(o, "after_ns", 5000000);
	cr_expect_null(json_object_get(o, "cause"));
	json_decref(o);
	free(text);
	text = sample_render(&sink_json, &style, NULL, &s);
	o = json_line(text);
	json_assert_int(o, "summary.refusals.total", 1);
	json_assert_int(o, "summary.refusals.lost", 5);
	json_decref(o);
	free(text);
}
