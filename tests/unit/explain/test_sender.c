/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sender.c: who made a RST that a socket took, at both sides of each threshold. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/attribute.h"
#include "explain/injection.h"
#include "explain/sender.h"

#define MS_NS 1000000ULL
#define BIT(sign) (1U << (sign))

/* A client 80 ms from its peer; a second ago it was heard last; its request left 200 us ago. */
static void build_taken(struct built *b)
{
	struct rst_socket *s = &b->ev.sock;

	build_event(b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_rcv_established");
	build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HANDSHAKE);
	s->role = RST_ROLE_CLIENT;
	s->created_ns = BUILD_NOW_NS - 2000 * MS_NS - 80 * MS_NS;
	s->established_ns = BUILD_NOW_NS - 2000 * MS_NS;
	s->rtt_min_us = 80000;
	s->rtt_deviation_us = 4000;
	s->bytes_sent = 500;
	s->bytes_received = 400;
	s->heard_ms = s->received_ms = 1000;
	s->rcv_nxt = s->copied_seq = 5401;
	s->rcv_wnd = 60000;
	s->snd_una = 1400;
	s->snd_nxt = s->write_seq = 1500;
	s->in_flight_us = s->quiet_us = 200;
}

static void judge(struct built *b)
{
	b->in.role = (enum rst_role)b->ev.sock.role;
	attribute_cause(&b->in);
	sender_judge(&b->in);
}

static void assert_peer(struct built *b, uint32_t in_favour)
{
	judge(b);
	cr_expect_eq(b->in.sender.who, SENDER_PEER);
	cr_expect_eq(b->in.sender.certainty, CERTAINTY_INFERRED);
	cr_expect_eq(b->in.sender.speaks_for, in_favour, "for %x", b->in.sender.speaks_for);
	cr_expect_eq(b->in.sender.speaks_against, 0, "against %x", b->in.sender.speaks_against);
	cr_expect_eq(b->in.verdict.cause, CAUSE_RESET_BY_PEER);
	cr_expect_eq(b->in.verdict.certainty, CERTAINTY_CERTAIN);
}

static void assert_other(struct built *b, uint32_t against)
{
	judge(b);
	cr_expect_eq(b->in.sender.who, SENDER_OTHER);
	cr_expect_eq(b->in.sender.certainty, CERTAINTY_INFERRED);
	cr_expect_eq(b->in.sender.speaks_against, against, "against %x",
		     b->in.sender.speaks_against);
	cr_expect_eq(b->in.verdict.cause, CAUSE_RESET_BY_PEER, "what the socket took is certain");
	cr_expect_eq(b->in.verdict.certainty, CERTAINTY_CERTAIN);
}

Test(sender, sooner_than_the_path_is_long)
{
	struct built b;

	build_taken(&b);
	assert_other(&b, BIT(SIGN_SOONER));
	cr_expect_eq(b.in.sender.answer_ns, 200000);
	cr_expect_eq(b.in.sender.round_trip_ns, 80 * MS_NS);
	attribute_why(&b.in);
	cr_assert_str_eq(
		b.in.verdict.why,
		"after the request: nothing came back; sent 500, received 400, 100 sent and not "
		"acknowledged; sent in the peer's name, and probably not by the peer: "
		"it came 200 us after a segment of this end, and no round trip to the peer "
		"took less than 80 ms");

	b.ev.sock.in_flight_us = 10000;
	assert_other(&b, BIT(SIGN_SOONER));
	b.ev.sock.in_flight_us = 10001;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.ev.sock.in_flight_us = 79999;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.ev.sock.in_flight_us = 80000;
	assert_peer(&b, BIT(SIGN_NUMBER) | BIT(SIGN_ROUND_TRIP));
}

/* A RST past TCP may have left this host then: nobody would have told of its maker. */
Test(sender, what_was_not_watched_is_told)
{
	struct built b;

	build_taken(&b);
	assert_other(&b, BIT(SIGN_SOONER));
	cr_expect(!b.in.sender.unwatched);
	b.in.wire_missed = true;
	assert_other(&b, BIT(SIGN_SOONER));
	cr_expect(b.in.sender.unwatched);
	b.in.wire_missed = false;
	assert_other(&b, BIT(SIGN_SOONER));
	cr_expect(!b.in.sender.unwatched);
}

