/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_past.c: owner, role and history from what is remembered of a connection that is no more. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define P2 "tcp_v4_send_reset < tcp_v4_rcv"
#define P3 "tcp_v4_send_reset < tcp_v4_do_rcv"

/* A stray segment for something that ended 3 s ago. */
static void build_stray(struct built *b, enum rst_past_kind kind, enum rst_end end)
{
	build_event(b, DIR_SENT, P2);
	build_packet(b, kind == RST_PAST_LISTENER ? RST_FLAG_SYN : RST_FLAG_ACK, 0);
	build_past(b, kind, end, 3000);
}

static void decide(struct built *b)
{
	memset(&b->in.owner, 0, sizeof(b->in.owner));
	memset(&b->in.history, 0, sizeof(b->in.history));
	attribute_cause(&b->in);
	attribute_owner(&b->in);
}

static void assert_owner(const struct built *b, const char *comm, uint32_t pid)
{
	cr_assert_eq(b->in.owner.pid, pid, "pid %u, not %u", b->in.owner.pid, pid);
	cr_assert_str_eq(b->in.owner.comm, comm);
	cr_assert_eq(b->in.owner.known_by, pid ? RST_KNOWN_HISTORY : RST_KNOWN_NOT, "known by %d",
		     b->in.owner.known_by);
}

static void assert_history(const struct built *b, const char *what, uint64_t ago_ms, uint32_t pid)
{
	const struct history *h = &b->in.history;

	cr_assert_not_null(h->what, "no history, not %s", what);
	cr_assert_str_eq(h->what, what);
	cr_assert_eq(h->ago_ns, ago_ms * 1000000, "%s: %lu ns ago", what, (unsigned long)h->ago_ns);
	cr_assert_eq(h->pid, pid, "%s: pid %u", what, h->pid);
}

Test(past, the_owner_is_who_was_recorded)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	build_owner(&b, "stale", 7, RST_KNOWN_SOCKET);
	build_past_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	b.ev.past.owner.ns_pid = 6;
	decide(&b);
	assert_owner(&b, "nginx", 100);
	cr_expect_eq(b.in.owner.tid, 101);
	cr_expect_eq(b.in.owner.uid, 1000);
	cr_expect_eq(b.in.owner.ns_pid, 6);
	cr_expect_str_eq(b.in.cpu_task.comm, "bystander");
	cr_expect(!attribute_wants_scan(&b.in), "there is no file to look for");

	/* The closer may be a child that had the file as well. */
	build_past_closer(&b, "worker", 200, 3000);
	decide(&b);
	assert_owner(&b, "nginx", 100);
	for (int known = RST_KNOWN_NOT; known <= RST_KNOWN_HISTORY; known++) {
		b.ev.past.known_by = (uint8_t)known;
		decide(&b);
		assert_owner(&b, "nginx", 100);
	}
}

/* Recorded was only who listened, and who accepted closed it: that is the owner. */
Test(past, who_closed_it_knows_better_than_the_listener)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	build_past_owner(&b, "master", 100, RST_KNOWN_LISTENER);
	decide(&b);
	assert_owner(&b, "master", 100);
	build_past_closer(&b, "worker", 200, 3000);
	decide(&b);
	assert_owner(&b, "worker", 200);

	/* Whoever else ended it need not own it. */
	for (int end = RST_END_NOT; end <= RST_END_PEER; end++) {
		b.ev.past.end = (uint8_t)end;
		decide(&b);
		if (end == RST_END_CLOSE || end == RST_END_ABORT)
			assert_owner(&b, "worker", 200);
		else
			assert_owner(&b, "master", 100);
	}
	/* A listener's owner was recorded by the listener itself. */
	build_stray(&b, RST_PAST_LISTENER, RST_END_CLOSE);
	build_past_owner(&b, "master", 100, RST_KNOWN_LISTENER);
	build_past_closer(&b, "worker", 200, 3000);
	decide(&b);
	assert_owner(&b, "master", 100);
}

Test(past, the_closer_when_nobody_was_recorded)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_ABORT);
	decide(&b);
	assert_owner(&b, "", 0);
	build_past_closer(&b, "worker", 200, 3000);
	decide(&b);
	assert_owner(&b, "worker", 200);
	/* ss -K is never the owner. */
	b.ev.past.end = RST_END_DESTROYED;
	decide(&b);
	assert_owner(&b, "", 0);
}

