/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_why.c: the sentences, word for word: they are what the user gets. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define CLOSE "__tcp_close < tcp_close"
#define ACTIVE "tcp_send_active_reset < "
#define PASSIVE "tcp_v4_send_reset < "
#define CHILDREN "tcp_disconnect < inet_child_forget < inet_csk_listen_stop < "

#define assert_why(b, text)                                  \
	do {                                                 \
		build_attribute(b);                          \
		cr_expect_str_eq((b)->in.verdict.why, text); \
	} while (0)

static void build_full(struct built *b, enum direction direction, const char *stack,
		       enum rst_tcp_state state)
{
	build_event(b, direction, stack);
	build_socket(b, RST_SOCK_FULL, state, RST_SF_HAS_SOCKET);
	if (state == RST_TCP_CLOSE)
		b->ev.sock.old_state = RST_TCP_ESTABLISHED;
}

static void build_listener(struct built *b, const char *stack, uint8_t flags, uint32_t length)
{
	build_event(b, DIR_SENT, stack);
	build_socket(b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	build_packet(b, flags, length);
}

Test(why, no_listener)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	assert_why(&b, "nobody listens on port 80");
}

Test(why, listener_elsewhere)
{
	struct listener_ref *l;
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	l = &b.in.listener;
	l->port = 80;
	l->family = 4;
	l->netns = BUILD_NETNS;
	memcpy(l->address, "\x7f\0\0\1", 4);
	assert_why(&b, "port 80 is listened on at 127.0.0.1:80, not at 10.0.0.1");
	l->pid = 12;
	strcpy(l->comm, "nginx");
	assert_why(&b, "port 80 is listened on by nginx/12 at 127.0.0.1:80, not at 10.0.0.1");
	l->family = 6;
	memset(l->address, 0, sizeof(l->address));
	assert_why(&b,
		   "port 80 is listened on by nginx/12 at [::]:80 for IPv6 only (IPV6_V6ONLY), not "
		   "at 10.0.0.1");
	l->netns = 77;
	assert_why(&b, "port 80 is listened on by nginx/12 at [::]:80 in another network namespace "
		       "(77), not at 10.0.0.1 in this one (4026531840)");
}

/* Bound to the device that the SYN came in by, it is the address that keeps it away. */
Test(why, listener_elsewhere_by_device)
{
	struct listener_ref *l;
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	b.in.interface = "eth0";
	l = &b.in.listener;
	l->port = 80;
	l->family = 4;
	l->netns = BUILD_NETNS;
	l->bound_ifindex = 9;
	strcpy(l->device, "eth1");
	assert_why(&b, "port 80 is listened on at 0.0.0.0:80, but is bound to device eth1 "
		       "(SO_BINDTODEVICE), and this came in on eth0");
	memcpy(l->address, "\x0a\0\0\3", 4);
	assert_why(&b, "port 80 is listened on at 10.0.0.3:80, but is bound to device eth1 "
		       "(SO_BINDTODEVICE), and this came in on eth0, for 10.0.0.1");
	strcpy(l->device, "eth0");
	assert_why(&b, "port 80 is listened on at 10.0.0.3:80, not at 10.0.0.1");
	l->device[0] = '\0';
	assert_why(&b, "port 80 is listened on at 10.0.0.3:80, but is bound to device number 9 "
		       "(SO_BINDTODEVICE), and this came in on eth0, for 10.0.0.1");
	b.ev.ifindex = 9;
	assert_why(&b, "port 80 is listened on at 10.0.0.3:80, not at 10.0.0.1");
	l->family = 6;
	memset(l->address, 0, sizeof(l->address));
	assert_why(
		&b,
		"port 80 is listened on at [::]:80 for IPv6 only (IPV6_V6ONLY), not at 10.0.0.1");
}

