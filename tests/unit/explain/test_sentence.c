/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sentence.c: what holds for every sentence, whatever the names and numbers in it. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define ACTIVE "tcp_send_active_reset < "
#define PASSIVE "tcp_v4_send_reset < "

Test(sentence, names_are_escaped)
{
	struct built b;

	build_event(&b, DIR_SENT, ACTIVE "tcp_abort < tcp_diag_destroy");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "\x1b[2Jss\\\n", 5);
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why, "destroyed by \\x1b[2Jss\\\\\\x0a/5 from outside "
					   "(SOCK_DESTROY) in state ESTABLISHED");
	build_cpu_task(&b,
		       "a\xff\xc3(\xe2\x80\xae"
		       "b",
		       5);
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why, "destroyed by a\\xff\\xc3(\\xe2\\x80\\xae"
					   "b/5 from outside "
					   "(SOCK_DESTROY) in state ESTABLISHED");
	build_cpu_task(&b, "b\xc3\xbc\xc3\xa4ro", 5);
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why, "destroyed by b\xc3\xbc\xc3\xa4ro/5 from outside "
					   "(SOCK_DESTROY) in state ESTABLISHED");
}

/* The kernel cuts comm at 15 bytes, and so may cut a character. */
Test(sentence, half_a_character_is_escaped)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_do_rcv");
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	build_packet(&b, RST_FLAG_ACK, 0);
	build_owner(&b, "0123456789abcd\xc3", 5, RST_KNOWN_SOCKET);
	build_attribute(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, "; 0123456789abcd\\xc3/5 listens on port 80"));
}

/* A detail for the causes whose sentence needs one; N chooses. */
static const char *detail_of(int cause, size_t n)
{
	static const char *const handshakes[] = { "ack-number", "syn-ack", "syn-in-window",
						  "earlier-connection" };
	static const char *const crafted[] = { "raw-socket", "packet-socket", "tun" };
	static const char *const ignored[] = {
		"challenge-ack", "out-of-window",   "old-sequence", "bad-ack",	      "no-ack",
		"no-socket",	 "listener",	    "time-wait",    "request-socket", "checksum",
		"firewall",	 "rp-filter",	    "min-ttl",	    "authentication", "backlog",
		"xdp",		 "traffic-control", "other",	    "not-routed",
	};

	switch (cause) {
	case CAUSE_BAD_HANDSHAKE:
		return handshakes[n % 4];
	case CAUSE_CRAFTED:
		return crafted[n % 3];
	case CAUSE_FORWARDED:
		return n & 1 ? "bridged" : "routed";
	case CAUSE_SUSPECTED_INJECTION:
	case CAUSE_IGNORED:
		return ignored[n % 19];
	default:
		return NULL;
	}
}

/* In every sentence that names somebody. */
Test(sentence, no_name_escapes_the_escaping)
{
	static const char evil[RST_COMM_LEN + 1] = "\x1b]0;x\a\r\n\xc2\x9b\x7f\xff\x80\xfe\t";
	struct built b;

	build_event(&b, DIR_SENT, ACTIVE "nobody");
	memcpy(b.in.owner.comm, evil, sizeof(evil));
	memcpy(b.in.cpu_task.comm, evil, sizeof(evil));
	memcpy(b.in.listener.comm, evil, sizeof(evil));
	memcpy(b.in.history.comm, evil, sizeof(evil));
	memcpy(b.in.last_user.comm, evil, sizeof(evil));
	memcpy(b.in.pair.comm, evil, sizeof(evil));
	b.in.owner.pid = b.in.cpu_task.pid = b.in.listener.pid = b.in.history.pid = 1;
	b.in.last_user.pid = b.in.pair.pid = 1;
	b.in.pair.there = true;
	b.in.direction = DIR_RECEIVED;
	b.in.interface = evil;
	memcpy(b.in.in_interface, evil, sizeof(b.in.in_interface));
	memcpy(b.in.out_interface, evil, sizeof(b.in.out_interface));
	b.in.history.what = "close";
	b.in.verdict.phase = "idle";
	b.in.drop_reason = "TCP_RESET";
	for (int i = 0; i < CAUSE_COUNT * 19; i++) {
		const char *why = b.in.verdict.why;

		b.in.verdict.cause = (enum cause_id)(i % CAUSE_COUNT);
		b.in.verdict.detail = detail_of(i % CAUSE_COUNT, (size_t)i / CAUSE_COUNT);
		b.ev.sock.kind = i & 1 ? RST_SOCK_LISTENER : RST_SOCK_FULL;
		b.ev.sock.state = RST_TCP_ESTABLISHED;
		attribute_why(&b.in);
		for (size_t k = 0; why[k]; k++)
			cr_expect(why[k] >= ' ' && why[k] <= '~', "%s: byte %02x",
				  cause_get(b.in.verdict.cause)->name, (unsigned char)why[k]);
	}
}

