/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rows_past.c: segments that found no connection, while something is remembered of them. */
#include "rows.h"

#define S 1000ULL
/* How far a segment's numbers may be from those of the connection it continues. */
#define SPAN (1 << 24)

static void listener(struct built *b)
{
	build_past(b, RST_PAST_LISTENER, RST_END_CLOSE, 10);
}

static void listener_at_a_new_address(struct built *b)
{
	listener(b);
	b->in.traced_ns = b->in.address_ns = 1000000;
}

static void listener_without_handshakes(struct built *b)
{
	listener(b);
	b->ev.past.half_open = 0;
}

static void listener_long_ago(struct built *b)
{
	build_past(b, RST_PAST_LISTENER, RST_END_CLOSE, 90 * S);
}

static void listener_and_elsewhere(struct built *b)
{
	listener(b);
	b->in.listener.port = 80;
}

static void listener_beside(struct built *b)
{
	listener_and_elsewhere(b);
	b->in.listener.netns = b->ev.netns;
	b->in.listener.since_ns = b->ev.past.at_ns - 1;
}

static void listener_in_its_place(struct built *b)
{
	listener_beside(b);
	b->in.listener.since_ns = b->ev.past.at_ns + 1;
}

static void listener_within_63_s(struct built *b)
{
	build_past(b, RST_PAST_LISTENER, RST_END_CLOSE, 63 * S);
	b->ev.past.at_ns++;
}

static void listener_63_s_ago(struct built *b)
{
	build_past(b, RST_PAST_LISTENER, RST_END_CLOSE, 63 * S);
}

static void listener_and_cookies(struct built *b)
{
	listener(b);
	b->ev.sock.cookies_ms = 0;
}

static void silent(struct built *b)
{
	build_past(b, RST_PAST_CONNECTION, RST_END_SILENT, 10);
}

/* As if its numbers fitted. */
static void orderly(struct built *b)
{
	build_past(b, RST_PAST_CONNECTION, RST_END_ORDERLY, 10);
}

static void connection(struct built *b)
{
	build_past(b, RST_PAST_CONNECTION, RST_END_CLOSE, 90 * S);
}

static void handshake(struct built *b)
{
	build_past(b, RST_PAST_HANDSHAKE, RST_END_NOT, 90 * S);
}

/* The numbers of the past as far from the segment's (seq 1000, ack 2000) as said. */
static void numbers(struct built *b, uint32_t seq_off, uint32_t ack_off)
{
	b->ev.past.rcv_nxt = 1000 - seq_off;
	b->ev.past.snd_nxt = 2000 - ack_off;
}

static void written(struct built *b)
{
	build_past(b, RST_PAST_WRITTEN, RST_END_NOT, 1);
	b->ev.past.state = RST_SOCK_RAW;
}

static void written_packet(struct built *b)
{
	written(b);
	b->ev.past.state = RST_SOCK_PACKET;
}

static void written_other(struct built *b)
{
	written(b);
	numbers(b, 0, SPAN);
}

static void connection_other(struct built *b)
{
	connection(b);
	numbers(b, SPAN, SPAN);
}

static void connection_other_before(struct built *b)
{
	connection(b);
	numbers(b, -SPAN - 1, -SPAN - 1);
}

static void connection_by_seq_after(struct built *b)
{
	connection(b);
	numbers(b, SPAN - 1, 0);
}

static void connection_by_seq_before(struct built *b)
{
	connection(b);
	numbers(b, -SPAN, 0);
}

static void connection_by_ack_after(struct built *b)
{
	connection(b);
	numbers(b, 0, SPAN - 1);
}

static void connection_by_ack_before(struct built *b)
{
	connection(b);
	numbers(b, 0, -SPAN);
}

/* Both must fit. */
static void connection_seq_alone(struct built *b)
{
	connection(b);
	numbers(b, 0, SPAN);
}

static void connection_ack_alone(struct built *b)
{
	connection(b);
	numbers(b, SPAN, 0);
}