/* Any of these, and the time says nothing. */
Test(sender, not_sooner)
{
	struct built b;

	build_taken(&b);
	b.ev.sock.snd_una = b.ev.sock.snd_nxt;
	assert_peer(&b, BIT(SIGN_NUMBER));
	build_taken(&b);
	b.ev.sock.in_flight_us = 0;
	assert_peer(&b, BIT(SIGN_NUMBER));
	/* It may answer what was sent first. */
	build_taken(&b);
	b.ev.sock.flags |= RST_SF_REPEATED;
	assert_peer(&b, BIT(SIGN_NUMBER));
	/* A neighbour that was slow to answer before. */
	build_taken(&b);
	b.ev.sock.rtt_min_us = 300;
	assert_peer(&b, BIT(SIGN_NUMBER));
	build_taken(&b);
	b.ev.sock.rtt_min_us = 4999;
	b.ev.sock.in_flight_us = 1;
	assert_peer(&b, BIT(SIGN_NUMBER));
	/* Data came all the time: it crosses the request by chance, one time in 50. */
	build_taken(&b);
	b.ev.sock.heard_ms = 10;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.ev.sock.heard_ms = 13;
	assert_other(&b, BIT(SIGN_SOONER));
}

/* A minimum of the last five minutes only may be a peer's that delays its ACKs. */
Test(sender, the_shortest_round_trip_goes_back_to_the_handshake)
{
	struct built b;

	build_taken(&b);
	b.ev.sock.flags = 0;
	assert_other(&b, BIT(SIGN_SOONER));
	b.ev.hdr.mono_ns = 1000000 * MS_NS;
	b.ev.sock.established_ns = 700000 * MS_NS;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.ev.sock.established_ns = 710000 * MS_NS;
	assert_other(&b, BIT(SIGN_SOONER));
	b.ev.sock.established_ns = 0;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.ev.sock.flags = RST_SF_HANDSHAKE;
	assert_other(&b, BIT(SIGN_SOONER));
	b.ev.sock.rtt_min_us = 0;
	assert_peer(&b, BIT(SIGN_NUMBER));
}

/* What XDP saw of the RST tells whether it answers. */
Test(sender, what_it_acknowledges)
{
	struct built b;

	build_taken(&b);
	build_packet(&b, RST_FLAG_RST | RST_FLAG_ACK, 0);
	b.in.packet.ack = 1400;
	b.ev.sock.in_flight_us = 200;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.in.packet.ack = 1500;
	b.ev.sock.heard_ms = 0;
	assert_other(&b, BIT(SIGN_SOONER));
	b.ev.sock.in_flight_us = 20000;
	assert_other(&b, BIT(SIGN_SOONER));
	b.ev.sock.in_flight_us = 20001;
	assert_peer(&b, BIT(SIGN_NUMBER));
	build_packet(&b, RST_FLAG_RST, 0);
	b.ev.sock.in_flight_us = 200;
	b.ev.sock.heard_ms = 1000;
	assert_other(&b, BIT(SIGN_SOONER));
}

Test(sender, distance)
{
	struct built b;

	build_taken(&b);
	b.ev.sock.snd_una = b.ev.sock.snd_nxt;
	build_packet(&b, RST_FLAG_RST, 0);
	build_peer(&b, 1, 900, 52);
	injection_compare(&b.in);
	assert_other(&b, BIT(SIGN_DISTANCE));
	attribute_why(&b.in);
	cr_assert(
		strstr(b.in.verdict.why,
		       "; sent in the peer's name, and probably not by the peer: it has ttl 64 (0 "
		       "hops away), the peer's packet before had ttl 52 (12 hops away)"),
		"%s", b.in.verdict.why);
	b.in.packet.ttl = 52;
	injection_compare(&b.in);
	assert_peer(&b, BIT(SIGN_NUMBER) | BIT(SIGN_DISTANCE));
}

