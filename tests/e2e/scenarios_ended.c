/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_ended.c: connections that ended without the client's knowledge, in each of the ways,
 * and the client sends: closed-earlier with that way as its history. */
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define LATE 777
#define GHOST_PORT 6668
#define PAUSE_US 30000

struct echo {
	struct pair p;
	bool lost_before; /* a reset before the echo, that does not get through */
	bool closed;	  /* the listener */
};

static void open_and_talk(struct run *run, struct echo *x)
{
	memset(x, 0, sizeof(*x));
	tracer_start(run, NULL);
	pair_open(run, &x->p);
	actor_write(&x->p.cli, x->p.c, 10);
	actor_read(&x->p.srv, x->p.s, 10);
}

/* The first reset, which the client's firewall drops. */
static void check_lost(struct run *run, const struct pair *p)
{
	json_t *sent = expect_nth(run, SIDE_SERVER, "sent", 0);

	expect_firewalled(run, 0, sent, &p->cli, "ESTABLISHED");
	expect_end(sent, "local", p->server.address, p->server.port);
	expect_end(sent, "remote", p->client.address, p->client.port);
}

static json_t *late_data(struct run *run, struct echo *x, const struct actor *owner)
{
	struct pair *p = &x->p;
	struct wanted sent = {
		.cause = "closed-earlier",
		.group = "closed-socket",
		.rule = x->closed ? "P2|P3b" : "P3b",
		.emitter = expect_passive(run->speak),
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = owner,
		.known_by = "history",
		.why = "777 bytes",
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p->client,
		.remote = &p->server,
		.role = "client",
		.owner = &p->cli,
		.known_by = "socket",
		.why = "on this host|this host for e2e-srv/",
	};
	json_t *e;

	/* Who would have got the lost one is looked up while the connection stands. */
	if (x->lost_before)
		tracer_await(run, SIDE_CLIENT, "received", 1);
	usleep(PAUSE_US);
	actor_write(&p->cli, p->c, LATE);
	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = 1 + x->lost_before,
					   .client_received = 1 + x->lost_before });
	if (x->lost_before)
		check_lost(run, p);
	e = expect_received(run, SIDE_CLIENT, x->lost_before, &received);
	expect_str(e, "socket.state", "ESTABLISHED");
	expect_pair(e, owner, "closed-earlier");
	e = expect_sent(run, SIDE_SERVER, x->lost_before, &sent);
	expect_pair(e, &p->cli, "reset-by-peer");
	expect_reason(e, "kernel.reason", x->closed ? "NO_SOCKET" : "TCP_FLAGS");
	expect_int(e, "packet.length", LATE);
	return e;
}

/* Data in flight that nobody acknowledges; NAME, VALUE: what limits the patience. */
static void timeout(struct run *run, struct echo *x, bool user)
{
	struct pair *p = &x->p;

	open_and_talk(run, x);
	if (user)
		actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_USER_TIMEOUT, 300);
	netlab_block(&run->lab, SIDE_CLIENT);
	actor_write(&p->srv, p->s, 50);
	actor_await_reset(&p->srv, p->s); /* ETIMEDOUT; no RST */
	netlab_admit(&run->lab, SIDE_CLIENT);
}

static void check_timeout(struct run *run, struct echo *x)
{
	json_t *e = late_data(run, x, &x->p.srv);

	expect_history(e, "timeout", NULL, PAUSE_US * 1000LL);
	expect_contains(e, "why", "timed out");
	pair_stop(&x->p);
}

static void user_timeout(struct run *run)
{
	struct echo x;

	timeout(run, &x, true);
	check_timeout(run, &x);
}

static void retransmission(struct run *run)
{
	struct echo x;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_retries2", 1);
	timeout(run, &x, false);
	check_timeout(run, &x);
}

/* Nobody listens any more. */
static void user_timeout_closed(struct run *run)
{
	struct echo x;

	timeout(run, &x, true);
	actor_close(&x.p.srv, x.p.listener);
	x.closed = true;
	check_timeout(run, &x);
}

/* Destroyed by ss, whose RST is lost on the way. */
static void destroyed(struct run *run)
{
	struct wanted first = { .cause = "socket-destroyed", .rule = "K9" };
	struct actor ss = { 0 };
	struct echo x;
	json_t *e;

	open_and_talk(run, &x);
	first.owner = &x.p.srv;
	netlab_block(&run->lab, SIDE_CLIENT);
	if (netlab_try(&run->lab, SIDE_SERVER, "ss -K -H -tn state established | grep -q ."))
		run_skip("ss -K destroys nothing: a kernel without CONFIG_INET_DIAG_DESTROY?");
	netlab_admit(&run->lab, SIDE_CLIENT);
	x.lost_before = true;
	e = late_data(run, &x, &x.p.srv);
	/* What ss was called is known; its pid from the reset that it caused. */
	strcpy(ss.comm, "ss");
	ss.pid = (pid_t)expect_number(expect_sent(run, SIDE_SERVER, 0, &first), "cpu_task.pid");
	expect_history(e, "destroyed", &ss, PAUSE_US * 1000LL);
	expect_contains(e, "why", "ss/");
	pair_stop(&x.p);
}

