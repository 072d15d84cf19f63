/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_arrival.c: which RST that XDP saw belongs to which event: one that a socket took, that was dropped, or that
 * passes; also when its ends were translated in between. */
#include <criterion/criterion.h>

#include "base/util.h"
#include "build_join.h"

#define MS 1000000ULL
#define OTHER_NETNS (JOIN_NETNS + 1)

static void arrived(struct join *j, uint64_t at_ns, uint16_t port)
{
	struct rst_event e = join_make_record(RST_REC_ARRIVED, at_ns, port);
	struct rst_arrival a = { .hdr = e.hdr,
				 .tuple = join_other_end(&e.tuple),
				 .packet = e.packet };

	join_arrival(j, &a, JOIN_NETNS);
}

static void dropped(struct join *j, uint64_t at_ns, uint16_t port, uint32_t netns)
{
	struct rst_event e = join_make_record(RST_REC_DROPPED, at_ns, port);

	e.tuple = join_other_end(&e.tuple);
	e.netns = netns;
	join_event(j, &e, DIR_RECEIVED);
}

Test(join_arrival, a_drop_takes_the_arrival)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	arrived(j, 5 * MS, 1);
	dropped(j, 5 * MS + 1000, 1, JOIN_NETNS);
	e = join_any(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.type, RST_REC_DROPPED);
	cr_expect(e->have_arrival);
	cr_expect(!e->arrival_only);
	cr_expect_eq(e->arrival.packet.seq, JOIN_SEQ);
	cr_expect_null(join_any(j));
}

/* Where the event has the RST, the arrival must be that one. What else is in it may be changed on
 * the way. */
static bool taken_by(uint16_t type, enum direction direction, uint32_t seq, uint32_t ack,
		     uint16_t ip_id, uint32_t netns)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(type, 5 * MS + 1000, 1);

	arrived(j, 5 * MS, 1);
	if (direction == DIR_RECEIVED)
		e.tuple = join_other_end(&e.tuple);
	e.netns = netns;
	e.packet.seq += seq;
	e.packet.ack += ack;
	e.packet.ip_id += ip_id;
	e.packet.ttl = 9;
	e.packet.window = 9;
	if (type == RST_REC_WIRE)
		join_wire(j, &e, ORIGIN_FORWARDED);
	else
		join_event(j, &e, direction);
	return join_drain(j) == 1;
}

Test(join_arrival, the_very_rst_takes_the_arrival)
{
	static const struct {
		uint16_t type;
		enum direction direction;
	} rows[] = {
		{ RST_REC_DROPPED, DIR_RECEIVED },
		{ RST_REC_DROPPED, DIR_PASSING },
		{ RST_REC_WIRE, DIR_PASSING },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint16_t type = rows[i].type;
		enum direction d = rows[i].direction;

		cr_expect(taken_by(type, d, 0, 0, 0, JOIN_NETNS), "row %zu", i);
		cr_expect(!taken_by(type, d, 1, 0, 0, JOIN_NETNS), "row %zu", i);
		cr_expect(!taken_by(type, d, 1U << 31, 0, 0, JOIN_NETNS), "row %zu", i);
		cr_expect(!taken_by(type, d, 0, 1, 0, JOIN_NETNS), "row %zu", i);
		cr_expect(!taken_by(type, d, 0, 0, 1, JOIN_NETNS), "row %zu", i);
		/* A router's own interface is in its own namespace. */
		cr_expect_eq(taken_by(type, d, 0, 0, 0, OTHER_NETNS), d == DIR_RECEIVED, "row %zu",
			     i);
	}
	/* What a socket took has another packet, or none. */
	cr_expect(taken_by(RST_REC_RECEIVED, DIR_RECEIVED, 1, 1, 1, JOIN_NETNS));
	cr_expect(taken_by(RST_REC_RECEIVED, DIR_RECEIVED, 1, 1, 1, OTHER_NETNS));
}

