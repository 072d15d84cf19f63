/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_mates.c: the records of one RST, by numbers: equal ones, translated ones, passed on. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_join.h"
#include "explain/mates.h"

#define US 1000ULL
#define MS 1000000ULL
#define SERVER 10
#define CLIENT 20
#define ROUTER 30

/* 10.0.0.ADDRESS:PORT, as one number. */
#define AT(address, port) ((uint32_t)(address) << 16 | (port))

static struct rst_tuple tuple(uint32_t local, uint32_t remote)
{
	return (struct rst_tuple){ .local = { 10, 0, 0, (uint8_t)(local >> 16) },
				   .remote = { 10, 0, 0, (uint8_t)(remote >> 16) },
				   .local_port = (uint16_t)local,
				   .remote_port = (uint16_t)remote,
				   .family = 4 };
}

static struct rst_event base(uint64_t at_ns, uint32_t netns, uint32_t local, uint32_t remote)
{
	return (struct rst_event){ .hdr.mono_ns = at_ns,
				   .netns = netns,
				   .tuple = tuple(local, remote) };
}

/* The answer to a segment that acknowledges SEQ. */
static void answer(struct join *j, uint64_t at, uint32_t ns, uint32_t from, uint32_t to,
		   uint32_t seq)
{
	struct rst_event e = base(at, ns, from, to);

	e.hdr.type = RST_REC_SENT;
	e.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_ACK, .ack = seq };
	join_event(j, &e, DIR_SENT);
}

static void abort_by(struct join *j, uint64_t at, uint32_t ns, uint32_t from, uint32_t to,
		     uint32_t seq)
{
	struct rst_event e = base(at, ns, from, to);

	e.hdr.type = RST_REC_SENT;
	e.sock = (struct rst_socket){
		.kind = RST_SOCK_FULL, .snd_una = seq, .snd_nxt = seq, .rcv_nxt = 7
	};
	join_event(j, &e, DIR_SENT);
}

/* A socket at TO took it. */
static void took(struct join *j, uint64_t at, uint32_t ns, uint32_t from, uint32_t to, uint32_t seq)
{
	struct rst_event e = base(at, ns, to, from);

	e.hdr.type = RST_REC_RECEIVED;
	e.sock = (struct rst_socket){ .kind = RST_SOCK_FULL,
				      .state = RST_TCP_ESTABLISHED,
				      .rcv_nxt = seq };
	join_event(j, &e, DIR_RECEIVED);
}

static struct rst_packet bare(uint32_t seq)
{
	return (struct rst_packet){ .valid = 1, .flags = RST_FLAG_RST, .seq = seq };
}

static void dropped(struct join *j, uint64_t at, uint32_t ns, uint32_t from, uint32_t to,
		    uint32_t seq)
{
	struct rst_event e = base(at, ns, to, from);

	e.hdr.type = RST_REC_DROPPED;
	e.packet = bare(seq);
	join_event(j, &e, DIR_RECEIVED);
}

static void wire(struct join *j, uint64_t at, uint32_t ns, uint32_t from, uint32_t to, uint32_t seq,
		 enum origin origin)
{
	struct rst_event e = base(at, ns, from, to);

	e.hdr.type = RST_REC_WIRE;
	e.packet = bare(seq);
	join_wire(j, &e, origin);
}

/* Takes all and checks which is whose mate: MATES[n] is the place of that of the entry at place N, from
 * 1 in the order they were added; 0: it has none. */
static void check(struct join *j, const int *mates, int n)
{
	const struct join_entry *e;

	while ((e = join_next(j, 0, true)))
		;
	for (int i = 1; i <= n; i++) {
		const struct join_entry *mate = join_mate(j, join_at(j, (uint64_t)i));

		cr_expect_eq(mate ? (int)mate->number : 0, mates[i - 1], "%d has %d, not %d", i,
			     mate ? (int)mate->number : 0, mates[i - 1]);
	}
}

#define CHECK(j, ...) \
	check(j, (const int[]){ __VA_ARGS__ }, (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)))

#define S AT(1, 80)
#define C AT(2, 4000)

/* Everywhere in the table: some of the pairs fall where the flood's one number does. */
Test(mates, a_flood_that_bears_one_number_hides_no_pair)
{
	for (uint32_t round = 0; round < 40; round++) {
		struct join *j = join_begin();
		const struct join_entry *e;

		for (uint32_t i = 0; i < 600; i++)
			answer(j, i * US, SERVER, S, AT(3, 1024 + i), 1);
		for (uint32_t i = 0; i < 600; i++) {
			uint32_t at = AT(4, 1024 + round * 600 + i);

			answer(j, (600 + i) * US, SERVER, S, at, 1000 + i);
			took(j, (600 + i) * US + 1, CLIENT, S, at, 1000 + i);
		}
		while ((e = join_next(j, 0, true)))
			cr_assert_eq(e->number > 600, !!join_mate(j, e), "round %u: %d", round,
				     (int)e->number);
	}
}

