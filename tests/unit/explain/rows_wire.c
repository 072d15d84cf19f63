/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rows_wire.c: RSTs that left without TCP, and RSTs that were dropped on their way. */
#include "rows.h"

#define XMIT "__dev_queue_xmit < ip_finish_output2 < ip_output < "
#define NFT "nft_reject_inet_eval < nft_do_chain < nft_do_chain_inet < nf_hook_slow < "
#define REJECT XMIT "nf_send_reset < " NFT
#define DELIVER " < ip_local_deliver < ip_rcv" SOFTIRQ
#define TO_TCP " < tcp_v4_rcv < ip_protocol_deliver_rcu" DELIVER

static void out(struct built *b)
{
	build_wire(b, 0);
}

static void through(struct built *b)
{
	build_wire(b, 3);
}

/* A RST that was answered with a RST is no segment of a connection. */
static void out_after_past(struct built *b)
{
	build_past(b, RST_PAST_CONNECTION, RST_END_CLOSE, 10);
	build_wire(b, 0);
}

static void own_firewall(struct built *b)
{
	b->in.origin = ORIGIN_OWN_FIREWALL;
}

static void own_firewall_suspected(struct built *b)
{
	own_firewall(b);
	b->in.suspicion.burst = true;
	b->in.suspicion.resets = 3;
	b->in.suspicion.ahead = 2;
}

static void other_firewall(struct built *b)
{
	b->in.origin = ORIGIN_FIREWALL;
}

static void waited_with_socket(struct built *b)
{
	build_wire(b, 0);
	b->in.emitter = -1;
}

/* clang-format off */
#define DROP(function, reason) \
	static void function(struct built *b) { build_dropped(b, reason); }

DROP(without_reason, NULL)
DROP(not_specified, "NOT_SPECIFIED")
DROP(tcp_reset, "TCP_RESET")
DROP(tcp_flags, "TCP_FLAGS")
DROP(invalid_sequence, "TCP_INVALID_SEQUENCE")
DROP(overwindow, "TCP_OVERWINDOW")
DROP(old_sequence, "TCP_OLD_SEQUENCE")
DROP(invalid_ack, "TCP_INVALID_ACK_SEQUENCE")
DROP(too_old_ack, "TCP_TOO_OLD_ACK")
DROP(ack_unsent, "TCP_ACK_UNSENT_DATA")
DROP(tcp_close, "TCP_CLOSE")
DROP(no_socket, "NO_SOCKET")
DROP(martian, "IP_INADDRERRORS")
DROP(no_route, "IP_INNOROUTES")
DROP(checksum, "TCP_CSUM")
DROP(checksum_like, "TCP_CSUMS")
DROP(netfilter, "NETFILTER_DROP")
DROP(rp_filter, "IP_RPFILTER")
DROP(min_ttl, "TCP_MINTTL")
DROP(md5_none, "TCP_MD5NOTFOUND")
DROP(md5_failed, "TCP_MD5FAILURE")
DROP(ao_failed, "TCP_AOFAILURE")
DROP(auth_header, "TCP_AUTH_HDR")
DROP(backlog, "SOCKET_BACKLOG")
DROP(xdp, "XDP")
DROP(tc_ingress, "TC_INGRESS")
DROP(xfrm, "XFRM_POLICY")
DROP(paws, "TCP_RFC7323_PAWS")
DROP(tsecr, "TCP_RFC7323_TSECR")
/* clang-format on */

static void request_stands(struct built *b)
{
	not_specified(b);
	b->in.stands = true;
}

static void overwindow_stands(struct built *b)
{
	overwindow(b);
	b->in.stands = true;
}

static void request_unasked(struct built *b)
{
	not_specified(b);
	b->in.unasked = true;
}

static void time_wait_stands(struct built *b)
{
	not_specified(b);
	b->in.stands = true;
}

static void no_socket_past(struct built *b)
{
	build_past(b, RST_PAST_CONNECTION, RST_END_CLOSE, 10);
	no_socket(b);
}

