/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_attack.c: what is an attack, what is ordinary, and that no reset is counted twice or lost. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "explain/attack.h"

#define MS 1000000ULL
#define S 1000000000ULL
#define BEGIN (1000 * S)

/* Too big for static data, all of which the leak sanitizer reads in each test. */
static struct attack *a;
static struct attack_report report;
static struct rst_event ev;
static struct incident in;

/* The next incident: of 10.0.0.REMOTE at our 10.0.1.1. */
static void next(enum direction direction, enum cause_id cause, uint32_t remote,
		 uint16_t local_port, uint16_t remote_port)
{
	memset(&ev.tuple, 0, sizeof(ev.tuple));
	ev.tuple.family = 4;
	ev.tuple.local_port = local_port;
	ev.tuple.remote_port = remote_port;
	memcpy(ev.tuple.local, (uint8_t[]){ 10, 0, 1, 1 }, 4);
	memcpy(ev.tuple.remote,
	       (uint8_t[]){ 10, (uint8_t)(remote >> 16), (uint8_t)(remote >> 8), (uint8_t)remote },
	       4);
	memset(&in, 0, sizeof(in));
	in.ev = &ev;
	in.direction = direction;
	in.verdict.cause = cause;
	in.verdict.certainty = CERTAINTY_CERTAIN;
}

static bool add_at(uint64_t ns)
{
	ev.hdr.mono_ns = BEGIN + ns;
	in.wall_ns = 7 * S + ns;
	return attack_add(a, &in);
}

/* Adds N incidents as the last one, EVERY ns, from FROM on. Returns how many got a line. */
static int repeat(int n, uint64_t from, uint64_t every)
{
	int lines = 0;

	for (int i = 0; i < n; i++)
		lines += add_at(from + (uint64_t)i * every);
	return lines;
}

/* SYNs of one remote address to N ports from FIRST on. */
static int scan(uint32_t remote, int first, int n, uint64_t from, uint64_t every)
{
	int lines = 0;

	for (int i = 0; i < n; i++) {
		next(DIR_SENT, CAUSE_NO_LISTENER, remote, (uint16_t)(first + i),
		     (uint16_t)(40000 + i));
		lines += add_at(from + (uint64_t)i * every);
	}
	return lines;
}

/* RSTs as next() has set the incident, of N different numbers from FIRST on. Says how many got a
 * line. */
static int guess(uint32_t first, int n, uint32_t step, uint64_t from, uint64_t every)
{
	int lines = 0;

	for (int i = 0; i < n; i++) {
		in.packet = (struct rst_packet){ .valid = 1,
						 .flags = RST_FLAG_RST,
						 .seq = first + (uint32_t)i * step };
		lines += add_at(from + (uint64_t)i * every);
	}
	return lines;
}

static bool due_at(uint64_t ns)
{
	memset(&report, 0x55, sizeof(report));
	return attack_next(a, BEGIN + ns, false, &report);
}

static void begin(void)
{
	/* Only what attack_init() writes may be relied upon. */
	a = malloc(sizeof(*a));
	cr_assert(a);
	memset(a, 0x55, sizeof(*a));
	attack_init(a, 12345);
	memset(&ev, 0, sizeof(ev));
	ev.netns = 1;
	ev.hdr.type = RST_REC_SENT;
}

TestSuite(attack, .init = begin);

/* ---- port-scan */

Test(attack, sixteen_ports_are_no_scan)
{
	cr_assert_eq(scan(2, 1, 16, 0, MS), 16);
	cr_assert_not(due_at(5 * S));
}

Test(attack, a_scan_is_one_line_a_second)
{
	cr_assert_eq(scan(2, 1, 1000, 0, MS), 16);
	cr_assert_not(due_at(1000 * MS), "a second after the sixteenth");
	cr_assert(due_at(1015 * MS));
	cr_expect_eq(report.kind, ATTACK_PORT_SCAN);
	cr_expect_eq(report.direction, DIR_SENT);
	cr_expect_eq(report.count, 984);
	cr_expect_eq(report.ports, 984);
	cr_expect_eq(report.first_port, 17);
	cr_expect_eq(report.last_port, 1000);
	cr_expect_eq(report.cause, CAUSE_NO_LISTENER);
	cr_expect_eq(report.span_ns, 983 * MS);
	cr_expect_eq(report.mono_ns, BEGIN + 999 * MS);
	cr_expect_eq(report.wall_ns, 7 * S + 999 * MS);
	cr_expect_eq(report.netns, 1);
	cr_expect_eq(report.tuple.local_port, 0);
	cr_expect_eq(report.tuple.remote_port, 0);
	cr_expect_eq(report.tuple.remote[3], 2);
	cr_expect_eq(report.tuple.local[3], 1);
	cr_expect_eq(report.owner.pid, 0);
	cr_expect_not(report.benign);
	cr_expect_str_eq(report.why,
			 "port-scan: \u00d7984 in 983 ms: SYNs to 984 closed ports (17 to 1000)");
	cr_assert_not(due_at(1015 * MS));
}

