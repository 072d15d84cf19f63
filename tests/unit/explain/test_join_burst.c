/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_join_burst.c: RSTs that come together: a peer's own, and those of somebody who guesses. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_join.h"

#define MS 1000000ULL
#define NEXT 5000 /* what the peer would send next */
#define COOKIE 70 /* of the connection's socket */
#define SEQS 8
#define END 0xdeadbeef

enum seen {
	TAKEN = 1, /* by the socket, and XDP saw it */
	BLIND,	   /* by the socket; nobody saw the RST itself */
	DROPPED,   /* by TCP, which looked at the socket */
	GONE,	   /* there was no socket any more, but its end is remembered */
	LONE,	   /* XDP saw it, nothing else */
};

static uint16_t ip_id; /* of what is added */

static void add(struct join *j, enum seen how, uint64_t at_ns, uint32_t seq, uint32_t next)
{
	struct rst_event e = join_make_event(at_ns, 1);
	struct rst_arrival a = { .hdr = { .mono_ns = at_ns }, .tuple = e.tuple };

	a.packet.valid = e.packet.valid = 1;
	a.packet.seq = e.packet.seq = seq;
	a.packet.ip_id = e.packet.ip_id = ip_id;
	if (how == TAKEN || how == LONE)
		join_arrival(j, &a, JOIN_NETNS);
	if (how == LONE)
		return;
	e.hdr.type = how == DROPPED || how == GONE ? RST_REC_DROPPED : RST_REC_RECEIVED;
	e.sock.state = RST_TCP_ESTABLISHED;
	e.sock.rcv_nxt = next;
	e.sock.cookie = COOKIE;
	if (how == GONE) {
		memset(&e.sock, 0, sizeof(e.sock));
		e.past.cookie = COOKIE;
		e.past.kind = RST_PAST_CONNECTION;
		e.past.rcv_nxt = next;
	}
	join_event(j, &e, DIR_RECEIVED);
}

static struct suspicion look(struct join *j)
{
	struct suspicion s = { .resets = 99, .ahead = 99 };
	const struct join_entry *e = join_next(j, 0, true);

	cr_assert_not_null(e);
	join_burst(j, e, &s);
	return s;
}

/* What comes with the one that the socket took. */
Test(join_burst, company)
{
	struct join *j = join_begin();
	struct suspicion s;

	add(j, DROPPED, 1 * MS, NEXT - 100, NEXT);
	cr_assert_not_null(join_next(j, 0, true));
	add(j, BLIND, 2 * MS, NEXT, NEXT);
	add(j, GONE, 3 * MS, NEXT, NEXT);
	add(j, GONE, 4 * MS, NEXT, NEXT);
	add(j, GONE, 5 * MS, NEXT - 1, NEXT);
	s = look(j);
	cr_expect_eq(s.equal, 2);
	cr_expect_eq(s.stale, 2);
	cr_expect_not(s.other_ip_id, "copies, for all that is known");
	cr_expect_not(s.burst);
}