/* Every number and name as long as it can be. */
static void build_longest(struct built *b, enum rst_socket_kind kind)
{
	static const char comm[RST_COMM_LEN + 1] = "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1";

	memset(b, 0, sizeof(*b));
	b->in.ev = &b->ev;
	memset(&b->ev, 0xff, sizeof(b->ev));
	b->ev.sock.kind = (uint8_t)kind;
	b->ev.sock.state = RST_TCP_NEW_SYN_RECV;
	b->ev.sock.copied_seq = b->ev.sock.snd_una = 0x80000000;
	b->ev.sock.linger_ms = 0;
	b->ev.sock.linger2_ms = 2147483647;
	b->ev.sock.created_ns = 0;
	b->ev.tuple.family = 6;
	memset(&b->in.packet, 0xff, sizeof(b->in.packet));
	memcpy(b->in.owner.comm, comm, sizeof(comm));
	memcpy(b->in.cpu_task.comm, comm, sizeof(comm));
	memcpy(b->in.listener.comm, comm, sizeof(comm));
	memcpy(b->in.history.comm, comm, sizeof(comm));
	memcpy(b->in.pair.comm, comm, sizeof(comm));
	memcpy(b->in.last_user.comm, comm, sizeof(comm));
	b->in.owner.pid = b->in.cpu_task.pid = b->in.listener.pid = b->in.history.pid = 4294967295;
	b->in.pair.pid = b->in.last_user.pid = 4294967295;
	b->in.pair.there = true;
	b->in.pair.cause = CAUSE_ACCEPT_QUEUE_FULL_EARLIER;
	b->in.listener.family = 6;
	b->in.listener.port = 65535;
	memset(b->in.listener.address, 0xff, sizeof(b->in.listener.address));
	b->in.history.what = "exit";
	b->in.history.exit_status = 255;
	b->in.history.have_idle = true;
	b->in.history.queue = b->in.history.queue_limit = 4294967295;
	b->in.traced_ns = 899999999999;
	b->in.history.ago_ns = b->in.history.idle_ns = UINT64_MAX;
	b->in.interface = comm;
	memcpy(b->in.in_interface, comm, sizeof(b->in.in_interface));
	memcpy(b->in.out_interface, comm, sizeof(b->in.out_interface));
	b->in.firewall.kind = "iptables-legacy";
	b->in.firewall.hook = "postrouting";
	memset(b->in.firewall.rule, 'r', sizeof(b->in.firewall.rule) - 1);
	b->in.firewall.rule_inferred = b->in.firewall.changed = true;
	b->in.translation.there = true;
	memset(&b->in.translation.original, 0xff, sizeof(b->in.translation.original));
	b->in.translation.original.family = 6;
	b->in.drop_reason = "TCP_INVALID_ACK_SEQUENCE";
	b->in.location.symbol = "netif_receive_generic_xdp_with_a_long_name";
	b->in.suspicion = (struct suspicion){ .ttl = true,
					      .ip_id = true,
					      .window = true,
					      .burst = true,
					      .resets = 64,
					      .ahead = 16,
					      .first_seq = UINT32_MAX,
					      .last_seq = UINT32_MAX };
	memset(&b->in.suspicion.peer, 0xff, sizeof(b->in.suspicion.peer));
	b->in.suspicion.peer.id_zero = 0;
	b->in.suspicion.peer.last = 59999;
	memset(&b->in.memory, 0xff, sizeof(b->in.memory));
	b->in.reason = "MPTCP_RST_EMIDDLEBOX";
	b->in.verdict.phase = "mid-transfer";
}

static void assert_fits(struct built *b)
{
	attribute_why(&b->in);
	cr_expect_gt(strlen(b->in.verdict.why), 8);
	cr_expect_lt(strlen(b->in.verdict.why), WHY_MAX - 1, "cut: %s", b->in.verdict.why);
}

Test(sentence, the_longest_fit)
{
	struct built b;

	for (int i = 0; i < CAUSE_COUNT; i++) {
		for (int kind = RST_SOCK_NONE; kind <= RST_SOCK_TIMEWAIT; kind++) {
			build_longest(&b, (enum rst_socket_kind)kind);
			b.in.verdict.cause = (enum cause_id)i;
			b.in.verdict.detail = detail_of(i, (size_t)kind);
			/* Only who ended a connection itself is not who used it last. */
			if (i == CAUSE_SUSPECTED_INJECTION) {
				b.in.last_user.pid = 0;
				b.in.pair.cause = CAUSE_CRAFTED;
			}
			assert_fits(&b);
			/* Connections that nobody had accepted. */
			b.ev.sock.flags &= ~(uint32_t)RST_SF_HAS_SOCKET;
			assert_fits(&b);
			if (i == CAUSE_LISTENER_GONE)
				b.in.verdict.detail = "handshake";
			else if (i == CAUSE_UNACCEPTED)
				b.in.verdict.detail = "destroyed";
			b.in.history.what = "destroyed";
			assert_fits(&b);
			/* Only a received reset names its sender, and then the owner was not asked. */
			b.in.direction = DIR_RECEIVED;
			b.in.last_user.pid = 0;
			assert_fits(&b);
			b.in.packet.length = 0;
			assert_fits(&b);
		}
	}
}

