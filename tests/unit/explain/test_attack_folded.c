/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_attack_folded.c: attacks of which the kernel side has already counted a part. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "explain/attack.h"
#include "sample.h"

#define S 1000000000ULL
#define BEGIN (1000 * S)

/* Too big for static data, all of which the leak sanitizer reads in each test. */
static struct attack *a;
static struct attack_report report;
static struct sample sample;
static uint64_t at;

static void begin(void)
{
	a = malloc(sizeof(*a));
	cr_assert(a);
	memset(a, 0x55, sizeof(*a));
	attack_init(a, 12345);
	sample_fill(&sample);
	at = 0;
}

TestSuite(attack_folded, .init = begin);

/* A sample of COUNT resets that took SPAN_NS, a tenth of a second after the one before. */
static bool add(uint64_t count, uint64_t span_ns)
{
	sample.ev.hdr.mono_ns = BEGIN + at;
	sample.in.wall_ns = 7 * S + at;
	sample.ev.folded.count = count;
	sample.ev.folded.span_ns = span_ns;
	at += S / 10;
	return attack_add(a, &sample.in);
}

static bool due(void)
{
	memset(&report, 0x55, sizeof(report));
	at += 2 * S;
	return attack_next(a, BEGIN + at, false, &report);
}

Test(attack_folded, a_sample_is_as_many_as_it_stands_for)
{
	cr_assert(add(99, 0));
	cr_assert(add(1, 0), "the hundredth has its line");
	cr_assert_not(add(1, 0));
	cr_assert(due());
	cr_assert_eq(report.count, 1);
}

Test(attack_folded, one_sample_may_begin_an_attack)
{
	cr_assert(add(5000, S / 2), "it is a line that says how many");
	cr_assert_not(add(1200, S));
	cr_assert_not(add(0, 0));
	cr_assert(due());
	cr_expect_eq(report.kind, ATTACK_RESET_RATE);
	cr_expect_eq(report.count, 1201);
	cr_expect_eq(report.of_cause, 1201);
	cr_expect_eq(report.owner.pid, 1234, "all of them are the owner's");
	/* From the first one's sample to the end of its fold, which is the last. */
	cr_expect_eq(report.span_ns, S);
	cr_expect_eq(report.mono_ns, BEGIN + S / 10 + S);
	cr_expect_eq(report.wall_ns, 7 * S + S / 10 + S);
	cr_expect_str_eq(report.why, "reset-rate: \u00d71,201 in 1 s, all of them close-unread");
}

Test(attack_folded, the_most_frequent_cause_counts_all)
{
	add(100, 0);
	cr_assert_not(add(900, 0));
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	sample.in.verdict.benign = true;
	for (int i = 0; i < 3; i++)
		cr_assert_not(add(0, 0));
	cr_assert(due());
	cr_expect_eq(report.cause, CAUSE_CLOSE_UNREAD);
	cr_expect_eq(report.of_cause, 900);
	cr_expect_eq(report.count, 903);
	cr_expect_not(report.benign);
}

Test(attack_folded, benign_if_all_are)
{
	sample.in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	sample.in.verdict.benign = true;
	add(100, 0);
	add(900, 0);
	add(0, 0);
	cr_assert(due());
	cr_expect(report.benign);
}

Test(attack_folded, one_owner_or_none)
{
	add(100, 0);
	add(900, 0);
	sample.in.owner.pid = 0;
	add(0, 0);
	cr_assert(due());
	cr_expect_eq(report.owner.pid, 0, "one of 901 has none");
	sample.in.owner.pid = 77;
	add(900, 0);
	cr_assert(due());
	cr_expect_eq(report.owner.pid, 77);
	add(900, 0);
	sample.in.owner.pid = 1234;
	add(900, 0);
	cr_assert(due());
	cr_expect_eq(report.owner.pid, 0);
}

Test(attack_folded, received_ones_that_ended_a_connection)
{
	sample.in.direction = DIR_RECEIVED;
	sample.ev.hdr.type = RST_REC_RECEIVED;
	sample.in.verdict.cause = CAUSE_RESET_BY_PEER;
	add(100, 0);
	add(900, 0);
	sample.in.verdict.cause = CAUSE_IGNORED;
	sample.ev.hdr.type = RST_REC_DROPPED;
	add(50, 0);
	cr_assert(due());
	cr_expect_eq(report.count, 950);
	cr_expect_eq(report.ended, 900);
}

/* A fold's ends are those that all of it have in common. */
Test(attack_folded, what_differs_is_left_out)
{
	static const uint8_t none[16];
	struct rst_folded *f = &sample.ev.folded;

	f->first_port = f->last_port = 8080;
	f->remote_ports = 1;
	add(100, 0);
	add(900, 0);
	cr_assert(due());
	cr_expect_eq(report.tuple.local_port, 8080);
	cr_expect_eq(report.tuple.remote_port, 0);
	cr_expect_eq(report.tuple.local[3], 1);
	cr_expect_eq(report.tuple.remote[3], 2);

	f->remotes = 1;
	add(900, 0);
	cr_assert(due());
	cr_expect_arr_eq(report.tuple.remote, none, 16);
	cr_expect_eq(report.tuple.local_port, 8080);

	f->remotes = 0;
	f->last_port = 9000;
	f->level = RST_FOLD_PREFIX;
	add(900, 0);
	cr_assert(due());
	cr_expect_eq(report.tuple.local_port, 0);
	cr_expect_arr_eq(report.tuple.local, none, 16);
	cr_expect_eq(report.tuple.remote[3], 2);

	/* The sample of one reset is that reset. */
	add(1, 0);
	add(1, 0);
	for (int i = 0; i < 30; i++)
		add(0, 0);
	cr_assert(due());
	cr_expect_eq(report.tuple.local_port, 8080);
	cr_expect_eq(report.tuple.remote_port, 51234);
}

/* Of a fold's ports only the lowest and the highest are known. */
Test(attack_folded, a_scan)
{
	struct rst_folded *f = &sample.ev.folded;

	sample.in.verdict.cause = CAUSE_NO_LISTENER;
	for (uint16_t port = 100; port < 116; port++) {
		sample.ev.tuple.local_port = port;
		at -= S / 10;
		cr_assert(add(0, 0));
	}
	*f = (struct rst_folded){ .first_port = 20, .last_port = 60000, .level = RST_FOLD_PREFIX };
	cr_assert_not(add(1200, S / 2));
	sample.ev.tuple.local_port = 30;
	cr_assert_not(add(0, 0));
	cr_assert(due());
	cr_expect_eq(report.kind, ATTACK_PORT_SCAN);
	cr_expect_eq(report.count, 1201);
	cr_expect_eq(report.first_port, 20);
	cr_expect_eq(report.last_port, 60000);
	cr_expect_str_eq(report.why,
			 "port-scan: \u00d71,201 in 500 ms: SYNs to closed ports (20 to "
			 "60000)");
}

/* One port again and again is no scan, however many they are. */
Test(attack_folded, one_port_is_no_scan)
{
	sample.in.verdict.cause = CAUSE_NO_LISTENER;
	sample.ev.folded.first_port = sample.ev.folded.last_port = 8080;
	add(5000, S);
	add(5000, S);
	cr_assert(due());
	cr_expect_eq(report.kind, ATTACK_RESET_RATE);
}
