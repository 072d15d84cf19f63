/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_process.c: a process ends with data unread, and the kernel closes for it. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "pair.h"

#define UNREAD 2345
#define UNREAD_TEXT "2,345"

static void open_unread(struct run *run, struct pair *p)
{
	tracer_start(run, NULL);
	pair_open(run, p);
	actor_write(&p->cli, p->c, UNREAD);
	actor_await_unread(&p->srv, p->s, UNREAD);
}

static json_t *check(struct run *run, struct pair *p, const char *cause, const char *why)
{
	struct wanted w = {
		.cause = cause,
		.group = "abort",
		.rule = strcmp(cause, "process-killed") ? "exit-status" : "exit-signal",
		.emitter = "tcp_send_active_reset",
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = &p->srv,
		.known_by = "context",
		.why = why,
	};
	json_t *e;

	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_int(e, "socket.unread", UNREAD);
	expect_contains(e, "why", UNREAD_TEXT);
	pair_stop(p);
	return e;
}

static void killed(struct run *run)
{
	struct pair p;
	json_t *e;

	open_unread(run, &p);
	actor_kill(&p.srv, SIGKILL);
	e = check(run, &p, "process-killed", "SIGKILL");
	expect_str(e, "socket.state", "ESTABLISHED");
}

static void terminated(struct run *run)
{
	struct pair p;

	open_unread(run, &p);
	actor_kill(&p.srv, SIGTERM);
	check(run, &p, "process-killed", "SIGTERM");
}

static void crashed(struct run *run)
{
	struct pair p;

	open_unread(run, &p);
	actor_raise(&p.srv, SIGSEGV);
	check(run, &p, "process-killed", "SIGSEGV");
}

/* The last thread to go closes the files, and need not be the one the pid is named after. */
static void threads(struct run *run)
{
	struct pair p;

	open_unread(run, &p);
	actor_threads(&p.srv, 7);
	actor_kill(&p.srv, SIGKILL);
	check(run, &p, "process-killed", "SIGKILL");
}

static void exited(struct run *run)
{
	struct pair p;

	open_unread(run, &p);
	actor_exit(&p.srv, 3);
	check(run, &p, "process-exited", "3");
}

static void exited_zero(struct run *run)
{
	struct pair p;

	open_unread(run, &p);
	actor_exit(&p.srv, 0);
	check(run, &p, "process-exited", "0");
}

/* In a container the server is process 1; everybody else knows it by another number. */
static void pid_namespace(struct run *run)
{
	int home = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	struct actor outside, cli;
	struct wanted w = {
		.cause = "linger-zero",
		.role = "server",
		.owner = &outside,
		.known_by = "context",
	};
	int listener, c, s;

	tracer_start(run, NULL);
	if (home < 0 || unshare(CLONE_NEWPID) < 0)
		run_skip("cannot make a process namespace");
	actor_start(&outside, &run->lab, SIDE_SERVER, "e2e-inside");
	if (setns(home, CLONE_NEWPID) < 0)
		run_die("setns");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	listener = actor_listen(&outside, run->speak, act_address(run->speak, SIDE_SERVER), 0, 8);
	c = actor_connect(&cli, run->speak, act_address(run->speak, SIDE_SERVER),
			  actor_local_port(&outside, listener));
	s = actor_accept(&outside, listener);
	actor_linger(&outside, s, 0);
	actor_close(&outside, s);
	actor_await_reset(&cli, c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	expect_contains(expect_sent(run, SIDE_SERVER, 0, &w), "process.exe", "e2e");
	actor_stop(&cli);
	actor_stop(&outside);
	close(home);
}

/* An escape sequence that sets a terminal's title, and bytes that are no UTF-8. */
static const char hostile_name[] = "\033]0;x\007\xff\xfe\xc3(";

static void hostile_reset(struct run *run, const char *const *args, bool text)
{
	struct actor srv, cli;
	int listener, s, c;

	tracer_start_at(run, SIDE_HOME, text, args);
	actor_start(&srv, &run->lab, SIDE_SERVER, hostile_name);
	actor_start(&cli, &run->lab, SIDE_CLIENT, hostile_name);
	listener = actor_listen(&srv, run->speak, act_address(run->speak, SIDE_SERVER), 0, 8);
	c = actor_connect(&cli, run->speak, act_address(run->speak, SIDE_SERVER),
			  actor_local_port(&srv, listener));
	s = actor_accept(&srv, listener);
	actor_linger(&srv, s, 0);
	actor_close(&srv, s);
	actor_await_reset(&cli, c);
	actor_stop(&srv);
	actor_stop(&cli);
}

static void hostile_json(struct run *run)
{
	json_t *e;

	hostile_reset(run, NULL, false);
	/* Lines that are not valid UTF-8 fail there. */
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "linger-zero");
	expect_str(e, "process.comm", "\\x1b]0;x\\x07\\xff\\xfe\\xc3(");
	e = expect_nth(run, SIDE_CLIENT, "received", 0);
	expect_str(e, "process.comm", "\\x1b]0;x\\x07\\xff\\xfe\\xc3(");
}

static void hostile_text(struct run *run)
{
	static const char *const args[] = { "-s", "-w", NULL };
	char *out;

	hostile_reset(run, args, true);
	/* Text says nothing of namespaces; the line itself is what to wait for. */
	for (int i = 0; i < 500; i++) {
		out = tracer_output(run->tracer.out);
		if (strstr(out, "linger-zero"))
			break;
		free(out);
		out = NULL;
		usleep(10000);
	}
	if (!out) {
		run_fail("no line of linger-zero");
		return;
	}
	free(out);
	tracer_stop(run);
	out = tracer_output(run->tracer.out);
	if (strchr(out, '\033') || strchr(out, '\007') || strchr(out, '\xff'))
		run_fail("the text has bytes of the hostile name as they are");
	if (!strstr(out, "\\x1b]0;x"))
		run_fail("the text does not have the hostile name escaped");
	free(out);
}

const struct scenario scenarios_process[] = {
	{ "process-killed", killed, ALL_FAMILIES, false },
	{ "process-killed-term", terminated, ONCE, false },
	{ "process-killed-segv", crashed, ONCE, false },
	{ "process-killed-threads", threads, ONCE, false },
	{ "process-exited", exited, V4_V6, false },
	{ "process-exited-zero", exited_zero, ONCE, false },
	{ "pid-namespace", pid_namespace, ONCE, false },
	{ "hostile-comm", hostile_json, ONCE, false },
	{ "hostile-comm-text", hostile_text, ONCE, false },
	{ 0 },
};
