/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_exchange.c: what a connection was at, and whether its end was harmless: by what was lost, the same
 * whichever way the race went. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/attribute.h"
#include "explain/exchange.h"

#define K1 "tcp_send_active_reset < __tcp_close < tcp_close"
#define K4 "tcp_send_active_reset < tcp_disconnect < __tcp_close < tcp_close"
#define P7 "tcp_v4_send_reset < tcp_v4_do_rcv"
#define P2 "tcp_v4_send_reset < tcp_v4_rcv"
#define RECEIVED "tcp_reset < tcp_validate_incoming"

#define SERVER RST_ROLE_SERVER
#define CLIENT RST_ROLE_CLIENT
#define SENT RST_LAST_SENT
#define GOT RST_LAST_RECEIVED

/* How the race went. */
enum way { UNREAD, LATE, TIMEWAIT, EARLIER, LINGER, TAKEN };

struct one {
	const char *what;
	enum way way;
	enum rst_role role;
	enum rst_last last;
	uint32_t read, sent;
	uint32_t more; /* unread, or late */
	uint32_t unsent, window;
	uint32_t life_us; /* 0: not known */
	uint32_t idle_ms; /* before what is unread, or the close */
	uint32_t shut_ms;
	uint32_t linger0;
	const char *detail; /* NULL: none */
	bool benign;
};

static void build_socket_of(struct built *b, const struct one *o)
{
	struct rst_socket *s = &b->ev.sock;

	s->role = (uint8_t)o->role;
	s->last = (uint8_t)o->last;
	s->rcv_nxt = 1000;
	s->copied_seq = o->way == UNREAD || o->way == TAKEN ? 1000 - o->more : 1000;
	s->bytes_received = o->read + (1000 - s->copied_seq);
	s->bytes_sent = o->sent;
	s->snd_una = s->snd_nxt = 2000;
	s->write_seq = 2000 + o->unsent;
	s->snd_wnd = o->window;
	s->received_ms = 10;
	s->sent_ms = 10 + o->idle_ms;
	if (o->life_us)
		s->established_ns = (b->ev.closer.at_ns ? b->ev.closer.at_ns : BUILD_NOW_NS) -
				    o->life_us * 1000ULL;
	if (o->linger0)
		s->flags |= RST_SF_LINGER;
}

static void build_past_of(struct built *b, const struct one *o)
{
	struct rst_past *past = &b->ev.past;

	build_past(b, RST_PAST_CONNECTION, RST_END_CLOSE, 3);
	build_past_closer(b, "nginx", 12, 3);
	past->role = (uint8_t)o->role;
	past->last = (uint8_t)o->last;
	past->bytes_received = o->read;
	past->bytes_sent = o->sent;
	past->life_us = o->life_us ? o->life_us : RST_NEVER;
	past->idle_ms = o->read + o->sent ? o->idle_ms : RST_NEVER_MS;
	past->shut_ms = o->shut_ms;
}

