/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_retold.c: what the numbers of a RST follow from. */
#include <criterion/criterion.h>
#include <string.h>

#include "output/retold.h"
#include "sample.h"

static struct sample sample;
static struct retold r;

static void setup(void)
{
	sample_fill(&sample);
}

TestSuite(retold, .init = setup);

static void expect(uint8_t flags, uint32_t seq, uint32_t ack, enum retold_from from)
{
	cr_assert(retold_reset(&r, &sample.in));
	cr_assert_eq(r.segment.flags, flags, "flags %x", r.segment.flags);
	cr_assert_eq(r.segment.seq, seq, "seq %u", r.segment.seq);
	cr_assert_eq(r.segment.ack, ack, "ack %u", r.segment.ack);
	cr_assert_eq(r.from, from);
}

static bool goes(const uint8_t *from, uint16_t from_port, const uint8_t *to, uint16_t to_port)
{
	return r.segment.source == from && r.segment.source_port == from_port &&
	       r.segment.destination == to && r.segment.destination_port == to_port;
}

static struct rst_packet packet(uint8_t flags)
{
	return (struct rst_packet){ .valid = 1,
				    .seq = 100,
				    .ack = 900,
				    .length = 10,
				    .window = 512,
				    .ttl = 57,
				    .ip_id = 77,
				    .flags = flags };
}

Test(retold, aborted_by_the_socket)
{
	const struct rst_tuple *t = &sample.ev.tuple;

	sample.ev.sock.snd_wnd = 65535;
	expect(RST_FLAG_RST | RST_FLAG_ACK, 1100, 0x100, RETOLD_SOCKET);
	cr_assert(goes(t->local, 8080, t->remote, 51234));
	cr_assert_not(r.ttl || r.window || r.ip_id);
	cr_assert_eq(r.segment.ttl, 64);
	cr_assert_not(retold_provoking(&r, &sample.in));
}

/* A RST with a number beyond the peer's window would be ignored there; of scaled windows, the last bits are not told. */
Test(retold, not_beyond_the_peers_window)
{
	sample.ev.sock.snd_wnd = 50;
	expect(RST_FLAG_RST | RST_FLAG_ACK, 1050, 0x100, RETOLD_SOCKET);
	sample.ev.sock.flags = RST_SF_WSCALE;
	sample.ev.sock.rcv_wscale = 5;
	expect(RST_FLAG_RST | RST_FLAG_ACK, 1050, 0x100, RETOLD_SOCKET);
	sample.ev.sock.rcv_wscale = 7;
	expect(RST_FLAG_RST | RST_FLAG_ACK, 1100, 0x100, RETOLD_SOCKET);
}

Test(retold, answer_to_a_segment_with_ack)
{
	const struct rst_tuple *t = &sample.ev.tuple;

	sample.in.packet = packet(RST_FLAG_ACK | RST_FLAG_PSH);
	expect(RST_FLAG_RST, 900, 0, RETOLD_ANSWER);
	cr_assert(r.window && !r.ttl && !r.ip_id);
	cr_assert(retold_provoking(&r, &sample.in));
	cr_assert(goes(t->remote, 51234, t->local, 8080));
	cr_assert_eq(r.segment.flags, RST_FLAG_ACK | RST_FLAG_PSH);
	cr_assert_eq(r.segment.seq, 100u);
	cr_assert_eq(r.segment.ack, 900u);
	cr_assert_eq(r.segment.length, 10u);
	cr_assert_eq(r.segment.window, 512);
	cr_assert_eq(r.segment.ttl, 57);
	cr_assert_eq(r.segment.ip_id, 77);
	cr_assert(r.ttl && r.window && r.ip_id);
}

