/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_why_past.c: the sentences about what came before, and about the other end. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define P2 "tcp_v4_send_reset < tcp_v4_rcv"
#define P3 "tcp_v4_send_reset < tcp_v4_do_rcv"
#define K1 "tcp_send_active_reset < __tcp_close < tcp_close"
#define RECEIVED "tcp_reset < tcp_validate_incoming"

#define assert_why(b, text)                                  \
	do {                                                 \
		build_attribute(b);                          \
		cr_expect_str_eq((b)->in.verdict.why, text); \
	} while (0)

/* nginx/12 closed it 3 ms ago; 10 bytes come. */
static void build_closed(struct built *b, enum rst_end end)
{
	build_event(b, DIR_SENT, P2);
	build_packet(b, RST_FLAG_ACK, 10);
	build_past(b, RST_PAST_CONNECTION, end, 3);
	build_past_closer(b, "nginx", 12, 3);
}

static void build_gone(struct built *b, enum rst_end end)
{
	build_event(b, DIR_SENT, P2);
	build_packet(b, RST_FLAG_SYN, 0);
	build_past(b, RST_PAST_LISTENER, end, 2000);
	build_past_closer(b, "nginx", 12, 2000);
}

Test(why_past, listener_gone)
{
	struct built b;

	build_gone(&b, RST_END_CLOSE);
	assert_why(&b, "nobody listens on port 80 any more: 2 s ago nginx/12 closed the listener");
	b.ev.past.queue = 1;
	assert_why(&b, "nobody listens on port 80 any more: 2 s ago nginx/12 closed the listener "
		       "with 1 connection not accepted");
	b.ev.past.queue = 1234;
	build_packet(&b, RST_FLAG_ACK, 0);
	assert_why(&b, "nobody listens on port 80 any more: 2 s ago nginx/12 closed the listener "
		       "with 1,234 connections not accepted, and the half-open connections went "
		       "with it");
	b.ev.past.queue = 0;
	assert_why(&b, "nobody listens on port 80 any more: 2 s ago nginx/12 closed the listener, "
		       "and the half-open connections went with it");
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	b.in.frames[1].fn = FN_TCP_DO_RCV;
	build_owner(&b, "sibling", 13, RST_KNOWN_SOCKET);
	assert_why(&b,
		   "sibling/13 listens on port 80, but not for this handshake: 2 s ago nginx/12 "
		   "closed the listener that it began at, and the half-open connections went "
		   "with it");
	build_gone(&b, RST_END_DESTROYED);
	assert_why(&b,
		   "nobody listens on port 80 any more: 2 s ago nginx/12 destroyed the listener "
		   "from outside");
	build_gone(&b, RST_END_CLOSE);
	b.ev.past.closer.exiting = 1;
	b.ev.past.closer.exit_code = 9;
	assert_why(&b,
		   "nobody listens on port 80 any more: 2 s ago nginx/12 was killed by SIGKILL");
	b.ev.past.closer.exit_code = 256;
	assert_why(&b, "nobody listens on port 80 any more: 2 s ago nginx/12 exited with status 1");
}

Test(why_past, closed_earlier)
{
	struct built b;

	build_closed(&b, RST_END_CLOSE);
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection");
	build_packet(&b, RST_FLAG_ACK, 1);
	assert_why(&b, "1 byte arrived 3 ms after nginx/12 closed the connection");
	build_packet(&b, RST_FLAG_ACK | RST_FLAG_FIN, 0);
	assert_why(&b,
		   "FIN,ACK segment (seq 1000, ack 2000) arrived 3 ms after nginx/12 closed the "
		   "connection");
	build_closed(&b, RST_END_ABORT);
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 aborted the connection with a RST");
	build_closed(&b, RST_END_RESET);
	assert_why(&b, "10 bytes arrived 3 ms after the peer had reset the connection");
	build_packet(&b, RST_FLAG_ACK, 0);
	assert_why(&b, "ACK segment (seq 1000, ack 2000) arrived 3 ms after the peer had reset the "
		       "connection");
	/* A connect that was refused, and then accepted. */
	b.ev.past.state = RST_TCP_SYN_SENT;
	build_packet(&b, RST_FLAG_SYN | RST_FLAG_ACK, 0);
	assert_why(
		&b,
		"SYN,ACK segment (seq 1000, ack 2000) arrived 3 ms after the peer had refused the "
		"connection: two hosts answer at this address, or something on the path refused it");
	build_closed(&b, RST_END_TIMEOUT);
	assert_why(&b, "10 bytes arrived 3 ms after the connection had timed out: the peer did not "
		       "answer");
	build_closed(&b, RST_END_DESTROYED);
	assert_why(&b,
		   "10 bytes arrived 3 ms after nginx/12 destroyed the connection from outside");
	build_closed(&b, RST_END_PEER);
	assert_why(&b, "10 bytes arrived 3 ms after its handshake had failed");
	build_closed(&b, RST_END_CLOSE);
	b.ev.past.closer.exiting = 1;
	b.ev.past.closer.exit_code = 0x80 | 6;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 was killed by SIGABRT (core dumped)");
	b.ev.past.closer.exit_code = 7 << 8;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 exited with status 7");
}

