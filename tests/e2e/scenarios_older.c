/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_older.c: sockets that are older than the tracer; their owners are found by a scan. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "expect.h"
#include "pair.h"

/* The connecting and the accepting end, both found when tracing begins. */
static void connected(struct run *run)
{
	struct pair p;
	struct wanted sent = {
		.cause = "linger-zero",
		.rule = "K4",
		.local = &p.client,
		.remote = &p.server,
		.owner = &p.cli,
		.known_by = "context",
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.local = &p.server,
		.remote = &p.client,
		.owner = &p.srv,
		.known_by = "scan",
	};
	json_t *e;

	pair_open(run, &p);
	tracer_start(run, NULL);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_sent(run, SIDE_CLIENT, 0, &sent);
	e = expect_received(run, SIDE_SERVER, 0, &received);
	/* When it was established was not seen: absent, not zero. */
	expect_absent(e, "socket.age_ns");
	pair_stop(&p);
}

static void client_end(struct run *run)
{
	struct pair p;
	struct wanted received = {
		.cause = "reset-by-peer",
		.local = &p.client,
		.remote = &p.server,
		.owner = &p.cli,
		.known_by = "scan",
	};

	pair_open(run, &p);
	tracer_start(run, NULL);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	expect_received(run, SIDE_CLIENT, 0, &received);
	pair_stop(&p);
}

/* A listener from before, a connection from after: what the listener hands down is known. */
static void listener(struct run *run)
{
	struct pair p;
	struct wanted sent = {
		.cause = "unaccepted",
		.rule = "K7",
		.local = &p.server,
		.remote = &p.client,
		.role = "server",
		.owner = &p.srv,
	};

	pair_listen(run, &p, 8);
	tracer_start(run, NULL);
	p.c = pair_another(run, &p, &p.client.port);
	actor_await_incoming(&p.srv, p.listener, 1);
	actor_close(&p.srv, p.listener);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	expect_sent(run, SIDE_SERVER, 0, &sent);
	pair_stop(&p);
}

/* Whoever asks at another address is told about a listener from before. */
static void listener_elsewhere(struct run *run)
{
	const char *address = run->speak == SPEAK_V6 ? "::1" : "127.0.0.1";
	struct actor srv, cli;
	int listener, port, fd;
	struct wanted sent = {
		.cause = "listener-elsewhere",
		.rule = "P1",
		.why = "e2e-old",
	};
	json_t *e;

	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-old");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	listener = actor_listen(&srv, run->speak, address, 0, 8);
	port = actor_local_port(&srv, listener);
	tracer_start(run, NULL);
	fd = actor_connect_start(&cli, run->speak, act_address(run->speak, SIDE_SERVER), port, 0,
				 NULL);
	actor_await_reset(&cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_end(e, "listener", address, port);
	expect_int(e, "listener.pid", srv.pid);
	actor_stop(&cli);
	actor_stop(&srv);
}

#define HELD \
	40 /* connections: of both ends together, more than five times as many as there are places */

/* What found no room is treated like what is older. Another test may free a place just before the last. */
static void no_room(struct run *run)
{
	static const char *const args[] = { "--sockets", "1", NULL };
	struct pair p;
	struct wanted received = {
		.cause = "reset-by-peer",
		.owner = &p.srv,
		.known_by = "scan|socket",
	};

	pair_listen(run, &p, HELD);
	tracer_start(run, args);
	for (int i = 0; i < HELD; i++) {
		p.c = pair_another(run, &p, &p.client.port);
		p.s = actor_accept(&p.srv, p.listener);
	}
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_received(run, SIDE_SERVER, 0, &received);
	expect_at_least(run->tracer.summary, "no_storage", HELD);
	pair_stop(&p);
}

#define APART 10 /* connections: more than there are sets of places */
#define EIGHT_SETS "120"

/* A socket's place is none that another one has. Each is closed before it is reset, so there is no file, and nobody
 * who waits: what was remembered with it tells whose it was. */
static void places_are_apart(struct run *run)
{
	static const char *const args[] = { "--sockets", EIGHT_SETS, NULL };
	struct end client[APART];
	struct actor cli[APART];
	int c[APART], s[APART];
	struct pair p;

	pair_listen(run, &p, 8);
	tracer_start(run, args);
	for (int i = 0; i < APART; i++) {
		actor_start(&cli[i], &run->lab, SIDE_CLIENT, "e2e-one-of");
		c[i] = actor_connect(&cli[i], run->speak, p.server.address, p.server.port);
		client[i] = expect_at(p.client.address, actor_local_port(&cli[i], c[i]));
		s[i] = actor_accept(&p.srv, p.listener);
		/* Longer than a minute: it stays a whole socket (tcp_rcv_state_process). */
		actor_set(&cli[i], c[i], IPPROTO_TCP, TCP_LINGER2, 100);
	}
	for (int i = 0; i < APART; i++) {
		actor_close(&cli[i], c[i]);
		actor_await_end(&p.srv, s[i]);
	}
	for (int i = 0; i < APART; i++) {
		actor_linger(&p.srv, s[i], 0);
		actor_close(&p.srv, s[i]);
	}
	tracer_finish(run, (struct tally){ .server_sent = APART, .client_received = APART });
	if (expect_number(run->tracer.summary, "no_storage"))
		run_skip("others on this machine have the places");
	for (int i = 0; i < APART; i++) {
		struct wanted w = {
			.cause = "reset-by-peer",
			.local = &client[i],
			.remote = &p.server,
			.role = "client",
			.owner = &cli[i],
			.known_by = "socket",
		};

		expect_history(expect_received(run, SIDE_CLIENT, (size_t)i, &w), "close", &cli[i],
			       0);
	}
	for (int i = 0; i < APART; i++)
		actor_stop(&cli[i]);
	pair_stop(&p);
}

const struct scenario scenarios_older[] = {
	{ "older-accepted", connected, ALL_FAMILIES, false },
	{ "older-connected", client_end, ALL_FAMILIES, false },
	{ "older-listener", listener, V4_V6, false },
	{ "older-listener-elsewhere", listener_elsewhere, V4_V6, false },
	{ "older-no-room", no_room, V4_V6, false },
	{ "older-places-apart", places_are_apart, V4_V6, false },
	{ 0 },
};