/* Copies of the network's bear one IP ID. */
Test(join_burst, ip_ids_of_equal_ones)
{
	static const struct {
		enum seen first;
		uint16_t id[3];
		bool other;
	} ids[] = {
		{ BLIND, { 7, 8, 8 }, false },
		{ BLIND, { 7, 8, 9 }, true },
		{ TAKEN, { 7, 7, 7 }, false },
		{ TAKEN, { 7, 8, 8 }, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct join *j = join_begin();
		struct suspicion s;

		for (size_t n = 0; n < 3; n++) {
			ip_id = ids[i].id[n];
			add(j, n ? GONE : ids[i].first, (n + 1) * MS, NEXT, NEXT);
		}
		s = look(j);
		cr_expect_eq(s.equal, 2, "row %zu: %u", i, s.equal);
		cr_expect_eq(s.other_ip_id, ids[i].other, "row %zu", i);
	}
}

struct row {
	const char *name;
	uint32_t seq[SEQS]; /* END behind the last */
	bool burst;
	uint32_t ahead;
};

/* The first is taken by the socket; the others come when it has gone. */
static const struct row rows[] = {
	/* what peers do */
	{ "one", { NEXT, END }, false, 0 },
	{ "one, data is missing before it", { NEXT + 1460, END }, false, 1 },
	{ "the same again and again", { NEXT, NEXT, NEXT, NEXT, END }, false, 0 },
	{ "the same again, ahead", { NEXT + 1460, NEXT + 1460, NEXT + 1460, END }, false, 1 },
	{ "one for each of our ACKs",
	  { NEXT, NEXT - 1460, NEXT - 2920, NEXT - 4380, END },
	  false,
	  0 },
	{ "its last number, and one for an ACK", { NEXT + 1460, NEXT, END }, false, 1 },
	{ "its last number, and one for each ACK",
	  { NEXT - 2920, NEXT - 1460, NEXT, NEXT + 4380, END },
	  false,
	  1 },
	/* what injectors do */
	{ "exact, and a segment and a window on",
	  { NEXT, NEXT + 1460, NEXT + 4380, END },
	  true,
	  2 },
	{ "the same backwards", { NEXT + 4380, NEXT + 1460, NEXT, END }, true, 2 },
	{ "two ahead", { NEXT + 1, NEXT + 2, END }, true, 2 },
	{ "two ahead, again and again", { NEXT + 1, NEXT + 2, NEXT + 1, NEXT + 2, END }, true, 2 },
	{ "through the window",
	  { NEXT + 1000, NEXT + 2000, NEXT + 3000, NEXT + 4000, NEXT + 5000, NEXT + 6000, END },
	  true,
	  6 },
};

static uint32_t count_of(const struct row *r)
{
	uint32_t n = 0;

	while (r->seq[n] != END)
		n++;
	return n;
}

static void check(const struct row *r, enum seen first, enum seen others, uint32_t shift)
{
	struct join *j = join_begin();
	uint32_t n = count_of(r), low = 0, high = 0;
	struct suspicion s;

	for (uint32_t i = 0; i < n; i++) {
		add(j, i ? others : first, (5 + i) * MS, r->seq[i] + shift, NEXT + shift);
		if (r->seq[i] <= NEXT)
			continue;
		low = !low || r->seq[i] < low ? r->seq[i] : low;
		high = r->seq[i] > high ? r->seq[i] : high;
	}
	s = look(j);
	cr_expect_eq(s.burst, r->burst, "%s (%d, %d, %u)", r->name, first, others, shift);
	cr_expect_eq(s.ahead, r->ahead, "%s: %u ahead", r->name, s.ahead);
	cr_expect_eq(s.resets, n, "%s: %u resets", r->name, s.resets);
	if (!r->ahead)
		return;
	cr_expect_eq(s.first_seq, low + shift, "%s: from %u", r->name, s.first_seq);
	cr_expect_eq(s.last_seq, high + shift, "%s: to %u", r->name, s.last_seq);
}

Test(join_burst, sequences)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		check(&rows[i], TAKEN, GONE, 0);
		check(&rows[i], DROPPED, DROPPED, 0);
		check(&rows[i], DROPPED, GONE, 0);
		check(&rows[i], GONE, GONE, 0);
		/* Across the end of the numbers. */
		check(&rows[i], DROPPED, DROPPED, 0U - NEXT);
		check(&rows[i], DROPPED, DROPPED, 0U - NEXT - 2000);
		check(&rows[i], DROPPED, DROPPED, 0x80000000U - NEXT - 2000);
	}
}

/* Without -i the RST that was taken is not seen, but those that follow are. */
Test(join_burst, without_xdp)
{
	struct join *j = join_begin();
	struct suspicion s;

	add(j, BLIND, 5 * MS, NEXT, NEXT);
	add(j, GONE, 6 * MS, NEXT + 1460, NEXT);
	add(j, GONE, 7 * MS, NEXT + 4380, NEXT);
	s = look(j);
	cr_expect(s.burst);
	cr_expect_eq(s.resets, 2);
	cr_expect_eq(s.ahead, 2);
	cr_expect_eq(s.first_seq, NEXT + 1460);
	cr_expect_eq(s.last_seq, NEXT + 4380);
}

/* Every RST of the burst is told as one of it, the last like the first. */
Test(join_burst, from_each_of_them)
{
	struct join *j = join_begin();

	add(j, TAKEN, 5 * MS, NEXT, NEXT);
	add(j, GONE, 6 * MS, NEXT + 1460, NEXT);
	add(j, GONE, 7 * MS, NEXT + 4380, NEXT);
	cr_expect(look(j).burst);
	cr_expect(look(j).burst);
	cr_expect(look(j).burst);
	cr_expect(join_empty(j));
}

