/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_wire.c: RSTs that left without TCP, and RSTs that were dropped, in the hold-back queue. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_join.h"

#define MS 1000000ULL
#define OTHER_NETNS (JOIN_NETNS + 1)
#define SEQ 4711 /* of each RST that has no reason for another */

static struct rst_event record(uint16_t type, uint64_t at_ns, uint16_t port)
{
	struct rst_event e = join_make_event(at_ns, port);

	e.hdr.type = type;
	e.sock.kind = RST_SOCK_NONE;
	e.packet.valid = 1;
	e.packet.seq = SEQ;
	return e;
}

static void wire(struct join *j, uint64_t at_ns, uint16_t port, enum origin origin)
{
	struct rst_event e = record(RST_REC_WIRE, at_ns, port);

	join_wire(j, &e, origin);
}

static void sent(struct join *j, uint64_t at_ns, uint16_t port, uint32_t netns)
{
	struct rst_event e = record(RST_REC_SENT, at_ns, port);

	e.packet.flags = RST_FLAG_ACK;
	e.packet.ack = SEQ;
	e.netns = netns;
	join_event(j, &e, DIR_SENT);
}

/* The RST that comes to the other end of wire() and sent(). */
static void received(struct join *j, uint64_t at_ns, uint16_t port, uint32_t netns)
{
	struct rst_event e = record(RST_REC_RECEIVED, at_ns, port);

	e.sock.kind = RST_SOCK_FULL;
	e.sock.rcv_nxt = SEQ + port - 1;
	e.tuple = join_other_end(&e.tuple);
	e.netns = netns;
	join_event(j, &e, DIR_RECEIVED);
}

static void arrived(struct join *j, uint64_t at_ns, uint16_t port)
{
	struct rst_event e = record(RST_REC_ARRIVED, at_ns, port);
	struct rst_arrival a = { .hdr = e.hdr,
				 .tuple = join_other_end(&e.tuple),
				 .packet = e.packet };

	join_arrival(j, &a, JOIN_NETNS);
}

static const struct join_entry *next(struct join *j)
{
	return join_next(j, 0, true);
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

		wire(j, 5 * MS, 1, rows[i].origin);
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

	wire(j, 5 * MS, 1, origin);
	received(j, 5 * MS + 1000, port, netns);
	while ((e = next(j))) {
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
	struct rst_event e = record(RST_REC_DROPPED, 5 * MS + 1000, 1);

	wire(j, 5 * MS, 1, ORIGIN_OWN_FIREWALL);
	e.tuple = join_other_end(&e.tuple);
	join_event(j, &e, DIR_RECEIVED);
	cr_expect_eq(next(j)->event.hdr.type, RST_REC_WIRE);
	cr_expect_eq(next(j)->event.hdr.type, RST_REC_DROPPED);
}

/* ---- what TCP had told of already */

static bool told(uint64_t later_ns, uint32_t netns, uint16_t port, enum origin origin)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	sent(j, 5 * MS, port, netns);
	cr_assert_not_null(next(j));
	wire(j, 5 * MS + later_ns, 1, origin);
	e = next(j);
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

/* When TCP's record may have been written over, IPv6's RST without a socket is taken for told. */
static bool told_long_ago(uint8_t family, uint32_t between, uint64_t ns)
{
	struct join *j = join_begin();
	struct rst_event late = record(RST_REC_WIRE, 5 * MS + ns, 1);

	for (uint32_t i = 0; i < between; i++) {
		sent(j, 5 * MS, 2, JOIN_NETNS);
		cr_assert_not_null(next(j));
	}
	late.tuple.family = family;
	join_wire(j, &late, ORIGIN_UNKNOWN);
	return !next(j);
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
	wire(j, 5 * MS + 1, 1, ORIGIN_FORWARDED);
	wire(j, 5 * MS + 2, 1, ORIGIN_UNKNOWN);
	cr_expect_not_null(next(j));
	cr_expect_not_null(next(j));
	cr_expect_not_null(next(j));
}

/* The receiver's other end is the reset that TCP told of, not the packet that left later. */
Test(join_wire, what_tcp_told_of_is_nobodys_mate)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	sent(j, 5 * MS, 1, OTHER_NETNS);
	{
		struct rst_event late = record(RST_REC_WIRE, 6 * MS, 1);

		late.netns = OTHER_NETNS;
		join_wire(j, &late, ORIGIN_UNKNOWN);
	}
	received(j, 6 * MS + 1000, 1, JOIN_NETNS);
	e = next(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.type, RST_REC_SENT);
	e = next(j);
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

	wire(j, 5 * MS, 1, ORIGIN_FIREWALL);
	wire(j, 5 * MS, 2, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	e = next(j);
	cr_expect_eq(e->rejected.valid, 1);
	cr_expect_eq(e->rejected.seq, 77);
	cr_expect_eq(e->rejected.flags, RST_FLAG_SYN);
	cr_expect_eq(e->rejected_ifindex, 3);
	cr_expect_eq(e->event.packet.seq, SEQ, "the RST itself stays");
	cr_expect(!next(j)->rejected.valid, "another connection's");
}

Test(join_wire, the_refused_packet_of_another_cpu)
{
	struct rst_rejected r = rejected(1, 1);
	struct join *j = join_begin();

	wire(j, 5 * MS, 1, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	cr_expect(!next(j)->rejected.valid);
}

Test(join_wire, the_refused_packet_is_no_reset_of_tcp)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();

	sent(j, 5 * MS, 1, JOIN_NETNS);
	join_rejected(j, &r);
	cr_expect(!next(j)->rejected.valid);
}

/* Two SYNs of one connection: each RST has its own. */
Test(join_wire, each_refused_packet_is_given_once)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();

	wire(j, 5 * MS, 1, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	wire(j, 6 * MS, 1, ORIGIN_FIREWALL);
	r.packet.seq = 78;
	join_rejected(j, &r);
	cr_expect_eq(next(j)->rejected.seq, 77);
	cr_expect_eq(next(j)->rejected.seq, 78);
	/* What comes when none is left changes nothing. */
	join_rejected(j, &r);
}

Test(join_wire, the_older_goes_with_what_came_later)
{
	struct rst_rejected r = rejected(1, 0);
	struct join *j = join_begin();

	wire(j, 5 * MS, 1, ORIGIN_FIREWALL);
	wire(j, 6 * MS, 1, ORIGIN_FIREWALL);
	join_rejected(j, &r);
	r.packet.seq = 78;
	join_rejected(j, &r);
	cr_expect_eq(next(j)->rejected.seq, 78);
	cr_expect_eq(next(j)->rejected.seq, 77);
}

/* ---- what passes through */

Test(join_wire, the_sender_of_what_passes)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	sent(j, 5 * MS, 1, OTHER_NETNS);
	wire(j, 5 * MS + 1000, 1, ORIGIN_FORWARDED);
	received(j, 5 * MS + 2000, 1, OTHER_NETNS + 1);
	e = next(j);
	cr_expect_eq(e->direction, DIR_SENT);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->direction, DIR_RECEIVED, "not what passes");
	e = next(j);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
	e = next(j);
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
	e = next(j);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
}