/* An abort whose RST is lost, so that the client goes on. */
static void lost_abort(struct run *run, struct echo *x)
{
	open_and_talk(run, x);
	netlab_block_that(&run->lab, SIDE_CLIENT, "tcp flags & rst == rst");
	x->lost_before = true;
}

static json_t *check_abort(struct run *run, struct echo *x, const char *cause, const char *what)
{
	struct wanted first = { .cause = cause, .owner = &x->p.srv, .known_by = "context" };
	json_t *e;

	netlab_admit(&run->lab, SIDE_CLIENT);
	e = late_data(run, x, &x->p.srv);
	expect_sent(run, SIDE_SERVER, 0, &first);
	expect_history(e, what, &x->p.srv, PAUSE_US * 1000LL);
	pair_stop(&x->p);
	return e;
}

static void linger_zero(struct run *run)
{
	struct echo x;

	lost_abort(run, &x);
	actor_linger(&x.p.srv, x.p.s, 0);
	actor_close(&x.p.srv, x.p.s);
	check_abort(run, &x, "linger-zero", "abort");
}

static void close_unread(struct run *run)
{
	struct echo x;

	lost_abort(run, &x);
	actor_write(&x.p.cli, x.p.c, 10);
	actor_await_unread(&x.p.srv, x.p.s, 10);
	actor_close(&x.p.srv, x.p.s);
	check_abort(run, &x, "close-unread", "abort");
}

static void killed_unread(struct run *run)
{
	struct echo x;
	json_t *e;

	lost_abort(run, &x);
	actor_write(&x.p.cli, x.p.c, 10);
	actor_await_unread(&x.p.srv, x.p.s, 10);
	actor_kill(&x.p.srv, SIGKILL);
	x.closed = true;
	e = check_abort(run, &x, "process-killed", "signal");
	expect_str(e, "history.signal", "SIGKILL");
}

static void disconnected(struct run *run)
{
	struct echo x;

	lost_abort(run, &x);
	actor_disconnect(&x.p.srv, x.p.s);
	check_abort(run, &x, "disconnect", "abort");
}

/* The peer itself has reset it, and then sends more. A kernel would not. */
static void after_reset(struct run *run, bool by_worker)
{
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct pair p;
	struct wanted sent = {
		.cause = "closed-earlier",
		.group = "closed-socket",
		.rule = "P3b",
		.emitter = expect_passive(run->speak),
		.local = &p.server,
		.remote = &peer,
		.role = "server",
		.why = "had reset",
	};
	struct wanted taken = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p.server,
		.remote = &peer,
		.role = "server",
	};
	struct actor self = { .pid = getpid(), .comm = "e2e" };
	struct actor worker, *owner = by_worker ? &worker : &p.srv;
	struct segment state, s;
	struct ghost ghost;
	json_t *e;
	int fd;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	if (by_worker)
		actor_fork(&p.srv, &worker, "e2e-worker");
	sent.owner = taken.owner = owner;
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	state = ghost_handshake(&ghost);
	fd = actor_accept(owner, p.listener);
	s = state;
	s.flags = GHOST_ACK | GHOST_PSH;
	s.length = 100;
	ghost_send(&ghost, &s);
	actor_read(owner, fd, 100);
	s = (struct segment){ .seq = state.seq + 100,
			      .ack = state.ack,
			      .flags = GHOST_RST | GHOST_ACK };
	ghost_send(&ghost, &s);
	actor_await_reset(owner, fd);
	if (by_worker)
		actor_close(&worker, fd);
	usleep(PAUSE_US);
	s.flags = GHOST_ACK | GHOST_PSH;
	s.length = LATE;
	ghost_send(&ghost, &s);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1,
					   .server_received = 1,
					   .client_sent = 1,
					   .client_passing = 1 });
	e = expect_by_ghost(run, 0, &peer, &p.server, "RST,ACK");
	expect_pair(e, owner, "reset-by-peer");
	expect_pair(expect_received(run, SIDE_SERVER, 0, &taken), &self, "crafted");
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_unrouted(run, 0, e);
	expect_history(e, "reset-received", NULL, PAUSE_US * 1000LL);
	expect_int(e, "packet.length", LATE);
	ghost_close(&ghost);
	if (by_worker)
		actor_stop(&worker);
	pair_stop(&p);
}

static void reset_received(struct run *run)
{
	after_reset(run, false);
}

/* Who had accepted it closes what has ended, and so is remembered with it. */
static void reset_worker(struct run *run)
{
	after_reset(run, true);
}

const struct scenario scenarios_ended[] = {
	{ "ended-user-timeout", user_timeout, ALL_FAMILIES, false },
	{ "ended-user-timeout-closed", user_timeout_closed, V4_V6, false },
	{ "ended-retransmission", retransmission, ONCE, false },
	{ "ended-destroyed", destroyed, ALL_FAMILIES, false },
	{ "ended-linger-zero", linger_zero, ALL_FAMILIES, false },
	{ "ended-close-unread", close_unread, V4_V6, false },
	{ "ended-killed-unread", killed_unread, V4_V6, false },
	{ "ended-disconnect", disconnected, ONCE, false },
	{ "ended-reset-received", reset_received, V4_V6, false },
	{ "ended-reset-worker", reset_worker, ONCE, false },
	{ 0 },
};