/* Only a server that closed by itself, only with data, only after a pause that is longer than what
 * has passed since. */
Test(why_past, keep_alive_race)
{
	struct built b;

	build_closed(&b, RST_END_CLOSE);
	b.ev.past.role = RST_ROLE_SERVER;
	b.ev.past.bytes_received = b.ev.past.bytes_sent = 100;
	b.ev.past.idle_ms = 499;
	assert_why(
		&b,
		"10 bytes arrived 3 ms after nginx/12 closed the connection, after reading 100 and sending 100");
	b.ev.past.idle_ms = 500;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection, idle 500 ms by "
		       "then, after reading 100 and sending 100: a keep-alive race");
	b.ev.past.idle_ms = 60000;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection, idle 1 min by "
		       "then, after reading 100 and sending 100: a keep-alive race");
	b.ev.past.role = RST_ROLE_CLIENT;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection, idle 1 min by "
		       "then, after reading 100 and sending 100");
	b.in.role = b.ev.past.role = RST_ROLE_UNKNOWN;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection, idle 1 min by "
		       "then, after reading 100 and sending 100");
	b.ev.past.role = RST_ROLE_SERVER;
	build_packet(&b, RST_FLAG_ACK | RST_FLAG_FIN, 0);
	assert_why(&b,
		   "FIN,ACK segment (seq 1000, ack 2000) arrived 3 ms after nginx/12 closed the "
		   "connection, idle 1 min by then");
	build_packet(&b, RST_FLAG_ACK, 10);
	b.ev.past.closed_ns = BUILD_NOW_NS - 60000000000;
	assert_why(&b, "10 bytes arrived 1 min after nginx/12 closed the connection, idle 1 min by "
		       "then, after reading 100 and sending 100");
	b.ev.past.closed_ns++;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, ": a keep-alive race"), "%s", b.in.verdict.why);
}

Test(why_past, no_race_without_a_close)
{
	struct built b;

	for (int end = RST_END_ABORT; end <= RST_END_PEER; end++) {
		build_closed(&b, (enum rst_end)end);
		b.ev.past.role = RST_ROLE_SERVER;
		b.ev.past.idle_ms = 60000;
		build_attribute(&b);
		cr_expect_null(strstr(b.in.verdict.why, "race"), "%s", b.in.verdict.why);
		cr_expect_not_null(strstr(b.in.verdict.why, ", idle 1 min by then"), "%s",
				   b.in.verdict.why);
	}
	build_closed(&b, RST_END_CLOSE);
	b.ev.past.role = RST_ROLE_SERVER;
	b.ev.past.bytes_received = b.ev.past.bytes_sent = 100;
	b.ev.past.idle_ms = 60000;
	b.ev.past.closer.exiting = 1;
	b.ev.past.closer.exit_code = 9;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 was killed by SIGKILL, idle 1 min by "
		       "then, after reading 100 and sending 100");
}

/* The same of an orphan, whose closer is recorded with it. */
Test(why_past, keep_alive_race_of_an_orphan)
{
	struct built b;

	build_event(&b, DIR_SENT, P3);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
	build_packet(&b, RST_FLAG_ACK, 10);
	build_closer(&b, "nginx", 12, 3);
	b.ev.closer.idle_ms = 500;
	b.ev.sock.old_state = RST_TCP_FIN_WAIT2;
	b.ev.sock.bytes_received = b.ev.sock.bytes_sent = 100;
	assert_why(
		&b,
		"10 bytes arrived 3 ms after nginx/12 closed the connection, idle 500 ms by then, after reading 100 and sending 100");
	b.ev.sock.role = RST_ROLE_SERVER;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection, idle 500 ms by "
		       "then, after reading 100 and sending 100: a keep-alive race");
	b.ev.sock.flags = RST_SF_HAS_SOCKET;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 shut the connection down, idle 500 ms "
		       "by then, after reading 100 and sending 100");
}

