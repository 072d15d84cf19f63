/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rules_answered.c: a RST that answers an incoming segment, by what the kernel looked up for it: no
 * socket, a listener, a half-open connection, a closed socket, TIME_WAIT.
 */
#include "explain/match.h"
#include "explain/rules.h"
#include "model/tuple.h"

bool match_p1(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_NONE) && is_syn(in);
}

/* For a connection that exists, of which it would become a part. */
bool match_p1_join(const struct incident *in)
{
	return match_p1(in) && in->packet.join;
}

bool match_p1_passed_over(const struct incident *in)
{
	return match_p1(in) && in->listener.port && in->listener.passed_over;
}

/* Beside one that would have taken it until it closed, who listens elsewhere is a bystander; whoever began
 * after that has taken its place. */
static bool beside_one_that_closed(const struct incident *in)
{
	return past_kind(in) == RST_PAST_LISTENER && in->listener.since_ns < in->ev->past.at_ns;
}

bool match_p1_elsewhere(const struct incident *in)
{
	return match_p1(in) && in->listener.port && in->listener.netns == in->ev->netns &&
	       !beside_one_that_closed(in);
}

/* It was found afterwards: it may have come since. */
bool match_p1_self(const struct incident *in)
{
	return match_p1(in) && in->self_connected;
}

/* Containers have many listeners on few ports: that the SYN was meant for one of them is a guess. */
bool match_p1_other_netns(const struct incident *in)
{
	return match_p1(in) && in->listener.port;
}

bool match_p2(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_NONE) && in->packet.valid && !is_syn(in);
}

/* It met this host's own ports, because nobody had translated it. */
static bool strayed(const struct incident *in)
{
	return (match_p2(in) || match_p3(in)) &&
	       (in->translation.there || in->meant.by == MEANT_SEVERAL);
}

bool match_strayed_live(const struct incident *in)
{
	return strayed(in) && in->meant.by == MEANT_CONNTRACK;
}

bool match_strayed_ended(const struct incident *in)
{
	return strayed(in) && in->meant.by == MEANT_ENDED;
}

bool match_strayed_ended_likely(const struct incident *in)
{
	return strayed(in) && in->meant.by == MEANT_ENDED_PEER;
}

bool match_strayed(const struct incident *in)
{
	return strayed(in) && in->meant.by == MEANT_NOT;
}

bool match_strayed_likely(const struct incident *in)
{
	return strayed(in);
}

/* Its address came while tracing was on, so no connection of it is older than that here. */
static bool new_address(const struct incident *in)
{
	return in->address_ns && in->address_ns <= in->traced_ns &&
	       !address_is_loopback(in->ev->tuple.local, in->ev->tuple.family);
}

bool match_p2_new_address(const struct incident *in)
{
	return match_p2(in) && new_address(in);
}

/* The client's answer to a SYN-ACK comes within about so much. */
#define HANDSHAKE_MS 1000

/* An ACK without data, at a listener that sent cookies just before. */
static bool ends_a_handshake(const struct incident *in)
{
	return match_p3d(in) && in->ev->sock.cookies_ms <= HANDSHAKE_MS && !in->packet.length &&
	       !(in->packet.flags & RST_FLAG_FIN);
}

bool match_p3_new_address(const struct incident *in)
{
	/* A listener that closed here says more, and one that takes connections by cookies. */
	return match_p3(in) && !match_p3_gone(in) && !ends_a_handshake(in) && new_address(in);
}

/* A SYN-ACK without a SYN, as far as is known. */
bool match_p2_unasked(const struct incident *in)
{
	return match_p2(in) && match_unasked(in);
}

bool match_unasked(const struct incident *in)
{
	const uint8_t both = RST_FLAG_SYN | RST_FLAG_ACK;

	return (match_p2(in) || match_p3(in)) && (in->packet.flags & both) == both;
}

bool match_p3(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_LISTENER) && behind(in, 0) == FN_TCP_DO_RCV;
}

/* The request socket outlives the reset when its ACK number was refused; nothing else leaves one
 * behind for this pair of addresses. */
bool match_p3c(const struct incident *in)
{
	return match_p3(in) && in->stands;
}

bool match_p3d(const struct incident *in)
{
	return match_p3(in) && in->ev->sock.cookies_ms != RST_NEVER &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_ACK;
}

bool match_mptcp_request(const struct incident *in)
{
	return passive(in) && (behind(in, 0) == FN_SUBFLOW_ROUTE_REQ ||
			       behind(in, 0) == FN_SUBFLOW_SYN_RECV_SOCK ||
			       behind(in, 0) == FN_MPTCP || reason_begins(in, "MPTCP_"));
}

static bool match_check_req(const struct incident *in)
{
	return passive(in) && behind(in, 0) == FN_TCP_CHECK_REQ;
}

bool match_p11(const struct incident *in)
{
	return match_check_req(in) && in->packet.valid && (in->packet.flags & RST_FLAG_SYN);
}

/* "Full" is strictly more than the limit; see sk_acceptq_is_full() in 5.10 to 7.3. */
bool match_p12(const struct incident *in)
{
	return match_check_req(in) && kind(in, RST_SOCK_LISTENER) &&
	       in->ev->sock.accept_queue > in->ev->sock.accept_queue_limit;
}

/* An accept() on another CPU may have made room between the check and the tracepoint. */
bool match_p12_drained(const struct incident *in)
{
	return match_check_req(in) && kind(in, RST_SOCK_LISTENER) && in->ev->sock.accept_queue &&
	       in->ev->sock.accept_queue == in->ev->sock.accept_queue_limit;
}

bool match_p12_no_child(const struct incident *in)
{
	return match_check_req(in) && kind(in, RST_SOCK_LISTENER);
}

static bool answered_in_close(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_CLOSE &&
	       behind(in, 0) == FN_TCP_DO_RCV;
}

/* With TCP_LINGER2 < 0 the ACK of the FIN is answered by a RST; it brings no data. */
bool match_p9(const struct incident *in)
{
	return answered_in_close(in) && in->ev->sock.linger2_ms < 0 && in->packet.valid &&
	       !in->packet.length && !(in->packet.flags & RST_FLAG_FIN);
}

bool match_p7(const struct incident *in)
{
	return answered_in_close(in);
}

bool match_p10(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_TIMEWAIT);
}

/* Kernels before 6.10 do not tell of it: its connection's end in FIN_WAIT2 does. */
bool match_p10_remembered(const struct incident *in)
{
	return match_p10(in) && in->ev->packet.answer;
}

bool match_p5(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_SYN_SENT;
}

/* The peer's SYN-ACK would have both flags: it holds a connection of these ends already. */
bool match_p5_bare_ack(const struct incident *in)
{
	return match_p5(in) && in->packet.valid &&
	       (in->packet.flags & (RST_FLAG_SYN | RST_FLAG_ACK)) == RST_FLAG_ACK;
}

bool match_p6(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) && in->ev->sock.state == RST_TCP_SYN_RECV;
}

bool match_p4(const struct incident *in)
{
	return passive(in) && kind(in, RST_SOCK_FULL) &&
	       (reason_is(in, "TCP_OLD_ACK") || reason_is(in, "TCP_TOO_OLD_ACK") ||
		reason_is(in, "TCP_ACK_UNSENT_DATA") || reason_is(in, "TCP_INVALID_ACK_SEQUENCE"));
}
