/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_owner.c: whose socket it was, what became of it before, and what was lost. */
#include <criterion/criterion.h>
#include <string.h>

#include "explain/attribute.h"
#include "build_event.h"

#define K1 "tcp_send_active_reset < __tcp_close < tcp_close"
#define K7 "tcp_send_active_reset < tcp_disconnect < inet_child_forget < inet_csk_listen_stop < "
#define K9 "tcp_send_active_reset < tcp_abort < tcp_diag_destroy"
#define K10 "tcp_send_active_reset < tcp_keepalive_timer"
#define P1 "tcp_v4_send_reset < tcp_v4_rcv"
#define P3 "tcp_v4_send_reset < tcp_v4_do_rcv"
#define P7 "tcp_v4_send_reset < tcp_v4_do_rcv"
#define RECEIVED "tcp_reset < tcp_validate_incoming"

static void build_full(struct built *b, enum direction direction, const char *stack,
		       enum rst_tcp_state state, uint32_t flags)
{
	build_event(b, direction, stack);
	build_socket(b, RST_SOCK_FULL, state, flags);
	b->ev.sock.inode = 4242;
}

static void decide(struct built *b)
{
	memset(&b->in.owner, 0, sizeof(b->in.owner));
	memset(&b->in.history, 0, sizeof(b->in.history));
	attribute_cause(&b->in);
	attribute_owner(&b->in);
}

static void assert_owner(const struct built *b, const char *comm, uint32_t pid,
			 enum rst_known_by known_by)
{
	cr_assert_eq(b->in.owner.pid, pid, "pid %u, not %u", b->in.owner.pid, pid);
	cr_assert_str_eq(b->in.owner.comm, comm);
	cr_assert_eq(b->in.owner.known_by, known_by, "known by %d", b->in.owner.known_by);
}

Test(owner, who_closes_is_the_owner)
{
	struct built b;

	build_full(&b, DIR_SENT, K1, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "nginx", 100);
	build_owner(&b, "master", 50, RST_KNOWN_SOCKET);
	attribute_cause(&b.in);
	cr_assert(!attribute_wants_scan(&b.in));
	b.ev.owner.known_by = RST_KNOWN_NOT;
	cr_assert(!attribute_wants_scan(&b.in));
	attribute_owner(&b.in);
	assert_owner(&b, "nginx", 100, RST_KNOWN_CONTEXT);
	cr_assert_eq(b.in.owner.tid, 101);
	cr_assert_eq(b.in.owner.uid, 1000);
	cr_assert_eq(b.in.cpu_task.pid, 100);
}

/* A delayed fput or io_uring closes in a kernel thread. */
Test(owner, a_kernel_thread_is_never_the_owner)
{
	struct built b;

	build_full(&b, DIR_SENT, K1, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "kworker/0:1", 20);
	b.ev.cpu_task.kernel = 1;
	attribute_cause(&b.in);
	cr_assert(attribute_wants_scan(&b.in));
	attribute_owner(&b.in);
	assert_owner(&b, "", 0, RST_KNOWN_NOT);
	cr_assert_str_eq(b.in.cpu_task.comm, "kworker/0:1");

	build_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	attribute_cause(&b.in);
	cr_assert(!attribute_wants_scan(&b.in));
	attribute_owner(&b.in);
	assert_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
}

Test(owner, of_no_socket_is_nobody)
{
	struct built b;

	build_event(&b, DIR_SENT, P1);
	build_packet(&b, RST_FLAG_SYN, 0);
	build_owner(&b, "stale", 7, RST_KNOWN_SOCKET);
	build_closer(&b, "stale", 7, 5);
	b.ev.sock.inode = 4242;
	b.in.listener.port = 80;
	b.in.listener.pid = 8;
	b.in.listener.netns = BUILD_NETNS;
	attribute_cause(&b.in);
	cr_assert(!attribute_wants_scan(&b.in));
	attribute_owner(&b.in);
	assert_owner(&b, "", 0, RST_KNOWN_NOT);
	cr_assert_str_eq(b.in.cpu_task.comm, "bystander");
}