/* An arrival alone does not tell which connection it was for. */
Test(join_burst, what_nobody_met)
{
	struct join *j = join_begin();
	struct suspicion s;

	add(j, DROPPED, 5 * MS, NEXT + 1, NEXT);
	add(j, LONE, 6 * MS, NEXT + 1460, NEXT);
	add(j, LONE, 7 * MS, NEXT + 4380, NEXT);
	for (uint32_t i = 0; i < 3; i++) {
		s = look(j);
		cr_expect(!s.burst);
		cr_expect_eq(s.resets, !i);
		cr_expect_eq(s.ahead, !i);
	}
}

/* The same ends, soon after each other: each connection has numbers of its own. */
static struct suspicion in_turn(enum rst_socket_kind kind, uint64_t cookie, uint64_t other)
{
	struct join *j = join_begin();

	for (uint32_t i = 0; i < 2; i++) {
		struct rst_event e = join_make_event((5 + i) * MS, 1);

		e.hdr.type = RST_REC_DROPPED;
		e.packet.valid = 1;
		e.packet.seq = NEXT + 1460 * (i + 1);
		e.sock.kind = (uint8_t)kind;
		e.sock.state = RST_TCP_ESTABLISHED;
		e.past.kind = RST_PAST_CONNECTION;
		e.sock.rcv_nxt = e.past.rcv_nxt = NEXT;
		*(kind == RST_SOCK_FULL ? &e.sock.cookie : &e.past.cookie) = i ? other : cookie;
		join_event(j, &e, DIR_RECEIVED);
	}
	return look(j);
}

Test(join_burst, connections_in_turn)
{
	/* A listener gets what its connections that have ended cannot any more. */
	static const enum rst_socket_kind kinds[] = { RST_SOCK_FULL, RST_SOCK_NONE,
						      RST_SOCK_LISTENER };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		cr_expect(in_turn(kinds[i], COOKIE, COOKIE).burst);
		cr_expect(in_turn(kinds[i], 1ULL << 40, 1ULL << 40).burst);
		cr_expect(!in_turn(kinds[i], COOKIE, COOKIE + 1).burst);
		cr_expect_eq(in_turn(kinds[i], COOKIE, COOKIE + 1).resets, 1);
		cr_expect(!in_turn(kinds[i], COOKIE, COOKIE | 1ULL << 40).burst);
		/* One that has no number, or none that is known. */
		cr_expect(!in_turn(kinds[i], COOKIE, 0).burst);
		cr_expect(!in_turn(kinds[i], 0, 0).burst);
		cr_expect_eq(in_turn(kinds[i], 0, 0).resets, 0);
	}
}

/* Only what is of the same connection moves the base. */
Test(join_burst, the_next_connection_is_no_base)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_event(8 * MS, 1);

	add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
	add(j, DROPPED, 6 * MS, NEXT + 2920, NEXT);
	e.hdr.type = RST_REC_DROPPED;
	e.sock.state = RST_TCP_ESTABLISHED;
	e.sock.cookie = COOKIE + 1;
	e.sock.rcv_nxt = NEXT + 100000;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect(look(j).burst);
}

static struct suspicion apart(uint64_t ns)
{
	struct join *j = join_begin();

	add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
	add(j, DROPPED, 5 * MS + ns, NEXT + 4380, NEXT);
	return look(j);
}

Test(join_burst, within_a_moment)
{
	cr_expect(apart(JOIN_BURST_NS).burst);
	cr_expect(!apart(JOIN_BURST_NS + 1).burst);
	cr_expect_eq(apart(JOIN_BURST_NS + 1).resets, 1);
}

/* Data may have come between two RSTs: both are measured by the farthest that is known. */
Test(join_burst, the_peer_goes_on)
{
	struct join *j = join_begin();
	struct suspicion s;

	add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
	add(j, DROPPED, 6 * MS, NEXT + 2920, NEXT + 1460);
	s = look(j);
	cr_expect(!s.burst);
	cr_expect_eq(s.ahead, 1);
	/* Seen from the other record as well, and when the records came the other way round. */
	j = join_begin();
	add(j, DROPPED, 6 * MS, NEXT + 2920, NEXT + 1460);
	add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
	s = look(j);
	cr_expect(!s.burst);
	cr_expect_eq(s.ahead, 1);
}

Test(join_burst, another_connection)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_event(6 * MS, 2);

	e.sock.cookie = COOKIE;
	add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
	e.hdr.type = RST_REC_DROPPED;
	e.packet.valid = 1;
	e.packet.seq = NEXT + 4380;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect(!look(j).burst);
}