/* Of two that came, the one that was dropped; the other is left. */
Test(join_arrival, each_drop_has_its_arrival)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(RST_REC_ARRIVED, 5 * MS, 1);
	struct rst_arrival a = { .hdr = e.hdr,
				 .tuple = join_other_end(&e.tuple),
				 .packet = e.packet };
	const struct join_entry *d;

	join_arrival(j, &a, JOIN_NETNS);
	a.packet.seq++;
	join_arrival(j, &a, JOIN_NETNS);
	dropped(j, 5 * MS + 1000, 1, JOIN_NETNS);
	d = join_any(j);
	cr_expect(d->arrival_only);
	cr_expect_eq(d->arrival.packet.seq, JOIN_SEQ + 1);
	d = join_any(j);
	cr_expect_eq(d->event.hdr.type, RST_REC_DROPPED);
	cr_expect_eq(d->arrival.packet.seq, JOIN_SEQ);
}

/* ---- what was translated behind XDP: one end is another, the RST is the same */

enum translated {
	REMOTE_END,
	REMOTE_ADDRESS,
	LOCAL_END,
	LOCAL_ADDRESS,
	AT_ONCE,
	AS_LATE_AS_MAY_BE,
	TAKES, /* so far */
	BOTH_ENDS = TAKES,
	NEITHER_BUT_FAMILY,
	TOO_LATE,
	BEFORE,
	ANOTHER_NETNS,
	ANOTHER_SEQ,
	ANOTHER_ACK,
	ANOTHER_ID,
	TRANSLATIONS,
};

/* Whether an event of this type and direction takes an arrival of other ends. */
static bool translates(uint16_t type, enum direction direction, enum translated what)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(type, 5 * MS + 1000, 1);

	arrived(j, 5 * MS, 1);
	if (what == LOCAL_END || what == BOTH_ENDS)
		e.tuple.local_port++;
	if (what == LOCAL_ADDRESS)
		e.tuple.local[0]++;
	if (what == REMOTE_ADDRESS)
		e.tuple.remote[15]++;
	else if (what != LOCAL_END && what != LOCAL_ADDRESS)
		e.tuple.remote_port++;
	if (what == NEITHER_BUT_FAMILY)
		e.tuple.family = 6;
	if (direction == DIR_RECEIVED)
		e.tuple = join_other_end(&e.tuple);
	if (what == AT_ONCE)
		e.hdr.mono_ns = 5 * MS;
	if (what == AS_LATE_AS_MAY_BE || what == TOO_LATE)
		e.hdr.mono_ns = 5 * MS + JOIN_COPY_NS + (what == TOO_LATE);
	if (what == BEFORE)
		e.hdr.mono_ns = 5 * MS - 1;
	e.netns += what == ANOTHER_NETNS;
	e.packet.seq += what == ANOTHER_SEQ;
	e.packet.ack += what == ANOTHER_ACK;
	e.packet.ip_id += what == ANOTHER_ID;
	if (type == RST_REC_RECEIVED) {
		e.sock.kind = RST_SOCK_FULL;
		e.sock.rcv_nxt = e.packet.seq;
		e.packet.seq = 0;
	}
	if (type == RST_REC_WIRE)
		join_wire(j, &e, ORIGIN_FORWARDED);
	else
		join_event(j, &e, direction);
	return join_drain(j) == 1;
}

Test(join_arrival, translated_arrivals)
{
	for (enum translated what = REMOTE_END; what < TRANSLATIONS; what++) {
		bool takes = what < TAKES;

		cr_expect_eq(translates(RST_REC_DROPPED, DIR_RECEIVED, what), takes, "%d", what);
		cr_expect_eq(translates(RST_REC_DROPPED, DIR_PASSING, what), takes, "%d", what);
		cr_expect_eq(translates(RST_REC_WIRE, DIR_PASSING, what), takes, "%d", what);
		/* Of what a socket took only its number is known. */
		cr_expect_eq(translates(RST_REC_RECEIVED, DIR_RECEIVED, what),
			     takes || what == ANOTHER_ACK || what == ANOTHER_ID, "%d", what);
	}
}

