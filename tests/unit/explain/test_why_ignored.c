/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_why_ignored.c: the sentences about RSTs that came in and ended nothing, and what is asked. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "build_event.h"

#define HEAD "RST (seq 1000, ttl 64) ended nothing: "

static void build_ignored(struct built *b, const char *stack, enum rst_socket_kind kind,
			  enum rst_tcp_state state, const char *reason)
{
	build_event(b, DIR_RECEIVED, stack);
	build_socket(b, kind, state, 0);
	build_packet(b, RST_FLAG_RST, 0);
	build_dropped(b, reason);
	b->ev.sock.rcv_nxt = 900;
	b->ev.sock.rcv_wnd = 65535;
}

static const struct {
	const char *stack;
	enum rst_socket_kind kind;
	enum rst_tcp_state state;
	const char *reason, *detail, *why;
} rows[] = {
	{ "tcp_validate_incoming", RST_SOCK_FULL, RST_TCP_ESTABLISHED, "TCP_RESET", "challenge-ack",
	  "in the window (65,535 bytes from 900), but not exactly there (RFC 5961: the peer is asked "
	  "by a challenge ACK); the connection (ESTABLISHED) stands" },
	{ "tcp_validate_incoming", RST_SOCK_FULL, RST_TCP_FIN_WAIT1, "TCP_INVALID_SEQUENCE",
	  "out-of-window",
	  "100 bytes beyond the expected 900, outside the window of 65,535; the connection "
	  "(FIN_WAIT1) stands" },
	{ "tcp_v4_do_rcv", RST_SOCK_FULL, RST_TCP_SYN_SENT, "TCP_INVALID_ACK_SEQUENCE", "bad-ack",
	  "it acknowledges 0, which this host has not sent; the connection (SYN_SENT) stands" },
	{ "tcp_v4_do_rcv", RST_SOCK_FULL, RST_TCP_SYN_SENT, "TCP_RESET", "no-ack",
	  "a connection that is being opened wants a RST that acknowledges its SYN; the connection "
	  "(SYN_SENT) stands" },
	{ "tcp_v4_rcv", RST_SOCK_NONE, RST_TCP_NONE, "NO_SOCKET", "no-socket",
	  "there is no such connection" },
	{ "tcp_v4_do_rcv", RST_SOCK_FULL, RST_TCP_CLOSE, "TCP_CLOSE", "no-socket",
	  "there is no such connection" },
	{ "tcp_v4_rcv", RST_SOCK_FOUND, RST_TCP_CLOSE, "TCP_CSUM", "checksum",
	  "its checksum is wrong" },
	{ "tcp_v4_do_rcv", RST_SOCK_LISTENER, RST_TCP_LISTEN, "TCP_RESET", "listener",
	  "port 80 is listened on, and a listener takes no RST" },
	{ "tcp_v4_rcv", RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, "NOT_SPECIFIED", "time-wait",
	  "the connection had ended and was in TIME_WAIT, which it cut short "
	  "(net.ipv4.tcp_rfc1337 is 0)" },
	{ "ip_error", RST_SOCK_NONE, RST_TCP_NONE, "IP_INNOROUTES", "not-routed",
	  "it is for another host, and this one does not route it there" },
	{ "tcp_v4_rcv", RST_SOCK_NONE, RST_TCP_NONE, "TCP_CSUM", "checksum",
	  "its checksum is wrong" },
	{ "tcp_v4_rcv", RST_SOCK_FOUND, RST_TCP_ESTABLISHED, "TCP_CSUM", "checksum",
	  "its checksum is wrong; the connection (ESTABLISHED) stands" },
	{ "tcp_v4_rcv", RST_SOCK_FOUND, RST_TCP_LISTEN, "TCP_CSUM", "checksum",
	  "its checksum is wrong" },
	{ "tcp_v4_rcv", RST_SOCK_FOUND, RST_TCP_TIME_WAIT, "TCP_CSUM", "checksum",
	  "its checksum is wrong" },
	{ "nf_hook_slow < ip_local_deliver", RST_SOCK_NONE, RST_TCP_NONE, "NETFILTER_DROP",
	  "firewall", "netfilter in the input hook dropped it" },
	{ "nf_hook_slow", RST_SOCK_NONE, RST_TCP_NONE, "NETFILTER_DROP", "firewall",
	  "netfilter dropped it" },
	{ "ip_rcv_finish_core", RST_SOCK_NONE, RST_TCP_NONE, "IP_RPFILTER", "rp-filter",
	  "its source is not reached by the interface it came in on (rp_filter)" },
	{ "tcp_v4_rcv", RST_SOCK_FULL, RST_TCP_ESTABLISHED, "TCP_MINTTL", "min-ttl",
	  "its TTL is below the socket's IP_MINTTL; the connection (ESTABLISHED) stands" },
	{ "tcp_v4_rcv", RST_SOCK_FULL, RST_TCP_ESTABLISHED, "TCP_MD5FAILURE", "authentication",
	  "it is not signed as TCP-MD5 or TCP-AO wants it (TCP_MD5FAILURE); the connection "
	  "(ESTABLISHED) stands" },
	{ "tcp_add_backlog", RST_SOCK_FULL, RST_TCP_ESTABLISHED, "SOCKET_BACKLOG", "backlog",
	  "the socket's backlog was full while its owner had it locked; the connection "
	  "(ESTABLISHED) stands" },
	{ "generic_xdp", RST_SOCK_NONE, RST_TCP_NONE, "XDP", "xdp", "an XDP program dropped it" },
	{ "tcf_classify", RST_SOCK_NONE, RST_TCP_NONE, "TC_INGRESS", "traffic-control",
	  "traffic control (tc ingress) dropped it" },
	{ "xfrm4_rcv", RST_SOCK_NONE, RST_TCP_NONE, "XFRM_POLICY", "other",
	  "the kernel dropped it (XFRM_POLICY) in xfrm4_rcv" },
	{ "xfrm4_rcv", RST_SOCK_NONE, RST_TCP_NONE, NULL, "other",
	  "the kernel dropped it in xfrm4_rcv" },
};

