/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_wire.c: RSTs that left without TCP, in the hold-back queue. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_join.h"

#define MS 1000000ULL
#define OTHER_NETNS (JOIN_NETNS + 1)

/* The RST that comes to the other end of join_left() and join_answer_sent(). */
static void received(struct join *j, uint64_t at_ns, uint16_t port, uint32_t netns)
{
	struct rst_event e = join_make_record(RST_REC_RECEIVED, at_ns, port);

	e.sock.kind = RST_SOCK_FULL;
	e.sock.rcv_nxt = JOIN_SEQ + port - 1;
	e.tuple = join_other_end(&e.tuple);
	e.netns = netns;
	join_event(j, &e, DIR_RECEIVED);
}

Test(join_wire, directions)
{
	static const struct {
		enum origin origin;
		enum direction direction;
		uint64_t held_ns;
	} rows[] = {
		{ ORIGIN_UNKNOWN, DIR_SENT, JOIN_PAIR_NS },
		{ ORIGIN_FIREWALL, DIR_SENT, JOIN_RULE_NS },
		{ ORIGIN_OWN_FIREWALL, DIR_SENT, JOIN_PAIR_NS },
		{ ORIGIN_WRITTEN, DIR_SENT, JOIN_PAIR_NS },
		{ ORIGIN_TUN, DIR_SENT, JOIN_PAIR_NS },
		{ ORIGIN_FORWARDED, DIR_PASSING, JOIN_PAIR_NS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct join *j = join_begin();
		const struct join_entry *e;

		join_left(j, 5 * MS, 1, rows[i].origin);
		cr_expect_null(join_next(j, 5 * MS + rows[i].held_ns - 1, false));
		e = join_next(j, 5 * MS + rows[i].held_ns, false);
		cr_assert_not_null(e, "row %zu", i);
		cr_expect_eq(e->origin, rows[i].origin);
		cr_expect_eq(e->direction, rows[i].direction, "row %zu", i);
		cr_expect(!e->rejected.valid);
	}
}

/* ---- a firewall that refuses what this host itself sends */

static size_t left_of_own_firewall(enum origin origin, uint32_t netns, uint16_t port)
{
	struct join *j = join_begin();
	const struct join_entry *e;
	size_t n = 0;

	join_left(j, 5 * MS, 1, origin);
	received(j, 5 * MS + 1000, port, netns);
	while ((e = join_any(j))) {
		n++;
		if (n == 1 && origin == ORIGIN_OWN_FIREWALL && netns == JOIN_NETNS && port == 1) {
			cr_expect_eq(e->direction, DIR_RECEIVED);
			cr_assert_not_null(join_mate(j, e));
			cr_expect_eq(join_mate(j, e)->origin, ORIGIN_OWN_FIREWALL);
			cr_expect(join_mate(j, e)->merged);
		}
	}
	return n;
}

Test(join_wire, own_firewall_is_told_by_what_it_did)
{
	cr_expect_eq(left_of_own_firewall(ORIGIN_OWN_FIREWALL, JOIN_NETNS, 1), 1);
	cr_expect_eq(left_of_own_firewall(ORIGIN_OWN_FIREWALL, OTHER_NETNS, 1), 2,
		     "another namespace has its own");
	cr_expect_eq(left_of_own_firewall(ORIGIN_OWN_FIREWALL, JOIN_NETNS, 2), 2,
		     "another connection");
	cr_expect_eq(left_of_own_firewall(ORIGIN_FIREWALL, JOIN_NETNS, 1), 2);
	cr_expect_eq(left_of_own_firewall(ORIGIN_WRITTEN, JOIN_NETNS, 1), 2);
}

/* It ended nothing: then it is the firewall's that is told. */
Test(join_wire, own_firewall_whose_rst_was_dropped)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_record(RST_REC_DROPPED, 5 * MS + 1000, 1);

	join_left(j, 5 * MS, 1, ORIGIN_OWN_FIREWALL);
	e.tuple = join_other_end(&e.tuple);
	join_event(j, &e, DIR_RECEIVED);
	cr_expect_eq(join_any(j)->event.hdr.type, RST_REC_WIRE);
	cr_expect_eq(join_any(j)->event.hdr.type, RST_REC_DROPPED);
}

/* ---- what TCP had told of already */

static bool told(uint64_t later_ns, uint32_t netns, uint16_t port, enum origin origin)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_answer_sent(j, 5 * MS, port, netns);
	cr_assert_not_null(join_any(j));
	join_left(j, 5 * MS + later_ns, 1, origin);
	e = join_any(j);
	return !e;
}