static void build(struct built *b, const struct one *o)
{
	static const char *const stacks[] = { K1, P7, P7, P2, K4, RECEIVED };

	build_event(b, o->way == TAKEN ? DIR_RECEIVED : DIR_SENT, stacks[o->way]);
	if (o->way == LATE || o->way == TIMEWAIT || o->way == EARLIER)
		build_packet(b, RST_FLAG_ACK | RST_FLAG_PSH, o->more);
	switch (o->way) {
	case UNREAD:
	case LINGER:
		build_socket(b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
		b->ev.sock.old_state = RST_TCP_ESTABLISHED;
		build_socket_of(b, o);
		break;
	case TAKEN:
		build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
		build_socket_of(b, o);
		break;
	case LATE:
		build_socket(b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
		b->ev.sock.old_state = RST_TCP_FIN_WAIT2;
		build_closer(b, "nginx", 12, 3);
		b->ev.closer.idle_ms = o->read + o->sent ? o->idle_ms : RST_NEVER_MS;
		b->ev.closer.shut_ms = o->shut_ms;
		build_socket_of(b, o);
		break;
	case TIMEWAIT:
		build_socket(b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0);
		build_past_of(b, o);
		break;
	case EARLIER:
		build_past_of(b, o);
		break;
	}
}

static void check(const struct one *o)
{
	const struct verdict *v;
	struct built b;

	build(&b, o);
	build_attribute(&b);
	v = &b.in.verdict;
	cr_expect_eq(v->benign, o->benign, "%s, way %d: benign %d: %s", o->what, o->way, v->benign,
		     v->why);
	if (!o->detail && o->way == TIMEWAIT && v->detail)
		cr_expect_str_eq(v->detail, "time-wait", "%s", o->what);
	else if (!o->detail || !v->detail)
		cr_expect_eq(v->detail, o->detail, "%s, way %d: detail %s", o->what, o->way,
			     v->detail ? v->detail : "none");
	else
		cr_expect_str_eq(v->detail, o->detail, "%s, way %d", o->what, o->way);
}

/* One situation, however its race went. */
static void check_ways(struct one o, const enum way *ways, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		o.way = ways[i];
		check(&o);
	}
}

static const enum way closes[] = { UNREAD, LATE, TIMEWAIT, EARLIER };
static const enum way late[] = { LATE, TIMEWAIT, EARLIER };

/* clang-format off */
static const struct one always[] = {
	{ "a request crosses an idle close", 0, SERVER, SENT, 27, 38, 28, 0, 65535, 2000000, 1000, 0, 0,
	  "idle-timeout-race", false },
	{ "not idle for long: a pause is no race", 0, SERVER, SENT, 27, 38, 28, 0, 65535, 2000000, 499, 0, 0,
	  NULL, false },
	{ "nothing was exchanged before: no keep-alive", 0, SERVER, SENT, 0, 38, 28, 0, 65535, 2000000, 1000,
	  0, 0, NULL, false },
	{ "a client that is turned away", 0, SERVER, 0, 0, 0, 14, 0, 65535, 400, 0, 0, 0, "turned-away",
	  false },
	{ "the same with a word of why", 0, SERVER, SENT, 0, 42, 14, 0, 65535, 400, 0, 0, 0, "turned-away",
	  false },
	{ "not turned away: it was kept for long", 0, SERVER, 0, 0, 0, 14, 0, 65535, 5000000, 0, 0, 0, NULL,
	  false },
	{ "not turned away: it was read from", 0, SERVER, GOT, 10, 0, 14, 0, 65535, 400, 0, 0, 0, NULL, false },
	{ "a TLS close_notify crosses the close", 0, SERVER, SENT, 700, 1500, 24, 0, 65535, 0, 0, 0, 0,
	  "close-notify", true },
	{ "of TLS 1.2, after a pause", 0, SERVER, SENT, 700, 1500, 31, 0, 65535, 0, 60000, 0, 0,
	  "close-notify", true },
	{ "that size, but no TLS handshake went before", 0, SERVER, SENT, 31, 38, 31, 0, 65535, 0, 1000, 0, 0,
	  "idle-timeout-race", false },
	{ "another size", 0, SERVER, SENT, 700, 1500, 32, 0, 65535, 0, 1000, 0, 0, "idle-timeout-race", false },
	{ "a body over the limit", 0, SERVER, SENT, 500, 300, 1448, 0, 65535, 0, 0, 0, 0, "early-answer",
	  false },
};

static const struct one after[] = {
	{ "an answer that a half-close cut", 0, CLIENT, SENT, 0, 70, 60, 0, 65535, 0, 500, 500, 0,
	  "answer-cut", false },
	{ "the same, of which some had come", 0, CLIENT, GOT, 60, 70, 60, 0, 65535, 0, 500, 500, 0,
	  "answer-cut", false },
	{ "a client that leaves in the middle of its answer", 0, CLIENT, GOT, 60, 70, 1448, 0, 65535, 0, 0, 0,
	  0, NULL, true },
	{ "a client that waited no longer", 0, CLIENT, SENT, 60, 70, 60, 0, 65535, 0, 500, 0, 0,
	  "unanswered", false },
	{ "nothing but a FIN came", 0, SERVER, SENT, 60, 70, 0, 0, 65535, 0, 1000, 0, 0, NULL, true },
};

static const struct one single[] = {
	{ "a slow reader", UNREAD, SERVER, SENT, 9, 2000, 6, 43000, 0, 0, 700, 0, 0, "slow-reader", false },
	{ "a slow reader", LATE, SERVER, SENT, 9, 2000, 6, 98000, 0, 0, 700, 0, 0, "slow-reader", false },
	{ "a slow reader", LINGER, SERVER, SENT, 9, 2000, 0, 98000, 100, 0, 700, 0, 0, "slow-reader", false },
	{ "not slow: its window is open", LATE, SERVER, SENT, 9, 2000, 6, 98000, 65535, 0, 700, 0, 0, NULL,
	  false },
	{ "a close_notify, but an answer was thrown away", UNREAD, SERVER, SENT, 700, 1500, 24, 10, 65535, 0,
	  0, 0, 0, "close-notify", false },
	{ "one ticket that nobody reads", UNREAD, CLIENT, GOT, 740, 597, 255, 0, 65535, 0, 0, 0, 0,
	  "session-tickets", true },
	{ "less than a ticket", UNREAD, CLIENT, GOT, 740, 597, 179, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "more than one, and not two", UNREAD, CLIENT, GOT, 740, 597, 301, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "more than two", UNREAD, CLIENT, GOT, 740, 597, 602, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "a ticket, of a check that ends in a reset", UNREAD, CLIENT, GOT, 740, 597, 255, 0, 65535, 0, 0, 0, 1,
	  "session-tickets", true },
	{ "a probe of a server that greets", UNREAD, CLIENT, GOT, 0, 0, 16, 0, 65535, 10000, 0, 0, 0, "probe",
	  true },
	{ "the same, by SO_LINGER 0", UNREAD, CLIENT, GOT, 0, 0, 16, 0, 65535, 10000, 0, 0, 1, "probe", true },
	{ "the greeting came too late", LATE, CLIENT, 0, 0, 0, 16, 0, 65535, 10000, 0, 0, 0, "probe", true },
	{ "the same, in FIN_WAIT2", TIMEWAIT, CLIENT, 0, 0, 0, 16, 0, 65535, 10000, 0, 0, 0, "probe", true },
	{ "it waited for the greeting", LATE, CLIENT, 0, 0, 0, 16, 0, 65535, 502000, 0, 0, 0, NULL, false },
	{ "it had read the greeting", UNREAD, CLIENT, GOT, 5, 0, 11, 0, 65535, 10000, 0, 0, 0, NULL, false },
	{ "no greeting is as long", LATE, CLIENT, 0, 0, 0, 1000, 0, 65535, 10000, 0, 0, 0, NULL, false },
	{ "it had asked", LATE, CLIENT, SENT, 0, 5, 16, 0, 65535, 10000, 0, 0, 0, "unanswered", false },
	{ "a half-close is no probe", LATE, CLIENT, 0, 0, 0, 16, 0, 65535, 10000, 0, 5, 0, "answer-cut", false },
	{ "a probe, after the greeting", TAKEN, SERVER, SENT, 0, 16, 0, 0, 65535, 10000, 0, 0, 0, "probe", true },
	{ "no greeting is as long", TAKEN, SERVER, SENT, 0, 1000, 0, 0, 65535, 10000, 0, 0, 0, NULL, false },
	{ "tickets that nobody reads", UNREAD, CLIENT, GOT, 1400, 600, 510, 0, 65535, 0, 0, 0, 0,
	  "session-tickets", true },
	{ "an answer of that size", UNREAD, CLIENT, GOT, 0, 300, 510, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "an intended reset", UNREAD, SERVER, GOT, 70, 0, 60, 0, 65535, 0, 0, 0, 1, "intended", false },
	{ "turned away by SO_LINGER 0", LINGER, SERVER, 0, 0, 0, 0, 0, 65535, 400, 0, 0, 1, "turned-away",
	  false },
	{ "a probe", LINGER, CLIENT, 0, 0, 0, 0, 0, 65535, 400, 0, 0, 1, "probe", true },
	{ "no probe: it waited for half a second", LINGER, CLIENT, 0, 0, 0, 0, 0, 65535, 502000, 0, 0, 1, NULL,
	  false },
	{ "a health check with its answer", LINGER, CLIENT, GOT, 40, 18, 0, 0, 65535, 2000, 0, 0, 1,
	  "delivered", true },
	{ "a check that waited no longer", LINGER, CLIENT, SENT, 0, 18, 0, 0, 65535, 502000, 500, 0, 1,
	  "unanswered", false },
	{ "an answer, and SO_LINGER 0", LINGER, SERVER, SENT, 18, 40, 0, 0, 65535, 2000, 0, 0, 1, "delivered",
	  true },
	{ "a request that has no answer, and SO_LINGER 0", LINGER, SERVER, GOT, 27, 0, 0, 0, 65535, 2000, 0, 0, 1,
	  NULL, false },
	{ "a request, and SO_LINGER 0", LINGER, SERVER, GOT, 18, 40, 0, 0, 65535, 2000, 0, 0, 1, "delivered",
	  false },
	{ "a probe", TAKEN, SERVER, 0, 0, 0, 0, 0, 65535, 100, 0, 0, 0, "probe", true },
	{ "no probe: it waited", TAKEN, SERVER, 0, 0, 0, 0, 0, 65535, 502000, 0, 0, 0, NULL, false },
	{ "turned away, as the client sees it", TAKEN, CLIENT, 0, 0, 0, 0, 0, 65535, 100, 0, 0, 0, NULL,
	  false },
	{ "a client that left after its answer", TAKEN, SERVER, SENT, 18, 40, 0, 0, 65535, 0, 0, 0, 0, NULL,
	  true },
	{ "one that left in the middle", TAKEN, SERVER, SENT, 18, 40, 0, 1, 65535, 0, 0, 0, 0, NULL, false },
	{ "one whose request waits", TAKEN, SERVER, GOT, 18, 40, 0, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "one whose request is not read", TAKEN, SERVER, SENT, 18, 40, 5, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "a request that nobody answers", TAKEN, CLIENT, SENT, 18, 40, 0, 0, 65535, 0, 0, 0, 0, NULL, false },
	{ "a connection pool's", TAKEN, CLIENT, GOT, 18, 40, 0, 0, 65535, 0, 0, 0, 0, NULL, false },
};
/* clang-format on */

Test(exchange, whichever_way_the_race_went)
{
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		check_ways(always[i], closes, ARRAY_SIZE(closes));
}

Test(exchange, what_comes_after_a_close)
{
	for (size_t i = 0; i < ARRAY_SIZE(after); i++)
		check_ways(after[i], late, ARRAY_SIZE(late));
}

Test(exchange, each)
{
	for (size_t i = 0; i < ARRAY_SIZE(single); i++)
		check(&single[i]);
}

Test(exchange, a_crash_is_never_benign)
{
	struct one o = { "", LATE, SERVER, SENT, 60, 70, 0, 0, 65535, 0, 0, 0, 0, NULL, true };
	struct built b;

	build(&b, &o);
	build_attribute(&b);
	cr_assert(b.in.verdict.benign);
	b.ev.closer.task.exiting = 1;
	b.ev.closer.task.exit_code = 9;
	build_attribute(&b);
	cr_expect_not(b.in.verdict.benign);
	b.ev.closer.task.exit_code = 1 << 8;
	build_attribute(&b);
	cr_expect_not(b.in.verdict.benign);
}

/* Who resets knows; where that is not known, what this end has lost decides. */
Test(exchange, both_ends_are_the_same)
{
	struct one o = { "", TAKEN, SERVER, SENT, 18, 40, 0, 0, 65535, 0, 0, 0, 0, NULL, true };
	struct built b;

	build(&b, &o);
	b.in.pair = (struct pair){ .there = true, .own = true, .cause = CAUSE_PROCESS_KILLED };
	build_attribute(&b);
	cr_expect_not(b.in.verdict.benign);
	o.last = GOT;
	build(&b, &o);
	b.in.pair = (struct pair){
		.there = true, .own = true, .cause = CAUSE_DATA_AFTER_CLOSE, .benign = true
	};
	build_attribute(&b);
	cr_expect(b.in.verdict.benign);
	b.in.pair.own = false;
	build_attribute(&b);
	cr_expect_not(b.in.verdict.benign, "a forged one knows nothing");
}

/* What ss -K ended, or a kill, was nobody's probe, however early it was; the other end says so. */
Test(exchange, a_probe_only_if_the_other_end_was_one)
{
	struct one o = { "", TAKEN, SERVER, 0, 0, 0, 0, 0, 65535, 400, 0, 0, 0, NULL, true };
	struct built b;

	build(&b, &o);
	b.in.pair = (struct pair){ .there = true, .own = true, .cause = CAUSE_SOCKET_DESTROYED };
	build_attribute(&b);
	cr_expect_null(b.in.verdict.detail, "%s", b.in.verdict.detail);
	cr_expect_not(b.in.verdict.benign);
	cr_expect_null(strstr(b.in.verdict.why, "probe"), "%s", b.in.verdict.why);
	b.in.pair = (struct pair){
		.there = true, .own = true, .cause = CAUSE_LINGER_ZERO, .benign = true
	};
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.detail, "probe");
	cr_expect(b.in.verdict.benign);
	/* A forged one knows nothing. */
	b.in.pair = (struct pair){ .there = true, .cause = CAUSE_CRAFTED };
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.detail, "probe");
}