Test(why, no_such_connection)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK | RST_FLAG_PSH, 1);
	assert_why(&b,
		   "PSH,ACK segment with 1 byte (seq 1000, ack 2000) for a connection that does "
		   "not exist here; nobody listens on port 80");
	build_packet(&b, RST_FLAG_FIN, 48211);
	assert_why(&b,
		   "FIN segment with 48,211 bytes (seq 1000) for a connection that does not exist "
		   "here; nobody listens on port 80");

	build_listener(&b, PASSIVE "tcp_v4_do_rcv", RST_FLAG_ACK, 0);
	assert_why(&b,
		   "ACK segment (seq 1000, ack 2000) for a connection that does not exist here; "
		   "port 80 is listened on");
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b,
		   "ACK segment (seq 1000, ack 2000) for a connection that does not exist here; "
		   "nginx/12 listens on port 80");
	/* What was held back brings data now. */
	b.ev.sock.defer_accept = 3;
	assert_why(&b,
		   "ACK segment (seq 1000, ack 2000) for a connection that does not exist here; "
		   "nginx/12 listens on port 80");
	b.ev.packet.length = b.in.packet.length = 5;
	assert_why(
		&b,
		"ACK segment with 5 bytes (seq 1000, ack 2000) for a connection that does not exist "
		"here; nginx/12 listens on port 80 with TCP_DEFER_ACCEPT: a connection that brings "
		"no data is held back, and given up in silence when its client does not answer the "
		"last SYN-ACK either; this may be such a one");
	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	b.ev.packet.join = b.in.packet.join = 1;
	assert_why(
		&b,
		"the SYN wanted to join an MPTCP connection (MP_JOIN) at port 80: the kernel takes "
		"that only where something listens; the connection itself goes on");
}

Test(why, unasked_syn_ack)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN | RST_FLAG_ACK, 0);
	assert_why(
		&b,
		"SYN,ACK segment (seq 1000, ack 2000) that nothing here asked for, as far as is known: "
		"a program wrote the SYN itself (to a raw or packet socket), somebody else sent it in "
		"this host's name, or its connect() has ended");
	build_past(&b, RST_PAST_WRITTEN, RST_END_NOT, 2);
	build_past_owner(&b, "nmap", 12, RST_KNOWN_CONTEXT);
	b.ev.past.state = RST_SOCK_RAW;
	assert_why(
		&b,
		"SYN,ACK segment (seq 1000, ack 2000) in answer to a SYN that a program, perhaps "
		"nmap/12, had written to a raw socket 2 ms before: the kernel knows of no such "
		"connection");
	cr_expect(b.in.verdict.benign);
	/* It has the socket. */
	build_owner(&b, "nmap", 12, RST_KNOWN_SCAN);
	assert_why(
		&b,
		"SYN,ACK segment (seq 1000, ack 2000) in answer to a SYN that nmap/12 had written "
		"to a raw socket 2 ms before: the kernel knows of no such connection");
}

Test(why, new_address)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK, 10);
	b.ev.tuple.local_port = 40000;
	b.in.traced_ns = 5000000000;
	assert_why(
		&b,
		"ACK segment with 10 bytes (seq 1000, ack 2000) for a connection that does not exist "
		"here; nobody listens on port 40000; tracing began only 5 s before, an earlier end was "
		"not seen");
	/* From where connections begin, nobody listens. */
	b.ev.tuple.remote_port = 443;
	b.in.address_ns = 400000000;
	assert_why(
		&b,
		"ACK segment with 10 bytes (seq 1000, ack 2000) for a connection that does not "
		"exist here; the address 10.0.0.1 has been this host's for 400 ms only: the "
		"connection began elsewhere (a failover?), or before it was taken away from here");
}

