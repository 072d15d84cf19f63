/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_why_wire.c: the sentences about RSTs past TCP: refused, crafted, forwarded, suspected. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define XMIT "__dev_queue_xmit < ip_output < "
#define REJECT XMIT "nf_send_reset < nft_reject_inet_eval < nft_do_chain < "

#define assert_why(b, text)                                  \
	do {                                                 \
		build_attribute(b);                          \
		cr_expect_str_eq((b)->in.verdict.why, text); \
	} while (0)

static void build_rst(struct built *b, const char *stack, enum rst_socket_kind kind,
		      uint32_t in_ifindex)
{
	build_event(b, DIR_SENT, stack);
	build_socket(b, kind, RST_TCP_NONE, 0);
	build_packet(b, RST_FLAG_RST | RST_FLAG_ACK, 0);
	build_wire(b, in_ifindex);
}

Test(why_wire, firewall_reject)
{
	struct built b;

	build_rst(&b, REJECT "ip_local_deliver < ip_rcv", RST_SOCK_NONE, 0);
	assert_why(&b, "nft in the input hook refused a segment");
	build_packet(&b, RST_FLAG_SYN, 0);
	assert_why(&b, "nft in the input hook refused a SYN segment (seq 1000)");
	strcpy(b.in.in_interface, "eth\x1b");
	assert_why(&b, "nft in the input hook refused a SYN segment (seq 1000) that came in on "
		       "eth\\x1b");
	strcpy(b.in.firewall.rule, "inet filter input handle 5");
	b.in.in_interface[0] = '\0';
	assert_why(&b,
		   "nft, rule inet filter input handle 5, in the input hook refused a SYN segment "
		   "(seq 1000)");
	b.in.firewall.rule_inferred = true;
	assert_why(&b,
		   "nft, probably rule inet filter input handle 5, in the input hook refused a SYN "
		   "segment (seq 1000)");
	b.in.firewall.rule_inferred = false;
	b.in.firewall.changed = true;
	assert_why(&b,
		   "nft, rule inet filter input handle 5 (the ruleset has changed since), in the "
		   "input hook refused a SYN segment (seq 1000)");
	b.in.firewall.rule[0] = '\0';
	assert_why(&b,
		   "nft, by a rule that is not known because the ruleset has changed since, in the "
		   "input hook refused a SYN segment (seq 1000)");
	memset(&b.in.firewall, 0, sizeof(b.in.firewall));
	assert_why(&b, "netfilter refused a SYN segment (seq 1000)");
}

Test(why_wire, firewall_reject_that_waited)
{
	struct built b;

	build_rst(&b, "__dev_queue_xmit < neigh_resolve_output", RST_SOCK_NONE, 0);
	assert_why(&b, "a RST left that had waited for its neighbour's address: nobody but "
		       "netfilter sends one without a socket");
}

Test(why_wire, crafted)
{
	struct built b;

	build_rst(&b, XMIT "raw_sendmsg", RST_SOCK_RAW, 0);
	build_cpu_task(&b, "hping3", 7);
	assert_why(&b, "hping3/7 wrote this RST (seq 1000, ack 2000, ttl 64) to a raw socket "
		       "itself");
	build_rst(&b, "__dev_queue_xmit < packet_sendmsg", RST_SOCK_PACKET, 0);
	build_cpu_task(&b, "tcpkill", 8);
	build_packet(&b, RST_FLAG_RST, 0);
	assert_why(&b, "tcpkill/8 wrote this RST (seq 1000, ttl 64) to a packet socket itself");
	build_rst(&b, XMIT "ip_forward < tun_get_user", RST_SOCK_NONE, 3);
	build_cpu_task(&b, "vpn", 9);
	build_packet(&b, RST_FLAG_RST, 0);
	assert_why(&b, "vpn/9 wrote this RST (seq 1000, ttl 64) to TUN device ?, of its own or for "
		       "its guest or VPN peer");
	strcpy(b.in.in_interface, "tun\x1b");
	assert_why(&b, "vpn/9 wrote this RST (seq 1000, ttl 64) to TUN device tun\\x1b, of its own "
		       "or for its guest or VPN peer");
	build_rst(&b, "__dev_queue_xmit", RST_SOCK_RAW, 0);
	build_packet(&b, RST_FLAG_RST, 0);
	assert_why(&b, "a program wrote this RST (seq 1000, ttl 64) to a raw socket itself");
	build_owner(&b, "hping3", 7, RST_KNOWN_SCAN);
	assert_why(&b, "hping3/7 wrote this RST (seq 1000, ttl 64) to a raw socket itself");
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_SCAN);
}