Test(attack, ports_are_counted_once)
{
	scan(2, 100, 16, 0, MS);
	cr_assert_eq(scan(2, 65530, 5, 20 * MS, MS), 0);
	cr_assert_eq(scan(2, 65530, 5, 30 * MS, MS), 0);
	cr_assert_eq(scan(2, 63, 3, 40 * MS, MS), 0);
	cr_assert(due_at(2 * S));
	cr_expect_eq(report.count, 13);
	cr_expect_eq(report.ports, 8);
	cr_expect_eq(report.first_port, 63);
	cr_expect_eq(report.last_port, 65534);
	/* The next interval begins anew. */
	cr_assert_eq(scan(2, 80, 1, 2010 * MS, 0), 0);
	cr_assert(due_at(3 * S));
	cr_expect_eq(report.count, 1);
	cr_expect_eq(report.ports, 1);
	cr_expect_eq(report.tuple.local_port, 80);
	cr_expect_eq(report.tuple.remote_port, 40000);
	cr_expect_str_eq(report.why, "port-scan: \u00d71: SYN to 1 closed port (80)");
}

Test(attack, a_slow_scan_is_a_line_every_ten_seconds)
{
	cr_assert_eq(scan(2, 1, 60, 0, S), 32);
	/* It began with the 32nd, at 31 s. */
	cr_assert_not(due_at(40 * S));
	cr_assert(due_at(60 * S));
	cr_expect_eq(report.count, 28);
	cr_expect_eq(report.ports, 28);
	/* One in two seconds goes on being one. */
	for (uint64_t round = 6; round < 20; round++) {
		cr_assert_eq(scan(2, 1000, 5, round * 10 * S, 2 * S), 0);
		cr_assert_not(due_at(round * 10 * S + 9 * S));
		cr_assert(due_at(round * 10 * S + 10 * S));
		cr_expect_eq(report.count, 5);
	}
	/* One in ten is none any more. */
	cr_assert_eq(scan(2, 2000, 1, 201 * S, 0), 0);
	cr_assert(due_at(210 * S));
	cr_expect_eq(report.count, 1);
	cr_assert_eq(scan(2, 3000, 31, 211 * S, 100 * MS), 31);
}

Test(attack, thirty_one_ports_a_minute_are_no_slow_scan)
{
	cr_assert_eq(scan(2, 1, 31 * 10, 0, 2 * S), 31 * 10);
	cr_assert_not(attack_next(a, 0, true, &report));
}

Test(attack, a_slow_scan_may_become_fast)
{
	scan(2, 1, 32, 0, S);
	cr_assert_eq(scan(2, 100, 50, 32 * S, 10 * MS), 0);
	cr_assert_not(due_at(32 * S + 900 * MS));
	cr_assert(due_at(33 * S + 900 * MS), "a second after the sixteenth, not ten");
	cr_expect_eq(report.count, 50);
}