static uint64_t unacked(struct built *b, bool *exact)
{
	struct exchange x;

	build_attribute(b);
	exchange_of(&b->in, &x);
	*exact = x.exact;
	return x.unacked;
}

/* The RST's own ACK, or what the other end has received, shows what has come there. */
Test(exchange, what_was_delivered_is_not_lost)
{
	struct one o = { "", TAKEN, SERVER, SENT, 18, 40, 0, 0, 65535, 0, 0, 0, 0, NULL, true };
	struct built b;
	bool exact;

	build(&b, &o);
	b.ev.sock.snd_una = 1960;
	cr_expect_eq(unacked(&b, &exact), 40);
	cr_expect_not(exact);
	cr_expect_not(b.in.verdict.benign);
	build_packet(&b, RST_FLAG_RST | RST_FLAG_ACK, 0);
	cr_expect_eq(unacked(&b, &exact), 0);
	cr_expect(exact);
	cr_expect(b.in.verdict.benign);
	b.in.packet.ack = 1990;
	cr_expect_eq(unacked(&b, &exact), 10);
	cr_expect_str_eq(b.in.verdict.why, "mid-transfer; sent 40, received 18, 10 lost");
	b.in.packet.ack = 2001;
	cr_expect_eq(unacked(&b, &exact), 40, "not this connection's number");
	cr_expect_not(exact);
	b.in.pair = (struct pair){ .have_numbers = true, .rcv_nxt = 2000, .unread = 7 };
	cr_expect_eq(unacked(&b, &exact), 0);
	cr_expect_str_eq(b.in.verdict.why,
			 "mid-transfer; sent 40, received 18, 7 unread by the peer");
}