Test(join_wire, what_waited_for_its_neighbour_is_not_told_twice)
{
	cr_expect(told(1000, JOIN_NETNS, 1, ORIGIN_UNKNOWN));
	cr_expect(told(JOIN_NEIGHBOUR_NS - 1, JOIN_NETNS, 1, ORIGIN_UNKNOWN));
	cr_expect(!told(JOIN_NEIGHBOUR_NS, JOIN_NETNS, 1, ORIGIN_UNKNOWN));
	cr_expect(!told(1000, OTHER_NETNS, 1, ORIGIN_UNKNOWN));
	cr_expect(!told(1000, JOIN_NETNS, 2, ORIGIN_UNKNOWN));
	cr_expect(!told(1000, JOIN_NETNS, 1, ORIGIN_FIREWALL));
	cr_expect(!told(1000, JOIN_NETNS, 1, ORIGIN_WRITTEN));
	cr_expect(!told(1000, JOIN_NETNS, 1, ORIGIN_FORWARDED));
}

/* When TCP's join_make_record may have been written over, IPv6's RST without a socket is taken for told. */
static bool told_long_ago(uint8_t family, uint32_t between, uint64_t ns)
{
	struct join *j = join_begin();
	struct rst_event late = join_make_record(RST_REC_WIRE, 5 * MS + ns, 1);

	for (uint32_t i = 0; i < between; i++) {
		join_answer_sent(j, 5 * MS, 2, JOIN_NETNS);
		cr_assert_not_null(join_any(j));
	}
	late.tuple.family = family;
	join_wire(j, &late, ORIGIN_UNKNOWN);
	return !join_any(j);
}

Test(join_wire, what_tcp_told_of_may_be_written_over)
{
	cr_expect(!told_long_ago(6, 0, MS));
	cr_expect(!told_long_ago(6, JOIN_ROOM - 1, MS), "all is there");
	cr_expect(told_long_ago(6, JOIN_ROOM, MS));
	cr_expect(told_long_ago(6, 3 * JOIN_ROOM, JOIN_NEIGHBOUR_NS - 1));
	cr_expect(!told_long_ago(6, 3 * JOIN_ROOM, JOIN_NEIGHBOUR_NS), "what is gone is too old");
	cr_expect(!told_long_ago(4, 3 * JOIN_ROOM, MS), "the kernel side knew it by its socket");
}

Test(join_wire, only_tcp_tells)
{
	struct join *j = join_begin();

	received(j, 5 * MS, 1, JOIN_NETNS);
	join_left(j, 5 * MS + 1, 1, ORIGIN_FORWARDED);
	join_left(j, 5 * MS + 2, 1, ORIGIN_UNKNOWN);
	cr_expect_not_null(join_any(j));
	cr_expect_not_null(join_any(j));
	cr_expect_not_null(join_any(j));
}

/* The receiver's other end is the reset that TCP told of, not the packet that left later. */
Test(join_wire, what_tcp_told_of_is_nobodys_mate)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_answer_sent(j, 5 * MS, 1, OTHER_NETNS);
	{
		struct rst_event late = join_make_record(RST_REC_WIRE, 6 * MS, 1);

		late.netns = OTHER_NETNS;
		join_wire(j, &late, ORIGIN_UNKNOWN);
	}
	received(j, 6 * MS + 1000, 1, JOIN_NETNS);
	e = join_any(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.type, RST_REC_SENT);
	e = join_any(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_RECEIVED);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
}

/* ---- what a firewall answered */

static struct rst_rejected rejected(uint16_t port, uint16_t cpu)
{
	return (struct rst_rejected){ .hdr = { .type = RST_REC_REJECTED, .cpu = cpu },
				      .tuple = join_tuple(port),
				      .packet = { .valid = 1, .flags = RST_FLAG_SYN, .seq = 77 },
				      .in_ifindex = 3 };
}

Test(join_wire, the_refused_packet)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();
	const struct join_entry *e;

	join_left(j, 5 * MS, 1, ORIGIN_FIREWALL);
	join_left(j, 5 * MS, 2, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	e = join_any(j);
	cr_expect_eq(e->rejected.valid, 1);
	cr_expect_eq(e->rejected.seq, 77);
	cr_expect_eq(e->rejected.flags, RST_FLAG_SYN);
	cr_expect_eq(e->rejected_ifindex, 3);
	cr_expect_eq(e->event.packet.seq, JOIN_SEQ, "the RST itself stays");
	cr_expect(!join_any(j)->rejected.valid, "another connection's");
}

Test(join_wire, the_refused_packet_of_another_cpu)
{
	struct rst_rejected r = rejected(1, 1);
	struct join *j = join_begin();

	join_left(j, 5 * MS, 1, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	cr_expect(!join_any(j)->rejected.valid);
}

Test(join_wire, the_refused_packet_is_no_reset_of_tcp)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();

	join_answer_sent(j, 5 * MS, 1, JOIN_NETNS);
	join_rejected(j, &r);
	cr_expect(!join_any(j)->rejected.valid);
}