/* What first TTL a stack gives its RSTs is its own affair; paths change a little with time. */
Test(sender, other_first_ttl)
{
	static const struct {
		uint8_t peer, rst;
		uint32_t last_ms;
		bool other;
	} rows[] = {
		{ 64, 255, 10, false },	  { 64, 128, 10, false }, { 64, 32, 10, false },
		{ 64, 60, 10, false },	  { 59, 250, 10, false }, { 59, 123, 10, false },
		{ 250, 59, 10, false },	  { 123, 59, 10, false }, { 59, 58, 10, true },
		{ 59, 62, 10, true },	  { 59, 58, 5000, true }, { 59, 58, 5001, false },
		{ 59, 57, 9000, false },  { 59, 56, 9000, true }, { 59, 62, 60000, true },
		{ 59, 62, 60001, false }, { 33, 64, 10, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct built b;

		build_taken(&b);
		b.ev.sock.snd_una = b.ev.sock.snd_nxt;
		build_packet(&b, RST_FLAG_RST, 0);
		b.in.packet.ttl = rows[i].rst;
		build_peer(&b, 1, rows[i].last_ms, rows[i].peer);
		injection_compare(&b.in);
		judge(&b);
		cr_expect_eq(b.in.sender.who, rows[i].other ? SENDER_OTHER : SENDER_PEER,
			     "peer %u, RST %u, %u ms", rows[i].peer, rows[i].rst, rows[i].last_ms);
	}
}

/* An IP ID or a window of its own is nothing; beside something else it is. */
Test(sender, looks_alone_say_nothing)
{
	struct built b;

	build_taken(&b);
	b.ev.sock.snd_una = b.ev.sock.snd_nxt;
	build_packet(&b, RST_FLAG_RST, 0);
	build_peer(&b, 10, 900, 64);
	b.in.suspicion.ip_id = b.in.suspicion.window = true;
	assert_peer(&b, BIT(SIGN_NUMBER) | BIT(SIGN_DISTANCE));
	b.in.suspicion.other_distance = true;
	assert_other(&b, BIT(SIGN_DISTANCE) | BIT(SIGN_IP_ID) | BIT(SIGN_WINDOW));
}

/* Nothing of this end's is under way for as long as an answer takes. */
static void build_quiet(struct built *b)
{
	build_taken(b);
	b->ev.sock.in_flight_us = 0;
	b->ev.sock.snd_una = b->ev.sock.snd_nxt;
	b->ev.sock.quiet_us = 164000;
}

Test(sender, stale_ones_that_answer_nothing)
{
	struct built b;

	build_quiet(&b);
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.in.suspicion.stale = 2;
	assert_other(&b, BIT(SIGN_STALE));
	attribute_why(&b.in);
	cr_assert(strstr(b.in.verdict.why,
			 "2 with an older number came with it, though this end had "
			 "sent nothing for 164 ms that could be answered"),
		  "%s", b.in.verdict.why);
	b.ev.sock.quiet_us--;
	assert_peer(&b, BIT(SIGN_NUMBER));
	build_quiet(&b);
	b.in.suspicion.stale = 2;
	b.ev.sock.snd_nxt++;
	assert_peer(&b, BIT(SIGN_NUMBER));
	/* The answer to what was in flight before comes within 50 ms, however near the peer is. */
	build_quiet(&b);
	b.in.suspicion.stale = 2;
	b.ev.sock.rtt_min_us = b.ev.sock.rtt_deviation_us = 100;
	b.ev.sock.quiet_us = 50000;
	assert_other(&b, BIT(SIGN_STALE));
	b.ev.sock.quiet_us--;
	assert_peer(&b, BIT(SIGN_NUMBER));
}

Test(sender, the_same_again)
{
	struct built b;

	build_quiet(&b);
	b.in.suspicion.equal = 1;
	assert_peer(&b, BIT(SIGN_NUMBER));
	b.in.suspicion.other_ip_id = true;
	assert_other(&b, BIT(SIGN_REPEATED));
	b.in.suspicion.other_ip_id = false;
	b.in.suspicion.equal = 2;
	assert_other(&b, BIT(SIGN_REPEATED));
	attribute_why(&b.in);
	cr_expect_not_null(strstr(b.in.verdict.why,
				  "; sent in the peer's name, and probably not by the peer: the "
				  "same came 2 times more, though this end had sent nothing for"),
			   "%s", b.in.verdict.why);
	/* Each subflow's end resets for itself, and once more for the connection. */
	b.ev.sock.flags = RST_SF_MPTCP;
	assert_peer(&b, BIT(SIGN_NUMBER));
}

static void assert_pair(enum cause_id cause, const char *detail, const char *hook,
			enum sender_who who, enum certainty certainty, uint32_t against)
{
	struct built b;

	build_taken(&b);
	b.in.pair = (struct pair){ .there = true,
				   .own = cause != CAUSE_CRAFTED,
				   .cause = cause,
				   .detail = detail,
				   .hook = hook,
				   .pid = 12,
				   .comm = "scapy" };
	judge(&b);
	cr_expect_eq(b.in.sender.who, who, "%s: %d", cause_get(cause)->name, b.in.sender.who);
	cr_expect_eq(b.in.sender.certainty, certainty);
	cr_expect_eq(b.in.sender.speaks_against, against);
	attribute_why(&b.in);
	cr_expect_eq(!!strstr(b.in.verdict.why, "in the peer's name"), !!against, "%s",
		     b.in.verdict.why);
}

/* Who sent it on this host is seen: how soon it came, and all else, says nothing then. */
Test(sender, seen_at_the_other_end)
{
	assert_pair(CAUSE_CLOSE_UNREAD, NULL, NULL, SENDER_PEER, CERTAINTY_CERTAIN, 0);
	assert_pair(CAUSE_NO_LISTENER, NULL, NULL, SENDER_PEER, CERTAINTY_CERTAIN, 0);
	assert_pair(CAUSE_CRAFTED, "raw-socket", NULL, SENDER_PROGRAM, CERTAINTY_CERTAIN,
		    BIT(SIGN_WRITTEN));
	assert_pair(CAUSE_CRAFTED, "packet-socket", NULL, SENDER_PROGRAM, CERTAINTY_INFERRED,
		    BIT(SIGN_WRITTEN));
	/* A TUN device is a way to other hosts. */
	assert_pair(CAUSE_CRAFTED, "tun", NULL, SENDER_OTHER, CERTAINTY_INFERRED, BIT(SIGN_SOONER));
	assert_pair(CAUSE_FIREWALL_REJECT, NULL, "forward", SENDER_FIREWALL, CERTAINTY_CERTAIN,
		    BIT(SIGN_REJECTED));
	/* The peer's own. */
	assert_pair(CAUSE_FIREWALL_REJECT, NULL, "input", SENDER_FIREWALL, CERTAINTY_CERTAIN, 0);
}

Test(sender, only_of_what_was_taken)
{
	struct built b;

	build_taken(&b);
	b.in.direction = DIR_SENT;
	judge(&b);
	cr_assert_eq(b.in.sender.who, SENDER_NONE);
}

Test(sender, own_firewall)
{
	struct built b;

	build_taken(&b);
	b.in.origin = ORIGIN_OWN_FIREWALL;
	judge(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_REJECTED_LOCALLY);
	cr_assert_eq(b.in.sender.who, SENDER_FIREWALL);
	cr_assert_eq(b.in.sender.certainty, CERTAINTY_CERTAIN);
	cr_assert_eq(b.in.sender.speaks_against, BIT(SIGN_REJECTED));
}

/* What the peer sends afterwards, beside where it stood: rcv_nxt 5401, 1400 to 1500 sent. */
Test(sender, goes_on)
{
	static const struct {
		uint32_t seq, ack, length;
		uint8_t flags;
		uint32_t after_ms;
		bool goes_on;
	} rows[] = {
		{ 5401, 1400, 10, RST_FLAG_ACK, 0, true },
		{ 5401, 1500, 10, RST_FLAG_ACK, 0, true },
		{ 5401, 1501, 10, RST_FLAG_ACK, 0, false },
		{ 5401, 1399, 10, RST_FLAG_ACK, 0, false },
		{ 5400, 1500, 10, RST_FLAG_ACK, 100, false },
		{ 65401, 1500, 10, RST_FLAG_ACK, 0, true },
		{ 65402, 1500, 10, RST_FLAG_ACK, 0, false },
		{ 5401 + 0x40000000, 1500, 10, RST_FLAG_ACK, 1000, false },
		{ 5401, 1500, 0, RST_FLAG_ACK | RST_FLAG_FIN, 0, true },
		{ 5401, 1500, 0, RST_FLAG_ACK, 5, true },
		{ 5401, 1500, 0, RST_FLAG_ACK, 4, false },
		{ 5400, 1500, 0, RST_FLAG_ACK, 5, true },
		{ 5400, 1500, 1, RST_FLAG_ACK, 5, true },
		{ 5400, 1500, 1, RST_FLAG_ACK, 4, false },
		{ 5401, 1500, 10, RST_FLAG_ACK | RST_FLAG_SYN, 10, false },
		{ 5401, 1500, 0, RST_FLAG_ACK | RST_FLAG_RST, 10, false },
		{ 5401, 0, 10, 0, 10, false },
	};
	struct built b;

	build_taken(&b);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rst_packet p = { .valid = 1,
					.seq = rows[i].seq,
					.ack = rows[i].ack,
					.length = rows[i].length,
					.flags = rows[i].flags };

		cr_expect_eq(sender_goes_on(&b.ev.sock, &p, rows[i].after_ms * MS_NS),
			     rows[i].goes_on, "row %zu", i);
	}
}