/* Of two with one number, nobody knows which it was. */
Test(join_wire, one_of_two_senders)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	sent(j, 1 * MS, 1, OTHER_NETNS);
	sent(j, 4 * MS, 1, OTHER_NETNS);
	wire(j, 5 * MS, 1, ORIGIN_FORWARDED);
	sent(j, 9 * MS, 1, OTHER_NETNS);
	next(j);
	next(j);
	e = next(j);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_expect_null(join_mate(j, e));
}

Test(join_wire, no_sender)
{
	struct join *j = join_begin();

	sent(j, 1 * MS, 1, OTHER_NETNS);
	wire(j, 2 * MS + JOIN_PATH_NS, 1, ORIGIN_FORWARDED);
	received(j, 2 * MS + JOIN_PATH_NS, 1, OTHER_NETNS);
	next(j);
	cr_expect_null(join_mate(j, next(j)), "too long ago, the receiver");
}

/* ---- a bridge that does not know where to sends a copy to each of its ports */

static struct rst_event copy(uint64_t at_ns, uint32_t in_ifindex, uint32_t ifindex)
{
	struct rst_event e = record(RST_REC_WIRE, at_ns, 1);

	e.in_ifindex = in_ifindex;
	e.ifindex = ifindex;
	return e;
}

static int left(struct join *j)
{
	int n = 0;

	while (next(j))
		n++;
	return n;
}

Test(join_wire, copies_of_a_bridge_are_one)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	sent(j, 4 * MS, 1, OTHER_NETNS);
	for (uint32_t port = 4; port < 14; port++) {
		struct rst_event c = copy(5 * MS + port * 1000, 3, port);

		join_wire(j, &c, ORIGIN_FORWARDED);
	}
	received(j, 5 * MS + 20000, 1, OTHER_NETNS + 1);
	next(j);
	e = next(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_expect_eq(e->event.ifindex, 4, "the first");
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
	e = next(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_RECEIVED);
	cr_assert_not_null(join_mate(j, e));
	cr_expect_eq(join_mate(j, e)->event.hdr.type, RST_REC_SENT);
	cr_expect_null(next(j));
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
	return left(j);
}

Test(join_wire, what_is_no_copy)
{
	for (enum differs what = COPY; what < VARIATIONS; what++)
		cr_expect_eq(two(what), what == COPY || what == LATE_BY_ONE ? 1 : 2, "variation %d",
			     what);
}