/* Two SYNs of one connection: each RST has its own. */
Test(join_wire, each_refused_packet_is_given_once)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();

	join_left(j, 5 * MS, 1, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	join_left(j, 6 * MS, 1, ORIGIN_FIREWALL);
	r.packet.seq = 78;
	join_rejected(j, &r);
	cr_expect_eq(join_any(j)->rejected.seq, 77);
	cr_expect_eq(join_any(j)->rejected.seq, 78);
	/* What comes when none is left changes nothing. */
	join_rejected(j, &r);
}

Test(join_wire, the_older_goes_with_what_came_later)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();

	join_left(j, 5 * MS, 1, ORIGIN_FIREWALL);
	join_left(j, 6 * MS, 1, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	r.packet.seq = 78;
	join_rejected(j, &r);
	cr_expect_eq(join_any(j)->rejected.seq, 78);
	cr_expect_eq(join_any(j)->rejected.seq, 77);
}

/* ---- what passes through */

Test(join_wire, the_sender_of_what_passes)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_answer_sent(j, 5 * MS, 1, OTHER_NETNS);
	join_left(j, 5 * MS + 1000, 1, ORIGIN_FORWARDED);
	received(j, 5 * MS + 2000, 1, OTHER_NETNS + 1);
	e = join_any(j);
	cr_expect_eq(e->direction, DIR_SENT);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->direction, DIR_RECEIVED, "not what passes");
	e = join_any(j);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
	e = join_any(j);
	cr_expect_eq(e->direction, DIR_RECEIVED);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->direction, DIR_SENT);
}

/* TCP tells of its own RST when it has left: after the router saw it. */
Test(join_wire, the_sender_may_come_later)
{
	struct join *j = join_begin();
	struct rst_event abort = join_make_event(5 * MS + 1000, 1),
			 passing = join_make_event(5 * MS, 1);
	const struct join_entry *e;

	passing.hdr.type = RST_REC_WIRE;
	passing.packet = (struct rst_packet){ .valid = 1,
					      .flags = RST_FLAG_RST | RST_FLAG_ACK,
					      .seq = join_number(1),
					      .ack = join_number(1) };
	join_wire(j, &passing, ORIGIN_FORWARDED);
	abort.hdr.type = RST_REC_SENT;
	abort.netns = OTHER_NETNS;
	join_event(j, &abort, DIR_SENT);
	e = join_any(j);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
}

/* Of two with one number, nobody knows which it was. */
Test(join_wire, one_of_two_senders)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_answer_sent(j, 1 * MS, 1, OTHER_NETNS);
	join_answer_sent(j, 4 * MS, 1, OTHER_NETNS);
	join_left(j, 5 * MS, 1, ORIGIN_FORWARDED);
	join_answer_sent(j, 9 * MS, 1, OTHER_NETNS);
	join_any(j);
	join_any(j);
	e = join_any(j);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_expect_null(join_mate(j, e));
}

Test(join_wire, no_sender)
{
	struct join *j = join_begin();

	join_answer_sent(j, 1 * MS, 1, OTHER_NETNS);
	join_left(j, 2 * MS + JOIN_PATH_NS, 1, ORIGIN_FORWARDED);
	received(j, 2 * MS + JOIN_PATH_NS, 1, OTHER_NETNS);
	join_any(j);
	cr_expect_null(join_mate(j, join_any(j)), "too long ago, the receiver");
}

/* ---- a bridge that does not know where to sends a copy to each of its ports */

static struct rst_event copy(uint64_t at_ns, uint32_t in_ifindex, uint32_t ifindex)
{
	struct rst_event e = join_make_record(RST_REC_WIRE, at_ns, 1);

	e.in_ifindex = in_ifindex;
	e.ifindex = ifindex;
	return e;
}

Test(join_wire, copies_of_a_bridge_are_one)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	join_answer_sent(j, 4 * MS, 1, OTHER_NETNS);
	for (uint32_t port = 4; port < 14; port++) {
		struct rst_event c = copy(5 * MS + port * 1000, 3, port);

		join_wire(j, &c, ORIGIN_FORWARDED);
	}
	received(j, 5 * MS + 20000, 1, OTHER_NETNS + 1);
	join_any(j);
	e = join_any(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_expect_eq(e->event.ifindex, 4, "the first");
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
	e = join_any(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_RECEIVED);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
	cr_expect_null(join_any(j));
}

enum differs {
	COPY,
	LATE_BY_ONE,
	LATE,
	CPU,
	NETNS,
	IN_IFINDEX,
	SAME_IFINDEX,
	REMOTE_PORT,
	FAMILY,
	NUMBER,
	TTL,
	IP_ID,
	RECORD_TYPE,
	ORIGIN,
	VARIATIONS,
};