/* Of a path that varies, what comes later may have been sent before. */
Test(sender, goes_on_or_was_overtaken)
{
	struct rst_packet ack = { .valid = 1, .seq = 5401, .ack = 1500, .flags = RST_FLAG_ACK };
	struct rst_packet data = ack;
	struct built b;

	data.length = 10;
	build_taken(&b);
	b.ev.sock.rtt_deviation_us = 60000;
	cr_expect_not(sender_goes_on(&b.ev.sock, &ack, 59 * MS_NS));
	cr_expect(sender_goes_on(&b.ev.sock, &ack, 60 * MS_NS));
	cr_expect(sender_goes_on(&b.ev.sock, &data, 0));
	/* It fills a hole. */
	b.ev.sock.flags = RST_SF_SACK;
	cr_expect_not(sender_goes_on(&b.ev.sock, &data, 0));
	b.ev.sock.flags = 0;
	b.ev.sock.state = RST_TCP_SYN_SENT;
	cr_expect_not(sender_goes_on(&b.ev.sock, &data, 0));
}

/* ---- two SYN-ACKs */

/* The client's SYN had number 1000 and the SYN-ACK that it took 5000; another one came. */
static void build_second(struct built *b, uint32_t seq, uint32_t ack)
{
	build_taken(b);
	b->ev.sock.bytes_acked = 400;
	build_past(b, RST_PAST_SECOND, RST_END_NOT, 20);
	b->ev.past.rcv_nxt = seq;
	b->ev.past.snd_nxt = ack;
}

