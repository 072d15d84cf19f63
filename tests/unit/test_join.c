/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join.c: arrivals that wait for their socket. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "join.h"

#define MS 1000000ULL

static struct join j;

/* Every test runs in a process of its own, so J begins empty. */

static struct rst_arrival arrival(uint64_t at_ns, uint16_t remote_port)
{
	struct rst_arrival a = { .hdr = { .mono_ns = at_ns },
				 .tuple = { .local = { 10, 0, 0, 1 },
					    .remote = { 10, 0, 0, 2 },
					    .local_port = 80,
					    .remote_port = remote_port,
					    .family = 4 } };

	a.packet.seq = (uint32_t)at_ns;
	return a;
}

static void add(uint64_t at_ns, uint16_t remote_port)
{
	struct rst_arrival a = arrival(at_ns, remote_port);

	cr_assert(!join_full(&j));
	join_add(&j, &a);
}

static bool take(uint64_t at_ns, uint16_t remote_port, struct rst_arrival *out)
{
	struct rst_event e = { .hdr = { .mono_ns = at_ns },
			       .tuple = arrival(0, remote_port).tuple };

	return join_take(&j, &e, out);
}

Test(join, empty)
{
	struct rst_arrival out;

	cr_expect(!join_full(&j));
	cr_expect(!take(1, 1, &out));
	cr_expect(!join_expired(&j, UINT64_MAX, false, &out));
	cr_expect(!join_expired(&j, UINT64_MAX, true, &out));
}

Test(join, each_is_taken_once)
{
	struct rst_arrival out;

	add(10, 1);
	cr_expect(take(20, 1, &out));
	cr_expect_eq(out.packet.seq, 10);
	cr_expect(!take(20, 1, &out));
	cr_expect(!join_expired(&j, UINT64_MAX, false, &out), "taken: nothing to report");
}

/* A burst of RSTs: the last before the event is the likeliest to have been accepted. */
Test(join, the_newest_before_the_event)
{
	struct rst_arrival out;

	add(10, 1);
	add(20, 1);
	add(30, 1);
	cr_expect(take(25, 1, &out));
	cr_expect_eq(out.packet.seq, 20);
	cr_expect(take(25, 1, &out));
	cr_expect_eq(out.packet.seq, 10);
	cr_expect(!take(25, 1, &out), "30 is later than the event");
	cr_expect(take(30, 1, &out), "the same instant is not later");
	cr_expect_eq(out.packet.seq, 30);
}

Test(join, every_part_of_the_tuple_counts)
{
	struct rst_event e = { .hdr = { .mono_ns = 20 }, .tuple = arrival(0, 1).tuple };
	struct rst_arrival out;

	add(10, 1);
	e.tuple.family = 6;
	cr_expect(!join_take(&j, &e, &out));
	e.tuple = arrival(0, 1).tuple;
	e.tuple.local_port++;
	cr_expect(!join_take(&j, &e, &out));
	e.tuple = arrival(0, 1).tuple;
	e.tuple.remote_port++;
	cr_expect(!join_take(&j, &e, &out));
	e.tuple = arrival(0, 1).tuple;
	e.tuple.local[15]++;
	cr_expect(!join_take(&j, &e, &out));
	e.tuple = arrival(0, 1).tuple;
	e.tuple.remote[15]++;
	cr_expect(!join_take(&j, &e, &out));
	e.tuple = arrival(0, 1).tuple;
	cr_expect(join_take(&j, &e, &out));
}

Test(join, expires_when_nobody_took_it)
{
	struct rst_arrival out;

	add(MS, 1);
	add(2 * MS, 2);
	cr_expect(!join_expired(&j, MS + JOIN_WAIT_NS - 1, false, &out));
	cr_expect(join_expired(&j, MS + JOIN_WAIT_NS, false, &out));
	cr_expect_eq(out.tuple.remote_port, 1);
	cr_expect(!join_expired(&j, MS + JOIN_WAIT_NS, false, &out));
	cr_expect(join_expired(&j, 2 * MS + JOIN_WAIT_NS, false, &out));
	cr_expect_eq(out.tuple.remote_port, 2);
	cr_expect(!join_expired(&j, UINT64_MAX, true, &out));
}

Test(join, expired_is_not_taken_any_more)
{
	struct rst_arrival out;

	add(MS, 1);
	cr_expect(join_expired(&j, MS + JOIN_WAIT_NS, false, &out));
	cr_expect(!take(MS + JOIN_WAIT_NS, 1, &out));
}

Test(join, force_does_not_wait)
{
	struct rst_arrival out;

	add(10, 1);
	add(20, 2);
	add(30, 3);
	cr_expect(take(20, 2, &out));
	cr_expect(join_expired(&j, 0, true, &out));
	cr_expect_eq(out.tuple.remote_port, 1);
	cr_expect(join_expired(&j, 0, true, &out));
	cr_expect_eq(out.tuple.remote_port, 3, "2 was taken");
	cr_expect(!join_expired(&j, 0, true, &out));
}

/* A taken one at the head does not hold up, nor is held up by, the one behind it. */
Test(join, taken_ones_make_room)
{
	struct rst_arrival out;

	add(10, 1);
	add(MS, 2);
	cr_expect(take(20, 1, &out));
	cr_expect(!join_expired(&j, 20, false, &out), "2 is still fresh");
	cr_expect_eq(j.n, 1);
	cr_expect(take(2 * MS, 2, &out));
}

Test(join, full_and_around_the_end)
{
	struct rst_arrival out;

	for (int i = 0; i < JOIN_MAX; i++)
		add((uint64_t)i + 1, (uint16_t)i);
	cr_expect(join_full(&j));
	for (int i = 0; i < JOIN_MAX / 2; i++) {
		cr_assert(join_expired(&j, 0, true, &out));
		cr_assert_eq(out.tuple.remote_port, i);
	}
	cr_expect(!join_full(&j));
	/* These lie before the head in memory; the slots were used before. */
	for (int i = 0; i < JOIN_MAX / 2; i++)
		add((uint64_t)JOIN_MAX + i + 1, (uint16_t)(JOIN_MAX + i));
	cr_expect(join_full(&j));
	for (int i = JOIN_MAX + JOIN_MAX / 2 - 1; i >= JOIN_MAX / 2; i--)
		cr_assert(take(10 * JOIN_MAX, (uint16_t)i, &out), "port %d", i);
	cr_expect(!join_expired(&j, 0, true, &out));
	cr_expect_eq(j.n, 0);
	/* What is left of an earlier use of a slot must not count. */
	add(MS, 7);
	cr_expect(take(MS, 7, &out));
}