Test(why_wire, forwarded)
{
	struct built b;

	build_rst(&b, XMIT "ip_forward < ip_rcv", RST_SOCK_NONE, 3);
	assert_why(&b, "routed: RST (seq 1000, ack 2000, ttl 64)");
	strcpy(b.in.in_interface, "eth0");
	strcpy(b.in.out_interface, "eth1");
	assert_why(&b, "routed from eth0 to eth1: RST (seq 1000, ack 2000, ttl 64)");
	b.in.pair.there = b.in.pair.own = true;
	b.in.pair.cause = CAUSE_CLOSE_UNREAD;
	b.in.pair.pid = 5;
	strcpy(b.in.pair.comm, "nginx");
	assert_why(&b,
		   "routed from eth0 to eth1: RST (seq 1000, ack 2000, ttl 64); sent by nginx/5 "
		   "on this host: close-unread");
	build_rst(&b, "__dev_queue_xmit < br_forward < br_handle_frame", RST_SOCK_NONE, 3);
	strcpy(b.in.out_interface, "veth\x7f");
	assert_why(&b, "bridged to veth\\x7f: RST (seq 1000, ack 2000, ttl 64)");
}

/* The connection's own RST, which a program carries on: a user-space switch, a VPN. */
Test(why_wire, relayed)
{
	struct built b;

	build_rst(&b, XMIT "ip_forward < tun_get_user", RST_SOCK_NONE, 3);
	build_cpu_task(&b, "vpn", 9);
	b.in.direction = DIR_PASSING;
	assert_why(&b, "vpn/9 passed this RST (seq 1000, ack 2000, ttl 64) on by TUN device ?: "
		       "this host had sent it before");
	cr_expect_eq(b.in.verdict.certainty, CERTAINTY_INFERRED);
	strcpy(b.in.in_interface, "tun\x1b");
	assert_why(&b, "vpn/9 passed this RST (seq 1000, ack 2000, ttl 64) on by TUN device "
		       "tun\\x1b: this host had sent it before");
	build_rst(&b, "__dev_queue_xmit < packet_sendmsg", RST_SOCK_PACKET, 0);
	build_cpu_task(&b, "switch", 8);
	b.in.direction = DIR_PASSING;
	assert_why(&b, "switch/8 passed this RST (seq 1000, ack 2000, ttl 64) on by a packet "
		       "socket: this host had sent it before");
	/* It waited: the task on the CPU is anybody, and nobody is known to hold the socket. */
	build_rst(&b, "__dev_queue_xmit", RST_SOCK_RAW, 0);
	build_cpu_task(&b, "ksoftirqd/0", 5);
	b.in.direction = DIR_PASSING;
	assert_why(&b, "a program passed this RST (seq 1000, ack 2000, ttl 64) on by a raw "
		       "socket: this host had sent it before");
}

Test(why_wire, rejected_locally)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_SYN_SENT, RST_SF_HAS_SOCKET);
	b.in.origin = ORIGIN_OWN_FIREWALL;
	b.in.firewall.kind = "iptables-legacy";
	b.in.firewall.hook = "output";
	assert_why(&b, "this host's own iptables-legacy in the output hook refused the connection: "
		       "the peer never saw it, the RST only bears its name");
	b.ev.sock.state = RST_TCP_ESTABLISHED;
	assert_why(&b, "this host's own iptables-legacy in the output hook refused a segment: the "
		       "peer never saw it, the RST only bears its name");
}

static void build_suspected(struct built *b)
{
	build_event(b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming");
	build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_packet(b, RST_FLAG_RST, 0);
	build_peer(b, 1234, 5, 57);
}

Test(why_wire, suspected_by_its_ttl)
{
	struct built b;

	build_suspected(&b);
	assert_why(
		&b,
		"this RST (seq 1000, ttl 64) is not the peer's: it has ttl 64 (0 hops away), the "
		"peer's 1,234 packets before all had ttl 57 (7 hops away), the last 5 ms before");
	b.in.packet.ttl = 63;
	b.in.suspicion.peer.last = 2500;
	b.in.suspicion.window = true;
	b.in.packet.window = 1001;
	b.in.suspicion.peer.window_min = 200;
	b.in.suspicion.peer.window_max = 500;
	assert_why(
		&b,
		"this RST (seq 1000, ttl 63) is not the peer's: it has ttl 63 (1 hop away), the "
		"peer's 1,234 packets before all had ttl 57 (7 hops away), the last 2.5 s before; "
		"window 1,001, the peer's were 200 to 500");
}

Test(why_wire, suspected_by_its_ip_id)
{
	struct built b;

	build_suspected(&b);
	b.in.suspicion.ip_id = true;
	b.in.packet.ip_id = 9999;
	b.in.suspicion.peer.ip_id = 77;
	b.in.suspicion.peer.data_packets = 9;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "; IP ID 9999, the peer counts and was at 77"),
			   "%s", b.in.verdict.why);
	b.in.suspicion.peer.id_zero = 9;
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "; IP ID 9999, the peer's is always 0"), "%s",
			   b.in.verdict.why);
}