Test(attack, what_meets_a_closed_port)
{
	static const struct {
		enum direction direction;
		enum cause_id cause;
		uint8_t flags; /* 0: no packet */
		bool scan;
	} rows[] = {
		{ DIR_SENT, CAUSE_NO_LISTENER, 0, true },
		{ DIR_SENT, CAUSE_NO_LISTENER, RST_FLAG_SYN, true },
		{ DIR_SENT, CAUSE_LISTENER_ELSEWHERE, RST_FLAG_SYN, true },
		{ DIR_SENT, CAUSE_LISTENER_GONE, RST_FLAG_SYN, true },
		{ DIR_SENT, CAUSE_FIREWALL_REJECT, RST_FLAG_SYN, true },
		{ DIR_SENT, CAUSE_FIREWALL_REJECT, RST_FLAG_ACK, false },
		{ DIR_SENT, CAUSE_NO_SUCH_CONNECTION, RST_FLAG_SYN, false },
		{ DIR_SENT, CAUSE_CLOSE_UNREAD, 0, false },
		{ DIR_PASSING, CAUSE_FORWARDED, RST_FLAG_SYN, false },
		{ DIR_RECEIVED, CAUSE_REFUSED, 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int lines = 0;

		attack_init(a, i);
		for (int k = 0; k < 50; k++) {
			next(rows[i].direction, rows[i].cause, 2, (uint16_t)(k + 1), 4000);
			in.packet.valid = rows[i].flags != 0;
			in.packet.flags = rows[i].flags;
			lines += add_at((uint64_t)k * MS);
		}
		cr_expect_eq(lines, rows[i].scan ? 16 : 50, "row %zu: %d", i, lines);
	}
}

Test(attack, rejected_ports_are_not_closed)
{
	scan(2, 1, 16, 0, MS);
	next(DIR_SENT, CAUSE_FIREWALL_REJECT, 2, 1, 1);
	repeat(3, 100 * MS, MS);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.cause, CAUSE_FIREWALL_REJECT);
	cr_expect_str_eq(report.why, "port-scan: \u00d73 in 2 ms: SYNs to 1 rejected port (1)");
	scan(2, 1, 16, 200 * MS, MS);
	next(DIR_SENT, CAUSE_FIREWALL_REJECT, 2, 1, 1);
	repeat(2, 300 * MS, 0);
	next(DIR_SENT, CAUSE_NO_LISTENER, 2, 2, 1);
	repeat(1, 300 * MS, 0);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_str_eq(report.why,
			 "port-scan: \u00d73: SYNs to 2 closed or rejected ports (1 to 2)");
}

/* ---- rst-flood */

Test(attack, flood_at_a_connection)
{
	next(DIR_RECEIVED, CAUSE_IGNORED, 2, 443, 5000);
	cr_assert_eq(guess(7, 16, 1, 0, MS), 16);
	/* Once it has begun, the numbers do not matter. */
	in.packet.seq = 4000000000U;
	cr_assert_eq(repeat(4999, 20 * MS, 100000), 0);
	/* Suspected or not: a socket took it. */
	in.verdict.cause = CAUSE_SUSPECTED_INJECTION;
	in.packet.seq = 12;
	in.owner = (struct process){ .pid = 12, .comm = "ng\x1b" };
	ev.hdr.type = RST_REC_RECEIVED;
	cr_assert_eq(repeat(1, 900 * MS, 0), 0);
	cr_assert(due_at(1100 * MS));
	cr_expect_eq(report.kind, ATTACK_RST_FLOOD);
	cr_expect_eq(report.count, 5000);
	cr_expect_eq(report.ended, 1);
	cr_expect_eq(report.cause, CAUSE_IGNORED);
	cr_expect_eq(report.of_cause, 4999);
	cr_expect_eq(report.owner.pid, 12);
	cr_expect_eq(report.tuple.local_port, 443);
	cr_expect_eq(report.tuple.remote_port, 5000);
	cr_expect(report.have_seq);
	cr_expect_eq(report.first_seq, 12);
	cr_expect_eq(report.last_seq, 4000000000U);
	cr_expect_str_eq(
		report.why,
		"rst-flood: \u00d75,000 in 880 ms at a connection of ng\\x1b/12, 1 of them "
		"ended it; sequence numbers 12 to 4000000000");
	cr_assert_not(due_at(1100 * MS), "the port's own flood has not begun");
}

Test(attack, flood_that_ended_nothing)
{
	next(DIR_RECEIVED, CAUSE_SUSPECTED_INJECTION, 2, 443, 5000);
	ev.hdr.type = RST_REC_DROPPED;
	guess(1, 16, 1, 0, MS);
	repeat(10, 16 * MS, MS);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.count, 10);
	cr_expect_eq(report.ended, 0);
	cr_expect_str_eq(report.why,
			 "rst-flood: \u00d710 in 9 ms at one connection, none of them ended it");
}

static void sixteen_numbers(uint32_t step)
{
	attack_init(a, step);
	next(DIR_RECEIVED, CAUSE_RESET_BY_PEER, 2, 443, 5000);
	cr_expect_eq(guess(77, 15, step, 0, MS), 15, "step %u", step);
	cr_expect_eq(guess(77, 15, step, 20 * MS, MS), 15, "step %u", step);
	cr_expect_eq(guess(77, 16, step, 40 * MS, MS), 16, "step %u", step);
	cr_expect_eq(guess(77, 16, step, 60 * MS, MS), 0, "step %u", step);
	cr_assert(attack_next(a, 0, true, &report), "step %u", step);
	cr_expect_eq(report.kind, ATTACK_RST_FLOOD);
	cr_expect_eq(report.count, 16);
}