static void no_socket_listener_past(struct built *b)
{
	build_past(b, RST_PAST_LISTENER, RST_END_CLOSE, 10);
	no_socket(b);
}

static void in_forward_hook(struct built *b)
{
	netfilter(b);
	b->in.direction = DIR_PASSING;
}

static void passing_suspected(struct built *b)
{
	in_forward_hook(b);
	b->in.suspicion.burst = true;
	b->in.suspicion.resets = 3;
	b->in.suspicion.ahead = 2;
}

static void burst(struct built *b)
{
	b->in.suspicion.burst = true;
	b->in.suspicion.resets = 3;
	b->in.suspicion.ahead = 2;
}

static void burst_of_own(struct built *b)
{
	burst(b);
	b->in.pair.there = b->in.pair.own = true;
}

static void burst_of_a_program(struct built *b)
{
	burst(b);
	b->in.pair.there = true;
}

static void burst_dropped(struct built *b)
{
	burst(b);
	tcp_reset(b);
}

static void burst_no_socket(struct built *b)
{
	burst(b);
	no_socket(b);
}

static void burst_after_past(struct built *b)
{
	burst(b);
	no_socket_past(b);
}

static void burst_killed_request(struct built *b)
{
	burst(b);
	not_specified(b);
}

static void burst_request_unasked(struct built *b)
{
	burst(b);
	request_unasked(b);
}

static void burst_time_wait(struct built *b)
{
	burst(b);
	not_specified(b);
}

static void burst_time_wait_past(struct built *b)
{
	build_past(b, RST_PAST_CONNECTION, RST_END_CLOSE, 10);
	burst_time_wait(b);
}

static void burst_request_stands(struct built *b)
{
	burst(b);
	request_stands(b);
}

static void other_ttl(struct built *b)
{
	build_peer(b, 10, 5, 57);
}

static void other_ttl_of_own(struct built *b)
{
	other_ttl(b);
	b->in.pair.there = b->in.pair.own = true;
}

static void other_ttl_stale(struct built *b)
{
	build_peer(b, 10, 1001, 57);
}

static void same_ttl(struct built *b)
{
	build_peer(b, 10, 5, 64);
}

/* Before 6.12. */
static void listener_guessed(struct built *b)
{
	not_specified(b);
	b->ev.sock.cookie = 0;
}

/* clang-format off */
#define REJECTED(detail) CAUSE_FIREWALL_REJECT, SURE, "A3", OWNER_NOBODY, detail
#define CRAFTED(rule, owner, detail) CAUSE_CRAFTED, SURE, rule, owner, detail
#define FORWARDED(detail) CAUSE_FORWARDED, SURE, "forward", OWNER_NOBODY, detail
#define IGNORED(owner, detail) CAUSE_IGNORED, SURE, "dropped", owner, detail
#define SUSPECTED(owner, detail) CAUSE_SUSPECTED_INJECTION, LIKELY, "suspect", owner, detail
#define LIVE FULL(ESTABLISHED, OPEN), RST, 0, NULL