/* Rules that do not speak of the past leave it alone. */
Test(past, of_the_wrong_kind_is_ignored)
{
	struct built b;

	build_stray(&b, RST_PAST_LISTENER, RST_END_CLOSE);
	build_packet(&b, RST_FLAG_SYN | RST_FLAG_ACK, 0);
	build_past_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_eq(b.in.verdict.cause, CAUSE_NO_SUCH_CONNECTION);
	assert_owner(&b, "", 0);
	cr_expect_null(b.in.history.what);

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	build_packet(&b, RST_FLAG_SYN, 0);
	build_past_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_eq(b.in.verdict.cause, CAUSE_NO_LISTENER);
	assert_owner(&b, "", 0);
	cr_expect_null(b.in.history.what);

	/* A live socket's reset is its own story. */
	build_event(&b, DIR_SENT, "tcp_send_active_reset < tcp_abort");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 3000);
	build_past_owner(&b, "former", 100, RST_KNOWN_SOCKET);
	build_owner(&b, "psql", 12, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_eq(b.in.owner.pid, 12);
	cr_expect_null(b.in.history.what);
}

/* P10: what closed lives on as a timewait socket, which keeps neither owner nor closer. */
Test(past, of_a_timewait_socket)
{
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_socket(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0);
	build_packet(&b, RST_FLAG_ACK, 5);
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 3000);
	build_past_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	build_past_closer(&b, "nginx", 100, 3000);
	decide(&b);
	cr_expect_str_eq(b.in.verdict.rule, "P10");
	assert_owner(&b, "nginx", 100);
	assert_history(&b, "close", 3000, 100);
	/* Something else of these ports tells nothing. */
	b.ev.past.kind = RST_PAST_HANDSHAKE;
	decide(&b);
	cr_expect_null(b.in.history.what);
	/* An orphan's own record beats the past. */
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
	b.in.frames[1].fn = FN_TCP_DO_RCV;
	b.ev.past.kind = RST_PAST_CONNECTION;
	build_owner(&b, "orphan", 12, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_str_eq(b.in.verdict.rule, "P7");
	cr_expect_eq(b.in.owner.pid, 12);
}

Test(past, every_end_has_its_word)
{
	static const char *const words[] = {
		[RST_END_NOT] = "close",	   [RST_END_CLOSE] = "close",
		[RST_END_ABORT] = "abort",	   [RST_END_RESET] = "reset-received",
		[RST_END_TIMEOUT] = "timeout",	   [RST_END_UNREACHABLE] = "unreachable",
		[RST_END_DESTROYED] = "destroyed", [RST_END_PEER] = "handshake",
	};

	for (int kind = RST_PAST_CONNECTION; kind <= RST_PAST_LISTENER; kind += 2) {
		for (int end = RST_END_NOT; end <= RST_END_PEER; end++) {
			struct built b;

			build_stray(&b, (enum rst_past_kind)kind, (enum rst_end)end);
			build_past_closer(&b, "nginx", 100, 3000);
			decide(&b);
			assert_history(&b, words[end], 3000, 100);
			cr_expect_str_eq(b.in.history.comm, "nginx");
			cr_expect_eq(b.in.history.have_idle, kind == RST_PAST_CONNECTION);
			cr_expect(!b.in.history.have_queue);
		}
	}
}

/* A process that ends closes: how it ended is the word. */
Test(past, an_end_by_an_exit)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	build_past_closer(&b, "nginx", 100, 3000);
	b.ev.past.closer.exiting = 1;
	b.ev.past.closer.exit_code = 0x80 | 11;
	decide(&b);
	assert_history(&b, "signal", 3000, 100);
	cr_expect_eq(b.in.history.signal, 11);
	b.ev.past.closer.exit_code = 3 << 8;
	b.ev.past.end = RST_END_ABORT;
	decide(&b);
	assert_history(&b, "exit", 3000, 100);
	cr_expect_eq(b.in.history.exit_status, 3);
	cr_expect_eq(b.in.history.signal, 0);

	build_stray(&b, RST_PAST_LISTENER, RST_END_CLOSE);
	build_past_closer(&b, "nginx", 100, 3000);
	b.ev.past.closer.exiting = 1;
	b.ev.past.closer.exit_code = 9;
	decide(&b);
	assert_history(&b, "signal", 3000, 100);
	cr_expect_eq(b.in.history.signal, 9);
}