/* Steps of whatever size, over the lower half of the number, the upper or both. */
Test(attack, a_flood_has_sixteen_different_numbers)
{
	static const uint32_t steps[] = { 1, 1460, 16384, 65536, 1U << 20, 0x9e3779b9 };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		sixteen_numbers(steps[i]);
}

/* The largest window without a scale, which who sweeps steps by. */
Test(attack, a_flood_of_whole_windows)
{
	sixteen_numbers(65535);
	sixteen_numbers(65537);
}

Test(attack, numbers_are_of_one_second)
{
	next(DIR_RECEIVED, CAUSE_IGNORED, 2, 443, 5000);
	for (uint32_t i = 0; i < 60; i++)
		cr_assert_eq(guess(1 + 15 * i, 15, 1, i * S, 10 * MS), 15);
	cr_assert_not(attack_next(a, 0, true, &report));
}

/* A peer that is gone answers what is still on its way to it, all with the same few numbers: only
 * the rate of the source may fold that. */
Test(attack, echoes_are_no_flood)
{
	static const enum cause_id causes[] = { CAUSE_IGNORED, CAUSE_SUSPECTED_INJECTION,
						CAUSE_RESET_BY_PEER };

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		for (int numbers = 1; numbers <= 15; numbers += numbers == 2 ? 13 : 1) {
			int lines = 0;

			attack_init(a, i);
			next(DIR_RECEIVED, causes[i], 2, 443, 5000);
			ev.past.kind = RST_PAST_CONNECTION;
			for (int k = 0; k < 700; k++)
				lines += guess(5000 + (uint32_t)(k % numbers) * 1460, 1, 0,
					       (uint64_t)k * MS, 0);
			cr_expect_eq(lines, ATTACK_RATE, "cause %zu, %d numbers: %d lines", i,
				     numbers, lines);
			cr_assert(attack_next(a, 0, true, &report));
			cr_expect_eq(report.kind, ATTACK_RESET_RATE);
			cr_expect_eq(report.count, 700 - ATTACK_RATE);
			cr_expect_eq(report.tuple.remote_port, 5000);
			cr_assert_not(attack_next(a, 0, true, &report));
		}
}

/* RSTs of many sources at one port, of so many numbers. Says how many got a line. */
static int many_sources(enum cause_id cause, enum rst_past_kind past, bool pair, bool valid,
			uint32_t numbers)
{
	int lines = 0;

	attack_init(a, 1);
	for (uint32_t i = 0; i < 700; i++) {
		next(DIR_RECEIVED, cause, i, 443, (uint16_t)(1000 + i));
		ev.past.kind = (uint8_t)past;
		in.pair.there = pair;
		in.packet = (struct rst_packet){ .valid = valid,
						 .flags = RST_FLAG_RST,
						 .seq = 5000 + i % numbers };
		lines += add_at(i * MS);
	}
	return lines;
}