static const struct row rows[] = {
	/* sent */
	{ "rejected in INPUT", DIR_SENT, REJECT "ip_local_deliver < ip_rcv" SOFTIRQ, NONE, RST | ACK, 0,
	  NULL, out, REJECTED(NULL) },
	{ "rejected in OUTPUT", DIR_SENT, REJECT "__ip_local_out < ip_local_out < __ip_queue_xmit", NONE,
	  RST | ACK, 0, NULL, out, REJECTED(NULL) },
	{ "rejected in FORWARD, with an interface", DIR_SENT, REJECT "ip_forward < ip_rcv" SOFTIRQ, NONE,
	  RST | ACK, 0, NULL, through, REJECTED(NULL) },
	{ "rejected at ingress", DIR_SENT,
	  "__dev_queue_xmit < nft_reject_netdev_eval < nft_do_chain < nft_do_chain_netdev" SOFTIRQ, NONE,
	  RST | ACK, 0, NULL, out, REJECTED(NULL) },
	{ "rejected by a bridge", DIR_SENT,
	  "__dev_queue_xmit < br_dev_queue_push_xmit < nft_reject_bridge_eval < br_forward" SOFTIRQ, NONE,
	  RST | ACK, 0, NULL, through, REJECTED(NULL) },
	{ "rejected, while a connection is remembered", DIR_SENT, REJECT "ip_local_deliver" SOFTIRQ, NONE,
	  RST | ACK, 0, NULL, out_after_past, REJECTED(NULL) },
	{ "waited for a neighbour", DIR_SENT, "__dev_queue_xmit < neigh_resolve_output" SOFTIRQ, NONE, RST,
	  0, NULL, out, CAUSE_FIREWALL_REJECT, LIKELY, "A3", OWNER_NOBODY, "waited" },
	{ "raw socket", DIR_SENT, XMIT "raw_send_hdrinc < raw_sendmsg < inet_sendmsg", RST_SOCK_RAW, RST_TCP_NONE,
	  OPEN, RST, 0, NULL, out, CRAFTED("raw", OWNER_CONTEXT, "raw-socket") },
	{ "raw socket, v6", DIR_SENT, "__dev_queue_xmit < rawv6_sendmsg < inet_sendmsg", RST_SOCK_RAW,
	  RST_TCP_NONE, OPEN, RST, 0, NULL, out, CRAFTED("raw", OWNER_CONTEXT, "raw-socket") },
	{ "raw socket, waited", DIR_SENT, "__dev_queue_xmit < neigh_resolve_output" SOFTIRQ, RST_SOCK_RAW,
	  RST_TCP_NONE, OPEN, RST, 0, NULL, out, CRAFTED("raw", OWNER_SOCKET, "raw-socket") },
	{ "raw socket, the frame is another's", DIR_SENT, XMIT "raw_sendmsg", RST_SOCK_RAW, RST_TCP_NONE, OPEN,
	  RST, 0, NULL, waited_with_socket, CRAFTED("raw", OWNER_SOCKET, "raw-socket") },
	{ "packet socket", DIR_SENT, "__dev_queue_xmit < packet_snd < packet_sendmsg", RST_SOCK_PACKET,
	  RST_TCP_NONE, OPEN, RST, 0, NULL, out, CRAFTED("packet", OWNER_CONTEXT, "packet-socket") },
	{ "packet socket, waited", DIR_SENT, "__dev_queue_xmit < neigh_resolve_output", RST_SOCK_PACKET,
	  RST_TCP_NONE, OPEN, RST, 0, NULL, out, CRAFTED("packet", OWNER_SOCKET, "packet-socket") },
	{ "TUN", DIR_SENT, XMIT "ip_forward < ip_rcv < __netif_receive_skb_core < tun_get_user", NONE, RST, 0, NULL,
	  through, CRAFTED("tun", OWNER_CONTEXT, "tun") },
	{ "TUN under the interrupt", DIR_SENT, XMIT "ip_forward < ip_rcv" SOFTIRQ " < tun_get_user", NONE, RST, 0, NULL,
	  through, FORWARDED("routed") },

	/* passing */
	{ "routed", DIR_SENT, XMIT "ip_forward < ip_rcv" SOFTIRQ, NONE, RST, 0, NULL, through,
	  FORWARDED("routed") },
	{ "routed, waited", DIR_SENT, "__dev_queue_xmit < neigh_resolve_output" SOFTIRQ, NONE, RST, 0, NULL,
	  through, FORWARDED("routed") },
	{ "bridged", DIR_SENT, "__dev_queue_xmit < br_dev_queue_push_xmit < br_forward < br_handle_frame" SOFTIRQ,
	  NONE, RST, 0, NULL, through, FORWARDED("bridged") },
	{ "routed out of a bridge", DIR_SENT, XMIT "ip_forward < ip_rcv < br_pass_frame_up < br_handle_frame" SOFTIRQ,
	  NONE, RST, 0, NULL, through, FORWARDED("routed") },
	{ "routed, with a bridge under the interrupt", DIR_SENT,
	  "__dev_queue_xmit" SOFTIRQ " < br_handle_frame", NONE, RST, 0, NULL, through, FORWARDED("routed") },
	{ "dropped in FORWARD", DIR_RECEIVED, "nf_hook_slow < ip_forward < ip_rcv" SOFTIRQ, NONE, RST, 0, NULL,
	  in_forward_hook, IGNORED(OWNER_NOBODY, "firewall") },
	{ "of what passes nothing is suspected", DIR_RECEIVED, "nf_hook_slow < ip_forward", NONE, RST, 0, NULL,
	  passing_suspected, IGNORED(OWNER_NOBODY, "firewall") },

	/* received */
	{ "rejected locally", DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process", FULL(SYN_SENT, OPEN), NO_PACKET, NULL,
	  own_firewall, CAUSE_REJECTED_LOCALLY, SURE, "A3", OWNER_SOCKET, NULL },
	{ "rejected locally, established", DIR_RECEIVED, "tcp_reset < tcp_validate_incoming",
	  LIVE, own_firewall_suspected, CAUSE_REJECTED_LOCALLY, SURE, "A3", OWNER_SOCKET, NULL },
	{ "the firewall of another namespace", DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process", FULL(SYN_SENT, OPEN),
	  NO_PACKET, NULL, other_firewall, CAUSE_REFUSED, SURE, "refused", OWNER_SOCKET, NULL },

	/* suspected */
	{ "burst", DIR_RECEIVED, "tcp_reset", LIVE, burst, SUSPECTED(OWNER_SOCKET, NULL) },
	{ "burst of this host's own TCP", DIR_RECEIVED, "tcp_reset", LIVE, burst_of_own, CAUSE_RESET_BY_PEER, SURE,
	  "received", OWNER_SOCKET, NULL },
	{ "burst of a program here", DIR_RECEIVED, "tcp_reset", LIVE, burst_of_a_program,
	  SUSPECTED(OWNER_SOCKET, NULL) },
	{ "burst, but the RST itself was not seen", DIR_RECEIVED, "tcp_reset", FULL(ESTABLISHED, OPEN), NO_PACKET, NULL,
	  burst, CAUSE_RESET_BY_PEER, SURE, "received", OWNER_SOCKET, NULL },
	{ "burst that ended nothing", DIR_RECEIVED, "tcp_validate_incoming", LIVE, burst_dropped,
	  SUSPECTED(OWNER_SOCKET, "challenge-ack") },
	{ "burst, no socket", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, burst_no_socket,
	  SUSPECTED(OWNER_SOCKET, "no-socket") },
	{ "burst, the connection had just ended", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, burst_after_past,
	  SUSPECTED(OWNER_PAST, "no-socket") },
	{ "burst at XDP only", DIR_RECEIVED, "", NONE, RST, 0, NULL, burst,
	  SUSPECTED(OWNER_SOCKET, NULL) },
	{ "burst that killed a half-open handshake", DIR_RECEIVED, "tcp_v4_rcv", LISTENER, RST, 0, NULL, burst_killed_request,
	  SUSPECTED(OWNER_LISTENER, NULL) },
	{ "burst at a half-open handshake, nobody could be asked", DIR_RECEIVED, "tcp_v4_rcv", LISTENER, RST, 0, NULL,
	  burst_request_unasked, SUSPECTED(OWNER_LISTENER, NULL) },
	{ "burst at a listener", DIR_RECEIVED, "tcp_v4_do_rcv", LISTENER, RST, 0, NULL, burst_dropped,
	  SUSPECTED(OWNER_LISTENER, "listener") },
	{ "burst in TIME_WAIT", DIR_RECEIVED, "tcp_v4_rcv", TIMEWAIT, RST, 0, NULL, burst_time_wait,
	  SUSPECTED(OWNER_CLOSED, "time-wait") },
	{ "burst in TIME_WAIT, whose close is remembered", DIR_RECEIVED, "tcp_v4_rcv", TIMEWAIT, RST, 0, NULL,
	  burst_time_wait_past, SUSPECTED(OWNER_CLOSED, "time-wait") },
	{ "burst that did not", DIR_RECEIVED, "tcp_v4_rcv", LISTENER, RST, 0, NULL, burst_request_stands,
	  SUSPECTED(OWNER_LISTENER, "request-socket") },
	{ "another TTL", DIR_RECEIVED, "tcp_reset", LIVE, other_ttl, SUSPECTED(OWNER_SOCKET, NULL) },
	{ "another TTL, when the connection is opened", DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process",
	  FULL(SYN_SENT, OPEN), RST | ACK, 0, NULL, other_ttl, SUSPECTED(OWNER_SOCKET, NULL) },
	{ "another TTL of this host's own", DIR_RECEIVED, "tcp_reset", LIVE, other_ttl_of_own, CAUSE_RESET_BY_PEER, SURE,
	  "received", OWNER_SOCKET, NULL },
	{ "another TTL after a pause", DIR_RECEIVED, "tcp_reset", LIVE, other_ttl_stale, CAUSE_RESET_BY_PEER, SURE,
	  "received", OWNER_SOCKET, NULL },
	{ "the same TTL", DIR_RECEIVED, "tcp_reset", LIVE, same_ttl, CAUSE_RESET_BY_PEER, SURE, "received", OWNER_SOCKET,
	  NULL },

	/* a half-open handshake */
	{ "request socket killed", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, not_specified,
	  CAUSE_RESET_BY_PEER, SURE, "request", OWNER_LISTENER, NULL },
	{ "request socket killed, no reasons", DIR_RECEIVED, "tcp_v6_rcv", LISTENER, RST, 0, NULL, without_reason,
	  CAUSE_RESET_BY_PEER, SURE, "request", OWNER_LISTENER, NULL },
	{ "request socket, out of window (6.18)", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, overwindow,
	  IGNORED(OWNER_LISTENER, "request-socket") },
	{ "request socket, its sequence", DIR_RECEIVED, "tcp_v4_rcv", LISTENER, RST, 0, NULL, invalid_sequence,
	  IGNORED(OWNER_LISTENER, "request-socket") },
	{ "request socket, old", DIR_RECEIVED, "tcp_v6_rcv", LISTENER, RST, 0, NULL, old_sequence,
	  IGNORED(OWNER_LISTENER, "request-socket") },
	{ "request socket, PAWS", DIR_RECEIVED, "tcp_v4_rcv", LISTENER, RST, 0, NULL, paws,
	  IGNORED(OWNER_LISTENER, "request-socket") },
	{ "request socket, TSECR", DIR_RECEIVED, "tcp_v4_rcv", LISTENER, RST, 0, NULL, tsecr,
	  IGNORED(OWNER_LISTENER, "request-socket") },
	{ "request socket stands (6.18)", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, overwindow_stands,
	  IGNORED(OWNER_LISTENER, "request-socket") },
	{ "the listener's own refusal", DIR_RECEIVED, "tcp_v4_do_rcv" TO_TCP, LISTENER, RST, 0, NULL, overwindow,
	  IGNORED(OWNER_LISTENER, "listener") },
	{ "request socket, nobody could be asked", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, request_unasked,
	  CAUSE_RESET_BY_PEER, LIKELY, "request", OWNER_LISTENER, NULL },
	{ "request socket, by its port", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, listener_guessed,
	  CAUSE_RESET_BY_PEER, LIKELY, "request", OWNER_LISTENER, NULL },
	{ "request socket stands", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, request_stands,
	  CAUSE_IGNORED, LIKELY, "request", OWNER_LISTENER, "request-socket" },
	{ "not a request: not dropped there", DIR_RECEIVED, "tcp_v4_do_rcv" TO_TCP, LISTENER, RST, 0, NULL, not_specified,
	  IGNORED(OWNER_LISTENER, "listener") },
	{ "not a request: another reason", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LISTENER, RST, 0, NULL, checksum,
	  IGNORED(OWNER_LISTENER, "listener") },
	{ "not a request: no listener", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, LIVE, not_specified,
	  IGNORED(OWNER_SOCKET, "other") },
	{ "listener", DIR_RECEIVED, "tcp_v4_do_rcv" TO_TCP, LISTENER, RST, 0, NULL, tcp_reset,
	  IGNORED(OWNER_LISTENER, "listener") },
	{ "listener, with ACK", DIR_RECEIVED, "tcp_v4_do_rcv" TO_TCP, LISTENER, RST | ACK, 0, NULL, tcp_flags,
	  IGNORED(OWNER_LISTENER, "listener") },

	/* ignored */
	{ "TIME_WAIT, assassinated", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, TIMEWAIT, RST, 0, NULL, not_specified,
	  IGNORED(OWNER_CLOSED, "time-wait") },
	{ "TIME_WAIT stands", DIR_RECEIVED, "tcp_v4_rcv" DELIVER, TIMEWAIT, RST, 0, NULL, time_wait_stands,
	  IGNORED(OWNER_CLOSED, "time-wait") },
	{ "challenge", DIR_RECEIVED, "tcp_validate_incoming" TO_TCP, LIVE, tcp_reset,
	  IGNORED(OWNER_SOCKET, "challenge-ack") },
	{ "no ACK in SYN_SENT", DIR_RECEIVED, "tcp_v4_do_rcv" TO_TCP, FULL(SYN_SENT, OPEN), RST, 0, NULL, tcp_reset,
	  IGNORED(OWNER_SOCKET, "no-ack") },
	{ "bad ACK in SYN_SENT", DIR_RECEIVED, "tcp_v4_do_rcv" TO_TCP, FULL(SYN_SENT, OPEN), RST | ACK, 0, NULL,
	  invalid_ack, IGNORED(OWNER_SOCKET, "bad-ack") },
	{ "too old ACK", DIR_RECEIVED, "tcp_v4_do_rcv", LIVE, too_old_ack, IGNORED(OWNER_SOCKET, "bad-ack") },
	{ "ACK of unsent data", DIR_RECEIVED, "tcp_v4_do_rcv", LIVE, ack_unsent, IGNORED(OWNER_SOCKET, "bad-ack") },
	{ "out of window", DIR_RECEIVED, "tcp_validate_incoming", LIVE, invalid_sequence,
	  IGNORED(OWNER_SOCKET, "out-of-window") },
	{ "over the window", DIR_RECEIVED, "tcp_validate_incoming", LIVE, overwindow,
	  IGNORED(OWNER_SOCKET, "out-of-window") },
	{ "old", DIR_RECEIVED, "tcp_validate_incoming", LIVE, old_sequence, IGNORED(OWNER_SOCKET, "old-sequence") },
	{ "no socket", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, no_socket, IGNORED(OWNER_SOCKET, "no-socket") },
	{ "no socket any more", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, no_socket_past,
	  IGNORED(OWNER_PAST, "no-socket") },
	{ "no socket, the listener had gone", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, no_socket_listener_past,
	  IGNORED(OWNER_SOCKET, "no-socket") },
	{ "closed socket", DIR_RECEIVED, "tcp_v4_do_rcv", FULL(CLOSE, DEAD), RST, 0, NULL, tcp_close,
	  IGNORED(OWNER_SOCKET, "no-socket") },
	{ "not for this host", DIR_RECEIVED, "ip_rcv_finish_core", NONE, RST, 0, NULL, martian,
	  IGNORED(OWNER_SOCKET, "not-routed") },
	{ "no route", DIR_RECEIVED, "ip_error", NONE, RST, 0, NULL, no_route, IGNORED(OWNER_SOCKET, "not-routed") },
	{ "checksum", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, checksum, IGNORED(OWNER_SOCKET, "checksum") },
	{ "a name that only begins like it", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, checksum_like,
	  IGNORED(OWNER_SOCKET, "other") },
	{ "firewall", DIR_RECEIVED, "nf_hook_slow" DELIVER, NONE, RST, 0, NULL, netfilter,
	  IGNORED(OWNER_SOCKET, "firewall") },
	{ "rp_filter", DIR_RECEIVED, "ip_rcv_finish_core", NONE, RST, 0, NULL, rp_filter,
	  IGNORED(OWNER_SOCKET, "rp-filter") },
	{ "min TTL", DIR_RECEIVED, "tcp_v4_rcv", LIVE, min_ttl, IGNORED(OWNER_SOCKET, "min-ttl") },
	{ "MD5 is missing", DIR_RECEIVED, "tcp_v4_rcv", LIVE, md5_none, IGNORED(OWNER_SOCKET, "authentication") },
	{ "MD5 is wrong", DIR_RECEIVED, "tcp_v4_rcv", LIVE, md5_failed, IGNORED(OWNER_SOCKET, "authentication") },
	{ "AO is wrong", DIR_RECEIVED, "tcp_v4_rcv", LIVE, ao_failed, IGNORED(OWNER_SOCKET, "authentication") },
	{ "both or broken", DIR_RECEIVED, "tcp_v4_rcv", LIVE, auth_header, IGNORED(OWNER_SOCKET, "authentication") },
	{ "backlog", DIR_RECEIVED, "tcp_add_backlog", LIVE, backlog, IGNORED(OWNER_SOCKET, "backlog") },
	{ "XDP", DIR_RECEIVED, "netif_receive_generic_xdp", NONE, RST, 0, NULL, xdp, IGNORED(OWNER_SOCKET, "xdp") },
	{ "XDP, without its reason", DIR_RECEIVED, "do_xdp_generic", NONE, RST, 0, NULL, not_specified,
	  IGNORED(OWNER_SOCKET, "xdp") },
	{ "tc", DIR_RECEIVED, "__netif_receive_skb_core", NONE, RST, 0, NULL, tc_ingress,
	  IGNORED(OWNER_SOCKET, "traffic-control") },
	{ "other", DIR_RECEIVED, "xfrm4_policy_check", NONE, RST, 0, NULL, xfrm, IGNORED(OWNER_SOCKET, "other") },
	{ "a kernel without reasons", DIR_RECEIVED, "tcp_v4_rcv", NONE, RST, 0, NULL, without_reason,
	  IGNORED(OWNER_SOCKET, "no-socket") },
	{ "without reasons: a connection", DIR_RECEIVED, "tcp_v4_rcv", LIVE, without_reason,
	  IGNORED(OWNER_SOCKET, "other") },
	{ "without reasons: firewall", DIR_RECEIVED, "nf_hook_slow" DELIVER, NONE, RST, 0, NULL, without_reason,
	  IGNORED(OWNER_SOCKET, "firewall") },
	{ "without reasons: no route", DIR_RECEIVED, "ip6_pkt_drop", NONE, RST, 0, NULL, without_reason,
	  IGNORED(OWNER_SOCKET, "not-routed") },
	{ "without reasons: tc", DIR_RECEIVED, "__netif_receive_skb_core.constprop.0", NONE, RST, 0, NULL,
	  without_reason, IGNORED(OWNER_SOCKET, "traffic-control") },
	{ "without reasons: somewhere", DIR_RECEIVED, "ip_rcv_finish_core", NONE, RST, 0, NULL, without_reason,
	  IGNORED(OWNER_SOCKET, "other") },
};
/* clang-format on */

const struct rows rows_wire = ROWS(rows);
