/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rows_passive.c: segments that were answered with a RST, and nothing is remembered of them. */
#include "rows.h"

static void address_new(struct built *b)
{
	b->in.traced_ns = b->in.address_ns = 1000000;
}

static void address_old(struct built *b)
{
	b->in.traced_ns = 1000000;
	b->in.address_ns = 1000001;
}

static void address_new_cookies(struct built *b)
{
	address_new(b);
	b->ev.sock.cookies_ms = 1000;
}

static void address_new_cookies_before(struct built *b)
{
	address_new(b);
	b->ev.sock.cookies_ms = 1001;
}

static void address_loopback(struct built *b)
{
	address_new(b);
	b->ev.tuple.local[0] = 127;
}

static void elsewhere(struct built *b)
{
	b->in.listener.port = 80;
	b->in.listener.netns = b->ev.netns;
}

static void in_another_netns(struct built *b)
{
	b->in.listener.port = 80;
	b->in.listener.netns = b->ev.netns + 1;
}

static void request(struct built *b)
{
	b->in.stands = true;
}

static void translated(struct built *b)
{
	b->in.translation.there = true;
}

static void meant_live(struct built *b)
{
	translated(b);
	b->in.meant.by = MEANT_CONNTRACK;
}

static void meant_ended(struct built *b)
{
	translated(b);
	b->in.meant.by = MEANT_ENDED;
	b->ev.past.kind = RST_PAST_CONNECTION;
	b->ev.past.rcv_nxt = b->in.packet.seq + (1U << 30);
}

static void meant_likely(struct built *b)
{
	translated(b);
	b->in.meant.by = MEANT_LOCAL_END;
}

static void queue_over_and_request(struct built *b)
{
	request(b);
	b->ev.sock.accept_queue = 129;
}

static void queue_over(struct built *b)
{
	b->ev.sock.accept_queue = 129;
}

static void queue_at_limit(struct built *b)
{
	b->ev.sock.accept_queue = 128;
}

static void queue_below(struct built *b)
{
	b->ev.sock.accept_queue = 127;
}

static void queue_of_none(struct built *b)
{
	b->ev.sock.accept_queue_limit = 0;
}

static void linger2(struct built *b)
{
	b->ev.sock.linger2_ms = -1;
}

/* As kernels before 6.10 tell of it. */
static void on_the_wire(struct built *b)
{
	b->ev.packet.answer = 1;
}

/* In a fold: nothing tells what it answered. */
static void on_the_wire_alone(struct built *b)
{
	on_the_wire(b);
	b->in.packet_guessed = true;
}

static void join(struct built *b)
{
	b->ev.packet.join = b->in.packet.join = 1;
}

