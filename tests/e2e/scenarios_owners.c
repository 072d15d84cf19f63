/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_owners.c: the ways in which a socket gets from one process or thread to another. The
 * client resets, so that nothing but the record tells whose socket it is. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "pair.h"

#define DATA 100

/* Accepted, but not read. */
static void open_pair(struct run *run, struct pair *p)
{
	tracer_start(run, NULL);
	pair_open(run, p);
	actor_write(&p->cli, p->c, DATA);
}

static json_t *reset_by_client(struct run *run, struct pair *p, const struct actor *owner,
			       const char *known_by)
{
	struct wanted received = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = owner,
		.known_by = known_by,
		.why = "e2e-cli/",
	};
	struct wanted sent = {
		.cause = "linger-zero",
		.local = &p->client,
		.remote = &p->server,
		.role = "client",
		.owner = &p->cli,
		.known_by = "context",
	};
	json_t *e;

	actor_linger(&p->cli, p->c, 0);
	actor_close(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_pair(expect_sent(run, SIDE_CLIENT, 0, &sent), owner, "reset-by-peer");
	e = expect_received(run, SIDE_SERVER, 0, &received);
	expect_pair(e, &p->cli, "linger-zero");
	expect_contains(e, "why", "on this host: linger-zero");
	return e;
}

/* The parent listens, one of its children accepts and reads. */
static void prefork(struct run *run)
{
	struct actor one, two;
	struct pair p;
	int s;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_fork(&p.srv, &one, "e2e-worker1");
	actor_fork(&p.srv, &two, "e2e-worker2");
	p.c = pair_another(run, &p, &p.client.port);
	s = actor_accept(&two, p.listener);
	actor_write(&p.cli, p.c, DATA);
	actor_read(&two, s, DATA);
	reset_by_client(run, &p, &two, "scan");
	actor_stop(&one);
	actor_stop(&two);
	pair_stop(&p);
}

/* The same, and the worker is killed; what is left of it is asked by the late client. */
static void prefork_killed(struct run *run)
{
	struct wanted sent = {
		.cause = "data-after-close",
		.rule = "P7|P10",
		.role = "server",
		.why = "SIGSEGV",
	};
	struct actor one, two;
	struct pair p;
	json_t *e;
	int s;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_fork(&p.srv, &one, "e2e-worker1");
	actor_fork(&p.srv, &two, "e2e-worker2");
	p.c = pair_another(run, &p, &p.client.port);
	s = actor_accept(&one, p.listener);
	actor_write(&p.cli, p.c, DATA);
	actor_read(&one, s, DATA);
	actor_raise(&one, SIGSEGV);
	actor_await_end(&p.cli, p.c);
	pair_await_orphan(run, &p, "fin-wait-2");
	actor_write(&p.cli, p.c, DATA);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	sent.owner = &one;
	sent.local = &p.server;
	sent.remote = &p.client;
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_history(e, "signal", &one, 1);
	expect_str(e, "history.signal", "SIGSEGV");
	expect_pair(expect_nth(run, SIDE_CLIENT, "received", 0), &one, "data-after-close");
	actor_stop(&two);
	pair_stop(&p);
}

/* The children's parent has the connection too, but only a child uses it. */
static void inherited(struct run *run)
{
	struct actor child;
	struct pair p;

	open_pair(run, &p);
	actor_read(&p.srv, p.s, DATA / 2);
	actor_fork(&p.srv, &child, "e2e-child");
	actor_close(&p.srv, p.s);
	actor_read(&child, p.s, DATA / 2);
	reset_by_client(run, &p, &child, "scan");
	actor_stop(&child);
	pair_stop(&p);
}

/* A child has a copy, but the parent goes on reading. */
static void kept(struct run *run)
{
	struct actor child;
	struct pair p;

	open_pair(run, &p);
	actor_fork(&p.srv, &child, "e2e-child");
	actor_read(&child, p.s, DATA / 2);
	actor_read(&p.srv, p.s, DATA / 2);
	reset_by_client(run, &p, &p.srv, "scan");
	actor_stop(&child);
	pair_stop(&p);
}

static void passed(struct run *run)
{
	struct actor other;
	int via, end, fd;
	struct pair p;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	via = actor_socketpair(&p.srv, &end);
	actor_fork(&p.srv, &other, "e2e-receiver");
	p.c = pair_another(run, &p, &p.client.port);
	p.s = actor_accept(&p.srv, p.listener);
	actor_write(&p.cli, p.c, DATA);
	actor_send_fd(&p.srv, via, p.s);
	actor_close(&p.srv, p.s);
	fd = actor_recv_fd(&other, end);
	actor_read(&other, fd, DATA);
	reset_by_client(run, &p, &other, "scan");
	actor_stop(&other);
	pair_stop(&p);
}

