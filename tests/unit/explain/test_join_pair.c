/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_pair.c: the two ends of one connection when both are on this host. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_join.h"

#define MS 1000000ULL

/* The next two entries are each other's mates. */
static void assert_mates(struct join *j, enum direction first)
{
	struct join_entry one, two;
	const struct join_entry *e = join_next(j, 0, true), *mate;

	cr_assert_not_null(e);
	one = *e;
	cr_expect_eq(one.direction, first);
	mate = join_mate(j, e);
	cr_assert_not_null(mate, "the first has no mate");
	two = *mate;
	cr_expect_neq(two.direction, first);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.mono_ns, two.event.hdr.mono_ns);
	mate = join_mate(j, e);
	cr_assert_not_null(mate, "the second has no mate");
	cr_expect_eq(mate->event.hdr.mono_ns, one.event.hdr.mono_ns);
	cr_expect_eq(mate->direction, first);
	cr_expect(join_empty(j));
}

static void assert_alone(struct join *j, int n)
{
	while (n--) {
		const struct join_entry *e = join_next(j, 0, true);

		cr_assert_not_null(e);
		cr_expect_null(join_mate(j, e), "%d left: a mate from %lu", n,
			       (unsigned long)e->event.hdr.mono_ns);
	}
	cr_expect(join_empty(j));
}

Test(join_pair, sent_before_received)
{
	struct join *j = join_begin();

	join_sent(j, 10, 1);
	join_there(j, 20, 1, DIR_RECEIVED);
	assert_mates(j, DIR_SENT);
}

Test(join_pair, received_before_sent)
{
	struct join *j = join_begin();

	join_received(j, 10, 1);
	join_there(j, 20, 1, DIR_SENT);
	assert_mates(j, DIR_RECEIVED);
}

/* Records of two CPUs may stand in the ring against the order of their times. */
Test(join_pair, times_against_the_order)
{
	struct join *j = join_begin();

	join_sent(j, 20, 1);
	join_there(j, 10, 1, DIR_RECEIVED);
	assert_mates(j, DIR_SENT);
}

/* The first is out already, but still in memory. */
Test(join_pair, with_one_that_was_taken)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_sent(j, 10 * MS, 1);
	e = join_next(j, 10 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e);
	cr_expect_null(join_mate(j, e));
	join_there(j, 40 * MS, 1, DIR_RECEIVED);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 10 * MS);
	cr_expect_eq(join_mate(j, e)->direction, DIR_SENT);
}

/* Every line of a run has a number of its own, in the order in which they came. */
Test(join_pair, ids)
{
	struct join *j = join_begin();
	uint64_t first, second;

	join_sent(j, 10, 1);
	join_there(j, 20, 1, DIR_RECEIVED);
	first = join_next(j, 0, true)->id;
	second = join_next(j, 0, true)->id;
	cr_assert_eq(first, 1);
	cr_assert_eq(second, 2);
	cr_assert_eq(join_id(j), 3, "a line that no record makes");
	join_sent(j, 30, 1);
	cr_assert_eq(join_next(j, 0, true)->id, 4);
}

/* A connection of the same ports may follow: what is far apart is not one reset. */
Test(join_pair, not_when_far_apart)
{
	struct join *j = join_begin();

	join_sent(j, 10, 1);
	join_there(j, 10 + JOIN_PATH_NS + 1, 1, DIR_RECEIVED);
	assert_alone(j, 2);
	join_sent(j, 10, 2);
	join_there(j, 10 + JOIN_PATH_NS, 2, DIR_RECEIVED);
	assert_mates(j, DIR_SENT);
}

Test(join_pair, not_of_the_same_direction)
{
	struct join *j = join_begin();

	join_sent(j, 10, 1);
	join_there(j, 20, 1, DIR_SENT);
	assert_alone(j, 2);
	join_received(j, 30, 2);
	join_there(j, 40, 2, DIR_RECEIVED);
	assert_alone(j, 2);
}

Test(join_pair, not_of_the_same_end)
{
	struct join *j = join_begin();

	join_sent(j, 10, 1);
	join_received(j, 20, 1);
	assert_alone(j, 2);
}

Test(join_pair, not_of_another_connection)
{
	struct join *j = join_begin();

	join_sent(j, 10, 1);
	join_there(j, 20, 2, DIR_RECEIVED);
	assert_alone(j, 2);
}

/* One of the ends may be translated on the way, not both. */
Test(join_pair, one_end_is_enough)
{
	for (int part = 0; part < 7; part++) {
		struct join *j = join_begin();
		struct rst_event e = join_make_event(20, 1);
		struct rst_tuple *t = &e.tuple;

		join_sent(j, 10, 1);
		*t = join_other_end(t);
		if (part == 0)
			t->family = 6;
		if (part == 1 || part == 6)
			t->local_port++;
		else if (part == 2)
			t->remote_port++;
		else if (part == 3)
			t->local[15]++;
		if (part == 4 || part == 6)
			t->remote[15]++;
		e.hdr.type = RST_REC_RECEIVED;
		join_event(j, &e, DIR_RECEIVED);
		if (part == 0 || part == 6)
			assert_alone(j, 2);
		else
			assert_mates(j, DIR_SENT);
	}
}

/* Two containers on one host: the ends are in different namespaces. */
Test(join_pair, in_two_namespaces)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_event(20, 1);

	e.tuple = join_other_end(&e.tuple);
	e.netns = JOIN_NETNS + 1;
	join_sent(j, 10, 1);
	join_event(j, &e, DIR_RECEIVED);
	assert_mates(j, DIR_SENT);
}

/* A socket that talks to itself, from a port to the same: its two ends have one tuple. */
Test(join_pair, of_one_socket_connected_to_itself)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_event(10, 80);

	memcpy(e.tuple.remote, e.tuple.local, sizeof(e.tuple.remote));
	join_event(j, &e, DIR_SENT);
	e.hdr.mono_ns = 20;
	join_event(j, &e, DIR_RECEIVED);
	assert_mates(j, DIR_SENT);
}

/* XDP's packet is no end of anything; the event that took it is. */
Test(join_pair, not_with_an_arrival)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, 10, 1);
	join_there(j, 20, 1, DIR_SENT);
	assert_alone(j, 2);

	join_there(j, 30, 2, DIR_SENT);
	join_arrived(j, 40, 2);
	assert_alone(j, 2);

	join_there(j, 50, 3, DIR_SENT);
	join_arrived(j, 60, 3);
	join_received(j, 70, 3);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 70);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect(e->have_arrival);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 50);
}

/* The event took an arrival before its pair came. */
Test(join_pair, with_an_event_that_has_its_arrival)
{
	struct join *j = join_begin();

	join_arrived(j, 10, 1);
	join_received(j, 20, 1);
	join_there(j, 30, 1, DIR_SENT);
	assert_mates(j, DIR_RECEIVED);
}

/* Which of two it was that came, or which of two came, nobody knows. */
Test(join_pair, one_of_two)
{
	struct join *j = join_begin();

	join_sent(j, 10, 1);
	join_there(j, 20, 1, DIR_RECEIVED);
	join_there(j, 30, 1, DIR_RECEIVED);
	assert_alone(j, 3);
	j = join_begin();
	join_sent(j, 10, 1);
	join_sent(j, 20, 1);
	join_there(j, 30, 1, DIR_RECEIVED);
	assert_alone(j, 3);
}