/* A fast open brought the request with the SYN, and it is as unanswered as it would be after the handshake. */
Test(exchange, half_open_with_a_request)
{
	struct one o = { "", TAKEN, SERVER, GOT, 10, 0, 0, 0, 65535, 0, 0, 0, 0, NULL, false };
	struct built b;

	build(&b, &o);
	build_attribute(&b);
	cr_expect_not(b.in.verdict.benign);
	b.ev.sock.state = RST_TCP_SYN_RECV;
	build_attribute(&b);
	cr_expect_not(b.in.verdict.benign);
	b.ev.sock.bytes_received = 0;
	b.ev.sock.last = RST_LAST_UNKNOWN;
	build_attribute(&b);
	cr_expect(b.in.verdict.benign);
}

/* It may be as short as can be, if the answer went out behind it. */
Test(exchange, an_answer_that_did_not_read_all_of_the_request)
{
	struct one o = {
		"", UNREAD, SERVER, SENT, 100, 45, 400, 0, 65535, 18000, 0, 0, 0, NULL, 0
	};
	struct built b;

	build(&b, &o);
	b.ev.sock.received_ms = 20;
	b.ev.sock.sent_ms = 16;
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why,
			 "closed with 400 bytes unread (the last came 20 ms before), after "
			 "reading 100 and sending 45, 18 ms after the handshake: it had answered "
			 "without waiting for the rest of the request");
	b.ev.sock.bytes_sent = 40000000;
	build_attribute(&b);
	cr_expect_null(b.in.verdict.detail,
		       "it may be another request, sent in the middle of an answer");
	b.ev.sock.bytes_sent = 45;
	b.ev.sock.sent_ms = 20;
	build_attribute(&b);
	cr_expect_null(b.in.verdict.detail, "it may be another request");
	b.ev.sock.sent_ms = 16;
	b.ev.sock.role = CLIENT;
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.detail, "unanswered", "a client does not answer");
}