static int two(enum differs what)
{
	struct join *j = join_begin();
	struct rst_event one = copy(5 * MS, 3, 4), other = copy(5 * MS + JOIN_COPY_NS, 3, 5);
	enum origin origin = ORIGIN_FORWARDED;

	other.hdr.mono_ns += what == LATE;
	other.hdr.mono_ns -= what == LATE_BY_ONE;
	other.hdr.cpu += what == CPU;
	other.netns += what == NETNS;
	other.in_ifindex += what == IN_IFINDEX;
	if (what == SAME_IFINDEX)
		other.ifindex = one.ifindex;
	other.tuple.remote_port += what == REMOTE_PORT;
	if (what == FAMILY)
		other.tuple.family = 6;
	other.packet.seq += what == NUMBER;
	other.packet.ttl += what == TTL;
	other.packet.ip_id += what == IP_ID;
	if (what == RECORD_TYPE)
		one.hdr.type = RST_REC_DROPPED;
	if (what == ORIGIN)
		origin = ORIGIN_FIREWALL;
	if (what == RECORD_TYPE)
		join_event(j, &one, DIR_PASSING);
	else
		join_wire(j, &one, origin);
	join_wire(j, &other, origin);
	return join_drain(j);
}

Test(join_wire, what_is_no_copy)
{
	for (enum differs what = COPY; what < VARIATIONS; what++)
		cr_expect_eq(two(what), what == COPY || what == LATE_BY_ONE ? 1 : 2, "variation %d",
			     what);
}

/* The same connection's join_any RST is flooded as well: as many as were join_answer_sent. */
Test(join_wire, each_rst_of_a_flooding_bridge)
{
	struct join *j = join_begin();

	for (uint32_t rst = 0; rst < 3; rst++)
		for (uint32_t port = 4; port < 8; port++) {
			struct rst_event c = copy(5 * MS + rst * 100000 + port, 3, port);

			c.packet.seq += rst;
			join_wire(j, &c, ORIGIN_FORWARDED);
		}
	cr_expect_eq(join_drain(j), 3);
}

/* Of two equal RSTs, the second to the first's port begins anew. Others may come between. */
Test(join_wire, copies_among_others)
{
	struct join *j = join_begin();
	struct rst_event one = copy(5 * MS, 3, 4), other = copy(5 * MS + 20, 3, 5);

	join_wire(j, &one, ORIGIN_FORWARDED);
	received(j, 5 * MS + 10, 1, OTHER_NETNS);
	join_left(j, 5 * MS + 15, 2, ORIGIN_FORWARDED);
	join_wire(j, &other, ORIGIN_FORWARDED);
	cr_expect_eq(join_drain(j), 3);
	one.hdr.mono_ns = other.hdr.mono_ns = 50 * MS;
	other.ifindex = one.ifindex;
	join_wire(j, &one, ORIGIN_FORWARDED);
	join_wire(j, &other, ORIGIN_FORWARDED);
	cr_expect_eq(join_drain(j), 2, "sent again");
}

/* A RST that TCP join_answer_sent for no connection, as kernels before 6.10 show it: on the join_left. */
static struct rst_event answer(uint8_t flags)
{
	struct rst_event event = join_make_event(100, 1);

	event.hdr.type = RST_REC_SENT;
	event.packet = (struct rst_packet){
		.valid = 1, .answer = 1, .flags = flags, .seq = 500, .ack = 701
	};
	return event;
}

Test(join_wire, what_tcp_answered_is_dropped_next)
{
	struct join *j = join_begin();
	struct rst_event event = answer(RST_FLAG_RST);
	struct rst_rejected r = rejected(1, 0);
	struct rst_packet p;

	join_event(j, &event, DIR_SENT);
	join_rejected(j, &r);
	p = join_answered(join_any(j));
	cr_expect_eq(p.valid, 1);
	cr_expect_eq(p.seq, 77);
	cr_expect_eq(p.flags, RST_FLAG_SYN);
	cr_expect_eq(p.answer, 0);
}

Test(join_wire, an_answer_shows_what_it_answers)
{
	struct join *j = join_begin();
	struct rst_event to_syn = answer(RST_FLAG_RST | RST_FLAG_ACK);
	struct rst_event to_ack = answer(RST_FLAG_RST);
	struct rst_packet p;

	join_event(j, &to_syn, DIR_SENT);
	join_event(j, &to_ack, DIR_SENT);
	p = join_answered(join_any(j));
	cr_expect_eq(p.valid, 1);
	cr_expect_eq(p.flags, RST_FLAG_SYN);
	cr_expect_eq(p.seq, 700);
	p = join_answered(join_any(j));
	cr_expect_eq(p.valid, 1);
	cr_expect_eq(p.flags, RST_FLAG_ACK);
	cr_expect_eq(p.ack, 500);
}
