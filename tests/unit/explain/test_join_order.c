/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_order.c: the sender's record waits for nobody, the receiver's for the sender's; the answers to what
 * was on its way together are one. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_join.h"

#define MS 1000000ULL
#define COOKIE 4711

Test(join_order, the_receiver_waits_for_its_sender)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_received(j, 10 * MS, 1);
	join_there(j, 15 * MS, 1, DIR_SENT);
	cr_expect_null(join_next(j, 10 * MS + JOIN_PAIR_NS, false), "its own time is over");
	e = join_next(j, 15 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_RECEIVED);
	cr_expect_eq(join_mate(j, e)->direction, DIR_SENT);
	e = join_next(j, 15 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e, "both are out at once");
	cr_expect_eq(e->direction, DIR_SENT);
}

Test(join_order, nobody_else_waits)
{
	struct join *j = join_begin();

	join_sent(j, 10 * MS, 1);
	join_there(j, 15 * MS, 1, DIR_RECEIVED);
	cr_expect_eq(join_port(j, 10 * MS + JOIN_PAIR_NS, false), 1, "a sender does not");
	j = join_begin();
	join_received(j, 10 * MS, 1);
	join_there(j, 15 * MS, 2, DIR_SENT);
	cr_expect_eq(join_port(j, 10 * MS + JOIN_PAIR_NS, false), 1, "nor for another's");
	j = join_begin();
	join_received(j, 10 * MS, 1);
	join_there(j, 15 * MS, 1, DIR_SENT);
	cr_expect_eq(join_port(j, 10 * MS, true), 1, "nor when all must go");
}

/* Data of 10 bytes came for a closed connection, which has gone by then, or not. */
static struct rst_event answered(uint64_t at_ns, uint32_t seq, bool gone, uint64_t cookie)
{
	struct rst_event e = join_make_event(at_ns, 1);

	e.hdr.type = RST_REC_SENT;
	e.packet = (struct rst_packet){
		.valid = 1, .flags = RST_FLAG_ACK, .seq = seq, .ack = 500, .length = 10
	};
	if (!gone) {
		e.sock.cookie = cookie;
		return e;
	}
	memset(&e.sock, 0, sizeof(e.sock));
	e.past.kind = RST_PAST_CONNECTION;
	e.past.cookie = cookie;
	return e;
}

static void add(struct join *j, struct rst_event e)
{
	join_event(j, &e, DIR_SENT);
}

Test(join_order, what_was_on_its_way_together_is_answered_once)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	add(j, answered(10 * MS, 100, false, COOKIE));
	add(j, answered(11 * MS, 110, true, COOKIE));
	add(j, answered(12 * MS, 120, true, COOKIE));
	cr_expect_eq(join_held(j), 3);
	e = join_next(j, 0, true);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.packet.seq, 100);
	cr_expect_eq(e->also, 2);
	cr_expect_eq(join_held(j), 0);
	cr_expect_null(join_next(j, 0, true));
	cr_expect(join_empty(j));
}

Test(join_order, others_are_not)
{
	struct join *j = join_begin();
	struct rst_event syn = answered(12 * MS, 120, true, COOKIE);
	struct rst_event abort = answered(10 * MS, 100, false, COOKIE);

	syn.past.kind = RST_PAST_LISTENER;
	add(j, answered(10 * MS, 100, false, COOKIE));
	add(j, answered(11 * MS, 110, true, COOKIE + 1));
	add(j, syn);
	for (int i = 0; i < 3; i++) {
		const struct join_entry *e = join_next(j, 0, true);

		cr_assert_not_null(e);
		cr_expect_eq(e->also, 0, "%d", i);
	}
	cr_expect(join_empty(j));
	/* The RST of an abort says something else than the answer that follows. */
	j = join_begin();
	abort.packet.valid = 0;
	add(j, abort);
	add(j, answered(11 * MS, 110, true, COOKIE));
	cr_expect_eq(join_next(j, 0, true)->also, 0);
	cr_expect_not_null(join_next(j, 0, true));
}

/* One that is seen at the other end as well has a line there, which is to have its own here. */
Test(join_order, what_is_seen_at_the_other_end_keeps_its_line)
{
	struct join *j = join_begin();
	struct rst_event drop = join_make_event(13 * MS, 1), second;
	const struct join_entry *e;

	drop.hdr.type = RST_REC_DROPPED;
	memset(&drop.sock, 0, sizeof(drop.sock));
	drop.tuple = join_other_end(&drop.tuple);
	drop.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_RST, .seq = 501 };
	second = answered(11 * MS, 110, true, COOKIE);
	second.packet.ack = 501;
	add(j, answered(10 * MS, 100, false, COOKIE));
	add(j, second);
	add(j, answered(12 * MS, 120, true, COOKIE));
	cr_expect_null(join_next(j, 10 * MS + JOIN_PAIR_NS, false), "it may still come");
	join_event(j, &drop, DIR_RECEIVED);
	e = join_next(j, 12 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.packet.seq, 100);
	cr_expect_eq(e->also, 0, "nor do the others lose theirs");
	e = join_next(j, 12 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.packet.seq, 110);
	cr_expect_eq(e->also, 0);
	cr_expect_eq(join_mate(j, e)->direction, DIR_RECEIVED);
}

/* Of a stream of them, the first does not wait for the last. */
Test(join_order, a_stream_is_cut)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	add(j, answered(10 * MS, 100, false, COOKIE));
	add(j, answered(29 * MS, 110, true, COOKIE));
	add(j, answered(30 * MS, 120, true, COOKIE));
	cr_expect_null(join_next(j, 10 * MS + JOIN_PAIR_NS, false));
	e = join_next(j, 29 * MS + JOIN_PAIR_NS, false);
	cr_assert_not_null(e);
	cr_expect_eq(e->also, 1);
}