Test(why_past, accept_queue_full_earlier)
{
	struct built b;

	build_event(&b, DIR_SENT, P3);
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	build_packet(&b, RST_FLAG_ACK | RST_FLAG_PSH, 1460);
	build_past(&b, RST_PAST_HANDSHAKE, RST_END_NOT, 90000);
	b.ev.past.queue = 4097;
	b.ev.past.limit = 4096;
	/* Now is another time: the queue then counts. */
	b.ev.sock.accept_queue = 1;
	assert_why(&b,
		   "1,460 bytes arrived on a connection that was never finished: 1 min 30 s ago "
		   "the handshake's last ACK was dropped, accept queue 4,097 of 4,096 on port "
		   "80");
	build_past_owner(&b, "nginx", 12, RST_KNOWN_LISTENER);
	build_packet(&b, RST_FLAG_ACK, 0);
	assert_why(&b, "ACK segment (seq 1000, ack 2000) arrived on a connection that was never "
		       "finished: 1 min 30 s ago the handshake's last ACK was dropped, accept "
		       "queue 4,097 of 4,096 on port 80; nginx/12 accepts too slowly, or its "
		       "backlog is too small");
}

Test(why_past, syncookie_failed)
{
	struct built b;

	build_event(&b, DIR_SENT, P3);
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	build_packet(&b, RST_FLAG_ACK, 0);
	b.ev.sock.cookies_ms = 1500;
	b.ev.sock.syn_queue = 1025;
	assert_why(&b,
		   "an ACK (ack 2000) carries no valid SYN cookie; the listener on port 80 last "
		   "sent cookies 1.5 s ago, SYN queue 1,025 now");
	b.ev.sock.cookies_ms = 0;
	assert_why(&b,
		   "an ACK (ack 2000) carries no valid SYN cookie; the listener on port 80 last "
		   "sent cookies just before, SYN queue 1,025 now");
}

Test(why_past, tracing_began_only)
{
	static const char stray[] =
		"ACK segment (seq 1000, ack 2000) for a connection that does not "
		"exist here; nobody listens on port 80";
	char text[300];
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_ACK, 0);
	assert_why(&b, stray);
	b.in.traced_ns = 900000000000;
	assert_why(&b, stray);
	b.in.traced_ns = 2000000000;
	snprintf(text, sizeof(text),
		 "%s; tracing began only 2 s before, an earlier end was not seen", stray);
	assert_why(&b, text);
	b.in.traced_ns = 899999999999;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "; tracing began only 14 min 59 s before"),
			   "%s", b.in.verdict.why);

	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	b.in.frames[1].fn = FN_TCP_DO_RCV;
	b.in.traced_ns = 5000000000;
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b,
		   "ACK segment (seq 1000, ack 2000) for a connection that does not exist here; "
		   "nginx/12 listens on port 80; tracing began only 5 s before, an earlier end "
		   "was not seen");
	/* What was forgotten is no matter of when tracing began. */
	b.in.remembered = 70000;
	b.in.forgotten = 4464;
	assert_why(&b,
		   "ACK segment (seq 1000, ack 2000) for a connection that does not exist here; "
		   "nginx/12 listens on port 80; its end may have been forgotten: 4,464 of 70,000 "
		   "remembered connections were pushed out (--history)");
	/* What is remembered was seen. */
	build_closed(&b, RST_END_CLOSE);
	b.in.traced_ns = 5000000000;
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 closed the connection");
}

Test(why_past, a_connection_that_its_other_end_has_and_that_never_stood_here)
{
	static const char never[] =
		"its other end, curl/7, has been connected for 2 s, and here that "
		"connection never stood: it began elsewhere";
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_ACK, 0);
	b.in.traced_ns = 3000000000;
	b.in.pair =
		(struct pair){ .there = true, .pid = 7, .comm = "curl", .stood_ns = 2000000000 };
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, never), "%s", b.in.verdict.why);
	cr_expect_null(strstr(b.in.verdict.why, "tracing began"));
	/* It may have stood here before tracing began. */
	b.in.pair.stood_ns = 3000000000;
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, "elsewhere"), "%s", b.in.verdict.why);
	cr_expect_not_null(strstr(b.in.verdict.why, "; tracing began only 3 s before"));
	b.in.pair.stood_ns = 0;
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, "elsewhere"), "%s", b.in.verdict.why);
	b.in.pair.stood_ns = 2000000000;
	b.in.forgotten = 1;
	build_attribute(&b);
	cr_expect_null(strstr(b.in.verdict.why, "elsewhere"), "%s", b.in.verdict.why);
}