/* Connections that have ended are answered late, and this host's own ends know why they reset. */
Test(attack, guesses_at_a_port)
{
	static const struct {
		enum cause_id cause;
		enum rst_past_kind past;
		bool pair, valid, flood;
	} table[] = {
		{ CAUSE_IGNORED, RST_PAST_NONE, false, true, true },
		{ CAUSE_SUSPECTED_INJECTION, RST_PAST_NONE, false, true, true },
		{ CAUSE_IGNORED, RST_PAST_LISTENER, false, true, true },
		{ CAUSE_IGNORED, RST_PAST_HANDSHAKE, false, true, true },
		{ CAUSE_IGNORED, RST_PAST_CONNECTION, false, true, false },
		{ CAUSE_SUSPECTED_INJECTION, RST_PAST_CONNECTION, false, true, false },
		{ CAUSE_IGNORED, RST_PAST_NONE, true, true, false },
		{ CAUSE_IGNORED, RST_PAST_NONE, false, false, false },
		{ CAUSE_RESET_BY_PEER, RST_PAST_NONE, false, true, false },
		{ CAUSE_REFUSED, RST_PAST_NONE, false, true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		cr_expect_eq(many_sources(table[i].cause, table[i].past, table[i].pair,
					  table[i].valid, 16),
			     table[i].flood ? ATTACK_RATE : 700, "row %zu", i);
	cr_expect_eq(many_sources(CAUSE_IGNORED, RST_PAST_NONE, false, true, 1), 700);
	cr_expect_eq(many_sources(CAUSE_IGNORED, RST_PAST_NONE, false, true, 15), 700);
	cr_expect_eq(many_sources(CAUSE_IGNORED, RST_PAST_NONE, false, true, 17), ATTACK_RATE);
}

/* Without their numbers they may be echoes. */
Test(attack, resets_that_were_not_seen_are_no_flood)
{
	int lines = 0;

	for (uint32_t i = 0; i < 99; i++) {
		next(DIR_RECEIVED, CAUSE_IGNORED, 2, 443, 5000);
		in.packet.seq = i;
		lines += add_at(i * MS);
	}
	cr_assert_eq(lines, 99);
	cr_assert_not(attack_next(a, 0, true, &report));
}

Test(attack, flood_of_many_sources_at_a_port)
{
	int lines = 0;

	for (uint32_t i = 0; i < 500; i++) {
		next(DIR_RECEIVED, i % 2 ? CAUSE_IGNORED : CAUSE_SUSPECTED_INJECTION, i, 443,
		     (uint16_t)(1000 + i));
		ev.hdr.type = RST_REC_DROPPED;
		lines += guess(i * 50000, 1, 0, i * MS, 0);
	}
	cr_assert_eq(lines, 100);
	/* What ends a connection is not among them. */
	next(DIR_RECEIVED, CAUSE_RESET_BY_PEER, 900, 443, 1);
	cr_assert_eq(guess(12, 1, 0, 500 * MS, 0), 1);
	cr_assert(due_at(1100 * MS));
	cr_expect_eq(report.count, 400);
	cr_expect_eq(report.tuple.local_port, 443);
	cr_expect_eq(report.tuple.remote_port, 0);
	cr_expect_eq(report.tuple.remote[0], 0);
	cr_expect_str_eq(report.why,
			 "rst-flood: \u00d7400 in 399 ms at port 443, none of them ended a "
			 "connection; sequence numbers 5000000 to 24950000");
	/* 24 a second are none any more. */
	for (uint32_t i = 0; i < 24; i++) {
		next(DIR_RECEIVED, CAUSE_IGNORED, i, 443, (uint16_t)(1000 + i));
		cr_assert_eq(guess(i, 1, 0, 1200 * MS, 0), 0);
	}
	cr_assert(due_at(2200 * MS));
	cr_expect_eq(report.count, 24);
	next(DIR_RECEIVED, CAUSE_IGNORED, 1, 443, 1000);
	cr_assert_eq(guess(1, 1, 0, 2300 * MS, 0), 1);
}

/* 99 late ones a second are ordinary on a busy port. */
Test(attack, a_few_guesses_at_a_port_are_none)
{
	int lines = 0;

	for (uint32_t i = 0; i < 990; i++) {
		next(DIR_RECEIVED, CAUSE_IGNORED, i, 443, (uint16_t)(1000 + i));
		lines += guess(i * 50000, 1, 0, i / 99 * S + i % 99 * MS, 0);
	}
	cr_assert_eq(lines, 990);
}

Test(attack, many_connections_that_are_reset_are_no_flood)
{
	int lines = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		next(DIR_RECEIVED, CAUSE_RESET_BY_PEER, i, 443, (uint16_t)(1000 + i));
		lines += guess(i * 77777, 1, 0, i * MS, 0);
	}
	cr_assert_eq(lines, 1000);
}

/* ---- reset-rate */

Test(attack, rate_by_source_and_direction)
{
	static const struct {
		enum direction direction;
		enum cause_id cause;
	} rows[] = {
		{ DIR_SENT, CAUSE_CLOSE_UNREAD },
		{ DIR_RECEIVED, CAUSE_RESET_BY_PEER },
		{ DIR_PASSING, CAUSE_FORWARDED },
	};

	/* 99 each of three directions, of two sources and in two namespaces: none is too many. */
	for (int i = 0; i < 99; i++)
		for (uint32_t k = 0; k < 12; k++) {
			next(rows[k % 3].direction, rows[k % 3].cause, k / 3 % 2, 80,
			     (uint16_t)(i + 1));
			ev.netns = 1 + k / 6;
			cr_assert(add_at((uint64_t)i * MS));
		}
	for (size_t k = 0; k < 3; k++) {
		next(rows[k].direction, rows[k].cause, 0, 80, 200);
		ev.netns = 1;
		cr_assert(add_at(200 * MS), "the hundredth");
		for (uint16_t i = 0; i < 10; i++) {
			next(rows[k].direction, rows[k].cause, 0, 80, (uint16_t)(201 + i));
			cr_assert_not(add_at(201 * MS));
		}
		cr_assert(attack_next(a, 0, true, &report));
		cr_expect_eq(report.kind, ATTACK_RESET_RATE);
		cr_expect_eq(report.direction, rows[k].direction);
		cr_expect_eq(report.cause, rows[k].cause);
		cr_expect_eq(report.count, 10);
		cr_expect_eq(report.tuple.local_port, 80);
		cr_expect_eq(report.tuple.remote_port, 0);
		cr_assert_not(attack_next(a, 0, true, &report));
	}
}

Test(attack, rate_names_the_most_frequent_cause)
{
	next(DIR_SENT, CAUSE_CLOSE_UNREAD, 2, 80, 1);
	repeat(100, 0, MS);
	repeat(3, 200 * MS, 0);
	in.verdict.cause = CAUSE_LINGER_ZERO;
	repeat(2, 200 * MS, 0);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_str_eq(report.why, "reset-rate: \u00d75, most of them close-unread");
	cr_expect_eq(report.of_cause, 3);

	repeat(100, 2 * S, MS);
	repeat(2000, 2100 * MS, 100000);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_str_eq(report.why, "reset-rate: \u00d72,000 in 199 ms, all of them linger-zero");

	repeat(100, 4 * S, MS);
	repeat(2, 4200 * MS, 0);
	in.verdict.cause = CAUSE_DATA_AFTER_CLOSE;
	in.verdict.benign = true;
	repeat(3, 4200 * MS, 0);
	in.verdict.cause = CAUSE_CLOSE_UNREAD;
	in.verdict.benign = false;
	repeat(2, 4200 * MS, 0);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_str_eq(report.why, "reset-rate: \u00d77, 3 of them data-after-close");
	cr_expect_not(report.benign, "not all of them are");
}

Test(attack, benign_if_all_are)
{
	next(DIR_SENT, CAUSE_DATA_AFTER_CLOSE, 2, 80, 1);
	in.verdict.benign = true;
	repeat(110, 0, MS);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect(report.benign);
}

Test(attack, one_owner_or_none)
{
	next(DIR_SENT, CAUSE_CLOSE_UNREAD, 2, 80, 1);
	in.owner = (struct process){ .pid = 12, .comm = "nginx" };
	repeat(110, 0, MS);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.owner.pid, 12);
	cr_expect_str_eq(report.owner.comm, "nginx");

	repeat(110, 2 * S, MS);
	in.owner.pid = 13;
	repeat(1, 2200 * MS, 0);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.owner.pid, 0, "two owners");

	repeat(110, 4 * S, MS);
	in.owner.pid = 0;
	repeat(1, 4200 * MS, 0);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.owner.pid, 0, "one owner of some, and of the others who knows");
}