/* What the socket would not have taken is another RST; one that says too little may be any. */
static bool accepts(uint8_t flags, uint32_t seq, uint32_t ack)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(RST_REC_RECEIVED, 5 * MS + 1000, 1);
	struct rst_arrival a = { .hdr = { .type = RST_REC_ARRIVED, .mono_ns = 5 * MS },
				 .packet = { .valid = 1, .flags = flags, .seq = seq, .ack = ack } };

	a.tuple = join_other_end(&e.tuple);
	a.tuple.local_port++;
	join_arrival(j, &a, JOIN_NETNS);
	e.tuple = join_other_end(&e.tuple);
	e.sock.kind = RST_SOCK_FULL;
	e.sock.rcv_nxt = seq;
	/* Across the end of the numbers. */
	e.sock.snd_una = 0U - 100;
	e.sock.snd_nxt = 100;
	join_event(j, &e, DIR_RECEIVED);
	return join_drain(j) == 1;
}

Test(join_arrival, a_socket_takes_what_it_would_accept)
{
	cr_expect(accepts(RST_FLAG_RST, 1, 0));
	cr_expect(accepts(RST_FLAG_RST, 1, 5000), "not an ACK");
	cr_expect(!accepts(RST_FLAG_RST, 0, 0));
	cr_expect(accepts(RST_FLAG_RST | RST_FLAG_ACK, 0, 5));
	cr_expect(accepts(RST_FLAG_RST | RST_FLAG_ACK, 1, 0U - 100));
	cr_expect(accepts(RST_FLAG_RST | RST_FLAG_ACK, 1, 100));
	cr_expect(!accepts(RST_FLAG_RST | RST_FLAG_ACK, 1, 101));
	cr_expect(!accepts(RST_FLAG_RST | RST_FLAG_ACK, 1, 0U - 101));
}

/* Without a socket of its own there is no number to know it by. */
Test(join_arrival, a_reset_without_a_number_was_not_translated)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(RST_REC_RECEIVED, 5 * MS + 1000, 2);

	arrived(j, 5 * MS, 1);
	e.tuple = join_other_end(&e.tuple);
	e.sock.rcv_nxt = JOIN_SEQ;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect_eq(join_drain(j), 2);
}

/* What has its own arrival takes no other, and each is taken once. */
Test(join_arrival, translated_arrivals_are_taken_last_and_once)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	arrived(j, 5 * MS, 1);
	arrived(j, 5 * MS, 2);
	dropped(j, 5 * MS + 1000, 1, JOIN_NETNS);
	dropped(j, 5 * MS + 2000, 3, JOIN_NETNS);
	dropped(j, 5 * MS + 3000, 4, JOIN_NETNS);
	e = join_any(j);
	cr_expect_eq(e->event.tuple.local_port, 1);
	cr_expect_eq(e->arrival.tuple.local_port, 1);
	e = join_any(j);
	cr_expect_eq(e->event.tuple.local_port, 3);
	cr_expect(e->have_arrival);
	cr_expect_eq(e->arrival.tuple.local_port, 2);
	e = join_any(j);
	cr_expect_eq(e->event.tuple.local_port, 4);
	cr_expect(!e->have_arrival);
	cr_expect_null(join_any(j));
}

/* Not far back, and nothing that is out already. */
Test(join_arrival, translated_arrivals_are_near)
{
	for (uint32_t between = 63; between <= 64; between++) {
		struct join *j = join_begin();

		arrived(j, 5 * MS, 1);
		for (uint32_t i = 0; i < between; i++)
			join_answer_sent(j, 5 * MS, 9, OTHER_NETNS);
		dropped(j, 5 * MS + 1000, 2, JOIN_NETNS);
		cr_expect_eq(join_drain(j), (int)between + (between == 63 ? 1 : 2));
	}
	struct join *j = join_begin();

	arrived(j, 5 * MS, 1);
	cr_assert_not_null(join_any(j));
	dropped(j, 5 * MS + 1000, 2, JOIN_NETNS);
	cr_expect(!join_any(j)->have_arrival);
}