/* What counts is when somebody called close(), not when the last FIN had been exchanged. */
Test(past, the_close_is_earlier_than_the_end)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	build_past_closer(&b, "nginx", 100, 5000);
	b.ev.past.idle_ms = 700;
	decide(&b);
	assert_history(&b, "close", 5000, 100);
	cr_expect_eq(b.in.history.idle_ns, 700000000);
	/* Nobody here ended it: then the end itself. */
	b.ev.past.closed_ns = 0;
	b.ev.past.closer.pid = 0;
	b.ev.past.end = RST_END_TIMEOUT;
	decide(&b);
	assert_history(&b, "timeout", 3000, 0);
}

Test(past, of_the_same_moment)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	b.ev.past.at_ns = BUILD_NOW_NS;
	decide(&b);
	assert_history(&b, "close", 0, 0);
	cr_expect(!b.in.history.at_once);
	/* What was being taken away at that moment is told of a little later. */
	b.ev.past.at_ns = BUILD_NOW_NS + ATTRIBUTE_AGAIN_NS;
	decide(&b);
	assert_history(&b, "close", 0, 0);
	cr_expect(b.in.history.at_once);
	b.ev.past.at_ns = BUILD_NOW_NS + ATTRIBUTE_AGAIN_NS + 1;
	decide(&b);
	cr_expect_null(b.in.history.what);
}

Test(past, of_a_handshake)
{
	struct built b;

	build_stray(&b, RST_PAST_HANDSHAKE, RST_END_NOT);
	build_past_owner(&b, "nginx", 100, RST_KNOWN_LISTENER);
	b.ev.past.queue = 129;
	b.ev.past.limit = 128;
	b.ev.past.idle_ms = 700;
	decide(&b);
	assert_owner(&b, "nginx", 100);
	assert_history(&b, "accept-queue-full", 3000, 0);
	cr_expect(b.in.history.have_queue);
	cr_expect_eq(b.in.history.queue, 129);
	cr_expect_eq(b.in.history.queue_limit, 128);
	cr_expect(!b.in.history.have_idle);
}

/* What the socket itself recorded is nearer than the past of its ports. */
Test(past, a_close_of_this_socket_comes_first)
{
	struct built b;

	build_event(&b, DIR_SENT, P3);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
	build_packet(&b, RST_FLAG_ACK, 10);
	build_closer(&b, "nginx", 100, 5);
	build_past(&b, RST_PAST_CONNECTION, RST_END_TIMEOUT, 3000);
	decide(&b);
	cr_expect_str_eq(b.in.verdict.rule, "P7");
	assert_history(&b, "close", 5, 100);
}

Test(past, names_without_nul)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_ABORT);
	build_past_owner(&b, "0123456789abcdef", 5, RST_KNOWN_SOCKET);
	build_past_closer(&b, "fedcba9876543210", 6, 3000);
	decide(&b);
	assert_owner(&b, "0123456789abcdef", 5);
	cr_expect_str_eq(b.in.history.comm, "fedcba9876543210");
}

Test(past, role)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN);
	b.ev.past.role = RST_ROLE_CLIENT;
	b.in.role_inferred = true;
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_CLIENT);
	cr_expect(!b.in.role_inferred, "recorded");
	b.ev.past.role = RST_ROLE_SERVER;
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);
	/* A listener serves, and so does who was asked by a SYN; a socket knows itself. */
	b.ev.past.role = RST_ROLE_CLIENT;
	build_packet(&b, RST_FLAG_SYN, 0);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);
	build_packet(&b, RST_FLAG_ACK, 0);
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, 0);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, 0);
	b.ev.sock.role = RST_ROLE_SERVER;
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);
}

/* ---- who used a socket that somebody else ended */

