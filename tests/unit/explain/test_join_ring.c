/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_ring.c: the hold-back queue when it is full, and after it has gone round and round. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_join.h"

#define MS 1000000ULL

/* Adds N events and takes them out again. */
static void spin(struct join *j, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		join_sent(j, 1, 9);
		cr_assert_not_null(join_next(j, 0, true));
	}
	cr_assert(join_empty(j));
}

Test(join_ring, full)
{
	struct rst_event one_more = join_make_event(JOIN_MAX + 1, JOIN_MAX + 1);
	struct join *j = join_begin();

	for (int i = 1; i < JOIN_MAX; i++)
		join_sent(j, (uint64_t)i, (uint16_t)i);
	cr_expect(!join_full(j));
	join_sent(j, JOIN_MAX, JOIN_MAX);
	cr_expect(join_full(j));
	/* One that comes in spite of it does not make room for all. */
	join_event(j, &one_more, DIR_SENT);
	cr_expect(join_full(j));
	for (int i = 1; i <= JOIN_MAX / 2; i++)
		cr_assert_eq(join_port(j, 0, true), i);
	cr_expect(!join_full(j));
	/* These lie before the head in memory; the places were used before. */
	for (int i = JOIN_MAX + 2; i <= JOIN_MAX + JOIN_MAX / 2; i++)
		join_sent(j, (uint64_t)i, (uint16_t)i);
	cr_expect(join_full(j));
	for (int i = JOIN_MAX / 2 + 1; i <= JOIN_MAX + JOIN_MAX / 2; i++)
		cr_assert_eq(join_port(j, 0, true), i);
	cr_expect(join_empty(j));
}

/* All of one connection, so that they stand in one bucket. */
Test(join_ring, full_of_one_connection)
{
	struct join *j = join_begin();

	for (int i = 0; i < JOIN_MAX / 2; i++)
		join_arrived(j, (uint64_t)i + 1, 1);
	for (int i = 0; i < JOIN_MAX / 2; i++)
		join_received(j, JOIN_MAX + (uint64_t)i, 1);
	cr_expect(join_full(j));
	for (int i = 0; i < JOIN_MAX / 2; i++) {
		const struct join_entry *e = join_next(j, 0, true);

		cr_assert_not_null(e);
		cr_assert_eq(e->event.hdr.mono_ns, JOIN_MAX + i);
		cr_assert(e->have_arrival);
		cr_assert_eq(e->arrival.packet.seq, JOIN_MAX / 2 - i, "the newest first");
	}
	cr_expect_null(join_next(j, 0, true));
}

/* The queue must not depend on where in the ring it stands. */
Test(join_ring, far_beyond_its_size)
{
	static const uint64_t laps[] = { JOIN_ROOM - 2, JOIN_ROOM - 1,	   JOIN_ROOM,
					 JOIN_ROOM + 1, 5 * JOIN_ROOM + 7, 40 * JOIN_ROOM - 1 };

	for (size_t i = 0; i < ARRAY_SIZE(laps); i++) {
		struct join *j = join_begin();
		const struct join_entry *e;

		spin(j, laps[i]);
		cr_expect(!join_full(j));
		join_arrived(j, 10 * MS, 1);
		join_received(j, 11 * MS, 1);
		join_there(j, 12 * MS, 1, DIR_SENT);
		cr_expect_null(join_next(j, 11 * MS, false));
		e = join_next(j, 12 * MS + JOIN_PAIR_NS, false);
		cr_assert_not_null(e, "lap %zu", i);
		cr_expect_eq(e->event.hdr.mono_ns, 11 * MS);
		cr_expect(e->have_arrival, "lap %zu", i);
		cr_assert_not_null(join_mate(j, e), "lap %zu", i);
		cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 12 * MS);
		e = join_next(j, 0, true);
		cr_assert_not_null(e);
		cr_assert_not_null(join_mate(j, e), "lap %zu", i);
		cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 11 * MS);
		cr_expect(join_empty(j));
	}
}

/* Numbers beyond 32 bits: a busy host in some months. */
Test(join_ring, numbers_beyond_32_bits)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	j->first = (1ULL << 33) + 5;
	j->last = j->first - 1;
	cr_assert(join_empty(j));
	join_sent(j, 10, 1);
	join_there(j, 20, 1, DIR_RECEIVED);
	e = join_next(j, 0, true);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 20);
}