/* A burst: a number again and again. */
Test(mates, equal_ones_in_order_of_time)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, C, 5);
	answer(j, 11 * US, SERVER, S, C, 5);
	took(j, 12 * US, CLIENT, S, C, 5);
	answer(j, 13 * US, SERVER, S, C, 5);
	dropped(j, 14 * US, CLIENT, S, C, 5);
	dropped(j, 15 * US, CLIENT, S, C, 5);
	CHECK(j, 3, 5, 1, 6, 2, 4);
}

/* The ring has them in another order than they were. */
Test(mates, records_against_the_order)
{
	struct join *j = join_begin();

	dropped(j, 15 * US, CLIENT, S, C, 5);
	answer(j, 11 * US, SERVER, S, C, 5);
	took(j, 12 * US, CLIENT, S, C, 5);
	answer(j, 10 * US, SERVER, S, C, 5);
	CHECK(j, 2, 1, 4, 3);
}

Test(mates, each_number_has_its_own)
{
	struct join *j = join_begin();

	for (uint32_t i = 0; i < 8; i++)
		answer(j, (10 + i) * US, SERVER, S, C, 100 + i);
	for (uint32_t i = 0; i < 8; i++)
		dropped(j, (20 + i) * US, CLIENT, S, C, 107 - i);
	CHECK(j, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
}

/* One that leaves later cannot be what came before. */
Test(mates, not_of_the_future)
{
	struct join *j = join_begin();

	took(j, 10 * US, CLIENT, S, C, 5);
	answer(j, 50 * US, SERVER, S, C, 5);
	CHECK(j, 0, 0);
	j = join_begin();
	answer(j, 5 * US, SERVER, S, C, 5);
	took(j, 10 * US, CLIENT, S, C, 5);
	answer(j, 50 * US, SERVER, S, C, 5);
	CHECK(j, 2, 1, 0);
}

/* An abort is told of after it has left, by a whole interrupt. */
Test(mates, but_for_an_abort)
{
	struct join *j = join_begin();

	took(j, 10 * US, CLIENT, S, C, 5);
	abort_by(j, 5 * MS, SERVER, S, C, 5);
	CHECK(j, 2, 1);
}

/* Unless its socket says when it was. */
Test(mates, an_abort_when_it_happened)
{
	struct join *j = join_begin();
	struct rst_event e = base(50 * US, SERVER, S, C);

	answer(j, 20 * US, SERVER, S, C, 5);
	took(j, 15 * US, CLIENT, S, C, 5);
	dropped(j, 25 * US, CLIENT, S, C, 5);
	e.hdr.type = RST_REC_SENT;
	e.sock = (struct rst_socket){ .kind = RST_SOCK_FULL,
				      .state = RST_TCP_CLOSE,
				      .snd_una = 5,
				      .snd_nxt = 5,
				      .ended_ns = 40 * US };
	join_event(j, &e, DIR_SENT);
	cr_expect_eq(join_at(j, 4)->event.hdr.mono_ns, 10 * US);
	CHECK(j, 3, 4, 1, 2);
}

/* The SYN came again after a second: the first RST was lost. */
Test(mates, the_nearer_of_two_far_apart)
{
	struct join *j = join_begin();

	answer(j, 10 * MS, SERVER, S, C, 5);
	answer(j, 1010 * MS, SERVER, S, C, 5);
	took(j, 1011 * MS, CLIENT, S, C, 5);
	CHECK(j, 0, 3, 2);
}

#define VIP AT(96, 80)

Test(mates, translated_at_one_end)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, C, 5);
	wire(j, 11 * US, ROUTER, VIP, C, 5, ORIGIN_FORWARDED);
	took(j, 12 * US, CLIENT, VIP, C, 5);
	CHECK(j, 3, 1, 1);
}

/* A scanner has one number for all, and one port: of two servers behind it, nobody knows which. */
Test(mates, not_one_of_two_translated)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, C, 5);
	answer(j, 11 * US, SERVER, AT(3, 80), C, 5);
	dropped(j, 12 * US, CLIENT, VIP, C, 5);
	dropped(j, 13 * US, CLIENT, AT(97, 80), C, 5);
	CHECK(j, 0, 0, 0, 0);
}

