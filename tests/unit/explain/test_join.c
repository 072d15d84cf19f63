/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join.c: the order in which records come out, and which arrival belongs to which event. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_join.h"

#define MS 1000000ULL

Test(join, empty)
{
	struct join *j = join_begin();

	cr_expect(join_empty(j));
	cr_expect(!join_full(j));
	cr_expect_null(join_next(j, UINT64_MAX, false));
	cr_expect_null(join_next(j, UINT64_MAX, true));
	cr_expect(join_empty(j));
}

Test(join, held_are_resets)
{
	struct join *j = join_begin();
	struct rst_event fold = join_make_event(10, 1);

	cr_expect_eq(join_held(j), 0);
	join_sent(j, 5, 2);
	fold.folded.count = 1000;
	join_event(j, &fold, DIR_SENT);
	cr_expect_eq(join_held(j), 1001);
	join_next(j, 0, true);
	cr_expect_eq(join_held(j), 1000);
	join_next(j, 0, true);
	cr_expect_eq(join_held(j), 0);
}

Test(join, an_event_waits_for_its_pair)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_sent(j, 5 * MS, 1);
	cr_expect(!join_empty(j));
	cr_expect_null(join_next(j, 0, false));
	cr_expect_null(join_next(j, 5 * MS + JOIN_PAIR_NS - 1, false));
	e = join_next(j, 5 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_SENT);
	cr_expect(!e->have_arrival);
	cr_expect_eq(e->event.hdr.mono_ns, 5 * MS);
	cr_expect_eq(e->event.sock.kind, RST_SOCK_FULL);
	cr_expect_null(join_mate(j, e));
	cr_expect(join_empty(j));
	cr_expect_null(join_next(j, UINT64_MAX, true));
}

Test(join, an_arrival_waits_for_its_socket)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, 5 * MS, 1);
	cr_expect_null(join_next(j, 5 * MS + JOIN_ARRIVAL_NS - 1, false));
	e = join_next(j, 5 * MS + JOIN_ARRIVAL_NS, false);
	cr_assert_not_null(e);
	cr_expect(join_empty(j));
	/* What is made up from it: a received reset that no socket took. */
	cr_expect_eq(e->direction, DIR_RECEIVED);
	cr_expect(e->have_arrival);
	cr_expect_eq(e->arrival.packet.seq, 5 * MS);
	cr_expect_eq(e->event.hdr.mono_ns, 5 * MS);
	cr_expect_eq(e->event.tuple.remote_port, 1);
	cr_expect_eq(e->event.tuple.family, 4);
	cr_expect_eq(e->event.netns, JOIN_NETNS);
	cr_expect_eq(e->event.reason, -1);
	cr_expect_eq(e->event.sock.kind, RST_SOCK_NONE);
	cr_expect_eq(e->event.nstack, 0);
	cr_expect_null(join_mate(j, e));
}

/* The arrival is the elder, so the events behind it wait with it: the output is in order. */
Test(join, order_of_arrival_is_kept)
{
	struct join *j = join_begin();

	join_arrived(j, 1 * MS, 1);
	join_sent(j, 2 * MS, 2);
	join_arrived(j, 3 * MS, 3);
	join_received(j, 4 * MS, 4);
	cr_expect_null(join_next(j, 2 * MS + JOIN_PAIR_NS, false));
	cr_expect_eq(join_port(j, 1 * MS + JOIN_ARRIVAL_NS, false), 1);
	cr_expect_eq(join_port(j, 1 * MS + JOIN_ARRIVAL_NS, false), 2);
	cr_expect_eq(join_port(j, 1 * MS + JOIN_ARRIVAL_NS, false), 0);
	cr_expect_eq(join_port(j, 3 * MS + JOIN_ARRIVAL_NS, false), 3);
	cr_expect_eq(join_port(j, 3 * MS + JOIN_ARRIVAL_NS, false), 4);
	cr_expect(join_empty(j));
}

Test(join, force_does_not_wait)
{
	struct join *j = join_begin();

	join_sent(j, 10 * MS, 1);
	join_arrived(j, 20 * MS, 2);
	join_arrived(j, 30 * MS, 3);
	join_received(j, 40 * MS, 2);
	cr_expect_eq(join_port(j, 0, false), 0);
	cr_expect_eq(join_port(j, 0, true), 1);
	cr_expect_eq(join_port(j, 0, true), 3, "2 was taken");
	cr_expect_eq(join_port(j, 0, true), 2, "by this one");
	cr_expect_eq(join_port(j, 0, true), 0);
}