/* clang-format off */
static const struct row rows[] = {
	{ "P1, seen on the wire only", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0, NULL, on_the_wire_alone,
	  CAUSE_NO_LISTENER, LIKELY, "P1", OWNER_NOBODY, NULL },
	{ "P1, seen on the wire", DIR_SENT, "__dev_queue_xmit < ip_output < " V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0,
	  NULL, on_the_wire, CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1, after it waited for a neighbour", DIR_SENT, "__dev_queue_xmit < neigh_update" SOFTIRQ, NONE, SYN, 0,
	  NULL, on_the_wire, CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P2, after it waited for a neighbour", DIR_SENT, "__dev_queue_xmit < neigh_update" SOFTIRQ, NONE, ACK, 0,
	  NULL, on_the_wire, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P10, remembered", DIR_SENT, V4 "tcp_v4_rcv", TIMEWAIT, ACK | PSH, 5, NULL, on_the_wire,
	  CAUSE_DATA_AFTER_CLOSE, LIKELY, "P10", OWNER_CLOSED, "time-wait" },
	{ "P1", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0, "NO_SOCKET", NULL,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1 of MPTCP", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0, "NO_SOCKET", join,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, "mp-join" },
	{ "P1, of a translated flow", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, SYN, 0, "NO_SOCKET", translated,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P2, of a translated flow", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, ACK, 0, "NO_SOCKET", translated,
	  CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_NOBODY, "translated" },
	{ "P3, of a translated flow", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, NULL, translated,
	  CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_NOBODY, "translated" },
	{ "P2, of a connection behind a translation", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, ACK, 0, "NO_SOCKET",
	  meant_live, CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_SOCKET, "translated" },
	{ "P3, of a connection behind a translation", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, NULL,
	  meant_live, CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_SOCKET, "translated" },
	{ "P3, of one that ended behind a translation", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, NULL,
	  meant_ended, CAUSE_NO_SUCH_CONNECTION, SURE, "P2", OWNER_PAST, "translated" },
	{ "P2, of a connection with one end of it", DIR_SENT, V4 "tcp_v4_rcv" SOFTIRQ, NONE, ACK, 0, "NO_SOCKET",
	  meant_likely, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_SOCKET, "translated" },
	{ "P1 without a reason", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, NULL, NULL,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1 with ECN", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | RST_FLAG_ECE | RST_FLAG_CWR, 0, NULL,
	  NULL, CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1 of v6, two emitters", DIR_SENT, V6 "tcp_v6_rcv", NONE, SYN, 0, NULL, NULL,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1 of v6, one emitter", DIR_SENT, "tcp_v6_send_reset < tcp_v6_rcv", NONE, SYN, 0, NULL, NULL,
	  CAUSE_NO_LISTENER, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1 elsewhere", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, "NO_SOCKET", elsewhere,
	  CAUSE_LISTENER_ELSEWHERE, SURE, "P1", OWNER_NOBODY, NULL },
	{ "P1 in another namespace", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN, 0, "NO_SOCKET",
	  in_another_netns, CAUSE_LISTENER_ELSEWHERE, LIKELY, "P1", OWNER_NOBODY,
	  "network-namespace" },
	{ "P2", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, "NO_SOCKET", NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P2, late SYN-ACK", DIR_SENT, V4 "tcp_v4_rcv", NONE, SYN | ACK, 0, "NO_SOCKET", NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, "syn-ack" },
	{ "P2 although somebody listens elsewhere", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 0, NULL,
	  elsewhere, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "no packet, no socket: neither P1 nor P2", DIR_SENT, V4 "tcp_v4_rcv", NONE, NO_PACKET,
	  "NO_SOCKET", NULL, NO_RULE, OWNER_NOBODY, NULL },
	{ "P3", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, "TCP_FLAGS", NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "P3 of v6", DIR_SENT, V6 "tcp_v6_do_rcv < tcp_v6_rcv", LISTENER, ACK, 9, NULL, NULL,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, NULL },
	{ "a listener, but not from do_rcv", DIR_SENT, V4 "tcp_v4_rcv", LISTENER, ACK, 0, "TCP_FLAGS",
	  NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P3c", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 0, "TCP_FLAGS", request,
	  CAUSE_BAD_HANDSHAKE, SURE, "P3c", OWNER_LISTENER, "ack-number" },
	{ "P4", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0, "TCP_OLD_ACK", NULL,
	  CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET, "ack-number" },
	{ "P4, too old", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0, "TCP_TOO_OLD_ACK",
	  NULL, CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET, "ack-number" },
	{ "P4, unsent", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  "TCP_ACK_UNSENT_DATA", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET, "ack-number" },
	{ "P4, invalid", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P4", OWNER_SOCKET,
	  "ack-number" },
	{ "not P4: another reason", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  "NOT_SPECIFIED", NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "not P4: the kernel gives none", DIR_SENT, V4 "tcp_v4_rcv", FULL(ESTABLISHED, 0), ACK, 0,
	  NULL, NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P5", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(SYN_SENT, OPEN), SYN | ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P5", OWNER_SOCKET, "syn-ack" },
	{ "P5, a bare ACK", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(SYN_SENT, OPEN), ACK, 0,
	  "TCP_INVALID_ACK_SEQUENCE", NULL, CAUSE_BAD_HANDSHAKE, LIKELY, "P5", OWNER_SOCKET,
	  "earlier-connection" },
	{ "a SYN-ACK to a listener", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, SYN | ACK, 0,
	  NULL, NULL, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_NOBODY, "syn-ack" },
	{ "a new address", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, "NO_SOCKET", address_new,
	  CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, "new-address" },
	{ "a new address, and a listener", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", LISTENER, ACK, 10,
	  NULL, address_new, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, "new-address" },
	{ "a new address, and cookies were just sent", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0,
	  NULL, address_new_cookies, CAUSE_SYNCOOKIE_FAILED, LIKELY, "P3d", OWNER_LISTENER, NULL },
	{ "what carries data ends no handshake", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 10,
	  NULL, address_new_cookies, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER, "new-address" },
	{ "a new address, and cookies were sent before", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0,
	  NULL, address_new_cookies_before, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P3", OWNER_LISTENER,
	  "new-address" },
	{ "an address older than tracing", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, "NO_SOCKET",
	  address_old, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "a new address of loopback", DIR_SENT, V4 "tcp_v4_rcv", NONE, ACK, 10, "NO_SOCKET",
	  address_loopback, CAUSE_NO_SUCH_CONNECTION, LIKELY, "P2", OWNER_NOBODY, NULL },
	{ "P6", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(SYN_RECV, OPEN), ACK, 0, NULL, NULL,
	  CAUSE_BAD_HANDSHAKE, SURE, "P6", OWNER_SOCKET, "ack-number" },
	{ "P7", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(CLOSE, DEAD), ACK | PSH, 100,
	  "TCP_ABORT_ON_DATA", NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "P7 in the lock holder's backlog", DIR_SENT,
	  V4 "tcp_v4_do_rcv < __release_sock < release_sock < tcp_sendmsg", FULL(CLOSE, 0), ACK, 1, NULL,
	  NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "CLOSE, but not from do_rcv", DIR_SENT, V4 "tcp_v4_rcv", FULL(CLOSE, DEAD), ACK, 100, NULL,
	  NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P9", DIR_SENT, V4 "tcp_v4_do_rcv < tcp_v4_rcv", FULL(CLOSE, DEAD), ACK, 0,
	  "TCP_ABORT_ON_DATA", linger2, CAUSE_FIN_WAIT_2_LIMIT, SURE, "P9", OWNER_CLOSED, NULL },
	{ "not P9: data", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK, 1, NULL, linger2,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P9: FIN", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK | FIN, 0, NULL, linger2,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P9: no TCP_LINGER2", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), ACK, 0, NULL, NULL,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "not P9: no packet to see", DIR_SENT, V4 "tcp_v4_do_rcv", FULL(CLOSE, DEAD), NO_PACKET, NULL,
	  linger2, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED, NULL },
	{ "P10", DIR_SENT, V4 "tcp_v4_rcv", TIMEWAIT, ACK | PSH, 5, "TCP_TIMEWAIT_SOCKET", NULL,
	  CAUSE_DATA_AFTER_CLOSE, SURE, "P10", OWNER_CLOSED, "time-wait" },
	{ "P11", DIR_SENT, V4 "tcp_check_req < tcp_v4_rcv", LISTENER, SYN, 0, "INVALID_SYN", NULL,
	  CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER, "syn-in-window" },
	{ "P11 with a full queue", DIR_SENT, V4 "tcp_check_req", LISTENER, SYN | ACK, 0, "INVALID_SYN",
	  queue_over, CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER, "syn-in-window" },
	{ "P12, the kernel's reason is wrong", DIR_SENT, V4 "tcp_check_req < tcp_v4_rcv", LISTENER, ACK,
	  0, "INVALID_SYN", queue_over, CAUSE_ACCEPT_QUEUE_FULL, SURE, "P12", OWNER_LISTENER, NULL },
	{ "P12 of v6", DIR_SENT, V6 "tcp_check_req < tcp_v6_rcv", LISTENER, ACK, 0, NULL, queue_over,
	  CAUSE_ACCEPT_QUEUE_FULL, SURE, "P12", OWNER_LISTENER, NULL },
	{ "P12, whatever request stands", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL,
	  queue_over_and_request, CAUSE_ACCEPT_QUEUE_FULL, SURE, "P12", OWNER_LISTENER, NULL },
	{ "P12 drained", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL, queue_at_limit,
	  CAUSE_ACCEPT_QUEUE_FULL, LIKELY, "P12", OWNER_LISTENER, NULL },
	{ "P12 no child", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0, NULL, queue_below,
	  CAUSE_OUT_OF_MEMORY, LIKELY, "P12", OWNER_LISTENER, "no-child" },
	{ "an empty queue without room is not full", DIR_SENT, V4 "tcp_check_req", LISTENER, ACK, 0,
	  NULL, queue_of_none, CAUSE_OUT_OF_MEMORY, LIKELY, "P12", OWNER_LISTENER, "no-child" },
	{ "tcp_check_req for a child", DIR_SENT, V4 "tcp_check_req", FULL(ESTABLISHED, 0), ACK, 0, NULL,
	  NULL, NO_RULE, OWNER_SOCKET, NULL },
	{ "P13", DIR_SENT, V4 "tcp_check_req < tcp_rcv_state_process < tcp_v4_do_rcv", FULL(SYN_RECV, 0),
	  SYN, 0, "INVALID_SYN", NULL, CAUSE_BAD_HANDSHAKE, SURE, "P11", OWNER_LISTENER,
	  "syn-in-window" },
	{ "P14", DIR_SENT, V4 "subflow_v4_route_req < tcp_conn_request", LISTENER, SYN, 0,
	  "MPTCP_RST_EUNSPEC", NULL, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P14 of v6", DIR_SENT, V6 "subflow_v6_route_req < tcp_conn_request", LISTENER, SYN, 0, NULL,
	  NULL, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P15", DIR_SENT, V4 "subflow_syn_recv_sock < tcp_check_req", LISTENER, ACK, 0, "NOT_SPECIFIED",
	  queue_over, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P15 by another function", DIR_SENT, V4 "subflow_check_req < tcp_conn_request", LISTENER, ACK,
	  0, NULL, NULL, CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "P15 by the reason", DIR_SENT, V4 "tcp_v4_do_rcv", LISTENER, ACK, 0, "MPTCP_RST_EMPTCP", NULL,
	  CAUSE_MPTCP, SURE, "P14", OWNER_LISTENER, NULL },
	{ "an MPTCP function farther out", DIR_SENT, V4 "tcp_v4_do_rcv < __release_sock < mptcp_sendmsg",
	  FULL(CLOSE, DEAD), ACK, 10, NULL, NULL, CAUSE_DATA_AFTER_CLOSE, SURE, "P7", OWNER_CLOSED,
	  NULL },
};
/* clang-format on */

const struct rows rows_passive = ROWS(rows);