Test(sender, second_syn_ack)
{
	struct built b;

	build_second(&b, 777000, 1001);
	assert_other(&b, BIT(SIGN_SOONER) | BIT(SIGN_SECOND));
	attribute_why(&b.in);
	cr_expect_not_null(
		strstr(b.in.verdict.why,
		       "two SYN-ACKs with different numbers answered this connection's SYN "
		       "(seq 5000, which was taken, and 777000, 20 ms before the RST)"),
		"%s", b.in.verdict.why);
}

/* Two hosts have the address: which of them the peer is, and so who sent the RST, stays open. */
Test(sender, a_second_syn_ack_is_told_whoever_sent_it)
{
	struct built b;

	build_second(&b, 777000, 1001);
	judge(&b);
	b.in.sender.who = SENDER_PEER;
	attribute_why(&b.in);
	cr_expect_not_null(strstr(b.in.verdict.why, "; two SYN-ACKs with different numbers"), "%s",
			   b.in.verdict.why);
	cr_expect_null(strstr(b.in.verdict.why, "in the peer's name, and"), "%s", b.in.verdict.why);
}

/* What the sentence of a suspicion begins with is not said twice. */
Test(sender, a_distance_that_was_the_suspicion_is_said_once)
{
	struct built b;
	const char *first;

	build_taken(&b);
	b.in.packet.valid = true;
	b.in.packet.ttl = 60;
	b.in.suspicion.ttl = true;
	b.in.suspicion.peer = (struct rst_peer){ .packets = 3, .ttl = 57 };
	b.in.sender.who = SENDER_OTHER;
	b.in.sender.speaks_against = BIT(SIGN_DISTANCE) | BIT(SIGN_SOONER);
	b.in.verdict.cause = CAUSE_SUSPECTED_INJECTION;
	b.in.verdict.detail = NULL;
	attribute_why(&b.in);
	first = strstr(b.in.verdict.why, "ttl 57");
	cr_assert_not_null(first, "%s", b.in.verdict.why);
	cr_expect_null(strstr(first + 1, "ttl 57"), "%s", b.in.verdict.why);
	cr_expect_not_null(strstr(b.in.verdict.why, "no round trip to the peer took less"), "%s",
			   b.in.verdict.why);
}

/* A copy of the one that was taken; what answers an earlier SYN; a server has sent the SYN-ACK itself. */
Test(sender, no_second_syn_ack)
{
	struct built b;

	build_second(&b, 5000, 1001);
	assert_other(&b, BIT(SIGN_SOONER));
	build_second(&b, 777000, 1002);
	assert_other(&b, BIT(SIGN_SOONER));
	build_second(&b, 777000, 1001);
	b.ev.sock.role = RST_ROLE_SERVER;
	assert_other(&b, BIT(SIGN_SOONER));
}

#define RECEIVED "tcp_reset < tcp_validate_incoming < tcp_v4_do_rcv < tcp_v4_rcv"