/* The ack field of a segment without the flag is whatever it is. */
static void connection_by_no_ack(struct built *b)
{
	connection(b);
	numbers(b, SPAN, 0);
	b->in.packet.ack = 2000;
}

static void handshake_by_seq(struct built *b)
{
	handshake(b);
	numbers(b, 1460, 0);
}

static void handshake_by_ack(struct built *b)
{
	handshake(b);
	numbers(b, 0, 1460);
}

static void handshake_other(struct built *b)
{
	handshake(b);
	numbers(b, SPAN, SPAN);
}

static void connection_and_request(struct built *b)
{
	connection(b);
	b->in.stands = true;
}

static void handshake_and_request(struct built *b)
{
	handshake(b);
	b->in.stands = true;
}

static void connection_and_cookies(struct built *b)
{
	connection_other(b);
	b->ev.sock.cookies_ms = 5;
}

static void handshake_and_cookies(struct built *b)
{
	handshake_other(b);
	b->ev.sock.cookies_ms = 5;
}

static void cookies(struct built *b)
{
	b->ev.sock.cookies_ms = 5;
}

static void cookies_just_now(struct built *b)
{
	b->ev.sock.cookies_ms = 0;
}

static void cookies_and_request(struct built *b)
{
	cookies(b);
	b->in.stands = true;
}