/* Masquerading keeps the port where it can: that tells one from the other. */
Test(mates, the_port_tells_two_apart)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, AT(30, 6000), 5);
	answer(j, 11 * US, SERVER, S, AT(30, 6001), 5);
	wire(j, 12 * US, ROUTER, S, AT(2, 6000), 5, ORIGIN_FORWARDED);
	wire(j, 13 * US, ROUTER, S, AT(2, 6001), 5, ORIGIN_FORWARDED);
	took(j, 14 * US, CLIENT, S, AT(2, 6000), 5);
	took(j, 15 * US, CLIENT, S, AT(2, 6001), 5);
	CHECK(j, 5, 6, 1, 2, 1, 2);
}

/* One that is another's says nothing of this one, although it passed the same way. */
Test(mates, not_by_what_passed_for_another)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, AT(30, 6000), 5);
	answer(j, 11 * US, SERVER, S, AT(30, 7001), 5);
	answer(j, 11 * US, SERVER, S, AT(30, 7002), 5);
	wire(j, 12 * US, ROUTER, S, AT(2, 6000), 5, ORIGIN_FORWARDED);
	wire(j, 13 * US, ROUTER, S, AT(2, 6001), 5, ORIGIN_FORWARDED);
	wire(j, 13 * US, ROUTER, S, AT(2, 6002), 5, ORIGIN_FORWARDED);
	CHECK(j, 0, 0, 0, 1, 0, 0);
}

/* But not what is another's with both ends. */
Test(mates, the_same_ends_come_first)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, C, 5);
	answer(j, 11 * US, SERVER, AT(3, 80), C, 5);
	dropped(j, 12 * US, CLIENT, S, C, 5);
	CHECK(j, 3, 0, 1);
}

/* Equal ones of one translated flow. */
Test(mates, translated_and_equal)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, C, 5);
	answer(j, 11 * US, SERVER, S, C, 5);
	took(j, 12 * US, CLIENT, VIP, C, 5);
	dropped(j, 13 * US, CLIENT, VIP, C, 5);
	CHECK(j, 3, 4, 1, 2);
}

/* Both ends changed, each by a router of its own: what passes there has an end of each. */
Test(mates, translated_twice)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, AT(30, 6000), 5);
	wire(j, 11 * US, ROUTER, VIP, AT(30, 6000), 5, ORIGIN_FORWARDED);
	wire(j, 12 * US, ROUTER + 1, VIP, C, 5, ORIGIN_FORWARDED);
	took(j, 13 * US, CLIENT, VIP, C, 5);
	CHECK(j, 4, 1, 1, 1);
}

static uint32_t entry_netns;
static struct translation entry;

static bool translated(void *context, uint32_t netns, const struct rst_tuple *t,
		       struct translation *out)
{
	(void)context;
	(void)t;
	*out = entry;
	return netns == entry_netns;
}

/* Both ends changed by one router: only its conntrack can tell. */
Test(mates, translated_at_both_ends)
{
	for (int known = 0; known < 3; known++) {
		struct join *j = join_begin();

		j->translated = translated;
		entry_netns = known == 1 ? ROUTER : 0;
		entry = (struct translation){ .there = true,
					      .original = tuple(C, VIP),
					      .reply = tuple(S, AT(30, 6000)) };
		if (known == 2) {
			entry_netns = ROUTER;
			entry.reply = tuple(AT(9, 80), AT(30, 6000));
		}
		answer(j, 10 * US, SERVER, S, AT(30, 6000), 5);
		wire(j, 11 * US, ROUTER, VIP, C, 5, ORIGIN_FORWARDED);
		took(j, 12 * US, CLIENT, VIP, C, 5);
		if (known == 1)
			CHECK(j, 3, 1, 1);
		else
			CHECK(j, 0, 0, 0);
	}
}

static void came(struct join *j, uint64_t at, uint32_t from, uint32_t to, uint32_t was_from,
		 uint32_t was_to, uint32_t seq)
{
	struct rst_translated t = {
		.hdr.mono_ns = at,
		.tuple = tuple(from, to),
		.came = tuple(was_from, was_to),
		.seq = seq,
	};

	join_came(j, &t);
}

/* Conntrack has nothing any more of a connect that was refused, but the RST knew. */
Test(mates, the_ends_that_it_came_in_with)
{
	for (int known = 0; known < 3; known++) {
		struct join *j = join_begin();

		answer(j, 9 * US, SERVER + 1, AT(8, 80), AT(30, 6001), 5);
		answer(j, 10 * US, SERVER, S, AT(30, 6000), 5);
		wire(j, 11 * US, ROUTER, VIP, C, 5, ORIGIN_FORWARDED);
		if (known)
			came(j, 11 * US + 1, VIP, C, S, AT(30, known == 1 ? 6000 : 6002), 5);
		wire(j, 12 * US, ROUTER, VIP, AT(2, 4001), 5, ORIGIN_FORWARDED);
		took(j, 13 * US, CLIENT, VIP, C, 5);
		if (known == 1)
			CHECK(j, 0, 5, 2, 0, 2);
		else
			CHECK(j, 0, 0, 0, 0, 0);
	}
}