/* The same bucket is not the same connection: that of the other direction always shares it. */
Test(join_burst, the_other_direction)
{
	struct join *j = join_begin();
	struct rst_event e = join_make_event(6 * MS, 1);

	add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
	e.sock.cookie = COOKIE;
	e.hdr.type = RST_REC_DROPPED;
	e.tuple = join_other_end(&e.tuple);
	e.packet.valid = 1;
	e.packet.seq = NEXT + 4380;
	join_event(j, &e, DIR_RECEIVED);
	cr_expect_eq(look(j).resets, 1);
}

/* What this host sends on the same connection is no RST that came. */
Test(join_burst, what_is_sent_or_passes_does_not_count)
{
	static const enum direction others[] = { DIR_SENT, DIR_PASSING };

	for (size_t i = 0; i < 2; i++) {
		struct join *j = join_begin();
		struct rst_event e = join_make_event(6 * MS, 1);

		add(j, DROPPED, 5 * MS, NEXT + 1460, NEXT);
		e.sock.cookie = COOKIE;
		e.hdr.type = RST_REC_DROPPED;
		e.packet.valid = 1;
		e.packet.seq = NEXT + 4380;
		join_event(j, &e, others[i]);
		cr_expect_eq(look(j).resets, 1);
	}
}

/* An arrival that a socket took is one RST, not two. */
Test(join_burst, nothing_counts_twice)
{
	struct join *j = join_begin();
	struct suspicion s;

	add(j, TAKEN, 5 * MS, NEXT + 1, NEXT);
	s = look(j);
	cr_expect_eq(s.resets, 1);
	cr_expect_eq(s.ahead, 1);
}

/* Nothing says what the peer would have sent next. */
Test(join_burst, without_a_base)
{
	struct join *j = join_begin();
	struct suspicion s;

	add(j, LONE, 5 * MS, NEXT + 1460, NEXT);
	add(j, LONE, 6 * MS, NEXT + 4380, NEXT);
	s = look(j);
	cr_expect(!s.burst);
	cr_expect_eq(s.resets, 0);
	cr_expect_eq(s.ahead, 0);
}

/* Before its SYN-ACK the peer has no number; a listener, TIME_WAIT and a found socket tell none. */
Test(join_burst, sockets_without_a_number)
{
	static const struct {
		enum rst_socket_kind kind;
		enum rst_tcp_state state;
		enum rst_past_kind past;
	} none[] = {
		{ RST_SOCK_FULL, RST_TCP_SYN_SENT, RST_PAST_NONE },
		{ RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_PAST_LISTENER },
		{ RST_SOCK_FOUND, RST_TCP_ESTABLISHED, RST_PAST_CONNECTION },
		{ RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, RST_PAST_CONNECTION },
		{ RST_SOCK_FOUND, RST_TCP_ESTABLISHED, RST_PAST_NONE },
		{ RST_SOCK_NONE, RST_TCP_NONE, RST_PAST_LISTENER },
		{ RST_SOCK_NONE, RST_TCP_NONE, RST_PAST_HANDSHAKE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		struct join *j = join_begin();

		for (uint32_t k = 0; k < 3; k++) {
			struct rst_event e = join_make_event((5 + k) * MS, 1);

			e.hdr.type = RST_REC_DROPPED;
			e.packet.valid = 1;
			e.packet.seq = 1000 * (k + 1);
			e.sock.kind = (uint8_t)none[i].kind;
			e.sock.state = (uint8_t)none[i].state;
			e.past.kind = (uint8_t)none[i].past;
			e.sock.cookie = e.past.cookie = COOKIE;
			join_event(j, &e, DIR_RECEIVED);
		}
		cr_expect(!look(j).burst, "row %zu", i);
	}
}

/* Sixteen numbers are told apart, and sixty-four RSTs looked at: enough, and no more. */
Test(join_burst, limits)
{
	struct join *j = join_begin();
	struct suspicion s;

	for (uint32_t i = 0; i < 100; i++)
		add(j, DROPPED, 5 * MS + i, NEXT + 1 + i, NEXT);
	s = look(j);
	cr_expect(s.burst);
	cr_expect_eq(s.resets, 64);
	cr_expect_eq(s.ahead, 16);
	/* The newest are looked at first. */
	cr_expect_eq(s.last_seq, NEXT + 100);
	cr_expect_eq(s.first_seq, NEXT + 100 - 63);
}