/* clang-format off */
static const struct row rows[] = {
	/* a listener */
	{ "P1 gone", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0, "NO_SOCKET", listener,
	  CAUSE_LISTENER_GONE, SURE, "P1", OWNER_PAST, NULL },
	{ "P1 gone, v6, long ago", DIR_SENT, V6 "tcp_v6_rcv", NONE, SYN | RST_FLAG_ECE, 0, NULL,
	  listener_long_ago, CAUSE_LISTENER_GONE, SURE, "P1", OWNER_PAST, NULL },
	{ "P1 gone, although somebody listens elsewhere", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL,
	  listener_and_elsewhere, CAUSE_LISTENER_GONE, SURE, "P1", OWNER_PAST, NULL },
	{ "P1 gone, beside one of another address", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL,
	  listener_beside, CAUSE_LISTENER_GONE, SURE, "P1", OWNER_PAST, NULL },
	{ "P1 gone, and one of another address in its place", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL,
	  listener_in_its_place, CAUSE_LISTENER_ELSEWHERE, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1: an earlier connection is no listener", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL,
	  connection, CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1: nor is an earlier handshake", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL, handshake,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P2 gone", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, "NO_SOCKET", listener, CAUSE_LISTENER_GONE,
	  LIKELY, "P2", OWNER_PAST, "handshake" },
	{ "P2 gone, with data", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK | PSH, 100, NULL, listener,
	  CAUSE_LISTENER_GONE, LIKELY, "P2", OWNER_PAST, "handshake" },
	{ "P2 gone, within a half-open connection's life", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL,
	  listener_within_63_s, CAUSE_LISTENER_GONE, LIKELY, "P2", OWNER_PAST, "handshake" },
	{ "P2: gone too long", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL, listener_63_s_ago,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P2: a SYN-ACK is no answer to a listener", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0,
	  NULL, listener, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, "syn-ack" },
	{ "P2: nor is a segment without ACK", DIR_SENT, V4 "tcp_v4_rcv", NONE, FIN, 0, NULL, listener,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P2: nor is a FIN", DIR_SENT, V4 "tcp_v4_rcv", NONE, FIN | ACK, 0, NULL, listener,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P2: no handshake was under way", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL,
	  listener_without_handshakes, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P3: there is another listener", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL,
	  listener, CAUSE_LISTENER_GONE, LIKELY, "P3", OWNER_PAST, "handshake" },
	{ "P2: the address is new as well", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL,
	  listener_at_a_new_address, CAUSE_LISTENER_GONE, LIKELY, "P2", OWNER_PAST, "handshake" },
	{ "P3: the address is new as well", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL,
	  listener_at_a_new_address, CAUSE_LISTENER_GONE, LIKELY, "P3", OWNER_PAST, "handshake" },
	{ "P3: there is another listener, and no handshake was under way", DIR_SENT, V4 "tcp_v4_do_rcv",
	  LISTENER, ACK, 0, NULL, listener_without_handshakes, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3",
	  OWNER_LISTENER, NULL },
	{ "P3: gone too long", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL, listener_63_s_ago,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "P3b: given up silently", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL, silent,
	  CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, "silent-close" },
	{ "P3b: of an end in good order no numbers are kept", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10,
	  NULL, orderly, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "no packet, no socket: nothing was asked of the listener", DIR_SENT, V4 "tcp_v4_rcv", NONE,
	  NO_PACKET, NULL, listener, NO_RULE, OWNER_NOBODY, NULL },

	/* a connection */
	{ "P3b", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK | PSH, 10, "NO_SOCKET", connection,
	  CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b on a listener's port", DIR_SENT, V6 "tcp_v6_do_rcv < tcp_v6_rcv", LISTENER, ACK, 10, NULL,
	  connection, CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, late SYN-ACK", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0, NULL, connection,
	  CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, FIN without ACK", DIR_SENT, V4 "tcp_v4_rcv", NONE, FIN, 0, NULL, connection,
	  CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, seq at the far end", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_by_seq_after, CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, seq at the near end", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_by_seq_before, CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, ack at the far end", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_by_ack_after, CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, ack at the near end", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_by_ack_before, CAUSE_CLOSED_EARLIER, SURE, "P3b", OWNER_PAST, NULL },
	{ "P3b, only seq fits", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_seq_alone, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "P3b, only ack fits", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_ack_alone, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "P3b, another connection of these ports", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_other, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "P3b, another connection, numbers before", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL,
	  connection_other_before, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "P3b, another connection, on a listener's port", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK,
	  10, NULL, connection_other, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "P3b, an ack without the flag", DIR_SENT, V4 "tcp_v4_rcv", NONE, FIN, 0, NULL,
	  connection_by_no_ack, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "not P3b: no packet, no socket", DIR_SENT, V4 "tcp_v4_rcv", NONE, NO_PACKET, NULL, connection,
	  NO_RULE, OWNER_NOBODY, NULL },
	{ "not P3b: a child's", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, OPEN), ACK, 10, NULL,
	  connection, NO_RULE, OWNER_SOCKET, NULL },
	{ "not P3b: P7", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK, 10, NULL, connection,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P3b: P10", DIR_SENT, V4 "tcp_v4_rcv", TIMEWAIT, ACK, 10, NULL, connection,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P10", OWNER_CLOSED, "time-wait" },
	{ "not P3b: P11", DIR_SENT, V4 "tcp_check_req", LISTENER, SYN, 0, NULL, connection,
	  CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER, "syn-in-window" },
	{ "not P3b: this host ends it by itself", DIR_SENT, ACTIVE CLOSE, FULL(CLOSE, OPEN), NO_PACKET,
	  NULL, connection, CAUSE_CLOSE_UNREAD, SURE, "K1", OWNER_CONTEXT, NULL },
	{ "not P3b: received", DIR_RECEIVED, "", NONE, RST | ACK, 0, NULL, connection, CAUSE_IGNORED,
	  LIKELY, "arrived", OWNER_NOBODY, NULL },
	{ "not P3b: P3c", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL, connection_and_request,
	  CAUSE_BAD_HANDSHAKE, SURE, "P3c", OWNER_LISTENER, "ack-number" },
	{ "not P3b: MPTCP", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, "MPTCP_RST_EMPTCP",
	  connection, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },

	/* a handshake */
	{ "P3f", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK | PSH, 10, "TCP_FLAGS", handshake,
	  CAUSE_ACCEPT_QUEUE_FULL_EARLIER, SURE, "P3f", OWNER_PAST, NULL },
	{ "P3f, the listener is gone as well", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, NULL, handshake,
	  CAUSE_ACCEPT_QUEUE_FULL_EARLIER, SURE, "P3f", OWNER_PAST, NULL },
	{ "P3f by seq", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 10, NULL, handshake_by_seq,
	  CAUSE_ACCEPT_QUEUE_FULL_EARLIER, SURE, "P3f", OWNER_PAST, NULL },
	{ "P3f by ack", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 10, NULL, handshake_by_ack,
	  CAUSE_ACCEPT_QUEUE_FULL_EARLIER, SURE, "P3f", OWNER_PAST, NULL },
	{ "P3f, another handshake", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 10, NULL,
	  handshake_other, CAUSE_ACCEPT_QUEUE_FULL_EARLIER, LIKELY, "P3f", OWNER_PAST, NULL },
	{ "not P3f: P3c", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL, handshake_and_request,
	  CAUSE_BAD_HANDSHAKE, SURE, "P3c", OWNER_LISTENER, "ack-number" },
	{ "not P3f: P12", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL, handshake,
	  CAUSE_OUT_OF_MEMORY, LIKELY, "P12", OWNER_LISTENER, "no-child" },

	/* an earlier connection that the peer still holds */
	{ "P5, it is remembered", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(SYN_SENT, OPEN), ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", connection, CAUSE_BAD_HANDSHAKE, SURE, "P5", OWNER_SOCKET,
	  "earlier-connection" },
	{ "P5, another one is", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(SYN_SENT, OPEN), ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", connection_other, CAUSE_BAD_HANDSHAKE, LIKELY, "P5", OWNER_SOCKET,
	  "earlier-connection" },
	{ "P5, a listener is", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(SYN_SENT, OPEN), ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", listener, CAUSE_BAD_HANDSHAKE, LIKELY, "P5", OWNER_SOCKET,
	  "earlier-connection" },

	/* a SYN that a program wrote */
	{ "a SYN-ACK to a raw socket's SYN", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0, NULL, written,
	  CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_SOCKET, "raw-socket" },
	{ "to a packet socket's", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0, NULL, written_packet,
	  CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_SOCKET, "packet-socket" },
	{ "where somebody listens", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, SYN | ACK, 0, NULL, written,
	  CAUSE_NO_SUCH_CONNECTION, SURE, "P3", OWNER_SOCKET, "raw-socket" },
	{ "data on it", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK | PSH, 10, NULL, written,
	  CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_SOCKET, "raw-socket" },
	{ "of another SYN", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0, NULL, written_other,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, "syn-ack" },

	/* SYN cookies */
	{ "P3d", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, "TCP_FLAGS", cookies,
	  CAUSE_SYNCOOKIE_FAILED, LIKELY, "P3d", OWNER_LISTENER, NULL },
	{ "P3d, cookies sent this very moment", DIR_SENT, V6 "tcp_v6_do_rcv", LISTENER, ACK | PSH, 10,
	  NULL, cookies_just_now, CAUSE_SYNCOOKIE_FAILED, LIKELY, "P3d", OWNER_LISTENER, NULL },
	{ "not P3d: SYN-ACK", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, SYN | ACK, 0, NULL, cookies,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_NOBODY, "syn-ack" },
	{ "not P3d: no ACK", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, FIN, 0, NULL, cookies,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "not P3d: no packet to see", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, NO_PACKET, NULL, cookies,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "not P3d: no listener", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL, cookies,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "not P3d: P3c", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL, cookies_and_request,
	  CAUSE_BAD_HANDSHAKE, SURE, "P3c", OWNER_LISTENER, "ack-number" },
	{ "not P3d: the connection is remembered", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL,
	  connection_and_cookies, CAUSE_CLOSED_EARLIER, LIKELY, "P3b", OWNER_PAST, NULL },
	{ "not P3d: the handshake is remembered", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL,
	  handshake_and_cookies, CAUSE_ACCEPT_QUEUE_FULL_EARLIER, LIKELY, "P3f", OWNER_PAST, NULL },
	{ "P3d, whatever listened before", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, NULL,
	  listener_and_cookies, CAUSE_SYNCOOKIE_FAILED, LIKELY, "P3d", OWNER_LISTENER, NULL },
};
/* clang-format on */

const struct rows rows_past = ROWS(rows);