Test(why, earlier_connection)
{
	struct built b;

	build_full(&b, DIR_SENT, PASSIVE "tcp_v4_do_rcv", RST_TCP_SYN_SENT);
	build_packet(&b, RST_FLAG_ACK, 0);
	assert_why(
		&b,
		"ACK segment (seq 1000, ack 2000) in answer to the SYN, which opens nothing: the "
		"peer still holds an earlier connection of these ports, of which nothing is "
		"remembered here; the RST ends it there, and the SYN is repeated");
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 5000);
	build_past_closer(&b, "curl", 12, 5000);
	b.ev.past.state = RST_TCP_FIN_WAIT2;
	assert_why(
		&b,
		"ACK segment (seq 1000, ack 2000) in answer to the SYN, which opens nothing: the peer "
		"still holds an earlier connection of these ports; 5 s ago curl/12 closed it here; its "
		"end there is in CLOSE_WAIT: the program there has not closed it since; the RST ends it "
		"there, and the SYN is repeated");
	b.in.pair.there = true;
	b.in.pair.pid = 13;
	strcpy(b.in.pair.comm, "nginx\x1b");
	attribute_why(&b.in);
	cr_expect_not_null(strstr(b.in.verdict.why,
				  "has not closed it since; the peer is nginx\\x1b/13 on this "
				  "host; the RST ends it there"),
			   "%s", b.in.verdict.why);
	/* Without a task it is a socket of the kernel's, or one that nobody holds any more. */
	b.in.pair.pid = 0;
	attribute_why(&b.in);
	cr_expect_null(strstr(b.in.verdict.why, "the peer is"), "%s", b.in.verdict.why);
	b.ev.past.state = RST_TCP_ESTABLISHED;
	b.ev.past.end = RST_END_ABORT;
	attribute_why(&b.in);
	cr_expect_not_null(strstr(b.in.verdict.why,
				  "; nothing told it of that end, or the RST was lost; the RST"),
			   "%s", b.in.verdict.why);
}

Test(why, data_after_close)
{
	struct built b;

	build_full(&b, DIR_SENT, PASSIVE "tcp_v4_do_rcv", RST_TCP_CLOSE);
	build_packet(&b, RST_FLAG_ACK, 1);
	b.ev.sock.flags = RST_SF_DEAD;
	assert_why(&b, "1 byte arrived after this end had closed");
	build_packet(&b, RST_FLAG_ACK, 1460);
	build_closer(&b, "nginx", 12, 3);
	b.ev.closer.idle_ms = 499;
	assert_why(&b, "1,460 bytes arrived 3 ms after nginx/12 closed the connection");
	b.ev.closer.idle_ms = 60000;
	assert_why(&b, "1,460 bytes arrived 3 ms after nginx/12 closed the connection, idle 1 min "
		       "by then");
	b.ev.sock.flags = RST_SF_HAS_SOCKET;
	b.ev.closer.idle_ms = 1000;
	assert_why(&b,
		   "1,460 bytes arrived 3 ms after nginx/12 shut the connection down, idle 1 s by "
		   "then");
	b.ev.closer.idle_ms = 0;
	b.ev.closer.task.exiting = 1;
	b.ev.closer.task.exit_code = 11;
	assert_why(&b, "1,460 bytes arrived 3 ms after nginx/12 was killed by SIGSEGV");
	b.ev.closer.task.exit_code = 256;
	build_packet(&b, RST_FLAG_FIN | RST_FLAG_ACK, 0);
	assert_why(&b,
		   "FIN,ACK segment (seq 1000, ack 2000) arrived 3 ms after nginx/12 exited with "
		   "status 1");

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_socket(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0);
	build_packet(&b, RST_FLAG_ACK, 5);
	assert_why(&b, "5 bytes arrived after this end had closed");
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 2000);
	build_past_closer(&b, "nginx", 12, 2000);
	assert_why(&b, "5 bytes arrived 2 s after nginx/12 closed the connection");
}