/* ---- how it begins, goes on and ends */

Test(attack, it_ends_when_few_come)
{
	next(DIR_SENT, CAUSE_CLOSE_UNREAD, 2, 80, 1);
	cr_assert_eq(repeat(300, 0, 5 * MS), 100);
	cr_assert(due_at(1500 * MS));
	cr_expect_eq(report.count, 200);
	/* 25 a second are enough to go on, */
	cr_assert_eq(repeat(25, 1600 * MS, MS), 0);
	cr_assert(due_at(2500 * MS));
	cr_expect_eq(report.count, 25);
	/* 24 are the last ones. */
	cr_assert_eq(repeat(24, 2600 * MS, MS), 0);
	cr_assert(due_at(3500 * MS));
	cr_expect_eq(report.count, 24);
	cr_assert_eq(repeat(99, 3600 * MS, MS), 99);
	cr_assert_not(due_at(9 * S));
}

Test(attack, an_interval_without_any_has_no_report)
{
	scan(2, 1, 16, 0, MS);
	cr_assert_not(due_at(2 * S));
	cr_assert_eq(scan(2, 1, 16, 2 * S, MS), 16, "it had ended");
}

Test(attack, a_window_begins_with_its_first)
{
	next(DIR_SENT, CAUSE_CLOSE_UNREAD, 2, 80, 1);
	cr_assert_eq(repeat(60, 0, 0), 60);
	cr_assert_eq(repeat(99, S, 0), 99);
	cr_assert_eq(repeat(10, S + 1, 0), 1);
}