Test(join, each_arrival_is_taken_once)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, 10, 1);
	join_received(j, 20, 1);
	join_received(j, 30, 1);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.mono_ns, 20);
	cr_expect_eq(e->event.sock.kind, RST_SOCK_FULL, "the event's own socket stays");
	cr_expect(e->have_arrival);
	cr_expect_eq(e->arrival.packet.seq, 10);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.mono_ns, 30);
	cr_expect(!e->have_arrival);
	cr_expect_null(join_next(j, 0, true), "taken: nothing to report");
}

/* A burst of RSTs: the last before the event is the likeliest to have been accepted. */
Test(join, the_newest_before_the_event)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, 10, 1);
	join_arrived(j, 20, 1);
	join_received(j, 25, 1);
	join_arrived(j, 30, 1);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.mono_ns, 10, "the first is left");
	cr_expect_eq(e->event.sock.kind, RST_SOCK_NONE);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->arrival.packet.seq, 20);
	cr_expect_eq(e->event.hdr.mono_ns, 25);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.mono_ns, 30, "came after the event");
	cr_expect_eq(e->event.sock.kind, RST_SOCK_NONE);
}

Test(join, only_a_received_reset_takes_an_arrival)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, 10, 1);
	join_sent(j, 20, 1);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.mono_ns, 10);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect(!e->have_arrival);
}

/* An event that has an arrival is not an arrival itself. */
Test(join, an_event_with_its_arrival_is_not_taken_again)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, 10, 1);
	join_received(j, 20, 1);
	join_received(j, 21, 1);
	join_received(j, 22, 1);
	for (uint64_t at = 20; at < 23; at++) {
		e = join_next(j, 0, true);
		cr_assert_not_null(e, "the event at %lu", (unsigned long)at);
		cr_expect_eq(e->event.hdr.mono_ns, at);
		cr_expect_eq(e->have_arrival, at == 20);
	}
}

/* Does an event with this tuple and namespace take the arrival of 10.0.0.2:1? */
static bool takes(const struct rst_tuple *tuple, uint32_t netns)
{
	struct join *j = join_begin();
	struct rst_event e = { .hdr = { .type = RST_REC_RECEIVED, .mono_ns = 20 },
			       .tuple = *tuple,
			       .netns = netns,
			       .sock = { .kind = RST_SOCK_FULL } };

	join_arrived(j, 10, 1);
	join_event(j, &e, DIR_RECEIVED);
	return join_next(j, 0, true)->event.hdr.mono_ns == 20;
}

Test(join, every_part_of_the_tuple_counts)
{
	struct rst_tuple t = join_tuple(1);

	cr_expect(takes(&t, JOIN_NETNS));
	t.family = 6;
	cr_expect(!takes(&t, JOIN_NETNS));
	t = join_tuple(1);
	t.local_port++;
	cr_expect(!takes(&t, JOIN_NETNS));
	t = join_tuple(1);
	t.remote_port++;
	cr_expect(!takes(&t, JOIN_NETNS));
	t = join_tuple(1);
	t.local[15]++;
	cr_expect(!takes(&t, JOIN_NETNS));
	t = join_tuple(1);
	t.remote[15]++;
	cr_expect(!takes(&t, JOIN_NETNS));
	t = join_other_end(&t);
	cr_expect(!takes(&t, JOIN_NETNS));
	/* As every_part_of_the_tuple_counts, where all fall into one bucket: two swapped ends do. */
	t = join_tuple(1);
	t = join_other_end(&t);
	cr_expect(!takes(&t, JOIN_NETNS), "the other end's socket");
}

/* XDP sees one namespace, from which a RST may be routed into another one. */
Test(join, an_arrival_may_be_for_another_namespace)
{
	struct rst_tuple t = join_tuple(1);

	cr_expect(takes(&t, JOIN_NETNS));
	cr_expect(takes(&t, JOIN_NETNS + 1));
}

Test(join, a_reported_arrival_is_not_taken_any_more)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_arrived(j, MS, 1);
	cr_expect_eq(join_port(j, MS + JOIN_ARRIVAL_NS, false), 1);
	join_received(j, MS + JOIN_ARRIVAL_NS, 1);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect(!e->have_arrival);
	cr_expect_null(join_next(j, 0, true));
}