Test(why, close_unread)
{
	struct rst_socket *s;
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE CLOSE, RST_TCP_CLOSE);
	s = &b.ev.sock;
	s->rcv_nxt = 1;
	s->bytes_received = 1;
	assert_why(&b, "closed with 1 byte unread, after reading 0 and sending 0");
	s->copied_seq = 0xffffffff - 47999;
	s->rcv_nxt = s->copied_seq + 48212;
	s->flags |= RST_SF_DONE;
	s->bytes_received = 1048212;
	s->bytes_sent = 362;
	assert_why(&b, "closed with 48,211 bytes unread, after reading 1,000,000 and sending 362");
	s->write_seq = s->snd_una + 1234;
	s->snd_wnd = 65535;
	s->flags |= RST_SF_LINGER;
	assert_why(&b,
		   "closed with 48,211 bytes unread, 1,234 unsent, SO_LINGER 0 set, after reading "
		   "1,000,000 and sending 362: the reset is intended");
	s->linger_ms = 1;
	assert_why(&b, "closed with 48,211 bytes unread, 1,234 unsent, after reading 1,000,000 and "
		       "sending 362");

	build_full(&b, DIR_SENT, ACTIVE "mptcp_do_fastclose", RST_TCP_ESTABLISHED);
	assert_why(&b, "MPTCP connection closed with data unread (fast close)");
	b.ev.sock.flags |= RST_SF_LINGER;
	assert_why(&b,
		   "MPTCP connection closed with SO_LINGER 0 (fast close); it may have had data "
		   "unread as well");
	b.ev.sock.flags |= RST_SF_MPTCP_READ;
	assert_why(&b, "MPTCP connection closed with SO_LINGER 0 (fast close)");
	build_full(&b, DIR_SENT, ACTIVE "mptcp_do_fastclose < mptcp_disconnect",
		   RST_TCP_ESTABLISHED);
	assert_why(&b,
		   "connect(AF_UNSPEC) or shutdown() while it was being made dissolved the MPTCP "
		   "connection (fast close)");
}

Test(why, linger_zero)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_disconnect < " CLOSE, RST_TCP_CLOSE);
	b.ev.sock.snd_una = 0xffffffff;
	b.ev.sock.bytes_received = 10;
	b.ev.sock.bytes_sent = 2000;
	assert_why(&b, "closed with SO_LINGER 0, 1 sent and not acknowledged, after reading 10 and "
		       "sending 2,000");
	b.ev.sock.write_seq = 999;
	b.ev.sock.snd_wnd = 65535;
	assert_why(&b, "closed with SO_LINGER 0, 999 unsent, 1 sent and not acknowledged, after "
		       "reading 10 and sending 2,000");
	b.ev.sock.write_seq = 0;
	b.ev.sock.snd_una = 0;
	assert_why(&b, "closed with SO_LINGER 0, with everything delivered, after reading 10 and "
		       "sending 2,000");
	b.ev.sock.flags |= RST_SF_INHERITED;
	assert_why(&b, "closed with SO_LINGER 0 inherited from the listener, with everything "
		       "delivered, after reading 10 and sending 2,000");
	b.ev.sock.flags &= ~RST_SF_INHERITED;
	b.ev.sock.bytes_received = b.ev.sock.bytes_sent = 0;
	b.ev.sock.established_ns = BUILD_NOW_NS - 400000;
	assert_why(&b, "closed with SO_LINGER 0, with nothing to deliver, before any data, 400 us "
		       "after the handshake");
}

/* As a limit of idle connections does. What waits for an answer is not idle, and half a second is no pause. */
Test(why, linger_zero_after_a_pause)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_disconnect < " CLOSE, RST_TCP_CLOSE);
	b.ev.sock.snd_una = b.ev.sock.snd_nxt;
	b.ev.sock.write_seq = b.ev.sock.snd_nxt;
	b.ev.sock.bytes_received = 204;
	b.ev.sock.bytes_sent = 173;
	b.ev.sock.received_ms = 8100;
	b.ev.sock.sent_ms = 8000;
	b.ev.sock.last = RST_LAST_SENT;
	assert_why(
		&b,
		"closed with SO_LINGER 0, with everything delivered, after reading 204 and sending 173, "
		"idle 8 s by then");
	b.ev.sock.sent_ms = 400;
	assert_why(
		&b,
		"closed with SO_LINGER 0, with everything delivered, after reading 204 and sending 173");
	b.ev.sock.received_ms = 7900;
	b.ev.sock.sent_ms = 8000;
	b.ev.sock.last = RST_LAST_RECEIVED;
	assert_why(
		&b,
		"closed with SO_LINGER 0, with everything delivered, after reading 204 and sending 173");
}