/* By a TUN device: whoever wrote it there, and no more than that. */
Test(sender, written_into_a_tun_device)
{
	struct built b;

	build_taken(&b);
	build_event(&b, DIR_RECEIVED, RECEIVED " < netif_receive_skb < tun_get_user");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0);
	build_cpu_task(&b, "slirp", 9);
	judge(&b);
	cr_expect_eq(b.in.writer.pid, 9);
	cr_expect_str_eq(b.in.writer.comm, "slirp");
	cr_expect_eq(b.in.sender.who, SENDER_PEER);
	/* Nobody knows whom the interrupt met. */
	build_event(&b, DIR_RECEIVED, RECEIVED " < __do_softirq < tun_get_user");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0);
	build_cpu_task(&b, "slirp", 9);
	judge(&b);
	cr_expect_eq(b.in.writer.pid, 0);
}

/* The sender is on this host: then the writer has only passed it on. */
Test(sender, passed_on_by_a_tun_device)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, RECEIVED " < netif_receive_skb < tun_get_user");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, 0);
	build_cpu_task(&b, "switch", 9);
	b.in.pair = (struct pair){ .there = true, .cause = CAUSE_CLOSE_UNREAD, .pid = 12 };
	judge(&b);
	cr_expect_eq(b.in.writer.pid, 0);
	cr_expect_eq(b.in.pair.relay.pid, 9);
	cr_expect_str_eq(b.in.pair.relay.comm, "switch");
	/* What is known of it already stays. */
	b.in.pair.relay.pid = 8;
	judge(&b);
	cr_expect_eq(b.in.pair.relay.pid, 8);
}

/* What a connection ignored has been written as well; what this host sent has not. */
Test(sender, written_and_ignored)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_v4_do_rcv < tcp_v4_rcv < tun_get_user");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_SYN_SENT, 0);
	build_cpu_task(&b, "pasta", 9);
	build_dropped(&b, "TCP_RESET");
	judge(&b);
	cr_expect_eq(b.in.verdict.cause, CAUSE_IGNORED);
	cr_expect_eq(b.in.writer.pid, 9);
	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv < tun_get_user");
	build_cpu_task(&b, "pasta", 9);
	judge(&b);
	cr_expect_eq(b.in.writer.pid, 0);
}

/* ---- a SYN for a connection that stood */

/* Its own SYN had number 4999: 400 bytes came since. The new one came 20 ms ago. */
static void build_new_syn(struct built *b, uint32_t seq)
{
	build_taken(b);
	b->ev.sock.bytes_received = 400;
	b->ev.sock.rcv_nxt = 5400;
	b->ev.sock.established_ns = b->ev.hdr.mono_ns - 1000000000ULL;
	build_past(b, RST_PAST_NEW_SYN, RST_END_NOT, 20);
	b->ev.past.rcv_nxt = seq;
	b->ev.past.snd_nxt = 5400;
	b->ev.sock.heard_ms = 300;
}

static void assert_new_syn(struct built *b, bool told)
{
	b->in.verdict.why[0] = '\0';
	judge(b);
	attribute_why(&b->in);
	cr_expect_eq(incident_detail_is(&b->in, "earlier-connection"), told);
	cr_expect_eq(strstr(b->in.verdict.why,
			    "; 20 ms before the RST, a new SYN (seq 777000) met this connection") !=
			     NULL,
		     told, "%s", b->in.verdict.why);
	cr_expect_eq(b->in.verdict.cause, CAUSE_RESET_BY_PEER);
}

Test(sender, new_syn)
{
	struct built b;

	build_new_syn(&b, 777000);
	assert_new_syn(&b, true);
	b.ev.sock.role = RST_ROLE_CLIENT;
	assert_new_syn(&b, true);
	b.ev.sock.established_ns = b.ev.past.at_ns;
	assert_new_syn(&b, false);
	build_new_syn(&b, 4999);
	assert_new_syn(&b, false);
	build_new_syn(&b, 777000);
	b.ev.past.at_ns = b.ev.hdr.mono_ns - 1000000000ULL;
	assert_new_syn(&b, false);
	build_new_syn(&b, 777000);
	b.ev.past.kind = RST_PAST_SECOND;
	assert_new_syn(&b, false);
	/* The peer sent something of the connection after the SYN, so it has it; the clock may be behind. */
	build_new_syn(&b, 777000);
	b.ev.past.snd_nxt = 5399;
	assert_new_syn(&b, false);
	build_new_syn(&b, 777000);
	b.ev.sock.heard_ms = 9;
	assert_new_syn(&b, false);
	b.ev.sock.heard_ms = 10;
	assert_new_syn(&b, true);
}