Test(why_wire, suspected_by_a_burst)
{
	struct built b;

	build_suspected(&b);
	b.in.suspicion = (struct suspicion){
		.burst = true, .resets = 3, .ahead = 2, .first_seq = 1000, .last_seq = 5380
	};
	assert_why(
		&b,
		"this RST (seq 1000, ttl 64) is not the peer's: 3 RSTs came within a moment, with 2 "
		"different numbers beyond what the peer had sent (seq 1000 to 5380)");
	b.in.suspicion.ip_id = true;
	b.in.packet.ip_id = 3;
	assert_why(
		&b,
		"this RST (seq 1000, ttl 64) is not the peer's: IP ID 3, the peer's is always 0; 3 "
		"RSTs came within a moment, with 2 different numbers beyond what the peer had sent "
		"(seq 1000 to 5380)");
	b.in.suspicion.ip_id = false;
	build_dropped(&b, "TCP_RESET");
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(
		&b,
		"this RST (seq 1000, ttl 64) is not the peer's: 3 RSTs came within a moment, with 2 "
		"different numbers beyond what the peer had sent (seq 1000 to 5380); it was ignored "
		"(challenge-ack); the connection of nginx/12 (ESTABLISHED) stands");
}

static void build_burst(struct built *b, enum rst_socket_kind kind, enum rst_tcp_state state,
			const char *stack, const char *reason)
{
	build_event(b, DIR_RECEIVED, stack);
	build_socket(b, kind, state, 0);
	build_packet(b, RST_FLAG_RST, 0);
	build_dropped(b, reason);
	b->in.suspicion = (struct suspicion){
		.burst = true, .resets = 3, .ahead = 2, .first_seq = 1000, .last_seq = 5380
	};
}

#define BURST                                                                                 \
	"this RST (seq 1000, ttl 64) is not the peer's: 3 RSTs came within a moment, with 2 " \
	"different numbers beyond what the peer had sent (seq 1000 to 5380)"

/* A listener has no connection that could stand. */
Test(why_wire, suspected_at_a_listener)
{
	struct built b;

	build_burst(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, "tcp_v4_do_rcv", "TCP_RESET");
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b, BURST "; it was ignored (listener)");
	cr_expect_eq(b.in.owner.pid, 12);
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_LISTENER);
	build_burst(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, "tcp_v4_rcv", "NOT_SPECIFIED");
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	b.in.stands = true;
	assert_why(&b, BURST "; it was ignored (request-socket)");
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_LISTENER);
	/* It ended the handshake, or nobody could be asked. */
	b.in.stands = false;
	assert_why(&b, BURST);
	b.in.unasked = true;
	assert_why(&b, BURST);
	cr_expect_eq(b.in.owner.pid, 12);
	cr_expect_eq(b.in.verdict.certainty, CERTAINTY_INFERRED);
}

/* The owner is whoever closed it. */
Test(why_wire, suspected_in_time_wait)
{
	struct built b;

	build_burst(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, "tcp_v4_rcv", "NOT_SPECIFIED");
	assert_why(&b, BURST "; it was ignored (time-wait)");
	cr_expect_eq(b.in.owner.pid, 0);
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 30);
	build_past_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	build_past_closer(&b, "nginx", 12, 40);
	build_attribute(&b);
	cr_expect_eq(b.in.owner.pid, 12);
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_HISTORY);
	build_burst(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, "tcp_v4_rcv", "NOT_SPECIFIED");
	build_closer(&b, "curl", 13, 40);
	build_attribute(&b);
	cr_expect_eq(b.in.owner.pid, 13);
}

Test(why_wire, not_translated_back)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK, 10);
	b.in.translation.there = true;
	b.in.translation.original = (struct rst_tuple){ .local = { 10, 0, 0, 9 },
							.remote = { 10, 0, 0, 2 },
							.local_port = 1234,
							.remote_port = 80,
							.family = 4 };
	assert_why(
		&b,
		"ACK segment with 10 bytes (seq 1000, ack 2000) was not translated back: conntrack "
		"has its flow as 10.0.0.9:1234 to 10.0.0.2:80, but held this segment for invalid (out "
		"of window?), and this host's own ports do not know it");
}
