/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_numbers.c: which numbers a RST bears, by what is recorded of either end. */
#include <criterion/criterion.h>

#include "base/util.h"
#include "explain/numbers.h"

#define RST(s, a, f)                                                            \
	{                                                                       \
		.seq = (s), .ack = (a), .flags = RST_FLAG_RST | (f), .valid = 1 \
	}

static struct numbers sent_for(struct rst_packet segment)
{
	struct rst_event e = { .hdr.type = RST_REC_SENT, .packet = segment };

	return numbers_of(&e, DIR_SENT, NULL);
}

static struct numbers seen(uint16_t type, struct rst_packet rst)
{
	struct rst_event e = { .hdr.type = type, .packet = rst };

	return numbers_of(&e, type == RST_REC_DROPPED ? DIR_RECEIVED : DIR_PASSING, NULL);
}

static struct numbers taken_by(struct rst_socket s)
{
	struct rst_event e = { .hdr.type = RST_REC_RECEIVED, .sock = s };

	return numbers_of(&e, DIR_RECEIVED, NULL);
}

/* A segment, and the RST that the kernel answers it with. */
static const struct {
	struct rst_packet segment, rst;
} answers[] = {
	{ { .valid = 1, .flags = RST_FLAG_SYN, .seq = 7 }, RST(0, 8, RST_FLAG_ACK) },
	{ { .valid = 1, .flags = RST_FLAG_SYN, .seq = 0xffffffff }, RST(0, 0, RST_FLAG_ACK) },
	{ { .valid = 1, .flags = RST_FLAG_FIN, .seq = 7, .length = 10 }, RST(0, 18, RST_FLAG_ACK) },
	{ { .valid = 1, .flags = 0, .seq = 7, .length = 10 }, RST(0, 17, RST_FLAG_ACK) },
	{ { .valid = 1, .flags = RST_FLAG_ACK, .seq = 7, .ack = 9, .length = 10 }, RST(9, 0, 0) },
	{ { .valid = 1, .flags = RST_FLAG_SYN | RST_FLAG_ACK, .seq = 7, .ack = 9 }, RST(9, 0, 0) },
};

Test(numbers, of_an_answer)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct numbers n = sent_for(answers[i].segment), rst, other;
		struct rst_packet changed = answers[i].rst;

		rst = seen(RST_REC_WIRE, answers[i].rst);
		cr_expect(numbers_fit(&n, &rst), "row %zu", i);
		cr_expect(numbers_fit(&rst, &n), "row %zu", i);
		changed.seq++;
		other = seen(RST_REC_DROPPED, changed);
		cr_expect(!numbers_fit(&n, &other), "row %zu", i);
		changed = answers[i].rst;
		changed.flags ^= RST_FLAG_ACK;
		other = seen(RST_REC_DROPPED, changed);
		cr_expect(!numbers_fit(&n, &other), "row %zu", i);
	}
	/* Without an ACK flag there is a number all the same, which says nothing. */
	{
		struct rst_packet rst = RST(9, 4711, 0);
		struct numbers n = sent_for(answers[4].segment), other = seen(RST_REC_WIRE, rst);

		cr_expect(numbers_fit(&n, &other));
	}
}

/* Kernels before 6.10 tell of the RST itself. */
Test(numbers, of_the_answer_itself)
{
	struct rst_packet rst = RST(9, 0, 0);
	struct numbers n, wire = seen(RST_REC_WIRE, rst);

	rst.answer = 1;
	n = sent_for(rst);
	cr_expect(numbers_fit(&n, &wire));
}

/* In which state a socket takes which number. */
static const struct {
	uint8_t state;
	struct rst_packet rst;
	bool fits;
} taken[] = {
	{ RST_TCP_ESTABLISHED, RST(100, 0, 0), true },
	{ RST_TCP_ESTABLISHED, RST(100, 5, RST_FLAG_ACK), true },
	{ RST_TCP_ESTABLISHED, RST(99, 0, 0), false },
	{ RST_TCP_ESTABLISHED, RST(101, 0, 0), false },
	{ RST_TCP_ESTABLISHED, RST(50, 100, RST_FLAG_ACK), false },
	{ RST_TCP_CLOSE_WAIT, RST(99, 0, 0), true },
	{ RST_TCP_CLOSE_WAIT, RST(98, 0, 0), false },
	{ RST_TCP_LAST_ACK, RST(99, 0, 0), true },
	{ RST_TCP_CLOSING, RST(100, 0, 0), true },
	{ RST_TCP_FIN_WAIT2, RST(99, 0, 0), false },
	{ RST_TCP_SYN_SENT, RST(0, 50, RST_FLAG_ACK), true },
	{ RST_TCP_SYN_SENT, RST(100, 50, RST_FLAG_ACK), true },
	{ RST_TCP_SYN_SENT, RST(0, 51, RST_FLAG_ACK), false },
	{ RST_TCP_SYN_SENT, RST(50, 0, 0), false },
};