Test(owner, the_bystander_of_a_timer_is_not_the_owner)
{
	struct built b;

	build_full(&b, DIR_SENT, K10, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	decide(&b);
	assert_owner(&b, "", 0, RST_KNOWN_NOT);
	build_owner(&b, "psql", 100, RST_KNOWN_SOCKET);
	decide(&b);
	assert_owner(&b, "psql", 100, RST_KNOWN_SOCKET);
}

Test(owner, destroyed_from_outside)
{
	struct built b;

	build_full(&b, DIR_SENT, K9, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "ss", 300);
	build_owner(&b, "psql", 100, RST_KNOWN_SCAN);
	decide(&b);
	assert_owner(&b, "psql", 100, RST_KNOWN_SCAN);
	cr_assert_str_eq(b.in.cpu_task.comm, "ss");
}

/* `ss -K` on a listener resets its children in the context of ss (docs/rules.md, K7). */
Test(owner, who_destroys_a_listener_does_not_own_its_children)
{
	struct built b;

	build_full(&b, DIR_SENT, K7 "tcp_abort < tcp_diag_destroy < inet_diag_cmd_exact",
		   RST_TCP_CLOSE, 0);
	b.ev.sock.inode = 0;
	build_cpu_task(&b, "ss", 300);
	build_owner(&b, "nginx", 100, RST_KNOWN_LISTENER);
	decide(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_UNACCEPTED);
	assert_owner(&b, "nginx", 100, RST_KNOWN_LISTENER);
}

Test(owner, of_a_request_is_the_listeners)
{
	struct built b;

	build_event(&b, DIR_SENT, P3);
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, RST_SF_HAS_SOCKET);
	build_packet(&b, RST_FLAG_ACK, 0);
	build_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	decide(&b);
	assert_owner(&b, "nginx", 100, RST_KNOWN_LISTENER);
}

/* known_by, in the order in which one beats the other, of an orphan (OWNER_CLOSED). */
Test(owner, precedence)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_DEAD);
	build_packet(&b, RST_FLAG_ACK, 10);
	b.in.listener.port = 80;
	b.in.listener.pid = 1;
	b.in.listener.netns = BUILD_NETNS;
	strcpy(b.in.listener.comm, "listening");
	decide(&b);
	assert_owner(&b, "listening", 1, RST_KNOWN_LISTENER);

	build_owner(&b, "inherited", 2, RST_KNOWN_LISTENER);
	decide(&b);
	assert_owner(&b, "inherited", 2, RST_KNOWN_LISTENER);

	build_closer(&b, "closing", 3, 10);
	decide(&b);
	assert_owner(&b, "closing", 3, RST_KNOWN_HISTORY);

	build_owner(&b, "found", 4, RST_KNOWN_SCAN);
	decide(&b);
	assert_owner(&b, "found", 4, RST_KNOWN_SCAN);

	build_owner(&b, "recorded", 5, RST_KNOWN_SOCKET);
	decide(&b);
	assert_owner(&b, "recorded", 5, RST_KNOWN_SOCKET);
	cr_assert_str_eq(b.in.cpu_task.comm, "bystander");
}

Test(owner, a_listener_of_another_namespace_says_nothing)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_DEAD);
	b.in.listener.port = 80;
	b.in.listener.pid = 1;
	b.in.listener.netns = BUILD_NETNS + 1;
	decide(&b);
	assert_owner(&b, "", 0, RST_KNOWN_NOT);
}

/* FIN_WAIT2's timewait socket was a client's as likely as not. */
Test(owner, a_listener_says_nothing_about_a_timewait_socket)
{
	struct built b;

	build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_rcv");
	build_socket(&b, RST_SOCK_TIMEWAIT, RST_TCP_TIME_WAIT, 0);
	b.in.listener.port = 80;
	b.in.listener.pid = 1;
	b.in.listener.netns = BUILD_NETNS;
	decide(&b);
	assert_owner(&b, "", 0, RST_KNOWN_NOT);
}