Test(why, process_ends)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE CLOSE " < do_exit", RST_TCP_CLOSE);
	build_cpu_task(&b, "httpd", 70);
	build_exiting(&b, 9);
	b.ev.sock.rcv_nxt = 2;
	b.ev.sock.bytes_received = 2;
	assert_why(&b, "httpd/70 was killed by SIGKILL with 2 bytes unread, after reading 0 and "
		       "sending 0");
	build_exiting(&b, 3 << 8);
	assert_why(&b,
		   "httpd/70 exited with status 3 and 2 bytes unread, after reading 0 and sending "
		   "0");

	build_event(&b, DIR_SENT, ACTIVE CHILDREN CLOSE " < do_exit");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, 0);
	build_cpu_task(&b, "httpd", 70);
	build_exiting(&b, 34);
	b.ev.listener_end.at_ns = BUILD_NOW_NS - 1;
	b.ev.listener_end.unaccepted = 1;
	assert_why(&b, "httpd/70 was killed by signal 34 with 1 connection nobody had accepted");
	b.ev.listener_end.unaccepted = 1001;
	assert_why(&b,
		   "httpd/70 was killed by signal 34 with 1,001 connections nobody had accepted");
	/* The same thread may close a connection after its listener. */
	b.ev.sock.flags = RST_SF_HAS_SOCKET;
	assert_why(&b, "httpd/70 was killed by signal 34 with 0 bytes unread, after reading 0 and "
		       "sending 0");
}

/* process-killed says what would have caused the RST; the frames are K7's. */
Test(why, process_ends_with_unaccepted_but_uncounted_connections)
{
	struct built b;

	build_event(&b, DIR_SENT, ACTIVE CHILDREN CLOSE " < do_exit");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, 0);
	build_cpu_task(&b, "httpd", 70);
	build_exiting(&b, 9);
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "accepted"), "%s", b.in.verdict.why);
	cr_expect_null(strstr(b.in.verdict.why, "0 bytes unread"), "%s", b.in.verdict.why);
}

Test(why, unaccepted)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE CHILDREN CLOSE, RST_TCP_CLOSE);
	assert_why(&b, "bystander/999 closed the listener on port 80 before anybody accepted this "
		       "connection");
	build_cpu_task(&b, "nginx", 12);
	b.ev.listener_end.at_ns = BUILD_NOW_NS - 1;
	b.ev.listener_end.unaccepted = 1;
	b.ev.listener_end.limit = 4096;
	assert_why(&b,
		   "nginx/12 closed the listener on port 80 with 1 connection nobody had accepted "
		   "(queue limit 4,096)");
	b.ev.listener_end.unaccepted = 2;
	assert_why(&b,
		   "nginx/12 closed the listener on port 80 with 2 connections nobody had accepted "
		   "(queue limit 4,096)");

	build_full(&b, DIR_SENT, ACTIVE CHILDREN "tcp_abort < tcp_diag_destroy", RST_TCP_CLOSE);
	build_cpu_task(&b, "ss", 5);
	build_owner(&b, "nginx", 12, RST_KNOWN_LISTENER);
	assert_why(&b, "ss/5 destroyed the listener on port 80 before anybody accepted this "
		       "connection");
	b.ev.listener_end.at_ns = BUILD_NOW_NS - 1;
	b.ev.listener_end.unaccepted = 1;
	b.ev.listener_end.limit = 128;
	assert_why(&b,
		   "ss/5 destroyed the listener on port 80 with 1 connection nobody had accepted "
		   "(queue limit 128)");

	build_full(&b, DIR_SENT,
		   ACTIVE "tcp_disconnect < inet_child_forget < inet_csk_reqsk_queue_add",
		   RST_TCP_CLOSE);
	assert_why(&b, "the listener on port 80 was closed just as this connection was ready");
}