/* SYN and FIN count as one byte each. */
Test(retold, answer_to_one_without)
{
	sample.in.packet = packet(RST_FLAG_SYN);
	expect(RST_FLAG_RST | RST_FLAG_ACK, 0, 111, RETOLD_ANSWER);
	sample.in.packet = packet(RST_FLAG_FIN);
	expect(RST_FLAG_RST | RST_FLAG_ACK, 0, 111, RETOLD_ANSWER);
	sample.in.packet = packet(RST_FLAG_PSH);
	expect(RST_FLAG_RST | RST_FLAG_ACK, 0, 110, RETOLD_ANSWER);
	/* Without the flag, the field says nothing. */
	cr_assert(retold_provoking(&r, &sample.in));
	cr_assert_eq(r.segment.ack, 0u);
}

Test(retold, received_and_not_seen)
{
	const struct rst_tuple *t = &sample.ev.tuple;

	sample.in.direction = DIR_RECEIVED;
	expect(RST_FLAG_RST, 0x100, 0, RETOLD_EXPECTED);
	cr_assert(goes(t->remote, 51234, t->local, 8080));
	sample.ev.sock.old_state = RST_TCP_SYN_SENT;
	expect(RST_FLAG_RST | RST_FLAG_ACK, 0, 1100, RETOLD_EXPECTED);
}

Test(retold, seen_itself)
{
	sample.in.direction = DIR_RECEIVED;
	sample.in.packet = packet(RST_FLAG_RST | RST_FLAG_ACK);
	expect(RST_FLAG_RST | RST_FLAG_ACK, 100, 900, RETOLD_SEEN);
	cr_assert_eq(r.segment.ttl, 57);
	cr_assert_not(retold_provoking(&r, &sample.in), "it provoked nothing");
}

Test(retold, passing)
{
	const struct rst_tuple *t = &sample.ev.tuple;

	sample.in.direction = DIR_PASSING;
	sample.in.packet = packet(RST_FLAG_RST);
	expect(RST_FLAG_RST, 100, 0, RETOLD_SEEN);
	cr_assert(goes(t->local, 8080, t->remote, 51234));
}

Test(retold, refused_by_a_firewall)
{
	sample.in.packet = packet(RST_FLAG_SYN);
	sample.in.rst = packet(RST_FLAG_RST | RST_FLAG_ACK);
	sample.in.rst.seq = 5;
	expect(RST_FLAG_RST | RST_FLAG_ACK, 5, 900, RETOLD_SEEN);
	cr_assert(retold_provoking(&r, &sample.in));
	cr_assert_eq(r.segment.flags, RST_FLAG_SYN);
}

Test(retold, of_which_nothing_is_known)
{
	sample.ev.sock = (struct rst_socket){ .kind = RST_SOCK_LISTENER };
	expect(RST_FLAG_RST, 0, 0, RETOLD_NOTHING);
	sample.ev.tuple.family = 0;
	cr_assert_not(retold_reset(&r, &sample.in));
}

Test(retold, what_it_carries)
{
	sample.in.packet = packet(RST_FLAG_RST);
	sample.in.packet.length = 3;
	sample.in.carried = (struct carried){ .options = 4, .payload = 3, .bytes = "\1\1\1\1why" };
	cr_assert(retold_reset(&r, &sample.in));
	cr_assert_eq(r.segment.options_len, 4);
	cr_assert_eq(r.segment.payload_len, 3);
	cr_assert_eq(memcmp(r.segment.payload, "why", 3), 0);
	/* More than there is room for is of a line that was made up. */
	sample.in.carried.options = 90;
	sample.in.carried.payload = 90;
	cr_assert(retold_reset(&r, &sample.in));
	cr_assert_eq(r.segment.options_len, 0);
}

Test(retold, an_attack)
{
	struct attack_report a;

	sample_attack(&a);
	cr_assert(retold_attack(&r, &a));
	cr_assert(goes(a.tuple.local, 0, a.tuple.remote, 0));
	cr_assert_eq(r.segment.flags, RST_FLAG_RST);
	a.direction = DIR_RECEIVED;
	a.have_seq = true;
	a.first_seq = 17;
	cr_assert(retold_attack(&r, &a));
	cr_assert(goes(a.tuple.remote, 0, a.tuple.local, 0));
	cr_assert_eq(r.segment.seq, 17u);
	a.tuple.family = 0;
	cr_assert_not(retold_attack(&r, &a));
}