Test(owner, the_scan_is_for_what_nobody_recorded)
{
	struct built b;

	build_full(&b, DIR_RECEIVED, RECEIVED, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	attribute_cause(&b.in);
	cr_assert(attribute_wants_scan(&b.in));
	build_owner(&b, "nginx", 100, RST_KNOWN_LISTENER);
	cr_assert(attribute_wants_scan(&b.in));
	build_owner(&b, "nginx", 100, RST_KNOWN_SCAN);
	cr_assert(!attribute_wants_scan(&b.in));
	build_owner(&b, "nginx", 100, RST_KNOWN_SOCKET);
	cr_assert(!attribute_wants_scan(&b.in));
	b.ev.owner.known_by = RST_KNOWN_NOT;
	b.ev.sock.inode = 0;
	cr_assert(!attribute_wants_scan(&b.in), "no open file has it");
}

/* By fork(), or through a UNIX socket: nothing tells of that. */
Test(owner, what_was_read_later_may_have_been_handed_on)
{
	struct built b;

	build_full(&b, DIR_RECEIVED, RECEIVED, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	attribute_cause(&b.in);
	build_owner(&b, "curl", 100, RST_KNOWN_SOCKET);
	b.ev.owner.since_ns = 1000;
	b.ev.sock.established_ns = 2000;
	cr_expect_not(attribute_wants_scan(&b.in), "nothing was read");
	b.ev.sock.bytes_received = 10;
	b.ev.sock.rcv_nxt = 10;
	cr_expect_not(attribute_wants_scan(&b.in), "all of it waits to be read");
	b.ev.sock.copied_seq = 10;
	cr_expect(attribute_wants_scan(&b.in));
	b.ev.owner.since_ns = 2001;
	cr_expect_not(attribute_wants_scan(&b.in), "it waited on it, or closed it");
	build_owner(&b, "curl", 100, RST_KNOWN_SCAN);
	cr_expect(attribute_wants_scan(&b.in), "found when the tracer began");
	b.ev.owner.since_ns = b.ev.hdr.mono_ns;
	cr_expect_not(attribute_wants_scan(&b.in), "found for this reset");
}

/* comm fills its 16 bytes when user space wrote it: there may be no NUL. */
Test(owner, names_without_nul)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_DEAD);
	build_owner(&b, "0123456789abcdef", 5, RST_KNOWN_SOCKET);
	build_closer(&b, "fedcba9876543210", 6, 10);
	decide(&b);
	assert_owner(&b, "0123456789abcdef", 5, RST_KNOWN_SOCKET);
	cr_assert_str_eq(b.in.history.comm, "fedcba9876543210");
}

Test(owner, history_of_a_close)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_DEAD);
	decide(&b);
	cr_assert_null(b.in.history.what);
	build_closer(&b, "nginx", 100, 3);
	b.ev.closer.idle_ms = 60000;
	decide(&b);
	cr_assert_str_eq(b.in.history.what, "close");
	cr_assert_eq(b.in.history.ago_ns, 3000000);
	cr_assert(b.in.history.have_idle);
	cr_assert_eq(b.in.history.idle_ns, 60000000000);
	cr_assert_eq(b.in.history.pid, 100);
	cr_assert_str_eq(b.in.history.comm, "nginx");
}

Test(owner, history_of_a_shutdown)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_closer(&b, "nginx", 100, 0);
	decide(&b);
	cr_assert_str_eq(b.in.history.what, "shutdown");
	cr_assert_eq(b.in.history.ago_ns, 0);
}

Test(owner, history_of_an_end)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_DEAD);
	build_closer(&b, "nginx", 100, 3);
	b.ev.closer.task.exiting = 1;
	b.ev.closer.task.exit_code = 0x80 | 11;
	decide(&b);
	cr_assert_str_eq(b.in.history.what, "signal");
	cr_assert_eq(b.in.history.signal, 11);

	b.ev.closer.task.exit_code = 255 << 8;
	decide(&b);
	cr_assert_str_eq(b.in.history.what, "exit");
	cr_assert_eq(b.in.history.exit_status, 255);
	cr_assert_eq(b.in.history.signal, 0);
}

Test(owner, history_is_not_in_the_future)
{
	struct built b;

	build_full(&b, DIR_SENT, P7, RST_TCP_CLOSE, RST_SF_DEAD);
	build_closer(&b, "nginx", 100, 3);
	b.ev.closer.at_ns = BUILD_NOW_NS + 1;
	decide(&b);
	cr_assert_null(b.in.history.what);
}

Test(owner, history_of_a_process_that_ends_now)
{
	struct built b;

	build_full(&b, DIR_SENT, K1 " < do_exit", RST_TCP_CLOSE, RST_SF_HAS_SOCKET);
	build_cpu_task(&b, "httpd", 70);
	build_exiting(&b, 0x80 | 6);
	decide(&b);
	cr_assert_str_eq(b.in.history.what, "signal");
	cr_assert_eq(b.in.history.signal, 6);
	cr_assert_eq(b.in.history.pid, 70);
	cr_assert_str_eq(b.in.history.comm, "httpd");

	build_exiting(&b, 7 << 8);
	decide(&b);
	cr_assert_str_eq(b.in.history.what, "exit");
	cr_assert_eq(b.in.history.exit_status, 7);
	cr_assert_eq(b.in.history.signal, 0);
}