Test(past, last_user)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_send_active_reset < __tcp_close < tcp_close");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "child", 200);
	decide(&b);
	cr_expect_eq(b.in.last_user.pid, 0, "nobody was recorded");
	build_owner(&b, "child", 200, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_eq(b.in.last_user.pid, 0, "the same");
	build_owner(&b, "master", 100, RST_KNOWN_LISTENER);
	decide(&b);
	cr_expect_eq(b.in.last_user.pid, 0, "only the listener's");
	build_owner(&b, "parent", 100, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_eq(b.in.owner.pid, 200);
	cr_expect_eq(b.in.last_user.pid, 100);
	cr_expect_str_eq(b.in.last_user.comm, "parent");
	/* Where the record is the owner, there is no other. */
	build_event(&b, DIR_SENT, "tcp_send_active_reset < tcp_abort");
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_owner(&b, "parent", 100, RST_KNOWN_SOCKET);
	decide(&b);
	cr_expect_eq(b.in.owner.pid, 100);
	cr_expect_eq(b.in.last_user.pid, 0);
}

/* A segment of the connection that BUILD_NOW_NS took away; it is looked for again. */
static void assert_again(struct built *b, uint64_t at_ns, uint32_t seq, bool wanted)
{
	struct rst_past past = {
		.kind = RST_PAST_CONNECTION,
		.end = RST_END_ABORT,
		.at_ns = at_ns,
		.rcv_nxt = seq,
		.snd_nxt = b->in.packet.ack,
	};

	cr_expect_eq(attribute_takes_again(&b->in, &past), wanted);
}

Test(past, is_looked_for_again)
{
	struct rst_past listener = { .kind = RST_PAST_LISTENER, .at_ns = BUILD_NOW_NS + 1 };
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_packet(&b, RST_FLAG_ACK, 10);
	cr_expect(attribute_wants_again(&b.in));
	assert_again(&b, BUILD_NOW_NS + 1, b.in.packet.seq, true);
	assert_again(&b, BUILD_NOW_NS - 1, b.in.packet.seq, true);
	assert_again(&b, BUILD_NOW_NS + ATTRIBUTE_AGAIN_NS + 1, b.in.packet.seq, false);
	assert_again(&b, BUILD_NOW_NS - ATTRIBUTE_AGAIN_NS - 1, b.in.packet.seq, false);
	/* The next connection of the same ends. */
	assert_again(&b, BUILD_NOW_NS + 1, b.in.packet.seq + (1U << 30), false);
	cr_expect(!attribute_takes_again(&b.in, &listener));
	build_packet(&b, RST_FLAG_SYN, 0);
	cr_expect(attribute_wants_again(&b.in));
	cr_expect(attribute_takes_again(&b.in, &listener));
	/* What was found at once, and fits, needs no second look. */
	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	cr_expect(!attribute_wants_again(&b.in));
	b.ev.past.rcv_nxt += 1U << 30;
	cr_expect(attribute_wants_again(&b.in));
	/* A listener that had ended: another one that ends now began after the SYN. */
	build_stray(&b, RST_PAST_LISTENER, RST_END_CLOSE);
	cr_expect(!attribute_wants_again(&b.in));
}

Test(past, a_sentence_without_a_history)
{
	struct built b;

	build_stray(&b, RST_PAST_CONNECTION, RST_END_CLOSE);
	decide(&b);
	memset(&b.in.history, 0, sizeof(b.in.history));
	attribute_why(&b.in);
	cr_assert_not_null(strstr(b.in.verdict.why, "after the connection had ended"), "%s",
			   b.in.verdict.why);
}

/* ---- changes of state that were missed */

static enum certainty doubted(struct built *b)
{
	attribute_missed(&b->in, 2);
	attribute_owner(&b->in);
	attribute_why(&b->in);
	return b->in.verdict.certainty;
}

Test(past, memory_with_gaps_is_not_certain)
{
	static const enum rst_past_kind kinds[] = { RST_PAST_CONNECTION, RST_PAST_HANDSHAKE,
						    RST_PAST_LISTENER };
	struct built b;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		build_stray(&b, kinds[i], RST_END_CLOSE);
		attribute_cause(&b.in);
		cr_assert_eq(b.in.verdict.certainty, CERTAINTY_CERTAIN);
		cr_assert_eq(doubted(&b), CERTAINTY_INFERRED);
		cr_assert_not_null(
			strstr(b.in.verdict.why, "2 changes of sockets' states were missed"), "%s",
			b.in.verdict.why);
	}
}

Test(past, what_is_inferred_already_needs_no_gap)
{
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_ACK, 0);
	attribute_cause(&b.in);
	cr_assert_eq(doubted(&b), CERTAINTY_INFERRED);
	cr_assert_null(strstr(b.in.verdict.why, "missed"));
}

Test(past, what_the_kernel_says_itself_stays_certain)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_do_rcv");
	build_packet(&b, RST_FLAG_ACK, 5);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
	build_closer(&b, "nginx", 12, 100);
	attribute_cause(&b.in);
	cr_assert_eq(b.in.verdict.cause, CAUSE_DATA_AFTER_CLOSE);
	cr_assert_eq(doubted(&b), CERTAINTY_CERTAIN);
	cr_assert_null(strstr(b.in.verdict.why, "missed"));
}
