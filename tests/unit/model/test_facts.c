/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_facts.c: what a socket's sequence numbers, counters and states amount to. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "model/facts.h"

static struct rst_socket full(enum rst_tcp_state state, uint32_t flags)
{
	return (struct rst_socket){ .kind = RST_SOCK_FULL,
				    .state = (uint8_t)state,
				    .flags = flags };
}

/* As the tracepoints see it: CLOSE already. */
static struct rst_socket ended(enum rst_tcp_state old, uint32_t flags)
{
	struct rst_socket s = full(RST_TCP_CLOSE, flags);

	s.old_state = (uint8_t)old;
	return s;
}

Test(facts, state_before_the_reset)
{
	struct rst_socket s = full(RST_TCP_CLOSE, 0);

	cr_expect_eq(facts_state(&s), RST_TCP_CLOSE, "nobody saw the state before");
	s.old_state = RST_TCP_FIN_WAIT1;
	cr_expect_eq(facts_state(&s), RST_TCP_FIN_WAIT1);
	for (int state = RST_TCP_NONE; state <= RST_TCP_NEW_SYN_RECV; state++) {
		s.state = (uint8_t)state;
		cr_expect_eq(facts_state(&s), state == RST_TCP_CLOSE ? RST_TCP_FIN_WAIT1 : state,
			     "%d", state);
	}
}

Test(facts, bytes_received)
{
	struct rst_socket s = full(RST_TCP_CLOSE_WAIT, 0);

	s.bytes_received = 100;
	cr_expect_eq(facts_received(&s), 100);
	s.flags = RST_SF_DONE;
	cr_expect_eq(facts_received(&s), 99, "the FIN is not data");
	s.bytes_received = 1;
	cr_expect_eq(facts_received(&s), 0, "a FIN and nothing else");
	s.bytes_received = 0;
	cr_expect_eq(facts_received(&s), 0);
	s.flags = ~(uint32_t)RST_SF_DONE;
	s.bytes_received = 100;
	cr_expect_eq(facts_received(&s), 100, "no other flag is the peer's FIN");
}

static uint32_t unread(uint32_t rcv_nxt, uint32_t copied_seq, uint32_t flags)
{
	struct rst_socket s = ended(RST_TCP_CLOSE_WAIT, flags);

	s.rcv_nxt = rcv_nxt;
	s.copied_seq = copied_seq;
	cr_assert(facts_queues(&s).valid);
	return facts_queues(&s).unread;
}

Test(facts, bytes_unread)
{
	cr_expect_eq(unread(1500, 1000, 0), 500);
	cr_expect_eq(unread(1000, 1000, 0), 0);
	cr_expect_eq(unread(1500, 1000, RST_SF_DONE), 499, "the FIN is not data");
	cr_expect_eq(unread(1001, 1000, RST_SF_DONE), 0);
	cr_expect_eq(unread(1000, 1000, RST_SF_DONE), 0, "the FIN was read as well");
	cr_expect_eq(unread(100, 0xffffffff - 99, 0), 200, "across 2^32");
	cr_expect_eq(unread(0, 0xffffffff, RST_SF_DONE), 0);
	cr_expect_eq(unread(0, 0xffffffff, 0), 1);
	cr_expect_eq(unread(1000, 1001, 0), 0, "never negative");
	cr_expect_eq(unread(1000, 1001, RST_SF_DONE), 0);
	cr_expect_eq(unread(0xffffffff, 0, 0), 0, "never negative, across 2^32");
	cr_expect_eq(unread(0x7fffffff, 0, 0), 0x7fffffff, "the farthest there is");
	cr_expect_eq(unread(0x80000000, 0, 0), 0);
}

struct lost {
	uint32_t unsent, unacked;
};

/* Sent up to 1000 + SENT, acknowledged up to 1000, written up to 1000 + SENT + WAITING. */
static struct lost lost(struct rst_socket s, uint32_t sent, uint32_t waiting)
{
	struct facts_queues q;

	s.snd_una = 1000;
	s.snd_nxt = s.snd_una + sent;
	s.write_seq = s.snd_nxt + waiting;
	q = facts_queues(&s);
	cr_assert(q.valid);
	return (struct lost){ q.unsent, q.unacked };
}

static void assert_lost(struct lost l, uint32_t unsent, uint32_t unacked, const char *what)
{
	cr_expect_eq(l.unsent, unsent, "%s: %u unsent, not %u", what, l.unsent, unsent);
	cr_expect_eq(l.unacked, unacked, "%s: %u unacknowledged, not %u", what, l.unacked, unacked);
}