/* It belongs to the RST right before it, of these ends and this number. */
Test(mates, whose_ends_they_were)
{
	for (int wrong = 0; wrong < 4; wrong++) {
		struct join *j = join_begin();

		answer(j, 10 * US, SERVER, S, AT(30, 6000), 5);
		wire(j, 11 * US, ROUTER, VIP, C, 5, ORIGIN_FORWARDED);
		came(j, wrong == 1 ? 5 * MS : 11 * US + 1, wrong == 2 ? S : VIP, C, S, AT(30, 6000),
		     wrong == 3 ? 6 : 5);
		took(j, 13 * US, CLIENT, VIP, C, 5);
		if (wrong)
			CHECK(j, 0, 0, 0);
		else
			CHECK(j, 3, 1, 1);
	}
}

/* A program forwards frames: what it writes had been sent by TCP before. */
Test(mates, passed_on_by_a_program)
{
	struct join *j = join_begin();

	answer(j, 10 * US, SERVER, S, C, 5);
	wire(j, 150 * MS, ROUTER, S, C, 5, ORIGIN_WRITTEN);
	took(j, 151 * MS, CLIENT, S, C, 5);
	CHECK(j, 3, 1, 1);
	cr_expect(join_at(j, 2)->relayed);
	cr_expect_eq(join_at(j, 2)->direction, DIR_PASSING);
	cr_expect_eq(mates_relay_of(j, join_at(j, 1)), join_at(j, 2));
	cr_expect_eq(mates_relay_of(j, join_at(j, 3)), join_at(j, 2));
}

/* One with the FIN's number, one with the next: a socket that has the FIN takes either, and took the first. */
Test(mates, passed_on_once_more)
{
	struct join *j = join_begin();
	struct rst_event e = base(52 * MS, CLIENT, C, S);

	answer(j, 10 * US, SERVER, S, C, 5);
	wire(j, 50 * MS, ROUTER, S, C, 5, ORIGIN_WRITTEN);
	e.hdr.type = RST_REC_RECEIVED;
	e.sock = (struct rst_socket){ .kind = RST_SOCK_FULL,
				      .state = RST_TCP_CLOSE_WAIT,
				      .rcv_nxt = 6 };
	join_event(j, &e, DIR_RECEIVED);
	answer(j, 90 * MS, SERVER, S, C, 6);
	mates_find(j, 3);
	wire(j, 140 * MS, ROUTER, S, C, 6, ORIGIN_WRITTEN);
	dropped(j, 141 * MS, CLIENT, S, C, 6);
	CHECK(j, 3, 1, 1, 6, 4, 4);
	cr_expect(join_at(j, 2)->relayed);
	cr_expect(join_at(j, 5)->relayed);
}

/* TCP tells of its abort late. */
Test(mates, passed_on_before_tcp_tells)
{
	struct join *j = join_begin();
	struct rst_event e = base(100 * US, ROUTER, S, C);

	e.hdr.type = RST_REC_WIRE;
	e.packet = bare(5);
	e.packet.flags |= RST_FLAG_ACK;
	e.packet.ack = 7;
	join_wire(j, &e, ORIGIN_TUN);
	took(j, 110 * US, CLIENT, S, C, 5);
	abort_by(j, 120 * US, SERVER, S, C, 5);
	CHECK(j, 3, 3, 2);
	cr_expect(join_at(j, 1)->relayed);
}

/* One who writes a RST of his own does not wait for TCP's, has another number, or comes too late. */
Test(mates, a_writer_is_no_relay)
{
	struct join *j = join_begin();

	wire(j, 10 * US, ROUTER, S, C, 5, ORIGIN_WRITTEN);
	took(j, 11 * US, CLIENT, S, C, 5);
	answer(j, 20 * US, SERVER, S, C, 5);
	CHECK(j, 2, 1, 0);
	cr_expect(!join_at(j, 1)->relayed);

	j = join_begin();
	answer(j, 10 * US, SERVER, S, C, 6);
	wire(j, 11 * US, ROUTER, S, C, 5, ORIGIN_WRITTEN);
	took(j, 12 * US, CLIENT, S, C, 5);
	CHECK(j, 0, 3, 2);
	cr_expect(!join_at(j, 2)->relayed);

	j = join_begin();
	answer(j, 10 * US, SERVER, S, C, 5);
	took(j, 11 * US, CLIENT, S, C, 5);
	wire(j, 20 * US, ROUTER, S, C, 5, ORIGIN_WRITTEN);
	CHECK(j, 2, 1, 0);
	cr_expect(!join_at(j, 3)->relayed);
}
