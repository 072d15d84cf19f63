/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_abort.c: the application ends a connection by a RST: K1, K4, K5. */
#include <stdio.h>
#include <sys/socket.h>

#include "expect.h"
#include "pair.h"

static struct wanted by_server(const struct pair *p, const char *cause, const char *rule)
{
	return (struct wanted){
		.cause = cause,
		.group = "abort",
		.rule = rule,
		.emitter = "tcp_send_active_reset",
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = &p->srv,
		.known_by = "context",
	};
}

/* What the client sees of any of these. */
static json_t *client_received(struct run *run, const struct pair *p)
{
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p->client,
		.remote = &p->server,
		.role = "client",
		.owner = &p->cli,
		.known_by = "socket",
		.emitter = "tcp_reset",
	};

	return expect_received(run, SIDE_CLIENT, 0, &w);
}

static const struct tally one_each = { .server_sent = 1, .client_received = 1 };

static void close_unread(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 50000);
	actor_await_unread(&p.srv, p.s, 50000);
	actor_read(&p.srv, p.s, 16384);
	actor_write(&p.srv, p.s, 362);
	actor_await_unread(&p.cli, p.c, 362);
	actor_await_acked(&p.srv, p.s);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, one_each);

	w = by_server(&p, "close-unread", "K1");
	w.why = "33,616";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_contains(e, "why", "16,384");
	expect_contains(e, "why", "362");
	expect_reason(e, "kernel.reason", "TCP_ABORT_ON_CLOSE");
	expect_str(e, "socket.state", "ESTABLISHED");
	expect_str(e, "socket.state_now", "CLOSE");
	expect_int(e, "socket.unread", 33616);
	expect_int(e, "socket.bytes_received", 50000);
	expect_int(e, "socket.bytes_sent", 362);
	expect_int(e, "socket.bytes_acked", 362);
	expect_int(e, "socket.unsent", 0);
	expect_int(e, "socket.unacked", 0);
	expect_at_least(e, "socket.age_ns", 1);
	expect_absent(e, "packet");
	expect_int(e, "cpu_task.pid", p.srv.pid);
	e = client_received(run, &p);
	expect_str(e, "socket.state", "ESTABLISHED");
	expect_int(e, "socket.bytes_sent", 50000);
	expect_int(e, "socket.bytes_received", 362);
	expect_int(e, "socket.unread", 362);
	pair_stop(&p);
}

/* The same from the other side: roles and ends change places. */
static void close_unread_client(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.srv, p.s, 1001);
	actor_await_unread(&p.cli, p.c, 1001);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });

	w = by_server(&p, "close-unread", "K1");
	w.local = &p.client;
	w.remote = &p.server;
	w.role = "client";
	w.owner = &p.cli;
	w.why = "1,001";
	e = expect_sent(run, SIDE_CLIENT, 0, &w);
	expect_int(e, "socket.unread", 1001);
	expect_int(e, "socket.bytes_sent", 0);
	w = (struct wanted){
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p.server,
		.remote = &p.client,
		.role = "server",
		.owner = &p.srv,
	};
	e = expect_received(run, SIDE_SERVER, 0, &w);
	expect_int(e, "socket.bytes_sent", 1001);
	pair_stop(&p);
}

/* The peer's FIN takes a sequence number, but is no data. */
static void close_unread_fin(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 5000);
	actor_shutdown(&p.cli, p.c, SHUT_WR);
	actor_await_end(&p.srv, p.s);
	actor_await_unread(&p.srv, p.s, 5000);
	actor_await_acked(&p.cli, p.c);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, one_each);

	w = by_server(&p, "close-unread", "K1");
	w.why = "5,000";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "socket.state", "CLOSE_WAIT");
	expect_int(e, "socket.unread", 5000);
	expect_int(e, "socket.bytes_received", 5000);
	e = client_received(run, &p);
	expect_str(e, "phase", "closing");
	pair_stop(&p);
}

/* Unread data wins over SO_LINGER: that is what the kernel looks at first. */
static void close_unread_linger(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 7);
	actor_await_unread(&p.srv, p.s, 7);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, one_each);

	w = by_server(&p, "close-unread", "K1");
	w.why = "7 byte";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_int(e, "socket.unread", 7);
	expect_int(e, "socket.linger_ms", 0);
	client_received(run, &p);
	pair_stop(&p);
}

static void linger_zero(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, one_each);

	w = by_server(&p, "linger-zero", "K4");
	w.why = "SO_LINGER";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_reason(e, "kernel.reason", "TCP_STATE");
	expect_int(e, "socket.unread", 0);
	expect_int(e, "socket.unsent", 0);
	expect_int(e, "socket.linger_ms", 0);
	client_received(run, &p);
	pair_stop(&p);
}

/* The peer does not read, so that most of what was written cannot be sent. */
static void linger_zero_unsent(struct run *run)
{
	char why[64];
	long long unsent, unacked;
	struct wanted w;
	struct pair p;
	long written;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	written = actor_fill(&p.srv, p.s, 64L << 20);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, one_each);

	w = by_server(&p, "linger-zero", "K4");
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_at_least(e, "socket.unsent", 1);
	unsent = expect_number(e, "socket.unsent");
	unacked = expect_number(e, "socket.unacked");
	expect_int(e, "socket.bytes_acked", written - unsent - unacked);
	expect_thousands(why, sizeof(why), unsent, unsent + unacked);
	expect_contains(e, "why", why);
	client_received(run, &p);
	pair_stop(&p);
}

static void disconnect(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_disconnect(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, one_each);

	w = by_server(&p, "disconnect", "K5");
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_reason(e, "kernel.reason", "TCP_STATE");
	client_received(run, &p);
	pair_stop(&p);
}

const struct scenario scenarios_abort[] = {
	{ "close-unread", close_unread, ALL_FAMILIES, false },
	{ "close-unread-client", close_unread_client, ALL_FAMILIES, false },
	{ "close-unread-fin", close_unread_fin, V4_V6, false },
	{ "close-unread-linger", close_unread_linger, V4_V6, false },
	{ "linger-zero", linger_zero, ALL_FAMILIES, false },
	{ "linger-zero-unsent", linger_zero_unsent, V4_V6, false },
	{ "disconnect", disconnect, ALL_FAMILIES, false },
	{ 0 },
};