Test(why_ignored, every_detail)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct built b;

		build_ignored(&b, rows[i].stack, rows[i].kind, rows[i].state, rows[i].reason);
		build_attribute(&b);
		cr_expect_str_eq(b.in.verdict.detail, rows[i].detail, "row %zu", i);
		cr_expect_eq(strncmp(b.in.verdict.why, HEAD, strlen(HEAD)), 0, "%s",
			     b.in.verdict.why);
		cr_expect_str_eq(b.in.verdict.why + strlen(HEAD), rows[i].why, "row %zu", i);
		cr_expect(b.in.verdict.benign, "row %zu", i);
	}
}

#define assert_why(b, text)                                  \
	do {                                                 \
		build_attribute(b);                          \
		cr_expect_str_eq((b)->in.verdict.why, text); \
	} while (0)

Test(why_ignored, at_xdp_only)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "");
	build_packet(&b, RST_FLAG_RST, 0);
	assert_why(&b, HEAD "no socket took it, and the kernel does not tell why");
	b.in.interface = "eth0";
	assert_why(&b, "RST (seq 1000, ttl 64) on eth0 ended nothing: no socket took it, and the "
		       "kernel does not tell why");
	strcpy(b.in.in_interface, "veth1");
	assert_why(&b, "RST (seq 1000, ttl 64) on veth1 ended nothing: no socket took it, and the "
		       "kernel does not tell why");
}

Test(why_ignored, behind_and_beyond)
{
	struct built b;

	build_ignored(&b, "tcp_validate_incoming", RST_SOCK_FULL, RST_TCP_ESTABLISHED,
		      "TCP_OLD_SEQUENCE");
	b.ev.sock.rcv_nxt = 2500;
	build_owner(&b, "ng\x1bx", 12, RST_KNOWN_SOCKET);
	assert_why(&b, HEAD "1,500 bytes before the expected 2500; the connection of ng\\x1bx/12 "
			    "(ESTABLISHED) stands");
	b.ev.sock.rcv_nxt = 1000;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "0 bytes beyond"), "%s", b.in.verdict.why);
	/* Numbers wrap; half the circle away is before. */
	b.ev.sock.rcv_nxt = 1000 - 0x7fffffff;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "2,147,483,647 bytes beyond"), "%s",
			   b.in.verdict.why);
	b.ev.sock.rcv_nxt = 1000 - 0x80000000;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "2,147,483,648 bytes before"), "%s",
			   b.in.verdict.why);
}

Test(why_ignored, the_connection_had_ended)
{
	struct built b;

	build_ignored(&b, "tcp_v4_rcv", RST_SOCK_NONE, RST_TCP_NONE, "NO_SOCKET");
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 30);
	build_past_closer(&b, "nginx", 12, 40);
	build_past_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b, HEAD "the connection is gone: 40 ms before nginx/12 closed it");
	cr_expect_eq(b.in.owner.pid, 12);
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_HISTORY);
	build_past(&b, RST_PAST_LISTENER, RST_END_CLOSE, 30);
	assert_why(&b, HEAD "there is no such connection");
}

Test(why_ignored, half_open)
{
	struct built b;

	build_ignored(&b, "tcp_v4_rcv", RST_SOCK_LISTENER, RST_TCP_LISTEN, "NOT_SPECIFIED");
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b, "before the handshake was over: the half-open connection is gone");
	cr_expect_str_eq(b.in.verdict.phase, "handshake");
	cr_expect_null(b.in.verdict.detail);
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_LISTENER);
	cr_expect(b.in.verdict.benign, "a SYN scan, say");
	b.in.stands = true;
	assert_why(&b, HEAD "the half-open handshake stands: the RST does not bear the exact "
			    "number");
}

Test(why_ignored, time_wait_stands)
{
	struct built b;

	build_ignored(&b, "tcp_v4_rcv", RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, "NOT_SPECIFIED");
	b.in.stands = true;
	assert_why(&b, HEAD "the connection had ended and was in TIME_WAIT, which still stands");
}