static void expect_late(struct one o, const char *how)
{
	struct built b;

	build(&b, &o);
	build_attribute(&b);
	cr_expect(strstr(b.in.verdict.why, how), "%s: %s", how, b.in.verdict.why);
	if (o.way == LATE) {
		o.way = EARLIER;
		expect_late(o, how);
	}
}

/* A client's own timeout is told by the age of its connection, and by what it waits for. */
Test(exchange, what_had_passed_before_and_when)
{
	struct one o = { "", LATE, CLIENT, SENT, 0, 5, 500, 0, 65535, 30000000, 0, 0, 0, NULL, 0 };

	expect_late(o,
		    "closed the connection, having received nothing before, with its last request "
		    "unanswered, 30 s after the handshake");
	o.read = 7;
	expect_late(o,
		    ", after reading 7 and sending 5, with its last request unanswered, 30 s after "
		    "the handshake");
	o.last = GOT;
	expect_late(o, ", after reading 7 and sending 5");
	o.sent = 0;
	expect_late(o, ", after reading 7 and answering nothing, 30 s after the handshake");
	o.way = LINGER;
	o.sent = 5;
	o.read = 0;
	o.last = SENT;
	expect_late(
		o,
		"after reading 0 and sending 5, with its last request unanswered, 30 s after the "
		"handshake");
	o.sent = 0;
	expect_late(o, "before any data, 30 s after the handshake");
}