Test(join_arrival, a_drop_of_another_connection_takes_none)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(RST_REC_DROPPED, 5 * MS + 1000, 2);

	arrived(j, 5 * MS, 1);
	e.tuple = join_other_end(&e.tuple);
	e.packet.seq++;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect(join_any(j)->arrival_only);
	cr_expect(!join_any(j)->have_arrival);
}

/* XDP saw it in the router's namespace, whose forward hook let it through or not. */
Test(join_arrival, what_passes_takes_the_arrival)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	arrived(j, 5 * MS, 1);
	join_left(j, 5 * MS + 1000, 1, ORIGIN_FORWARDED);
	e = join_any(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_expect(e->have_arrival);
	cr_expect_null(join_any(j));
}

/* What leaves has not arrived, whatever its addresses. */
Test(join_arrival, what_is_sent_takes_none)
{
	struct join *j = join_begin();

	arrived(j, 5 * MS, 1);
	join_left(j, 5 * MS + 1000, 1, ORIGIN_FIREWALL);
	cr_expect(join_any(j)->arrival_only);
	cr_expect(!join_any(j)->have_arrival);
}

/* The namespace that XDP stands in comes first, then those behind it. */
Test(join_arrival, the_arrival_of_the_same_namespace_first)
{
	struct join *j = join_begin();
	struct rst_arrival a = { .packet = { .valid = 1, .seq = JOIN_SEQ, .ttl = 42 } };
	struct rst_event e = join_make_record(RST_REC_ARRIVED, 5 * MS, 1);

	a.hdr = e.hdr;
	a.tuple = join_other_end(&e.tuple);
	join_arrival(j, &a, OTHER_NETNS);
	a.packet.ttl = 43;
	join_arrival(j, &a, JOIN_NETNS);
	dropped(j, 5 * MS + 1000, 1, OTHER_NETNS);
	dropped(j, 5 * MS + 2000, 1, OTHER_NETNS);
	cr_expect_eq(join_any(j)->arrival.packet.ttl, 42);
	cr_expect_eq(join_any(j)->arrival.packet.ttl, 43);
	cr_expect_null(join_any(j));
}

/* The peer's close and its answer to what was still on its way bear the same number: the socket took
 * the first, and the second is the one that was dropped. */
Test(join_arrival, of_two_alike_the_socket_took_the_first)
{
	struct join *j = join_begin();
	struct rst_arrival first = { .tuple = join_tuple(1) }, second;
	struct rst_event taken = join_make_event(5 * MS + 1000, 1), late;
	const struct join_entry *e;

	first.hdr.mono_ns = 5 * MS;
	first.packet =
		(struct rst_packet){ .seq = 700, .ip_id = 1, .flags = RST_FLAG_RST, .valid = 1 };
	second = first;
	second.packet.ip_id = 0;
	taken.hdr.type = RST_REC_RECEIVED;
	taken.sock.rcv_nxt = 700;
	late = taken;
	late.hdr.type = RST_REC_DROPPED;
	late.sock.kind = RST_SOCK_NONE;
	late.packet = second.packet;

	join_arrival(j, &first, JOIN_NETNS);
	join_arrival(j, &second, JOIN_NETNS);
	join_event(j, &taken, DIR_RECEIVED);
	join_event(j, &late, DIR_RECEIVED);
	e = join_any(j);
	cr_assert(e && e->have_arrival && !e->arrival_only);
	cr_expect_eq(e->arrival.packet.ip_id, 1);
	e = join_any(j);
	cr_assert(e && e->have_arrival && !e->arrival_only);
	cr_expect_eq(e->arrival.packet.ip_id, 0);
	cr_expect_null(join_any(j));
}