Test(facts, bytes_lost)
{
	assert_lost(lost(full(RST_TCP_ESTABLISHED, 0), 500, 0), 0, 500, "in flight");
	assert_lost(lost(full(RST_TCP_ESTABLISHED, 0), 0, 300), 300, 0, "waiting");
	assert_lost(lost(full(RST_TCP_ESTABLISHED, 0), 500, 300), 300, 500, "both");
	assert_lost(lost(full(RST_TCP_ESTABLISHED, 0), 0, 0), 0, 0, "neither");
}

/* Our FIN stands behind the last byte: in what was not sent yet, else in what was. */
Test(facts, our_fin_is_no_data)
{
	static const enum rst_tcp_state with_fin[] = { RST_TCP_FIN_WAIT1, RST_TCP_CLOSING,
						       RST_TCP_LAST_ACK };

	for (size_t i = 0; i < ARRAY_SIZE(with_fin); i++) {
		struct rst_socket now = full(with_fin[i], RST_SF_SEND_SHUTDOWN);
		struct rst_socket before = ended(with_fin[i], RST_SF_SEND_SHUTDOWN);

		assert_lost(lost(now, 500, 1), 0, 500, "only the FIN waits");
		assert_lost(lost(now, 500, 11), 10, 500, "it waits behind data");
		assert_lost(lost(now, 501, 0), 0, 500, "it is in flight");
		assert_lost(lost(now, 1, 0), 0, 0, "it alone is in flight");
		assert_lost(lost(now, 0, 0), 0, 0, "acknowledged");
		assert_lost(lost(before, 500, 11), 10, 500, "the state before counts");
		assert_lost(lost(before, 501, 0), 0, 500, "the state before counts");
	}
}

/* FIN_WAIT2: it was acknowledged. CLOSE_WAIT, ESTABLISHED: there is none, shutdown or not. */
Test(facts, no_fin_of_ours)
{
	static const enum rst_tcp_state without[] = { RST_TCP_ESTABLISHED, RST_TCP_FIN_WAIT2,
						      RST_TCP_CLOSE_WAIT };

	for (size_t i = 0; i < ARRAY_SIZE(without); i++) {
		struct rst_socket now = full(without[i], RST_SF_SEND_SHUTDOWN | RST_SF_DONE);
		struct rst_socket before = ended(without[i], RST_SF_SEND_SHUTDOWN | RST_SF_DONE);

		assert_lost(lost(now, 500, 300), 300, 500, "now");
		assert_lost(lost(now, 500, 0), 0, 500, "now");
		assert_lost(lost(before, 500, 300), 300, 500, "before");
	}
}

/* Both sides have closed: each queue gives up its own FIN. */
Test(facts, fin_on_both_sides)
{
	struct rst_socket s = ended(RST_TCP_LAST_ACK, RST_SF_DONE | RST_SF_SEND_SHUTDOWN);
	struct facts_queues q;

	s.rcv_nxt = 1501;
	s.copied_seq = 1000;
	s.snd_una = 7000;
	s.snd_nxt = s.write_seq = 7101;
	q = facts_queues(&s);
	cr_expect(q.valid);
	cr_expect_eq(q.unread, 500);
	cr_expect_eq(q.unsent, 0);
	cr_expect_eq(q.unacked, 100);
}

Test(facts, lost_across_the_wrap)
{
	struct rst_socket s = full(RST_TCP_ESTABLISHED, 0);
	struct facts_queues q;

	s.snd_una = 0xffffff00;
	s.snd_nxt = 0x10;
	s.write_seq = 0x110;
	q = facts_queues(&s);
	cr_expect_eq(q.unacked, 0x110);
	cr_expect_eq(q.unsent, 0x100);
	s.snd_una = 0x11;
	s.write_seq = 0xf;
	q = facts_queues(&s);
	cr_expect_eq(q.unacked, 0, "never negative");
	cr_expect_eq(q.unsent, 0, "never negative");
}