Test(why, disconnect)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_disconnect < __inet_stream_connect", RST_TCP_CLOSE);
	b.ev.sock.rcv_nxt = 1500;
	b.ev.sock.write_seq = 7;
	assert_why(&b, "connect(AF_UNSPEC) dissolved the connection: 1,500 bytes unread, 7 unsent");
}

Test(why, disconnect_with_one_byte)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_disconnect < __inet_stream_connect", RST_TCP_CLOSE);
	b.ev.sock.rcv_nxt = 1;
	assert_why(&b, "connect(AF_UNSPEC) dissolved the connection: 1 byte unread");
}

Test(why, socket_destroyed)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_abort", RST_TCP_FIN_WAIT2);
	build_cpu_task(&b, "ss", 5);
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b, "destroyed by ss/5 from outside in state FIN_WAIT2");
	build_full(&b, DIR_SENT, ACTIVE "tcp_abort < inet_diag_cmd_exact", RST_TCP_FIN_WAIT2);
	build_cpu_task(&b, "ss", 5);
	assert_why(&b, "destroyed by ss/5 from outside (SOCK_DESTROY) in state FIN_WAIT2");
	build_full(&b, DIR_SENT, ACTIVE "tcp_abort < bpf_iter_run_prog", RST_TCP_FIN_WAIT2);
	build_cpu_task(&b, "cilium", 6);
	assert_why(&b, "destroyed by a BPF program (bpf_sock_destroy) that ran under cilium/6 from "
		       "outside in state FIN_WAIT2");
	build_full(&b, DIR_SENT, ACTIVE "tcp_abort < smc_close_active_abort", RST_TCP_FIN_WAIT2);
	build_cpu_task(&b, "app", 7);
	assert_why(&b, "SMC gave its TCP connection up, under app/7, in state FIN_WAIT2");
}

Test(why, fin_wait_2_limit)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_keepalive_timer", RST_TCP_FIN_WAIT2);
	b.ev.sock.flags = RST_SF_DEAD;
	assert_why(&b, "the peer's FIN did not come within net.ipv4.tcp_fin_timeout of the close");
	b.ev.sock.linger2_ms = 1500;
	build_closer(&b, "nginx", 12, 60000);
	assert_why(&b,
		   "the peer's FIN did not come within TCP_LINGER2 (1.5 s) of the close; 1 min ago "
		   "nginx/12 closed it");
	b.ev.sock.linger2_ms = -1;
	assert_why(&b, "closed with TCP_LINGER2 -1: the peer's FIN is not waited for; 1 min ago "
		       "nginx/12 closed it");
}

Test(why, timeouts)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_keepalive_timer", RST_TCP_ESTABLISHED);
	b.ev.sock.heard_ms = 7875000;
	b.ev.sock.probes_out = 9;
	assert_why(&b, "the peer was silent for 2 h 11 min: 9 keep-alive probes unanswered");
	b.ev.sock.probes_out = 1;
	assert_why(&b, "the peer was silent for 2 h 11 min: 1 keep-alive probe unanswered");
	b.ev.sock.user_timeout_ms = 5000;
	b.ev.sock.heard_ms = 6200;
	assert_why(&b, "the peer was silent for 6.2 s, longer than TCP_USER_TIMEOUT (5 s); 1 probe "
		       "unanswered");
	b.ev.sock.probes_out = 2;
	assert_why(&b,
		   "the peer was silent for 6.2 s, longer than TCP_USER_TIMEOUT (5 s); 2 probes "
		   "unanswered");
}

Test(why, out_of_memory)
{
	struct built b;

	build_full(&b, DIR_SENT, ACTIVE "tcp_out_of_resources", RST_TCP_FIN_WAIT1);
	assert_why(&b, "closed socket given up: too many orphans or TCP out of memory");
	b.in.memory = (struct tcp_memory){
		.pages = 1000, .limit = 200000, .orphans = 5000, .max_orphans = 4096
	};
	assert_why(&b,
		   "closed socket given up: too many orphans or TCP out of memory; orphans 5,000 "
		   "of 4,096, TCP memory 1,000 of 200,000 pages");

	build_listener(&b, PASSIVE "tcp_check_req", RST_FLAG_ACK, 0);
	b.ev.sock.accept_queue = 3;
	assert_why(&b,
		   "the socket of a finished handshake could not be made (memory, route or port "
		   "table); the accept queue is not full: 3 of 128");
}