Test(attack, events_are_not_quite_in_order)
{
	next(DIR_SENT, CAUSE_CLOSE_UNREAD, 2, 80, 1);
	repeat(50, 500 * MS, 0);
	repeat(50, 400 * MS, 0);
	cr_assert_eq(repeat(3, 600 * MS, 0), 0);
	cr_assert_eq(repeat(3, 350 * MS, 0), 0);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.count, 6);
	cr_expect_eq(report.span_ns, 250 * MS);
	cr_expect_eq(report.mono_ns, BEGIN + 600 * MS);
	cr_expect_eq(report.wall_ns, 7 * S + 600 * MS);
}

Test(attack, a_scan_comes_before_a_rate)
{
	/* Both limits are passed; the scan's was first, and what it takes is not counted again. */
	cr_assert_eq(scan(2, 1, 5000, 0, MS / 10), 16);
	cr_assert(attack_next(a, 0, true, &report));
	cr_expect_eq(report.kind, ATTACK_PORT_SCAN);
	cr_expect_eq(report.count, 4984);
	cr_assert_not(attack_next(a, 0, true, &report));
}

Test(attack, what_else_the_source_does_has_its_line)
{
	scan(2, 1, 100, 0, MS);
	next(DIR_SENT, CAUSE_CLOSE_UNREAD, 2, 80, 1);
	cr_assert(add_at(200 * MS));
	next(DIR_RECEIVED, CAUSE_RESET_BY_PEER, 2, 80, 1);
	cr_assert(add_at(200 * MS));
	cr_assert_eq(scan(3, 1, 1, 200 * MS, 0), 1, "another source");
	ev.netns = 2;
	cr_assert_eq(scan(2, 1, 1, 200 * MS, 0), 1, "another namespace");
	ev.netns = 1;
	cr_assert_eq(scan(2, 1, 1, 200 * MS, 0), 0);
}

/* ---- what is ordinary */

Test(attack, ordinary_traffic_is_not_folded)
{
	int n = 0, lines = 0;

	for (uint64_t ms = 0; ms < 180000; ms += 20) {
		/* Ten health checks a second of one port, with nothing behind it. */
		if (ms % 100 == 0) {
			next(DIR_SENT, CAUSE_NO_LISTENER, 1, 8080, (uint16_t)(ms / 100));
			lines += add_at(ms * MS), n++;
		}
		/* A client that tries five times a second. */
		if (ms % 200 == 0) {
			next(DIR_SENT, CAUSE_LISTENER_GONE, 2, 5432, (uint16_t)(ms / 200));
			lines += add_at(ms * MS), n++;
			next(DIR_RECEIVED, CAUSE_REFUSED, 2, (uint16_t)(ms / 200), 5432);
			lines += add_at(ms * MS), n++;
		}
		/* A proxy whose fifty backends reset one of its connections each, 50 times a second
		 * in all. */
		next(DIR_RECEIVED, CAUSE_RESET_BY_PEER, 100 + (uint32_t)(ms / 20 % 50),
		     (uint16_t)(ms / 20), 9000);
		lines += add_at(ms * MS), n++;
		/* Its clients, of which each closes with data unread: 50 a second. */
		next(DIR_SENT, CAUSE_CLOSE_UNREAD, 1000 + (uint32_t)(ms % 7000), 443,
		     (uint16_t)(ms / 20));
		lines += add_at(ms * MS), n++;
		/* A RST too late now and then. */
		if (ms % 100 == 0) {
			next(DIR_RECEIVED, CAUSE_IGNORED, 1000 + (uint32_t)(ms % 7000), 443,
			     (uint16_t)(ms / 20));
			lines += add_at(ms * MS), n++;
		}
		/* A neighbour's monitoring looks at a dozen closed ports, twice a minute. */
		if (ms % 30000 < 240) {
			next(DIR_SENT, CAUSE_NO_LISTENER, 3, (uint16_t)(9100 + ms % 30000 / 20),
			     (uint16_t)(ms / 20));
			lines += add_at(ms * MS), n++;
		}
		cr_assert_not(due_at(ms * MS));
	}
	cr_assert_eq(lines, n);
	cr_assert_not(attack_next(a, 0, true, &report));
}

/* ---- room */