/* The mate is found among what is out, as long as it is not written over. */
Test(join_ring, a_mate_lasts_until_it_is_overwritten)
{
	for (uint64_t between = JOIN_ROOM - 3; between <= JOIN_ROOM; between++) {
		struct join *j = join_begin();
		const struct join_entry *e;
		bool there = between <= JOIN_ROOM - 2;

		join_sent(j, 10, 1);
		cr_assert_not_null(join_next(j, 0, true));
		spin(j, between);
		join_there(j, 20, 1, DIR_RECEIVED);
		e = join_next(j, 0, true);
		cr_assert_not_null(e);
		if (there) {
			cr_assert_not_null(join_mate(j, e), "%lu between", (unsigned long)between);
			cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, 10);
		} else {
			cr_expect_null(join_mate(j, e), "%lu between", (unsigned long)between);
		}
	}
}

/* Those whose other ends went out just before are the oldest of all that is held, when there is no
 * room for more and everything is taken at once. */
Test(join_ring, mates_of_the_oldest_when_it_is_full)
{
	for (uint16_t out = JOIN_KEPT; out <= JOIN_KEPT + 1; out++) {
		struct join *j = join_begin();

		for (uint16_t i = 1; i <= out; i++)
			join_sent(j, i, i);
		while (join_next(j, 0, true))
			;
		for (uint16_t i = 1; i <= out; i++)
			join_there(j, 1000 + i, i, DIR_RECEIVED);
		while (!join_full(j))
			join_sent(j, 2000, 5000);
		for (uint16_t i = 1; i <= out; i++) {
			const struct join_entry *e = join_next(j, 0, true);

			cr_assert_eq(e->event.hdr.mono_ns, 1000 + i);
			if (i == 1 && out > JOIN_KEPT) {
				cr_expect_null(join_mate(j, e));
				continue;
			}
			cr_assert_not_null(join_mate(j, e), "%u of %u", i, out);
			cr_expect_eq(join_mate(j, e)->event.hdr.mono_ns, i);
		}
	}
}

/* It was found, and is written over before anybody asks. */
Test(join_ring, an_overwritten_mate_is_not_returned)
{
	struct join *j = join_begin();
	struct join_entry e;

	join_sent(j, 10, 1);
	cr_assert_not_null(join_next(j, 0, true));
	spin(j, 3);
	join_there(j, 20, 1, DIR_RECEIVED);
	e = *join_next(j, 0, true);
	cr_assert_not_null(join_mate(j, &e));
	spin(j, JOIN_ROOM - 5);
	cr_assert_not_null(join_mate(j, &e), "the last moment");
	cr_expect_eq(join_mate(j, &e)->event.hdr.mono_ns, 10);
	spin(j, 1);
	cr_expect_null(join_mate(j, &e));
	spin(j, 3 * JOIN_ROOM);
	cr_expect_null(join_mate(j, &e));
}

/* An owner or an event that comes when its bucket leads only to what is written over. */
Test(join_ring, stale_buckets)
{
	struct join *j = join_begin();
	struct rst_closed closed = { .tuple = join_tuple(1), .cookie = 70 };
	const struct join_entry *e;

	closed.task.pid = 500;
	join_received(j, 10, 1);
	join_arrived(j, 10, 1);
	while ((e = join_next(j, 0, true)))
		;
	/* The places of those two now hold others, which have the cookie that is meant. */
	for (int i = 0; i < JOIN_MAX; i++) {
		struct rst_event other = join_make_event(30, 2);

		other.sock.cookie = 70;
		join_event(j, &other, DIR_SENT);
	}
	join_owner(j, &closed);
	for (int i = 0; i < JOIN_MAX; i++)
		cr_assert_eq(join_next(j, 0, true)->event.owner.task.pid, 0);
	join_received(j, 40, 1);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect(!e->have_arrival);
}

/* Both ends find the same bucket, whatever the addresses. */
Test(join_ring, many_connections)
{
	struct join *j = join_begin();

	for (int i = 0; i < JOIN_MAX / 2; i++) {
		struct rst_event e = join_make_event(10 + (uint64_t)i, (uint16_t)(i * 31 + 1));

		e.tuple.remote[15] = (uint8_t)(i * 7);
		e.tuple.local[3] = (uint8_t)i;
		join_event(j, &e, DIR_SENT);
	}
	for (int i = 0; i < JOIN_MAX / 2; i++) {
		struct rst_event e = join_make_event(9000 + (uint64_t)i, (uint16_t)(i * 31 + 1));

		e.tuple.remote[15] = (uint8_t)(i * 7);
		e.tuple.local[3] = (uint8_t)i;
		e.tuple = join_other_end(&e.tuple);
		join_event(j, &e, DIR_RECEIVED);
	}
	for (int i = 0; i < JOIN_MAX / 2; i++) {
		const struct join_entry *e = join_next(j, 0, true);

		cr_assert_not_null(e);
		cr_assert_not_null(join_mate(j, e), "connection %d", i);
		cr_assert_eq(join_mate(j, e)->event.hdr.mono_ns, 9000 + i);
	}
}