/* A taken one at the head does not hold up the event that took it. */
Test(join, taken_ones_hold_nobody_up)
{
	struct join *j = join_begin();

	join_arrived(j, 1 * MS, 1);
	join_arrived(j, 2 * MS, 2);
	join_received(j, 3 * MS, 2);
	join_received(j, 4 * MS, 1);
	cr_expect_eq(join_port(j, 3 * MS + JOIN_PAIR_NS - 1, false), 0);
	cr_expect_eq(join_port(j, 3 * MS + JOIN_PAIR_NS, false), 2);
	cr_expect_eq(join_port(j, 3 * MS + JOIN_PAIR_NS, false), 0);
	cr_expect_eq(join_port(j, 4 * MS + JOIN_PAIR_NS, false), 1);
	cr_expect(join_empty(j));
	/* What only waits behind taken ones: nothing comes of it. */
	join_arrived(j, 5 * MS, 1);
	join_received(j, 6 * MS, 1);
	cr_expect_eq(join_port(j, 0, true), 1);
	cr_expect_eq(join_port(j, 0, true), 0);
	cr_expect(join_empty(j));
}

/* ---- the owner that closed its socket after the reset */

static void close_socket(struct join *j, uint16_t remote_port, uint64_t cookie, uint32_t pid)
{
	struct rst_closed c = { .tuple = join_tuple(remote_port), .cookie = cookie };

	c.task.pid = pid;
	strcpy(c.task.comm, "closer");
	join_owner(j, &c);
}

static void add_cookie(struct join *j, uint16_t remote_port, uint64_t cookie)
{
	struct rst_event e = join_make_event(10, remote_port);

	e.sock.cookie = cookie;
	e.owner.known_by = RST_KNOWN_LISTENER;
	e.owner.task.pid = 1;
	join_event(j, &e, DIR_RECEIVED);
}

Test(join, an_owner_reaches_its_socket_only)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	add_cookie(j, 1, 70);
	add_cookie(j, 1, 71);
	add_cookie(j, 1, 70);
	add_cookie(j, 2, 70);
	close_socket(j, 1, 70, 500);
	close_socket(j, 1, 69, 600);
	for (int i = 0; i < 4; i++) {
		bool its = i == 0 || i == 2;

		e = join_next(j, 0, true);
		cr_assert_not_null(e);
		cr_expect_eq(e->event.owner.task.pid, its ? 500 : 1, "entry %d", i);
		cr_expect_eq(e->event.owner.known_by, its ? RST_KNOWN_SOCKET : RST_KNOWN_LISTENER,
			     "entry %d", i);
		cr_expect_str_eq(e->event.owner.task.comm, its ? "closer" : "");
	}
}

/* What is out already cannot learn it any more. */
Test(join, an_owner_reaches_what_is_held)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	close_socket(j, 1, 70, 500);
	add_cookie(j, 1, 70);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	close_socket(j, 1, 70, 500);
	cr_expect_eq(e->event.owner.task.pid, 1);
	cr_expect_eq(e->event.owner.known_by, RST_KNOWN_LISTENER);
}

/* ---- the hashes: their keys come from the network */

static uint32_t bucket_taken(const uint64_t *bucket, uint32_t n)
{
	uint32_t i = 0;

	while (i < n && !bucket[i])
		i++;
	return i;
}

Test(join, nobody_outside_knows_what_falls_together)
{
	uint32_t ends = 0, numbers = 0, seeds = 16;

	for (uint64_t seed = 0; seed < seeds; seed++) {
		static uint32_t first_ends, first_number;
		struct join *j = join_begin();
		uint32_t at_ends, at_number;

		join_init(j, seed * 0x123456789abcdef);
		join_sent(j, 1000, 1234);
		at_ends = bucket_taken(j->bucket, JOIN_BUCKETS);
		at_number = bucket_taken(j->node_bucket, JOIN_NODE_BUCKETS);
		if (!seed) {
			first_ends = at_ends;
			first_number = at_number;
		}
		ends += at_ends == first_ends;
		numbers += at_number == first_number;
	}
	cr_assert_lt(ends, seeds / 2);
	cr_assert_lt(numbers, seeds / 2);
}