/* The same connection's next RST is flooded as well: as many as were sent. */
Test(join_wire, each_rst_of_a_flooding_bridge)
{
	struct join *j = join_begin();

	for (uint32_t rst = 0; rst < 3; rst++)
		for (uint32_t port = 4; port < 8; port++) {
			struct rst_event c = copy(5 * MS + rst * 100000 + port, 3, port);

			c.packet.seq += rst;
			join_wire(j, &c, ORIGIN_FORWARDED);
		}
	cr_expect_eq(left(j), 3);
}

/* Of two equal RSTs, the second to the first's port begins anew. Others may come between. */
Test(join_wire, copies_among_others)
{
	struct join *j = join_begin();
	struct rst_event one = copy(5 * MS, 3, 4), other = copy(5 * MS + 20, 3, 5);

	join_wire(j, &one, ORIGIN_FORWARDED);
	received(j, 5 * MS + 10, 1, OTHER_NETNS);
	wire(j, 5 * MS + 15, 2, ORIGIN_FORWARDED);
	join_wire(j, &other, ORIGIN_FORWARDED);
	cr_expect_eq(left(j), 3);
	one.hdr.mono_ns = other.hdr.mono_ns = 50 * MS;
	other.ifindex = one.ifindex;
	join_wire(j, &one, ORIGIN_FORWARDED);
	join_wire(j, &other, ORIGIN_FORWARDED);
	cr_expect_eq(left(j), 2, "sent again");
}

/* ---- what XDP had seen */

static void dropped(struct join *j, uint64_t at_ns, uint16_t port, uint32_t netns)
{
	struct rst_event e = record(RST_REC_DROPPED, at_ns, port);

	e.tuple = join_other_end(&e.tuple);
	e.netns = netns;
	join_event(j, &e, DIR_RECEIVED);
}

Test(join_wire, a_drop_takes_the_arrival)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	arrived(j, 5 * MS, 1);
	dropped(j, 5 * MS + 1000, 1, JOIN_NETNS);
	e = next(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->event.hdr.type, RST_REC_DROPPED);
	cr_expect(e->have_arrival);
	cr_expect(!e->arrival_only);
	cr_expect_eq(e->arrival.packet.seq, SEQ);
	cr_expect_null(next(j));
}

/* Where the event has the RST, the arrival must be that one. What else is in it may be changed on
 * the way. */
static bool taken_by(uint16_t type, enum direction direction, uint32_t seq, uint32_t ack,
		     uint16_t ip_id, uint32_t netns)
{
	struct join *j = join_begin();
	struct rst_event e = record(type, 5 * MS + 1000, 1);

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
	return left(j) == 1;
}

Test(join_wire, the_very_rst_takes_the_arrival)
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
Test(join_wire, each_drop_has_its_arrival)
{
	struct join *j = join_begin();
	struct rst_event e = record(RST_REC_ARRIVED, 5 * MS, 1);
	struct rst_arrival a = { .hdr = e.hdr,
				 .tuple = join_other_end(&e.tuple),
				 .packet = e.packet };
	const struct join_entry *d;

	join_arrival(j, &a, JOIN_NETNS);
	a.packet.seq++;
	join_arrival(j, &a, JOIN_NETNS);
	dropped(j, 5 * MS + 1000, 1, JOIN_NETNS);
	d = next(j);
	cr_expect(d->arrival_only);
	cr_expect_eq(d->arrival.packet.seq, SEQ + 1);
	d = next(j);
	cr_expect_eq(d->event.hdr.type, RST_REC_DROPPED);
	cr_expect_eq(d->arrival.packet.seq, SEQ);
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
	struct rst_event e = record(type, 5 * MS + 1000, 1);

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
	return left(j) == 1;
}

Test(join_wire, translated_arrivals)
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
	struct rst_event e = record(RST_REC_RECEIVED, 5 * MS + 1000, 1);
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
	return left(j) == 1;
}

Test(join_wire, a_socket_takes_what_it_would_accept)
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
Test(join_wire, a_reset_without_a_number_was_not_translated)
{
	struct join *j = join_begin();
	struct rst_event e = record(RST_REC_RECEIVED, 5 * MS + 1000, 2);

	arrived(j, 5 * MS, 1);
	e.tuple = join_other_end(&e.tuple);
	e.sock.rcv_nxt = SEQ;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect_eq(left(j), 2);
}