Test(owner, role)
{
	struct built b;

	build_event(&b, DIR_SENT, P1);
	build_packet(&b, RST_FLAG_SYN, 0);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER, "was asked for a connection");
	build_event(&b, DIR_SENT, P1);
	build_packet(&b, RST_FLAG_ACK, 0);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN);
	b.in.direction = DIR_RECEIVED;
	build_packet(&b, RST_FLAG_SYN, 0);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_UNKNOWN);

	build_event(&b, DIR_SENT, P3);
	build_socket(&b, RST_SOCK_LISTENER, RST_TCP_LISTEN, 0);
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER);

	build_full(&b, DIR_SENT, K1, RST_TCP_CLOSE, 0);
	b.ev.sock.role = RST_ROLE_CLIENT;
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_CLIENT);
	cr_expect(!b.in.role_inferred);
	b.ev.sock.role = RST_ROLE_UNKNOWN;
	b.in.role = RST_ROLE_SERVER;
	b.in.role_inferred = true;
	attribute_cause(&b.in);
	cr_expect_eq(b.in.role, RST_ROLE_SERVER, "inferred from the listeners: kept");
}

/* A RST that never got to a socket: the owner of the one that it would have hit. */
Test(owner, of_what_was_found_afterwards)
{
	struct built b;

	build_event(&b, DIR_RECEIVED, "tcp_v4_rcv");
	build_socket(&b, RST_SOCK_FOUND, RST_TCP_ESTABLISHED, 0);
	build_packet(&b, RST_FLAG_RST, 0);
	build_dropped(&b, "TCP_CSUM");
	b.ev.sock.inode = 5;
	attribute_cause(&b.in);
	cr_expect(attribute_wants_scan(&b.in));
	build_owner(&b, "nginx", 12, RST_KNOWN_SCAN);
	build_attribute(&b);
	cr_expect(!attribute_wants_scan(&b.in));
	cr_expect_eq(b.in.owner.pid, 12);
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_SCAN);
	/* Whoever ran was interrupted. */
	cr_expect_eq(b.in.cpu_task.pid, 999);
}

/* The writer runs; unless the packet waited: then it is who holds the socket. */
Test(owner, of_a_raw_socket)
{
	struct built b;

	build_event(&b, DIR_SENT, "__dev_queue_xmit < raw_sendmsg");
	build_socket(&b, RST_SOCK_RAW, RST_TCP_NONE, 0);
	build_packet(&b, RST_FLAG_RST, 0);
	build_cpu_task(&b, "hping3", 7);
	build_wire(&b, 0);
	b.ev.sock.inode = 5;
	build_attribute(&b);
	cr_expect(!attribute_wants_scan(&b.in));
	cr_expect_eq(b.in.owner.pid, 7);
	cr_expect_eq(b.in.owner.known_by, RST_KNOWN_CONTEXT);
	build_event(&b, DIR_SENT, "__dev_queue_xmit < neigh_resolve_output");
	build_socket(&b, RST_SOCK_RAW, RST_TCP_NONE, 0);
	build_packet(&b, RST_FLAG_RST, 0);
	build_wire(&b, 0);
	b.ev.sock.inode = 5;
	build_attribute(&b);
	cr_expect(attribute_wants_scan(&b.in));
	cr_expect_eq(b.in.owner.pid, 0);
}

/* Nobody here owns what a firewall sends or what passes, whatever is on record. */
Test(owner, of_nobody)
{
	static const char *const stacks[] = {
		"__dev_queue_xmit < nf_send_reset < ip_local_deliver",
		"__dev_queue_xmit < ip_forward < ip_rcv",
	};

	for (uint32_t i = 0; i < 2; i++) {
		struct built b;

		build_event(&b, DIR_SENT, stacks[i]);
		build_packet(&b, RST_FLAG_RST, 0);
		build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 5);
		build_past_owner(&b, "nginx", 12, RST_KNOWN_SOCKET);
		build_wire(&b, i);
		b.ev.sock.inode = 5;
		build_attribute(&b);
		cr_expect_eq(b.in.owner.pid, 0, "row %u", i);
		cr_expect_null(b.in.history.what, "row %u", i);
		cr_expect(!attribute_wants_scan(&b.in), "row %u", i);
	}
}