/* Without a way into the namespace, what cannot be known is not said. */
Test(why_ignored, nobody_could_be_asked)
{
	struct built b;

	build_ignored(&b, "tcp_v4_rcv", RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, "NOT_SPECIFIED");
	b.in.unasked = true;
	assert_why(&b, HEAD "the connection had ended and was in TIME_WAIT");
	build_ignored(&b, "tcp_v4_rcv", RST_SOCK_LISTENER, RST_TCP_LISTEN, "NOT_SPECIFIED");
	b.in.unasked = true;
	build_attribute(&b);
	cr_expect_eq(b.in.verdict.certainty, CERTAINTY_INFERRED);
	assert_why(&b,
		   "before the handshake was over: the half-open connection is gone, if the RST "
		   "bore the exact number (its network namespace could not be asked)");
}

Test(why_ignored, in_the_forward_hook)
{
	struct built b;

	build_ignored(&b, "nf_hook_slow < ip_forward", RST_SOCK_NONE, RST_TCP_NONE,
		      "NETFILTER_DROP");
	b.in.direction = DIR_PASSING;
	strcpy(b.in.in_interface, "eth0");
	assert_why(&b,
		   "RST (seq 1000, ttl 64) on eth0 ended nothing: netfilter in the forward hook "
		   "dropped it");
}

/* What the kernel is asked afterwards, and of which events. */
static const struct {
	const char *stack;
	enum rst_socket_kind kind;
	const char *reason;
	bool target, standing, translation;
} asked[] = {
	{ "tcp_v4_rcv", RST_SOCK_NONE, "TCP_CSUM", true, false, false },
	{ "nf_hook_slow", RST_SOCK_NONE, "NETFILTER_DROP", true, false, false },
	{ "nf_hook_slow", RST_SOCK_NONE, NULL, true, false, false },
	{ "tcp_v4_rcv", RST_SOCK_NONE, "NO_SOCKET", false, false, true },
	{ "tcp_v4_rcv", RST_SOCK_FULL, "TCP_CSUM", false, false, false },
	{ "tcp_v4_rcv", RST_SOCK_LISTENER, "NOT_SPECIFIED", false, true, false },
	{ "tcp_v6_rcv", RST_SOCK_LISTENER, NULL, false, true, false },
	{ "tcp_v4_rcv", RST_SOCK_LISTENER, "TCP_OVERWINDOW", false, false, false },
	{ "tcp_v4_do_rcv", RST_SOCK_LISTENER, "TCP_OVERWINDOW", false, false, true },
	{ "tcp_v4_rcv", RST_SOCK_FULL, "TCP_OVERWINDOW", false, false, false },
	{ "tcp_v4_do_rcv", RST_SOCK_LISTENER, "NOT_SPECIFIED", false, false, true },
	{ "tcp_v4_do_rcv", RST_SOCK_LISTENER, "TCP_RESET", false, false, true },
	{ "tcp_v4_rcv", RST_SOCK_TIMEWAIT, "NOT_SPECIFIED", false, true, false },
};

Test(why_ignored, what_is_asked)
{
	struct built b;

	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		build_ignored(&b, asked[i].stack, asked[i].kind, RST_TCP_NONE, asked[i].reason);
		cr_expect_eq(attribute_wants_target(&b.in), asked[i].target, "row %zu", i);
		cr_expect_eq(attribute_wants_standing(&b.in), asked[i].standing, "row %zu", i);
		cr_expect_eq(attribute_wants_translation(&b.in), asked[i].translation, "row %zu",
			     i);
		/* What is on its way to somebody else hits nothing here. */
		b.in.direction = DIR_PASSING;
		cr_expect(!attribute_wants_target(&b.in), "row %zu", i);
		/* The same sockets, but nothing was dropped. */
		b.in.direction = DIR_RECEIVED;
		b.ev.hdr.type = RST_REC_RECEIVED;
		cr_expect(!attribute_wants_target(&b.in), "row %zu", i);
		cr_expect(!attribute_wants_standing(&b.in), "row %zu", i);
	}
}

Test(why_ignored, when_conntrack_is_asked)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK, 0);
	cr_expect(attribute_wants_translation(&b.in));
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 30);
	b.ev.past.rcv_nxt = b.in.packet.seq;
	b.ev.past.snd_nxt = b.in.packet.ack;
	cr_expect(!attribute_wants_translation(&b.in), "its end is remembered");
	b.ev.past.rcv_nxt = b.in.packet.seq + (1U << 30);
	cr_expect(attribute_wants_translation(&b.in), "another's end is");
	cr_expect(!attribute_wants_alike(&b.in));
	b.ev.past.kind = RST_PAST_NONE;
	build_packet(&b, RST_FLAG_SYN, 0);
	cr_expect(!attribute_wants_translation(&b.in), "a SYN begins anew");
	build_packet(&b, RST_FLAG_ACK, 0);
	cr_expect(attribute_wants_alike(&b.in));
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, 0);
	cr_expect(!attribute_wants_translation(&b.in), "no rule of a listener's");
	build_socket(&b, RST_SOCK_NONE, RST_TCP_NONE, 0);
	b.in.direction = DIR_RECEIVED;
	cr_expect(!attribute_wants_translation(&b.in));
}
