/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_killer.c: who made a process end, by what was noted of it; and who had opened what it closed. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_event.h"
#include "explain/attribute.h"
#include "explain/killer.h"

#define P2 "tcp_v4_send_reset < tcp_v4_rcv"
#define KILL                                                                                       \
	"tcp_send_active_reset < __tcp_close < tcp_close < inet_release < __fput < task_work_run " \
	"< do_exit < do_group_exit"
#define K1 "tcp_send_active_reset < __tcp_close < tcp_close"
#define START 77
#define SENDER 88
#define MS 1000000ULL

static struct rst_task task(const char *comm, uint32_t pid, uint64_t start_ns)
{
	struct rst_task t = { .pid = pid, .ns_pid = pid, .start_ns = start_ns };

	strcpy(t.comm, comm);
	return t;
}

/* nginx/12 ends with data unread, by that exit code. */
static void build_end(struct built *b, int exit_code)
{
	build_event(b, DIR_SENT, KILL);
	build_socket(b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	b->ev.cpu_task = task("nginx", 12, START);
	b->ev.cpu_task.exiting = 1;
	b->ev.cpu_task.exit_code = exit_code;
	build_attribute(b);
}

/* A note of it: systemd/1 sent that signal 40 ms ago. */
static struct rst_process noted(const struct built *b, int number, enum rst_signal_from from,
				int code)
{
	struct rst_signal s = { .at_ns = b->ev.hdr.mono_ns - 40 * MS,
				.number = (uint8_t)number,
				.from = (uint8_t)from,
				.code = code,
				.sender = task("systemd", 1, SENDER) };
	struct rst_process p = { 0 };

	*(number == 9 ? &p.killed : &p.asked) = s;
	return p;
}

static void assert_by(struct built *b, const struct rst_process *p, const char *by,
		      const char *words)
{
	memset(&b->in.killer, 0, sizeof(b->in.killer));
	cr_assert_eq(killer_wants(&b->in), START);
	killer_judge(&b->in, p);
	attribute_why(&b->in);
	cr_expect_str_eq(b->in.killer.by ? b->in.killer.by : "", by);
	cr_expect_not_null(strstr(b->in.verdict.why, words), "%s", b->in.verdict.why);
}

Test(killer, by_its_siginfo)
{
	static const struct {
		int number;
		enum rst_signal_from from;
		int code;
		const char *by, *words;
	} rows[] = {
		{ 9, RST_SIGNAL_INFO, 0, "process", "killed by SIGKILL from systemd/1 with" },
		{ 9, RST_SIGNAL_INFO, -6, "process", "killed by SIGKILL from systemd/1 with" },
		{ 15, RST_SIGNAL_INFO, -1, "process", "killed by SIGTERM from systemd/1 with" },
		{ 11, RST_SIGNAL_INFO, 1, "fault", "killed by SIGSEGV with" },
		{ 11, RST_SIGNAL_INFO, 0x80, "fault", "killed by SIGSEGV with" },
		{ 15, RST_SIGNAL_INFO, -2, "", "killed by SIGTERM with" },
		{ 9, RST_SIGNAL_NO_INFO, 0, "cgroup.kill",
		  "killed by SIGKILL from systemd/1 by cgroup.kill with" },
		{ 1, RST_SIGNAL_NO_INFO, 0, "kernel", "killed by SIGHUP from the kernel with" },
		{ 9, RST_SIGNAL_PRIVATE, 0, "kernel", "killed by SIGKILL from the kernel with" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rst_process p;
		struct built b;

		build_end(&b, rows[i].number);
		p = noted(&b, rows[i].number, rows[i].from, rows[i].code);
		assert_by(&b, &p, rows[i].by, rows[i].words);
	}
}

Test(killer, itself_and_the_core)
{
	struct rst_process p;
	struct built b;

	build_end(&b, 0x80 | 6);
	p = noted(&b, 6, RST_SIGNAL_INFO, -6);
	p.asked.sender.start_ns = START;
	assert_by(&b, &p, "itself", "killed by SIGABRT (core dumped) that it sent itself with");
}

/* A tool was told by somebody. */
Test(killer, by_a_tool)
{
	struct rst_process p;
	struct built b;

	build_end(&b, 9);
	p = noted(&b, 9, RST_SIGNAL_INFO, 0);
	p.killed.parent_pid = 7;
	memset(p.killed.parent, 'x', RST_COMM_LEN);
	assert_by(&b, &p, "process", "from systemd/1 (started by xxxxxxxxxxxxxxxx/7) with");
	p = noted(&b, 9, RST_SIGNAL_NO_INFO, 0);
	p.killed.parent_pid = 7;
	assert_by(&b, &p, "cgroup.kill", "from systemd/1 by cgroup.kill with");
}

Test(killer, out_of_memory)
{
	struct rst_process p;
	struct built b;

	build_end(&b, 9);
	b.ev.cpu_task.oom = 1;
	build_attribute(&b);
	p = noted(&b, 9, RST_SIGNAL_PRIVATE, 0);
	assert_by(&b, &p, "oom-killer", "from the OOM killer");
	/* Chosen by it, but another one's signal came first. */
	p = noted(&b, 9, RST_SIGNAL_INFO, 0);
	assert_by(&b, &p, "process", "from systemd/1");
}

Test(killer, the_end_of_a_parent)
{
	struct rst_process p;
	struct built b;

	build_end(&b, 9);
	p = noted(&b, 9, RST_SIGNAL_NO_INFO, 0);
	p.killed.sender.exiting = 1;
	assert_by(&b, &p, "parent", "as its parent ended, systemd/1");
}

Test(killer, the_init_of_a_namespace)
{
	struct rst_process p, init;
	struct built b;

	build_end(&b, 9);
	p = noted(&b, 9, RST_SIGNAL_PRIVATE, 0);
	p.killed.sender.exiting = 1;
	/* Another one that ends is no reason. */
	p.killed.sender.ns_pid = 2;
	assert_by(&b, &p, "kernel", "from the kernel");
	p.killed.sender.ns_pid = 1;
	p.killed.sender.exit_code = 3 << 8;
	assert_by(&b, &p, "pid-namespace",
		  "SIGKILL as the init of its pid namespace ended: systemd/1 exited with status 3");
	cr_expect_eq(killer_wants_init(&b.in), 0);
	p.killed.sender.exit_code = 15;
	assert_by(&b, &p, "pid-namespace", "systemd/1 was killed by SIGTERM");
	cr_assert_eq(killer_wants_init(&b.in), SENDER);
	init = noted(&b, 15, RST_SIGNAL_INFO, 0);
	init.asked.sender = task("shim", 5, 99);
	killer_judge_init(&b.in, &init);
	attribute_why(&b.in);
	cr_expect_not_null(
		strstr(b.in.verdict.why, "systemd/1 was killed by SIGTERM from shim/5 with"), "%s",
		b.in.verdict.why);
}

/* The same signs, but it is that init itself; and a signal that the kernel sends at a session's end. */
Test(killer, no_init_of_a_namespace)
{
	struct rst_process p;
	struct built b;

	build_end(&b, 9);
	p = noted(&b, 9, RST_SIGNAL_PRIVATE, 0);
	p.killed.sender.exiting = 1;
	p.killed.sender.ns_pid = 1;
	p.killed.sender.start_ns = START;
	assert_by(&b, &p, "kernel", "from the kernel");
	build_end(&b, 1);
	p = noted(&b, 1, RST_SIGNAL_PRIVATE, 0);
	p.asked.sender.exiting = 1;
	p.asked.sender.ns_pid = 1;
	assert_by(&b, &p, "kernel", "from the kernel");
	/* It runs on. */
	build_end(&b, 9);
	p = noted(&b, 9, RST_SIGNAL_PRIVATE, 0);
	p.killed.sender.ns_pid = 1;
	p.killed.sender.exit_code = 15;
	assert_by(&b, &p, "kernel", "from the kernel");
	cr_expect_eq(b.in.killer.init_signal, 0);
	p = noted(&b, 9, RST_SIGNAL_INFO, 0);
	p.killed.sender.exit_code = 15;
	assert_by(&b, &p, "process", "from systemd/1");
	cr_expect_eq(b.in.killer.init_signal, 0, "how the sender ends says nothing");
}

/* The signal that is noted is another one, or came after. */
Test(killer, not_by_that_one)
{
	struct rst_process p;
	struct built b;

	build_end(&b, 11);
	p = noted(&b, 15, RST_SIGNAL_INFO, 0);
	assert_by(&b, &p, "", "killed by SIGSEGV with");
	build_end(&b, 9);
	assert_by(&b, &p, "", "killed by SIGKILL with");
	p = noted(&b, 9, RST_SIGNAL_INFO, 0);
	p.killed.at_ns = b.ev.hdr.mono_ns + 1;
	assert_by(&b, &p, "", "killed by SIGKILL with");
	memset(&p, 0, sizeof(p));
	assert_by(&b, &p, "", "killed by SIGKILL with");
}

Test(killer, asked_to_end)
{
	static const struct {
		int number;
		uint64_t ago_ms;
		const char *by, *words;
	} rows[] = {
		{ 15, 40, "process",
		  "exited with status 0, 40 ms after SIGTERM from systemd/1, with" },
		{ 2, 40, "process", "40 ms after SIGINT from systemd/1" },
		{ 3, 40, "process", "40 ms after SIGQUIT from systemd/1" },
		{ 1, 40, "process", "40 ms after SIGHUP from systemd/1" },
		{ 15, 99000, "process", "1 min 39 s after SIGTERM" },
		{ 15, 101000, "", "exited with status 0 and" },
		{ 6, 40, "process", "exited with status 0, 40 ms after SIGABRT from systemd/1" },
		{ 10, 40, "", "exited with status 0 and" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rst_process p;
		struct built b;

		build_end(&b, 0);
		b.ev.hdr.mono_ns = b.in.wall_ns + 1000000 * MS;
		build_attribute(&b);
		p = noted(&b, rows[i].number, RST_SIGNAL_INFO, 0);
		p.asked.at_ns = b.ev.hdr.mono_ns - rows[i].ago_ms * MS;
		assert_by(&b, &p, rows[i].by, rows[i].words);
	}
}

/* It goes on after that, and closes: a server on its way out, but SIGHUP only means a new configuration. */
Test(killer, asked_to_end_and_closes)
{
	struct rst_process p;
	struct built b;

	build_event(&b, DIR_SENT, K1);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	b.ev.cpu_task = task("nginx", 12, START);
	build_attribute(&b);
	p = noted(&b, 15, RST_SIGNAL_INFO, 0);
	assert_by(&b, &p, "process", "; 40 ms after SIGTERM from systemd/1");
	p = noted(&b, 1, RST_SIGNAL_INFO, 0);
	assert_by(&b, &p, "", "closed with");
	cr_expect_null(strstr(b.in.verdict.why, "SIGHUP"));
	/* A watchdog's; not abort(), which is raised in it. */
	p = noted(&b, 6, RST_SIGNAL_INFO, 0);
	assert_by(&b, &p, "process", "; 40 ms after SIGABRT from systemd/1");
	p.asked.sender = task("nginx", 12, START);
	p.asked.code = -6;
	assert_by(&b, &p, "", "closed with");
	cr_expect_null(strstr(b.in.verdict.why, "SIGABRT"));
}

#define K4 "tcp_send_active_reset < tcp_disconnect < __tcp_close < tcp_close"
#define K7 \
	"tcp_send_active_reset < tcp_disconnect < inet_child_forget < inet_csk_listen_stop < __tcp_close"

/* Whatever a process closes on its way out. A worker of the kernel's closes for others. */
Test(killer, asked_to_end_and_closes_otherwise)
{
	static const struct {
		const char *stack;
		uint32_t flags;
		bool kernel;
		enum cause_id cause;
		uint64_t wants;
	} rows[] = {
		{ K1, 0, false, CAUSE_CLOSE_UNREAD, START },
		{ K4, RST_SF_LINGER, false, CAUSE_LINGER_ZERO, START },
		{ K7, 0, false, CAUSE_UNACCEPTED, START },
		{ K1, 0, true, CAUSE_CLOSE_UNREAD, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct built b;

		build_event(&b, DIR_SENT, rows[i].stack);
		build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET | rows[i].flags);
		b.ev.cpu_task = task("nginx", 12, START);
		b.ev.cpu_task.kernel = rows[i].kernel;
		build_attribute(&b);
		cr_assert_eq(b.in.verdict.cause, rows[i].cause, "row %zu", i);
		cr_expect_eq(killer_wants(&b.in), rows[i].wants, "row %zu", i);
	}
}

/* What nginx/12 ended 2 s ago, and a moment before was asked to end itself. */
static void assert_past(enum rst_end end, uint64_t wants)
{
	struct rst_process p;
	struct built b;

	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_ACK, 9);
	build_past(&b, RST_PAST_CONNECTION, end, 2000);
	build_past_closer(&b, "nginx", 12, 2000);
	b.ev.past.closer.start_ns = START;
	build_attribute(&b);
	cr_expect_eq(killer_wants(&b.in), wants, "end %d", end);
	if (!wants)
		return;
	p = noted(&b, 15, RST_SIGNAL_INFO, 0);
	killer_judge(&b.in, &p);
	cr_expect_null(b.in.killer.by, "the signal came after the end");
	p.asked.at_ns = b.ev.hdr.mono_ns - 2040 * MS;
	killer_judge(&b.in, &p);
	cr_expect_str_eq(b.in.killer.by ? b.in.killer.by : "", "process");
	cr_expect_eq(b.in.killer.before_ns, 40 * MS);
}

Test(killer, asked_to_end_before_the_past)
{
	struct built b;

	assert_past(RST_END_CLOSE, START);
	assert_past(RST_END_ABORT, START);
	assert_past(RST_END_RESET, 0);
	assert_past(RST_END_TIMEOUT, 0);
	/* It was under way when the segment came: who ended it had not been told yet. */
	build_event(&b, DIR_SENT, P2);
	build_packet(&b, RST_FLAG_ACK, 9);
	build_past(&b, RST_PAST_CONNECTION, RST_END_CLOSE, 0);
	build_past_closer(&b, "nginx", 12, 0);
	b.ev.past.closer.start_ns = START;
	b.ev.past.at_ns = b.ev.past.closed_ns = b.ev.hdr.mono_ns + MS;
	build_attribute(&b);
	cr_assert(b.in.history.at_once);
	cr_expect_eq(killer_wants(&b.in), 0);
}

/* ---- the opener */

/* cat/13 closed the listener 2 s ago. */
static void build_gone(struct built *b)
{
	build_event(b, DIR_SENT, P2);
	build_packet(b, RST_FLAG_SYN, 0);
	build_past(b, RST_PAST_LISTENER, RST_END_CLOSE, 2000);
	build_past_closer(b, "cat", 13, 2000);
	b->ev.past.closer.start_ns = START + 1;
	b->ev.past.owner = task("xinetd", 12, START);
	b->ev.past.known_by = RST_KNOWN_SOCKET;
	build_attribute(b);
	killer_find_opener(&b->in);
}

static void assert_opener(struct built *b, const struct rst_process *p, bool runs,
			  const char *sentence)
{
	memset(&b->in.opener.killer, 0, sizeof(b->in.opener.killer));
	killer_judge_opener(&b->in, p, runs);
	attribute_why(&b->in);
	cr_expect_str_eq(b->in.verdict.why, sentence);
}

#define GONE \
	"nobody listens on port 80 any more: 2 s ago cat/13, its last holder, closed the listener; "

Test(opener, of_a_listener)
{
	struct rst_process p;
	struct built b;

	build_gone(&b);
	cr_assert_eq(b.in.opener.start_ns, START);
	assert_opener(
		&b, NULL, true,
		GONE "opened by xinetd/12, which had closed it earlier, time unknown, and runs on");
	assert_opener(&b, NULL, false,
		      GONE "opened by xinetd/12, which had ended earlier, time unknown");
	p = noted(&b, 9, RST_SIGNAL_INFO, 0);
	p.exited_ns = b.ev.hdr.mono_ns - 30 * MS;
	p.exit_code = 9;
	assert_opener(&b, &p, false,
		      GONE
		      "opened by xinetd/12: 30 ms ago it was killed by SIGKILL from systemd/1");
	p.exit_code = 0;
	p = noted(&b, 15, RST_SIGNAL_INFO, 0);
	p.exited_ns = b.ev.hdr.mono_ns - 30 * MS;
	assert_opener(&b, &p, false,
		      GONE "opened by xinetd/12: 30 ms ago it exited with status 0, 10 ms after "
			   "SIGTERM from systemd/1");
	p.exited_ns = b.ev.hdr.mono_ns + 1;
	assert_opener(&b, &p, false,
		      GONE "opened by xinetd/12, which had closed it earlier, time unknown");
	b.ev.past.known_by = RST_KNOWN_SCAN;
	killer_find_opener(&b.in);
	assert_opener(&b, NULL, false,
		      GONE "held by xinetd/12, which had ended earlier, time unknown");
}

/* The same process, also after an exec; and who destroys from outside has never had it. */
Test(opener, nobody_else)
{
	struct built b;

	build_gone(&b);
	memset(&b.in.opener, 0, sizeof(b.in.opener));
	b.ev.past.closer.start_ns = START;
	killer_find_opener(&b.in);
	cr_expect_eq(b.in.opener.who.pid, 0);
	b.ev.past.closer.start_ns = START + 1;
	b.ev.past.end = RST_END_DESTROYED;
	killer_find_opener(&b.in);
	cr_expect_eq(b.in.opener.who.pid, 0);
	b.ev.past.end = RST_END_CLOSE;
	b.ev.past.closer.kernel = 1;
	killer_find_opener(&b.in);
	cr_expect_eq(b.in.opener.who.pid, 0);
}

/* Who accepted and read it, and who dropped the last reference. */
Test(opener, of_a_connection)
{
	struct built b;

	build_event(&b, DIR_SENT, K1);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_ESTABLISHED, RST_SF_HAS_SOCKET);
	b.ev.cpu_task = task("cat", 13, START + 1);
	b.ev.owner.task = task("nginx", 12, START);
	b.ev.owner.known_by = RST_KNOWN_SOCKET;
	build_attribute(&b);
	killer_find_opener(&b.in);
	killer_judge_opener(&b.in, NULL, true);
	attribute_why(&b.in);
	cr_expect_not_null(strstr(b.in.verdict.why, "; last used by nginx/12, which had closed it"),
			   "%s", b.in.verdict.why);
}

/* cat/13 closes the listener of xinetd/12 with a connection that nobody accepted. */
static void build_unaccepted(struct built *b, uint64_t since_ns)
{
	build_event(b, DIR_SENT, K7);
	build_socket(b, RST_SOCK_FULL, RST_TCP_CLOSE, 0);
	b->ev.cpu_task = task("cat", 13, START + 1);
	b->ev.owner.task = task("xinetd", 12, START);
	b->ev.owner.known_by = RST_KNOWN_LISTENER;
	b->ev.owner.since_ns = since_ns;
	b->in.traced_ns = 1000 * MS;
	build_attribute(b);
	cr_assert_eq(b->in.verdict.cause, CAUSE_UNACCEPTED);
	killer_find_opener(&b->in);
}

/* That it was opened by somebody is said of what was seen to be opened. */
Test(opener, of_a_listener_that_is_closed)
{
	struct built b;

	build_unaccepted(&b, BUILD_NOW_NS - 900 * MS);
	cr_expect_eq(b.in.opener.who.pid, 12);
	cr_expect_str_eq(b.in.opener.did, "opened");
	build_unaccepted(&b, BUILD_NOW_NS - 1100 * MS);
	cr_expect_str_eq(b.in.opener.did, "held");
	build_unaccepted(&b, 0);
	cr_expect_str_eq(b.in.opener.did, "held");
}

/* Which of several processes accepted a connection that has a file is not seen. */
Test(opener, of_an_accepted_connection_is_not_the_listeners)
{
	struct built b;

	build_event(&b, DIR_SENT, K4);
	build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_HAS_SOCKET | RST_SF_LINGER);
	b.ev.cpu_task = task("worker", 13, START + 1);
	b.ev.owner.task = task("master", 12, START);
	b.ev.owner.known_by = RST_KNOWN_LISTENER;
	build_attribute(&b);
	cr_assert_eq(b.in.verdict.cause, CAUSE_LINGER_ZERO);
	killer_find_opener(&b.in);
	cr_expect_eq(b.in.opener.who.pid, 0);
}