/* What has its own arrival takes no other, and each is taken once. */
Test(join_wire, translated_arrivals_are_taken_last_and_once)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	arrived(j, 5 * MS, 1);
	arrived(j, 5 * MS, 2);
	dropped(j, 5 * MS + 1000, 1, JOIN_NETNS);
	dropped(j, 5 * MS + 2000, 3, JOIN_NETNS);
	dropped(j, 5 * MS + 3000, 4, JOIN_NETNS);
	e = next(j);
	cr_expect_eq(e->event.tuple.local_port, 1);
	cr_expect_eq(e->arrival.tuple.local_port, 1);
	e = next(j);
	cr_expect_eq(e->event.tuple.local_port, 3);
	cr_expect(e->have_arrival);
	cr_expect_eq(e->arrival.tuple.local_port, 2);
	e = next(j);
	cr_expect_eq(e->event.tuple.local_port, 4);
	cr_expect(!e->have_arrival);
	cr_expect_null(next(j));
}

/* Not far back, and nothing that is out already. */
Test(join_wire, translated_arrivals_are_near)
{
	for (uint32_t between = 63; between <= 64; between++) {
		struct join *j = join_begin();

		arrived(j, 5 * MS, 1);
		for (uint32_t i = 0; i < between; i++)
			sent(j, 5 * MS, 9, OTHER_NETNS);
		dropped(j, 5 * MS + 1000, 2, JOIN_NETNS);
		cr_expect_eq(left(j), (int)between + (between == 63 ? 1 : 2));
	}
	struct join *j = join_begin();

	arrived(j, 5 * MS, 1);
	cr_assert_not_null(next(j));
	dropped(j, 5 * MS + 1000, 2, JOIN_NETNS);
	cr_expect(!next(j)->have_arrival);
}

Test(join_wire, a_drop_of_another_connection_takes_none)
{
	struct join *j = join_begin();
	struct rst_event e = record(RST_REC_DROPPED, 5 * MS + 1000, 2);

	arrived(j, 5 * MS, 1);
	e.tuple = join_other_end(&e.tuple);
	e.packet.seq++;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect(next(j)->arrival_only);
	cr_expect(!next(j)->have_arrival);
}

/* XDP saw it in the router's namespace, whose forward hook let it through or not. */
Test(join_wire, what_passes_takes_the_arrival)
{
	struct join *j = join_begin();
	const struct join_entry *e;

	arrived(j, 5 * MS, 1);
	wire(j, 5 * MS + 1000, 1, ORIGIN_FORWARDED);
	e = next(j);
	cr_assert_not_null(e);
	cr_expect_eq(e->direction, DIR_PASSING);
	cr_expect(e->have_arrival);
	cr_expect_null(next(j));
}

/* What leaves has not arrived, whatever its addresses. */
Test(join_wire, what_is_sent_takes_none)
{
	struct join *j = join_begin();

	arrived(j, 5 * MS, 1);
	wire(j, 5 * MS + 1000, 1, ORIGIN_FIREWALL);
	cr_expect(next(j)->arrival_only);
	cr_expect(!next(j)->have_arrival);
}

/* The namespace that XDP stands in comes first, then those behind it. */
Test(join_wire, the_arrival_of_the_same_namespace_first)
{
	struct join *j = join_begin();
	struct rst_arrival a = { .packet = { .valid = 1, .seq = SEQ, .ttl = 42 } };
	struct rst_event e = record(RST_REC_ARRIVED, 5 * MS, 1);

	a.hdr = e.hdr;
	a.tuple = join_other_end(&e.tuple);
	join_arrival(j, &a, OTHER_NETNS);
	a.packet.ttl = 43;
	join_arrival(j, &a, JOIN_NETNS);
	dropped(j, 5 * MS + 1000, 1, OTHER_NETNS);
	dropped(j, 5 * MS + 2000, 1, OTHER_NETNS);
	cr_expect_eq(next(j)->arrival.packet.ttl, 42);
	cr_expect_eq(next(j)->arrival.packet.ttl, 43);
	cr_expect_null(next(j));
}

/* The peer's close and its answer to what was still on its way bear the same number: the socket took
 * the first, and the second is the one that was dropped. */
Test(join_wire, of_two_alike_the_socket_took_the_first)
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
	e = next(j);
	cr_assert(e && e->have_arrival && !e->arrival_only);
	cr_expect_eq(e->arrival.packet.ip_id, 1);
	e = next(j);
	cr_assert(e && e->have_arrival && !e->arrival_only);
	cr_expect_eq(e->arrival.packet.ip_id, 0);
	cr_expect_null(next(j));
}

/* A RST that TCP sent for no connection, as kernels before 6.10 show it: on the wire. */
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
	p = join_answered(next(j));
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
	p = join_answered(next(j));
	cr_expect_eq(p.valid, 1);
	cr_expect_eq(p.flags, RST_FLAG_SYN);
	cr_expect_eq(p.seq, 700);
	p = join_answered(next(j));
	cr_expect_eq(p.valid, 1);
	cr_expect_eq(p.flags, RST_FLAG_ACK);
	cr_expect_eq(p.ack, 500);
}