/* An exchange of long ago says nothing by its age. */
Test(exchange, the_age_is_told_where_it_says_something)
{
	struct one o = { "", LATE, SERVER, SENT, 7, 5, 500, 0, 65535, 30000000, 0, 0, 0, NULL, 0 };
	struct built b;

	build(&b, &o);
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, "handshake"), "%s", b.in.verdict.why);
	o.life_us = 999999;
	build(&b, &o);
	build_attribute(&b);
	cr_expect(strstr(b.in.verdict.why, "ms after the handshake"), "%s", b.in.verdict.why);
	/* Fast open: closed before its handshake was over. */
	o.way = UNREAD;
	build(&b, &o);
	b.ev.sock.established_ns = 0;
	b.ev.sock.created_ns = BUILD_NOW_NS - 571000;
	build_attribute(&b);
	cr_expect(strstr(b.in.verdict.why, ", 571 us after the SYN"), "%s", b.in.verdict.why);
}

static void expect_taken(enum rst_role role, uint64_t sent_ms, uint64_t received_ms,
			 const char *why)
{
	struct one o = { "", TAKEN, role, 0, 5, 7, 0, 0, 65535, 0, 0, 0, 0, NULL, 0 };
	struct built b;

	build(&b, &o);
	b.ev.sock.sent_ms = sent_ms;
	b.ev.sock.received_ms = received_ms;
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why, why);
}

Test(exchange, the_phase_in_words)
{
	expect_taken(CLIENT, 9, 20,
		     "after the request: nothing came back for 9 ms; sent 7, received 5");
	expect_taken(CLIENT, 0, 20, "after the request: nothing came back; sent 7, received 5");
	expect_taken(
		SERVER, 20, 9,
		"after the request, which was not answered yet, 9 ms later; sent 7, received 5");
	expect_taken(SERVER, 20, 0,
		     "after the request, which was not answered yet; sent 7, received 5");
	expect_taken(SERVER, 9, 20, "after 9 ms idle; sent 7, received 5");
	expect_taken(SERVER, 0, 20, "after the answer; sent 7, received 5");
}

Test(exchange, a_probe_that_comes_regularly)
{
	struct one o = { "", TAKEN, SERVER, 0, 0, 0, 0, 0, 65535, 400, 0, 0, 0, NULL, 0 };
	struct built b;

	build(&b, &o);
	b.in.regular = (struct regular){ .every_ns = 500000000, .count = 3 };
	build_attribute(&b);
	cr_expect(strstr(b.in.verdict.why, ": a probe, as of a health check, every 500 ms from "),
		  "%s", b.in.verdict.why);
	o.way = LINGER;
	o.role = CLIENT;
	build(&b, &o);
	b.in.regular = (struct regular){ .every_ns = 500000000, .count = 3 };
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, " from "), "%s", b.in.verdict.why);
	cr_expect(strstr(b.in.verdict.why, ", every 500 ms"), "%s", b.in.verdict.why);
}