Test(why, accept_queue_full)
{
	struct built b;

	build_listener(&b, PASSIVE "tcp_check_req", RST_FLAG_ACK, 0);
	b.ev.sock.accept_queue = 4097;
	b.ev.sock.accept_queue_limit = 4096;
	assert_why(&b, "accept queue 4,097 of 4,096 on port 80 (tcp_abort_on_overflow is 1)");
	build_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
	assert_why(&b,
		   "accept queue 4,097 of 4,096 on port 80: nginx/12 accepts too slowly, or its "
		   "backlog is too small (tcp_abort_on_overflow is 1)");
}

Test(why, bad_handshake)
{
	struct built b;

	build_listener(&b, PASSIVE "tcp_check_req", RST_FLAG_SYN, 0);
	assert_why(&b, "a second SYN (seq 1000) came in the window of a half-open handshake");
	build_listener(&b, PASSIVE "tcp_v4_do_rcv", RST_FLAG_ACK, 0);
	b.in.stands = true;
	assert_why(&b,
		   "the handshake's last ACK acknowledges 2000, which this host did not send; the "
		   "half-open connection still stands");

	build_full(&b, DIR_SENT, PASSIVE "tcp_v4_do_rcv", RST_TCP_SYN_SENT);
	build_packet(&b, RST_FLAG_SYN | RST_FLAG_ACK, 0);
	b.ev.sock.snd_nxt = 4294967295;
	assert_why(&b, "the SYN-ACK acknowledges 2000; 4294967295 was expected");
	b.in.reason = "TCP_RFC7323_PAWS";
	assert_why(&b, "the SYN-ACK carries a timestamp that this host never sent");

	build_full(&b, DIR_SENT, PASSIVE "tcp_v4_do_rcv", RST_TCP_SYN_RECV);
	build_packet(&b, RST_FLAG_ACK, 0);
	b.ev.sock.snd_nxt = 5;
	assert_why(&b, "in state SYN_RECV a segment acknowledges 2000; 5 was expected");
}

Test(why, mptcp)
{
	struct built b;

	build_listener(&b, PASSIVE "subflow_v4_route_req", RST_FLAG_SYN, 0);
	b.in.reason = "MPTCP_RST_EPROHIBIT";
	assert_why(&b,
		   "MPTCP refused a SYN that wanted to join a connection (MPTCP_RST_EPROHIBIT)");
	build_listener(&b, PASSIVE "subflow_syn_recv_sock", RST_FLAG_ACK, 0);
	assert_why(&b, "MPTCP refused the subflow's handshake");
	build_full(&b, DIR_SENT, ACTIVE "mptcp_subflow_reset", RST_TCP_ESTABLISHED);
	assert_why(&b, "MPTCP ended the subflow");
	build_full(&b, DIR_SENT, ACTIVE "mptcp_worker", RST_TCP_ESTABLISHED);
	assert_why(&b,
		   "MPTCP's worker reset the subflow: most likely the peer had closed the whole "
		   "connection at once (fast close), on another subflow");
}

Test(why, refused_subflow)
{
	struct built b;

	build_full(&b, DIR_RECEIVED, "tcp_reset < tcp_rcv_state_process", RST_TCP_SYN_SENT);
	b.ev.sock.flags |= RST_SF_MPTCP;
	assert_why(&b, "connection refused");
	b.ev.sock.created_ns = BUILD_NOW_NS - 2000;
	assert_why(
		&b,
		"connection refused 2 us after the first SYN: a further path that the kernel tried "
		"for an MPTCP connection, which goes on without");
	build_owner(&b, "curl", 12, RST_KNOWN_SOCKET);
	assert_why(&b, "connection refused 2 us after the first SYN");
}