Test(why_past, a_stray_whose_port_is_listened_on_elsewhere)
{
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_ACK, 0);
	b.in.listener.port = 80;
	b.in.listener.family = 4;
	b.in.listener.netns = BUILD_NETNS;
	memcpy(b.in.listener.address, "\x7f\0\0\1", 4);
	assert_why(&b,
		   "ACK segment (seq 1000, ack 2000) for a connection that does not exist here; "
		   "port 80 is listened on at 127.0.0.1 only");
}

Test(why_past, last_user)
{
	struct built b;

	build_event(&b, DIR_SENT, K1);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "child", 200);
	build_owner(&b, "parent", 100, RST_KNOWN_SOCKET);
	assert_why(&b, "closed with 0 bytes unread, after reading 0 and sending 0; last used by "
		       "parent/100");
}

/* ---- the other end is on this host */

static void build_refused(struct built *b)
{
	build_event(b, DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process");
	build_socket(b, RST_SOCK_FULL, RST_TCP_SYN_SENT, RST_SF_HAS_SOCKET);
}

Test(why_past, pair)
{
	struct built b;

	build_refused(&b);
	assert_why(&b, "connection refused");
	b.in.pair.there = true;
	b.in.pair.cause = CAUSE_NO_LISTENER;
	assert_why(&b, "connection refused; sent by this host: no-listener");
	b.in.pair.pid = 12;
	strcpy(b.in.pair.comm, "nginx");
	b.in.pair.cause = CAUSE_LINGER_ZERO;
	assert_why(&b, "connection refused; sent by nginx/12 on this host: linger-zero");
	b.in.pair.cause = CAUSE_UNKNOWN;
	assert_why(&b, "connection refused; sent by nginx/12 on this host: unknown");
	b.in.pair.there = false;
	assert_why(&b, "connection refused");
}

/* Where the socket was closed, it is the kernel that answers. */
Test(why_past, a_pair_that_had_closed)
{
	struct built b;

	build_refused(&b);
	b.in.pair.there = true;
	b.in.pair.pid = 12;
	strcpy(b.in.pair.comm, "nginx");
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct cause *c = cause_get((enum cause_id)i);
		char text[128];

		b.in.pair.cause = (enum cause_id)i;
		snprintf(text, sizeof(text), "connection refused; sent by %s: %s",
			 !strcmp(c->group, "closed-socket") ? "this host for nginx/12"
							    : "nginx/12 on this host",
			 c->name);
		assert_why(&b, text);
	}
}

/* The sender's sentence says its own cause; the receiver is no news there. */
Test(why_past, a_sent_reset_does_not_name_its_pair)
{
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_SYN, 0);
	b.in.pair.there = true;
	b.in.pair.cause = CAUSE_REFUSED;
	assert_why(&b, "nobody listens on port 80");
}

Test(why_past, ends_without_a_segment_or_in_good_order)
{
	struct built b;

	build_closed(&b, RST_END_SILENT);
	assert_why(&b, "10 bytes arrived 3 ms after nginx/12 gave the connection up silently "
		       "(TCP_REPAIR): nothing was sent");
	b.ev.past.closer.exiting = 1;
	b.ev.past.closer.exit_code = 9;
	assert_why(
		&b,
		"10 bytes arrived 3 ms after nginx/12 was killed by SIGKILL (the connection was in "
		"TCP_REPAIR: nothing was sent)");
	build_closed(&b, RST_END_ORDERLY);
	assert_why(&b, "10 bytes arrived 3 ms after both ends had closed the connection");
	build_closed(&b, RST_END_RESET);
	b.ev.past.state = RST_TCP_SYN_SENT;
	assert_why(&b, "10 bytes arrived 3 ms after the peer had refused the connection");
	build_closed(&b, RST_END_ABORT);
	b.ev.past.at_ns = b.ev.past.closed_ns = BUILD_NOW_NS + 1000;
	assert_why(
		&b,
		"10 bytes arrived in the very moment that nginx/12 aborted the connection with a "
		"RST");
	b.ev.past.unsent = RST_UNSENT_NO_ROUTE;
	assert_why(
		&b,
		"10 bytes arrived in the very moment that nginx/12 aborted the connection with a "
		"RST (the peer never got it: this host had no route for its RST)");
}