/* Every way to ignore a RST, of every kind of socket; and all of that behind a suspicion. */
Test(sentence, the_longest_that_were_ignored_fit)
{
	for (size_t n = 0; n < 19; n++) {
		for (int kind = RST_SOCK_NONE; kind <= RST_SOCK_FOUND; kind++) {
			struct built b;

			build_longest(&b, (enum rst_socket_kind)kind);
			b.ev.past.kind = RST_PAST_CONNECTION;
			b.in.last_user.pid = 0;
			b.in.direction = DIR_RECEIVED;
			b.in.verdict.cause = CAUSE_IGNORED;
			b.in.verdict.detail = detail_of(CAUSE_IGNORED, n);
			assert_fits(&b);
			b.in.verdict.cause = CAUSE_SUSPECTED_INJECTION;
			b.in.pair.cause = CAUSE_CRAFTED;
			assert_fits(&b);
			b.in.direction = DIR_PASSING;
			assert_fits(&b);
		}
	}
}

/* The keep-alive race makes the longest history. */
Test(sentence, the_longest_race_fits)
{
	struct built b;

	build_longest(&b, RST_SOCK_NONE);
	b.in.verdict.cause = CAUSE_CLOSED_EARLIER;
	b.in.role = RST_ROLE_SERVER;
	b.in.history.what = "close";
	b.in.history.ago_ns = UINT64_MAX - 1;
	b.in.verdict.detail = "idle-timeout-race";
	b.in.verdict.owner_from = OWNER_PAST;
	b.ev.past.kind = RST_PAST_CONNECTION;
	b.ev.past.end = RST_END_CLOSE;
	b.ev.past.shut_ms = UINT32_MAX;
	assert_fits(&b);
	cr_expect_not_null(strstr(b.in.verdict.why, ": a keep-alive race"), "%s", b.in.verdict.why);
}

/* Rust symbols in the kernel have names of several hundred bytes. */
Test(sentence, long_symbols_are_cut)
{
	struct built b;

	build_event(&b, DIR_SENT, "");
	memset(b.names, 'x', 400);
	b.in.nframes = RST_STACK_MAX;
	for (int i = 0; i < RST_STACK_MAX; i++)
		b.in.frames[i].symbol = b.names;
	build_attribute(&b);
	cr_expect_eq(strlen(b.in.verdict.why), WHY_MAX - 1);
	for (size_t i = 0; i < sizeof(b.names); i++)
		cr_assert_eq(b.names[i], i < 400 ? 'x' : '\0', "written behind the sentence");
}

Test(sentence, is_written_anew)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_rcv");
	build_packet(&b, RST_FLAG_SYN, 0);
	memset(b.in.verdict.why, 'x', WHY_MAX - 1);
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.why, "nobody listens on port 80");
}

/* The headers of the provoking segment could not be read. */
Test(sentence, begins_with_a_word_also_without_a_segment)
{
	struct built b;

	build_event(&b, DIR_SENT, PASSIVE "tcp_v4_do_rcv");
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	build_attribute(&b);
	cr_expect_eq(b.in.verdict.cause, CAUSE_NO_SUCH_CONNECTION);
	cr_expect_neq(b.in.verdict.why[0], ' ', "'%s'", b.in.verdict.why);

	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
	build_attribute(&b);
	cr_expect_eq(b.in.verdict.cause, CAUSE_DATA_AFTER_CLOSE);
	cr_expect_neq(b.in.verdict.why[0], ' ', "'%s'", b.in.verdict.why);
}

/* K8 happens in softirq: what the interrupted thread did to its own listener is another story. */
Test(sentence, a_bystander_did_not_close_the_listener)
{
	struct built b;

	build_event(&b, DIR_SENT,
		    ACTIVE "tcp_disconnect < inet_child_forget < inet_csk_reqsk_queue_add");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, 0);
	b.ev.listener_end.at_ns = BUILD_NOW_NS / 2;
	b.ev.listener_end.unaccepted = 3;
	build_attribute(&b);
	cr_expect_str_eq(b.in.verdict.rule, "K8");
	cr_expect_null(strstr(b.in.verdict.why, "bystander"), "%s", b.in.verdict.why);
}