Test(exchange, when_the_unread_came)
{
	struct one o = { "", UNREAD, SERVER, SENT, 27, 38, 28, 0, 65535, 0, 1000, 0, 0, NULL, 0 };
	struct built b;

	build(&b, &o);
	b.ev.sock.received_ms = 170;
	b.ev.sock.sent_ms = 1170;
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why,
			 "closed with 28 bytes unread (the last came 170 ms before, "
			 "after 1 s without data), after reading 27 and sending 38: "
			 "a keep-alive race");
	/* It was read from while nothing was sent. */
	b.ev.sock.read_ms = 180;
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why, "closed with 28 bytes unread (the last came 170 ms "
					   "before), after reading 27 and sending 38");
	/* More than a request at once did not all come so late. */
	b.ev.sock.read_ms = RST_NEVER;
	b.ev.sock.copied_seq -= 20000;
	b.ev.sock.bytes_received += 20000;
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, "race"), "%s", b.in.verdict.why);
}

static const char *phase(struct built *b)
{
	build_attribute(b);
	return b->in.verdict.phase;
}

Test(exchange, phases_by_order)
{
	struct one o = { "", TAKEN, CLIENT, 0, 9, 9, 0, 0, 65535, 0, 0, 0, 0, NULL, 0 };
	struct built b;

	build(&b, &o);
	cr_expect_str_eq(phase(&b), "mid-transfer");
	b.ev.sock.last = SENT;
	cr_expect_str_eq(phase(&b), "after-request", "within one tick");
	b.ev.sock.last = GOT;
	cr_expect_str_eq(phase(&b), "mid-transfer");
	b.ev.sock.last = 0;
	b.in.pair = (struct pair){ .have_numbers = true, .unread = 9 };
	cr_expect_str_eq(phase(&b), "after-request", "the peer has not read it");
	b.ev.sock.last = GOT;
	cr_expect_str_eq(phase(&b), "after-request", "the same, though a greeting came later");
	b.ev.sock.last = 0;
	b.ev.sock.role = SERVER;
	cr_expect_str_eq(phase(&b), "mid-transfer");
	b.ev.sock.flags = 0;
	cr_expect_str_eq(phase(&b), "not-accepted");
	b.ev.sock.role = CLIENT;
	cr_expect_str_eq(phase(&b), "after-request");
}

Test(exchange, a_steady_upload_is_a_transfer)
{
	struct one o = { "", TAKEN, CLIENT, SENT, 0, 9000, 0, 0, 65535, 0, 0, 0, 0, NULL, 0 };
	struct built b;

	build(&b, &o);
	b.ev.sock.segments_sent = 7;
	cr_expect_str_eq(phase(&b), "after-request", "one request");
	b.ev.sock.segments_sent = 9;
	cr_expect_str_eq(phase(&b), "mid-transfer");
	b.ev.sock.total_retrans = 2;
	cr_expect_str_eq(phase(&b), "after-request", "some were repeated");
	b.ev.sock.total_retrans = 0;
	b.ev.sock.sent_ms = 1000;
	cr_expect_str_eq(phase(&b), "after-request", "it is over, and waits for its answer");
	o.read = 2000;
	build(&b, &o);
	b.ev.sock.segments_sent = 30;
	cr_expect_str_eq(phase(&b), "after-request", "many small requests");
	b.ev.sock.segments_sent = 9;
	cr_expect_str_eq(phase(&b), "mid-transfer", "large ones");
}

/* When it last read is not known, and more came than was answered: it need not have been idle. */
Test(exchange, what_is_not_answered_is_no_idle_connection)
{
	struct one o = always[0];
	struct built b;

	o.way = UNREAD;
	build(&b, &o);
	b.ev.sock.flags |= RST_SF_MORE_CAME;
	build_attribute(&b);
	cr_expect_null(b.in.verdict.detail, "%s", b.in.verdict.why);
	build(&b, &o);
	b.ev.sock.flags |= RST_SF_MORE_CAME;
	b.ev.sock.read_ms = 1000;
	build_attribute(&b);
	cr_assert_not_null(b.in.verdict.detail);
	cr_expect_str_eq(b.in.verdict.detail, "idle-timeout-race");
}