Test(numbers, of_what_a_socket_takes)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		struct numbers rst = seen(RST_REC_WIRE, taken[i].rst);
		struct numbers n = taken_by((struct rst_socket){ .kind = RST_SOCK_FULL,
								 .state = taken[i].state,
								 .rcv_nxt = 100,
								 .snd_nxt = 50 });

		cr_expect_eq(numbers_fit(&rst, &n), taken[i].fits, "row %zu", i);
		cr_expect(!n.exact);
	}
}

Test(numbers, of_an_abort)
{
	struct rst_event e = {
		.hdr.type = RST_REC_SENT,
		.sock = { .kind = RST_SOCK_FULL, .snd_una = 50, .snd_nxt = 50, .rcv_nxt = 100 }
	};
	struct numbers n = numbers_of(&e, DIR_SENT, NULL), rst;
	struct rst_packet other[] = { RST(50, 100, RST_FLAG_ACK), RST(50, 101, RST_FLAG_ACK),
				      RST(51, 100, RST_FLAG_ACK), RST(50, 100, 0) };

	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		rst = seen(RST_REC_WIRE, other[i]);
		cr_expect_eq(numbers_fit(&n, &rst), i == 0, "row %zu", i);
	}
}

/* A peer that has shrunk its window gets the number at the end of that, unless the scale hides it. */
static const struct {
	uint32_t snd_una, snd_wnd, snd_nxt, flags;
	uint8_t rcv_wscale;
	uint32_t seq;
} windows[] = {
	{ 1000, 100, 1100, 0, 0, 1100 },
	{ 1000, 200, 1100, 0, 0, 1100 },
	{ 1000, 50, 1100, 0, 0, 1050 },
	{ 1000, 0, 1100, 0, 0, 1000 },
	{ 1000, 50, 1100, RST_SF_WSCALE, 5, 1050 },
	{ 1000, 50, 1100, RST_SF_WSCALE, 6, 1100 },
	{ 1000, 36, 1100, RST_SF_WSCALE, 6, 1036 },
	{ 0xffffffff, 1, 99, 0, 0, 0 },
};

Test(numbers, of_an_abort_outside_the_window)
{
	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		struct rst_event e = { .hdr.type = RST_REC_SENT,
				       .sock = { .kind = RST_SOCK_FULL,
						 .snd_una = windows[i].snd_una,
						 .snd_wnd = windows[i].snd_wnd,
						 .snd_nxt = windows[i].snd_nxt,
						 .flags = windows[i].flags,
						 .rcv_wscale = windows[i].rcv_wscale } };

		cr_expect_eq(numbers_of(&e, DIR_SENT, NULL).v[0], windows[i].seq, "row %zu", i);
	}
}

/* The peer had sent more, which came, but for something before it. */
Test(numbers, of_what_is_taken_behind_a_gap)
{
	struct rst_socket s = {
		.kind = RST_SOCK_FULL, .state = RST_TCP_ESTABLISHED, .rcv_nxt = 100, .sack_end = 900
	};
	struct rst_packet rst = RST(900, 0, 0);
	struct numbers n = taken_by(s), at_end = seen(RST_REC_WIRE, rst);

	cr_expect(!numbers_fit(&at_end, &n));
	s.flags = RST_SF_SACK;
	n = taken_by(s);
	cr_expect(numbers_fit(&at_end, &n));
	s.state = RST_TCP_CLOSE_WAIT;
	n = taken_by(s);
	cr_expect_eq(n.n, 3);
}

/* What nothing is known of fits nothing. */
Test(numbers, of_nobody)
{
	struct rst_event e = { .hdr.type = RST_REC_SENT };
	struct numbers n = numbers_of(&e, DIR_SENT, NULL),
		       zero = seen(RST_REC_WIRE, (struct rst_packet){ 0 });

	cr_expect_eq(n.n, 0);
	cr_expect(!numbers_fit(&n, &zero));
	cr_expect(!numbers_fit(&zero, &n));
}

/* XDP saw it; but if that was another one, what the socket says holds. */
Test(numbers, of_a_rst_that_was_seen)
{
	struct rst_event e = {
		.hdr.type = RST_REC_RECEIVED,
		.sock = { .kind = RST_SOCK_FULL, .state = RST_TCP_ESTABLISHED, .rcv_nxt = 100 }
	};
	struct rst_packet rst = RST(100, 7, RST_FLAG_ACK), other = RST(90, 7, RST_FLAG_ACK);

	cr_expect(numbers_of(&e, DIR_RECEIVED, &rst).exact);
	cr_expect_eq(numbers_of(&e, DIR_RECEIVED, &rst).ack, 7);
	cr_expect(!numbers_of(&e, DIR_RECEIVED, &other).exact);
	cr_expect_eq(numbers_of(&e, DIR_RECEIVED, &other).v[0], 100);
}