Test(attack, the_least_recently_used_is_forgotten)
{
	/* Each incident is of two suspects: a scanner and a source. */
	for (uint32_t i = 0; i < ATTACK_ENTRIES / 2; i++)
		cr_assert_eq(scan(i, 1, 1, i, 0), 1);
	cr_assert_eq(a->evicted, 0);
	scan(0, 2, 1, MS, 0);
	scan(ATTACK_ENTRIES, 1, 1, MS, 0);
	cr_assert_eq(a->evicted, 2, "of number 1");
	/* Number 0 is still known with its two ports: it needs 14 more. */
	cr_assert_eq(scan(0, 3, 20, MS, 0), 14);
	cr_assert_eq(scan(1, 2, 20, MS, 0), 16, "begun anew");
}

Test(attack, an_attack_is_not_forgotten)
{
	scan(0, 1, 20, 0, 0);
	for (uint32_t i = 1; i < 3 * ATTACK_ENTRIES; i++)
		cr_assert_eq(scan(i, 1, 1, 0, 0), 1);
	cr_assert_eq(scan(0, 1, 1, 0, 0), 0);
	cr_assert(due_at(S));
	cr_expect_eq(report.count, 5);
	cr_assert_not(due_at(S));
}

Test(attack, more_attacks_than_there_is_room_for)
{
	uint64_t reported = 0, lines = 0;
	int reports = 0;

	for (uint32_t i = 0; i < ATTACK_RUNNING + 10; i++)
		lines += (uint64_t)scan(i, 1, 26, 0, 0);
	while (due_at(S)) {
		reports++;
		reported += report.count;
	}
	cr_assert_eq(reports, ATTACK_RUNNING);
	cr_assert_eq(reported, 10 * ATTACK_RUNNING);
	cr_assert_eq(lines + reported, 26 * (ATTACK_RUNNING + 10));
	/* None of them goes on: there is room again. */
	cr_assert_not(due_at(2 * S));
	cr_assert_eq(scan(90000, 1, 26, 3 * S, 0), 16);
}

/* ---- the sum */

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(random_state >> 33) % n;
}

/* Any causes, some few or very many sources, bursts and pauses: each incident is a line or stands
 * in exactly one report, of its own direction and namespace. */
static void check_sum(uint64_t seed, uint32_t remotes, uint32_t ports)
{
	uint64_t added[DIRECTIONS][3] = { 0 }, told[DIRECTIONS][3] = { 0 }, ns = 0;
	uint64_t of_reports = 0;

	attack_init(a, seed);
	random_state = seed;
	for (int i = 0; i < 200000; i++) {
		enum direction direction = random_below(DIRECTIONS);
		bool force = i == 199999;

		next(direction, random_below(2) ? CAUSE_IGNORED : random_below(CAUSE_COUNT),
		     random_below(remotes), (uint16_t)random_below(ports),
		     (uint16_t)random_below(ports));
		ev.netns = random_below(3);
		in.packet.valid = random_below(8) != 0;
		in.packet.flags = RST_FLAG_SYN;
		in.packet.seq = random_below(UINT32_MAX);
		in.owner.pid = random_below(3);
		added[direction][ev.netns]++;
		told[direction][ev.netns] += add_at(ns - (ns > MS ? random_below(MS) : 0));
		ns += random_below(10000) ? random_below(MS / 3) : random_below(20000) * MS;
		while ((force || !random_below(200)) &&
		       attack_next(a, BEGIN + ns, force, &report)) {
			cr_assert_gt(report.count, 0);
			cr_assert_leq(report.of_cause, report.count);
			cr_assert_leq(report.ended, report.count);
			cr_assert_leq(report.ports, report.count);
			cr_assert_lt(strlen(report.why), WHY_MAX - 1);
			told[report.direction][report.netns] += report.count;
			of_reports += report.count;
		}
	}
	for (int d = 0; d < DIRECTIONS; d++)
		for (int n = 0; n < 3; n++)
			cr_assert_eq(told[d][n], added[d][n], "seed %u, direction %d",
				     (unsigned int)seed, d);
	cr_assert(!attack_next(a, UINT64_MAX, true, &report));
	cr_assert_gt(of_reports, 0, "seed %u, %u remotes, %u ports", (unsigned int)seed, remotes,
		     ports);
}

Test(attack, lines_and_counts_add_up, .timeout = 60)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		check_sum(seed, 1, 65536);
		check_sum(seed, 5, 4);
		check_sum(seed, 10, 2000);
		check_sum(seed, 20000, 2);
	}
}
