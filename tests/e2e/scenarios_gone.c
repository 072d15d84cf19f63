/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_gone.c: listeners that ended before somebody came: P1, and P2 for a handshake that was
 * under way. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "pair.h"

enum ending { CLOSED, SHUT, EXITED, KILLED };

static const char *const whats[] = { "close", "close|shutdown", "exit", "signal" };
static const char *const sentences[] = { "closed", "closed|shut", "exited with status 5",
					 "killed by SIGTERM" };

struct gone {
	struct actor srv, cli;
	int listener, port;
	struct end server, client;
	enum ending ending;
	long long ago_ns;
};

/* ANY: at the wildcard of the family, which for mapped is that of both. */
static void listen_first(struct run *run, struct gone *g, bool any)
{
	const char *address = act_address(run->speak, SIDE_SERVER);

	memset(g, 0, sizeof(*g));
	tracer_start(run, NULL);
	actor_start(&g->srv, &run->lab, SIDE_SERVER, "e2e-gone");
	actor_start(&g->cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	g->listener = actor_listen(&g->srv, run->speak, any ? NULL : address, 0, 8);
	g->server.port = actor_local_port(&g->srv, g->listener);
	g->client.port = 34567;
	strcpy(g->server.address, address);
	strcpy(g->client.address, act_address(run->speak, SIDE_CLIENT));
}

static void end_it(struct gone *g, enum ending ending)
{
	g->ending = ending;
	switch (ending) {
	case CLOSED:
		actor_close(&g->srv, g->listener);
		break;
	case SHUT:
		actor_shutdown(&g->srv, g->listener, SHUT_RDWR);
		break;
	case EXITED:
		actor_exit(&g->srv, 5);
		break;
	case KILLED:
		actor_kill(&g->srv, SIGTERM);
		break;
	}
}

static void wait_and_connect(struct run *run, struct gone *g, useconds_t us)
{
	int err, fd;

	for (g->ago_ns = us * 1000LL; us >= 500000; us -= 500000)
		usleep(500000);
	usleep(us);
	fd = actor_connect_start(&g->cli, run->speak, g->server.address, g->server.port,
				 g->client.port, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&g->cli, fd);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
}

static json_t *check(struct run *run, struct gone *g)
{
	struct wanted sent = {
		.cause = "listener-gone",
		.group = "closed-socket",
		.rule = "P1",
		.emitter = expect_passive(run->speak),
		.local = &g->server,
		.remote = &g->client,
		.role = "server",
		.owner = &g->srv,
		.known_by = "history",
		.why = sentences[g->ending],
	};
	struct wanted received = {
		.cause = "refused",
		.group = "peer",
		.local = &g->client,
		.remote = &g->server,
		.role = "client",
		.owner = &g->cli,
		.why = "this host for e2e-gone/",
	};
	json_t *e;

	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_received(run, SIDE_CLIENT, 0, &received);
	expect_contains(e, "why", "listener-gone");
	expect_pair(e, &g->srv, "listener-gone");
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_pair(e, &g->cli, "refused");
	expect_history(e, whats[g->ending], &g->srv, g->ago_ns);
	expect_contains(e, "why", "e2e-gone/");
	expect_str(e, "packet.flags", "SYN");
	expect_reason(e, "kernel.reason", "NO_SOCKET");
	actor_stop(&g->srv);
	actor_stop(&g->cli);
	return e;
}

static void gone(struct run *run, bool any, enum ending ending, useconds_t us)
{
	struct gone g;
	json_t *e;

	listen_first(run, &g, any);
	end_it(&g, ending);
	wait_and_connect(run, &g, us);
	e = check(run, &g);
	if (ending == EXITED)
		expect_int(e, "history.exit_status", 5);
	if (ending == KILLED)
		expect_str(e, "history.signal", "SIGTERM");
}

static void closed(struct run *run)
{
	gone(run, false, CLOSED, 100000);
}

static void closed_long_ago(struct run *run)
{
	gone(run, false, CLOSED, 10000000);
}

static void closed_any(struct run *run)
{
	gone(run, true, CLOSED, 100000);
}

static void shut_down(struct run *run)
{
	gone(run, false, SHUT, 1000);
}

static void exited(struct run *run)
{
	gone(run, true, EXITED, 1000);
}

static void killed(struct run *run)
{
	gone(run, false, KILLED, 1000);
}

/* Older than the tracer. */
static void older(struct run *run)
{
	struct gone g;

	listen_first(run, &g, false);
	tracer_stop(run);
	tracer_start(run, NULL);
	end_it(&g, KILLED);
	wait_and_connect(run, &g, 1000);
	check(run, &g);
}

/* Two came and went; the second is the one. */
static void second(struct run *run)
{
	struct actor first;
	struct gone g;

	listen_first(run, &g, false);
	first = g.srv;
	actor_kill(&first, SIGKILL);
	actor_start(&g.srv, &run->lab, SIDE_SERVER, "e2e-gone");
	g.listener = actor_listen(&g.srv, run->speak, g.server.address, g.server.port, 8);
	end_it(&g, EXITED);
	wait_and_connect(run, &g, 1000);
	check(run, &g);
}

/* At an address of the same host that is not the one asked for: no history of that. */
static void other_address(struct run *run)
{
	struct gone g;
	struct wanted sent = { .cause = "no-listener", .rule = "P1", .role = "server" };
	json_t *e;

	listen_first(run, &g, false);
	actor_close(&g.srv, g.listener);
	g.listener = actor_listen(&g.srv, run->speak, run->speak == SPEAK_V6 ? "::1" : "127.0.0.1",
				  g.server.port + 1, 8);
	actor_close(&g.srv, g.listener);
	g.server.port++;
	wait_and_connect(run, &g, 1000);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_absent(e, "history");
	expect_pair(e, &g.cli, "refused");
	expect_pair(expect_nth(run, SIDE_CLIENT, "received", 0), NULL, "no-listener");
	actor_stop(&g.srv);
	actor_stop(&g.cli);
}

/* The handshake's last ACK is held back until the listener is closed: for the client it is a
 * connection, here it was never more than a request. */
static void half_open(struct run *run)
{
	struct gone g;
	struct wanted sent = {
		.cause = "listener-gone",
		.group = "closed-socket",
		.certainty = "inferred",
		.rule = "P2",
		.emitter = expect_passive(run->speak),
		.local = &g.server,
		.remote = &g.client,
		.owner = &g.srv,
		.known_by = "history",
		.why = "half-open",
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.local = &g.client,
		.remote = &g.server,
		.owner = &g.cli,
		.why = "listener-gone",
	};
	json_t *e;
	int c;

	listen_first(run, &g, false);
	netlab_block_that(&run->lab, SIDE_SERVER, "tcp flags & (syn | ack) == ack");
	c = actor_connect(&g.cli, run->speak, g.server.address, g.server.port);
	g.client.port = actor_local_port(&g.cli, c);
	end_it(&g, CLOSED);
	usleep(20000);
	netlab_admit(&run->lab, SIDE_SERVER);
	actor_write(&g.cli, c, 100);
	actor_await_reset(&g.cli, c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_str(e, "role", "server");
	expect_history(e, "close", &g.srv, 20000000);
	expect_int(e, "packet.length", 100);
	expect_pair(e, &g.cli, "reset-by-peer");
	e = expect_received(run, SIDE_CLIENT, 0, &received);
	expect_pair(e, &g.srv, "listener-gone");
	actor_stop(&g.srv);
	actor_stop(&g.cli);
}

/* The SYN-ACK is held back: the client's second SYN finds nobody. */
static void syn_ack_lost(struct run *run)
{
	struct gone g;
	int fd, err;

	listen_first(run, &g, false);
	netlab_block_synack(&run->lab);
	fd = actor_connect_start(&g.cli, run->speak, g.server.address, g.server.port, g.client.port,
				 &err);
	netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutSegs", 1);
	end_it(&g, CLOSED);
	netlab_admit(&run->lab, SIDE_CLIENT);
	actor_await_reset(&g.cli, fd);
	check(run, &g);
}

const struct scenario scenarios_gone[] = {
	{ "listener-gone", closed, ALL_FAMILIES, false },
	{ "listener-gone-10s", closed_long_ago, ONCE, false },
	{ "listener-gone-any", closed_any, ALL_FAMILIES, false },
	{ "listener-gone-shutdown", shut_down, ONCE, false },
	{ "listener-gone-exited", exited, V4_V6, false },
	{ "listener-gone-killed", killed, ALL_FAMILIES, false },
	{ "listener-gone-older", older, V4_V6, false },
	{ "listener-gone-second", second, ONCE, false },
	{ "listener-gone-other-address", other_address, ALL_FAMILIES, false },
	{ "listener-gone-half-open", half_open, ALL_FAMILIES, false },
	{ "listener-gone-syn-again", syn_ack_lost, V4_V6, false },
	{ 0 },
};