/* Nobody takes it out of the UNIX socket: whoever closes that one ends the connection. */
static void in_flight(struct run *run)
{
	struct wanted sent = { .cause = "linger-zero", .rule = "K4", .role = "server" };
	struct actor other;
	struct pair p;
	int via, end;
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	via = actor_socketpair(&p.srv, &end);
	actor_fork(&p.srv, &other, "e2e-receiver");
	actor_close(&p.srv, end);
	actor_close(&other, via);
	p.c = pair_another(run, &p, &p.client.port);
	p.s = actor_accept(&p.srv, p.listener);
	actor_write(&p.cli, p.c, DATA);
	actor_read(&p.srv, p.s, DATA);
	actor_linger(&p.srv, p.s, 0);
	actor_send_fd(&p.srv, via, p.s);
	actor_close(&p.srv, p.s);
	actor_close(&other, end);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_int(e, "process.pid", other.pid);
	/* Who had accepted and read it left no trace; that the server listens says nothing of that. */
	expect_absent(e, "last_user");
	expect_absent(e, "opener");
	actor_stop(&other);
	pair_stop(&p);
}

/* Thread per connection: the listener's thread only accepts. */
static void thread(struct run *run)
{
	struct pair p;

	open_pair(run, &p);
	actor_in_thread(&p.srv);
	actor_read(&p.srv, p.s, DATA);
	reset_by_client(run, &p, &p.srv, "scan");
	pair_stop(&p);
}

/* One thread reads, another closes: the same process, and the thread that did it. */
static void closed_by_thread(struct run *run)
{
	struct wanted sent = {
		.cause = "linger-zero",
		.rule = "K4",
		.role = "server",
		.known_by = "context",
	};
	struct pair p;
	json_t *e;

	open_pair(run, &p);
	sent.owner = &p.srv;
	actor_read(&p.srv, p.s, DATA);
	actor_linger(&p.srv, p.s, 0);
	actor_in_thread(&p.srv);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	if (expect_number(e, "process.tid") == p.srv.pid)
		run_fail("the first thread is named, not the one that closed");
	expect_absent(e, "last_user");
	expect_pair(e, &p.cli, "reset-by-peer");
	expect_pair(expect_nth(run, SIDE_CLIENT, "received", 0), &p.srv, "linger-zero");
	pair_stop(&p);
}

/* Accepted and never read. Who has it open is found, unless it closes before that. */
static void never_read(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	reset_by_client(run, &p, &p.srv, "scan|socket");
	pair_stop(&p);
}

/* A connection that a worker took and has not read from: the listener's owner is somebody else. */
static void worker_accepts(struct run *run, struct pair *p, struct actor *worker)
{
	tracer_start(run, NULL);
	pair_listen(run, p, 8);
	actor_fork(&p->srv, worker, "e2e-worker");
	p->c = pair_another(run, p, &p->client.port);
	p->s = actor_accept(worker, p->listener);
}

static void closed_at_once(struct run *run)
{
	struct actor one;
	struct pair p;

	worker_accepts(run, &p, &one);
	actor_close_on_end(&one, p.s);
	usleep(20000);
	reset_by_client(run, &p, &one, "scan|socket");
	actor_answer(&one);
	actor_stop(&one);
	pair_stop(&p);
}

/* Both have it, and the child waits for what comes. */
static void shared_waits(struct run *run)
{
	const enum act_wait *by = run->what;
	struct actor child;
	struct pair p;
	json_t *e;

	if (*by == ACT_BY_URING && !act_has_uring())
		run_skip("io_uring is not allowed here");
	open_pair(run, &p);
	actor_fork(&p.srv, &child, "e2e-child");
	actor_read(&child, p.s, DATA);
	actor_close_on_end_by(&child, p.s, *by);
	usleep(20000);
	e = reset_by_client(run, &p, &child, "socket");
	expect_absent(e, "process.shared_by");
	actor_answer(&child);
	actor_stop(&child);
	pair_stop(&p);
}