/* Before a connection stands, and without one, the numbers are not bytes. */
Test(facts, numbers_that_are_no_bytes)
{
	static const bool counts[] = {
		[RST_TCP_ESTABLISHED] = true,	[RST_TCP_FIN_WAIT1] = true,
		[RST_TCP_FIN_WAIT2] = true,	[RST_TCP_CLOSE_WAIT] = true,
		[RST_TCP_LAST_ACK] = true,	[RST_TCP_CLOSING] = true,
		[RST_TCP_CLOSE] = true, /* see below */
		[RST_TCP_NEW_SYN_RECV] = false,
	};

	for (int kind = RST_SOCK_NONE; kind <= RST_SOCK_TIMEWAIT; kind++) {
		for (int state = RST_TCP_NONE; state <= RST_TCP_NEW_SYN_RECV; state++) {
			struct rst_socket s = full((enum rst_tcp_state)state, 0);
			struct facts_queues q;
			bool valid = kind == RST_SOCK_FULL && counts[state];

			s.kind = (uint8_t)kind;
			s.rcv_nxt = s.write_seq = 500;
			s.copied_seq = s.snd_una = 100;
			s.snd_nxt = 200;
			q = facts_queues(&s);
			cr_expect_eq(q.valid, valid, "kind %d state %d", kind, state);
			cr_expect_eq(q.unread, valid ? 400 : 0, "kind %d state %d", kind, state);
			if (valid)
				continue;
			cr_expect_eq(q.unsent, 0, "kind %d state %d", kind, state);
			cr_expect_eq(q.unacked, 0, "kind %d state %d", kind, state);
		}
	}
}

Test(facts, closed_from_an_unknown_state)
{
	struct rst_socket s = ended(RST_TCP_NONE, 0);

	cr_expect(!facts_queues(&s).valid, "numbers that never moved");
	s.rcv_nxt = 500;
	cr_expect(!facts_queues(&s).valid);
	s.rcv_nxt = 0;
	s.snd_una = 500;
	cr_expect(!facts_queues(&s).valid);
	s.rcv_nxt = 500;
	cr_expect(facts_queues(&s).valid);
	s.old_state = RST_TCP_SYN_SENT;
	cr_expect(!facts_queues(&s).valid, "known, and no connection yet");
	s.old_state = RST_TCP_LISTEN;
	cr_expect(!facts_queues(&s).valid);
	s.old_state = RST_TCP_ESTABLISHED;
	cr_expect(facts_queues(&s).valid);
}

static const struct {
	uint64_t sent, received;
	uint64_t sent_ms, received_ms;
	uint32_t flags;
	bool ever;
	uint64_t idle_ms;
} idles[] = {
	{ 0, 0, 5, 5, 0, false, 0 },
	{ 9, 0, 5, 3, 0, true, 5 },
	{ 0, 9, 3, 5, 0, true, 5 },
	{ 9, 9, 5, 3, 0, true, 3 },
	{ 9, 9, 3, 5, 0, true, 3 },
	{ 9, 9, 4, 4, 0, true, 4 },
	{ 9, 9, 0, 4, 0, true, 0 },
	/* The peer's FIN is no data. */
	{ 0, 1, 7, 5, RST_SF_DONE, false, 0 },
	{ 9, 1, 7, 5, RST_SF_DONE, true, 7 },
	{ 0, 2, 3, 5, RST_SF_DONE, true, 5 },
};

Test(facts, idle)
{
	for (size_t i = 0; i < ARRAY_SIZE(idles); i++) {
		struct rst_socket s = full(RST_TCP_ESTABLISHED, idles[i].flags);
		uint64_t ms = 77;

		s.bytes_sent = idles[i].sent;
		s.bytes_received = idles[i].received;
		s.sent_ms = idles[i].sent_ms;
		s.received_ms = idles[i].received_ms;
		cr_expect_eq(facts_idle_ms(&s, &ms), idles[i].ever, "row %zu", i);
		if (idles[i].ever)
			cr_expect_eq(ms, idles[i].idle_ms, "row %zu: %lu", i, (unsigned long)ms);
	}
}

/* A FIN in flight is no data: it does not tell who spoke last where both did so within one tick. */
Test(facts, a_fin_is_not_the_last_word)
{
	struct rst_socket s = {
		.kind = RST_SOCK_FULL,
		.state = RST_TCP_CLOSE,
		.old_state = RST_TCP_FIN_WAIT1,
		.last = RST_LAST_SENT,
		.bytes_sent = 197,
		.bytes_received = 98377,
		.sent_ms = 68,
		.received_ms = 68,
		.snd_una = 1000,
		.snd_nxt = 1001,
		.write_seq = 1001,
	};

	cr_expect_eq(facts_last(&s), RST_LAST_UNKNOWN);
	s.snd_una = 900;
	cr_expect_eq(facts_last(&s), RST_LAST_SENT, "data is in flight as well");
	s.snd_una = 1000;
	s.received_ms = 72;
	cr_expect_eq(facts_last(&s), RST_LAST_SENT, "the ticks tell");
	s.received_ms = 68;
	s.old_state = RST_TCP_ESTABLISHED;
	cr_expect_eq(facts_last(&s), RST_LAST_SENT, "it has sent no FIN: a byte is in flight");
}