/* Ways of a connection's end that its closer decided, and others. */
Test(opener, of_a_connection_that_ended)
{
	static const struct {
		enum rst_end end;
		enum rst_known_by known_by;
		uint32_t pid;
	} rows[] = {
		{ RST_END_CLOSE, RST_KNOWN_SOCKET, 12 }, { RST_END_CLOSE, RST_KNOWN_SCAN, 12 },
		{ RST_END_ABORT, RST_KNOWN_SOCKET, 12 }, { RST_END_SILENT, RST_KNOWN_SOCKET, 12 },
		{ RST_END_RESET, RST_KNOWN_SOCKET, 0 },	 { RST_END_CLOSE, RST_KNOWN_LISTENER, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct built b;

		build_event(&b, DIR_SENT, P2);
		build_packet(&b, RST_FLAG_ACK, 9);
		build_past(&b, RST_PAST_CONNECTION, rows[i].end, 2000);
		build_past_closer(&b, "cat", 13, 2000);
		b.ev.past.closer.start_ns = START + 1;
		b.ev.past.owner = task("nginx", 12, START);
		b.ev.past.known_by = (uint8_t)rows[i].known_by;
		build_attribute(&b);
		killer_find_opener(&b.in);
		cr_expect_eq(b.in.opener.who.pid, rows[i].pid, "row %zu", i);
	}
}

/* Who destroys a socket from outside has never had it; a shutdown is no last reference. */
Test(opener, who_never_had_it)
{
	struct built b;

	build_unaccepted(&b, 0);
	memset(&b.in.opener, 0, sizeof(b.in.opener));
	b.in.verdict.detail = "destroyed";
	killer_find_opener(&b.in);
	cr_expect_eq(b.in.opener.who.pid, 0);
	for (int shutdown = 0; shutdown < 2; shutdown++) {
		build_event(&b, DIR_SENT, "tcp_v4_send_reset < tcp_v4_do_rcv");
		build_socket(&b, RST_SOCK_FULL, RST_TCP_CLOSE, RST_SF_DEAD);
		build_packet(&b, RST_FLAG_ACK, 9);
		build_closer(&b, "cat", 13, 20);
		b.ev.closer.task.start_ns = START + 1;
		b.ev.closer.shutdown = (uint8_t)shutdown;
		b.ev.owner.task = task("nginx", 12, START);
		b.ev.owner.known_by = RST_KNOWN_SOCKET;
		build_attribute(&b);
		killer_find_opener(&b.in);
		cr_expect_eq(b.in.opener.who.pid, shutdown ? 0 : 12, "%d", shutdown);
	}
}

/* How the opener ended, in full. */
Test(opener, how_it_ended)
{
	struct rst_process p;
	struct built b;

	build_gone(&b);
	p = noted(&b, 9, RST_SIGNAL_PRIVATE, 0);
	p.exited_ns = b.ev.hdr.mono_ns - 30 * MS;
	p.exit_code = 9;
	p.oom = 1;
	assert_opener(
		&b, &p, false,
		GONE "opened by xinetd/12: 30 ms ago it was killed by SIGKILL from the OOM killer: "
		     "memory had run out");
	p = noted(&b, 11, RST_SIGNAL_INFO, 1);
	p.exited_ns = b.ev.hdr.mono_ns - 30 * MS;
	p.exit_code = 0x80 | 11;
	assert_opener(&b, &p, false,
		      GONE "opened by xinetd/12: 30 ms ago it was killed by SIGSEGV (core dumped)");
	p.exit_code = 0x80 << 8;
	assert_opener(&b, &p, false,
		      GONE "opened by xinetd/12: 30 ms ago it exited with status 128");
	cr_expect_not(b.in.opener.core_dumped);
	/* It has exited, but the number was found to run: another one's, or its threads go on. */
	assert_opener(
		&b, &p, true,
		GONE "opened by xinetd/12, which had closed it earlier, time unknown, and runs on");
}