/* A child goes on with what its parent has connected. KEPT: the parent has it too. */
static void connected(struct run *run, bool kept)
{
	struct wanted received = {
		.cause = "reset-by-peer",
		.role = "client",
		.known_by = kept ? "socket" : "scan",
	};
	struct actor child;
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.srv, p.s, DATA);
	actor_fork(&p.cli, &child, "e2e-child");
	if (!kept)
		actor_close(&p.cli, p.c);
	actor_read(&child, p.c, DATA);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&child, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	received.owner = kept ? &p.cli : &child;
	received.local = &p.client;
	received.remote = &p.server;
	expect_received(run, SIDE_CLIENT, 0, &received);
	actor_stop(&child);
	pair_stop(&p);
}

static void connected_inherited(struct run *run)
{
	connected(run, false);
}

/* Nothing says which of the two reads, and who has connected still has it. */
static void connected_kept(struct run *run)
{
	connected(run, true);
}

/* It is gone altogether before anybody can look. */
static void exits_at_once(struct run *run)
{
	struct actor one;
	struct pair p;

	worker_accepts(run, &p, &one);
	actor_exit_on_end(&one, p.s);
	usleep(20000);
	reset_by_client(run, &p, &one, "scan|socket");
	actor_stop(&one);
	pair_stop(&p);
}

static void enter_pid_namespace(struct run *run, struct pair *p)
{
	int home = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	struct actor outside;

	tracer_start(run, NULL);
	if (home < 0 || unshare(CLONE_NEWPID) < 0)
		run_skip("cannot make a process namespace");
	pair_listen(run, p, 8); /* both ends inside: 1 and 2 */
	if (setns(home, CLONE_NEWPID) < 0)
		run_die("setns");
	close(home);
	outside = p->cli;
	actor_stop(&outside);
	actor_start(&p->cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	p->c = pair_another(run, p, &p->client.port);
	p->s = actor_accept(&p->srv, p->listener);
	actor_write(&p->cli, p->c, DATA);
	actor_read(&p->srv, p->s, DATA);
}

static void pid_namespace(struct run *run)
{
	struct pair p;
	json_t *e;

	enter_pid_namespace(run, &p);
	e = reset_by_client(run, &p, &p.srv, "scan");
	expect_int(e, "process.ns_pid", 1);
	/* The other end is where the tracer is. */
	expect_absent(expect_nth(run, SIDE_CLIENT, "sent", 0), "process.ns_pid");
	pair_stop(&p);
}

static void pid_namespace_killed(struct run *run)
{
	struct wanted sent = {
		.cause = "data-after-close",
		.rule = "P7|P10",
		.role = "server",
		.why = "SIGKILL",
	};
	struct pair p;
	json_t *e;

	enter_pid_namespace(run, &p);
	actor_kill(&p.srv, SIGKILL);
	actor_await_end(&p.cli, p.c);
	pair_await_orphan(run, &p, "fin-wait-2");
	actor_write(&p.cli, p.c, DATA);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	sent.owner = &p.srv;
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_int(e, "process.ns_pid", 1);
	expect_history(e, "signal", &p.srv, 1);
	pair_stop(&p);
}

static const enum act_wait poll = ACT_BY_POLL, epoll = ACT_BY_EPOLL, uring = ACT_BY_URING;

const struct scenario scenarios_owners[] = {
	{ "owner-prefork", prefork, ALL_FAMILIES, false },
	{ "owner-prefork-killed", prefork_killed, ONCE, false },
	{ "owner-inherited", inherited, V4_V6, false },
	{ "owner-shared", kept, ONCE, false },
	{ "owner-passed", passed, V4_V6, false },
	{ "owner-in-flight", in_flight, ONCE, false },
	{ "owner-thread", thread, V4_V6, false },
	{ "owner-closed-by-thread", closed_by_thread, ONCE, false },
	{ "owner-never-read", never_read, V4_V6, false },
	{ "owner-closed-at-once", closed_at_once, ALL_FAMILIES, false },
	{ "owner-exits-at-once", exits_at_once, ONCE, false },
	{ "owner-shared-waits", shared_waits, V4_V6, .what = &poll },
	{ "owner-shared-waits-epoll", shared_waits, ONCE, .what = &epoll },
	{ "owner-shared-waits-uring", shared_waits, ONCE, .what = &uring },
	{ "owner-connected-inherited", connected_inherited, V4_V6, false },
	{ "owner-connected-kept", connected_kept, ONCE, false },
	{ "owner-pid-namespace", pid_namespace, ONCE, false },
	{ "owner-pid-namespace-killed", pid_namespace_killed, ONCE, false },
	{ 0 },
};
