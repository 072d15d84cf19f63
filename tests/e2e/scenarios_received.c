/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_received.c: in which phase of the connection a RST came. Each is sent by SO_LINGER 0,
 * so that the sender's side is the same every time. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "pair.h"

static json_t *reset_and_check(struct run *run, struct pair *p, const char *phase)
{
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.rule = "received",
		.emitter = "tcp_reset",
		.local = &p->client,
		.remote = &p->server,
		.role = "client",
		.owner = &p->cli,
		.known_by = "socket",
	};
	json_t *e;

	actor_linger(&p->srv, p->s, 0);
	actor_close(&p->srv, p->s);
	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "linger-zero|close-unread");
	expect_int(e, "process.pid", p->srv.pid);
	e = expect_received(run, SIDE_CLIENT, 0, &w);
	expect_str(e, "phase", phase);
	return e;
}

static void expect_errno(struct pair *p, int wanted)
{
	int err = actor_read_error(&p->cli, p->c);

	if (err != wanted)
		run_fail("the client's read says %s, wanted %s", strerror(err), strerror(wanted));
	pair_stop(p);
}

static void after_request(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 1100);
	actor_read(&p.srv, p.s, 1100);
	actor_await_acked(&p.cli, p.c);
	e = reset_and_check(run, &p, "after-request");
	expect_int(e, "socket.bytes_sent", 1100);
	expect_int(e, "socket.bytes_received", 0);
	expect_contains(e, "why", "1,100");
	expect_errno(&p, ECONNRESET);
}

static void mid_transfer(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_fill(&p.cli, p.c, 64L << 20);
	e = reset_and_check(run, &p, "mid-transfer");
	expect_at_least(e, "socket.unsent", 1);
	expect_errno(&p, ECONNRESET);
}

static void idle(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 100);
	actor_read(&p.srv, p.s, 100);
	/* Long enough that the answer is later than the request also in ticks. */
	usleep(20000);
	actor_write(&p.srv, p.s, 200);
	actor_read(&p.cli, p.c, 200);
	actor_await_acked(&p.srv, p.s);
	usleep(1200000);
	e = reset_and_check(run, &p, "idle");
	expect_at_least(e, "socket.idle_ns", 1100000000LL);
	expect_int(e, "socket.bytes_sent", 100);
	expect_int(e, "socket.bytes_received", 200);
	expect_contains(e, "why", "idle");
	expect_errno(&p, ECONNRESET);
}

static void no_data(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	e = reset_and_check(run, &p, "before-data");
	expect_int(e, "socket.bytes_sent", 0);
	expect_int(e, "socket.bytes_received", 0);
	expect_errno(&p, ECONNRESET);
}

static void closing(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_shutdown(&p.cli, p.c, SHUT_WR);
	actor_await_end(&p.srv, p.s);
	actor_await_acked(&p.cli, p.c);
	e = reset_and_check(run, &p, "closing");
	expect_str(e, "socket.state", "FIN_WAIT2|FIN_WAIT1");
	expect_errno(&p, ECONNRESET);
}

const struct scenario scenarios_received[] = {
	{ "reset-by-peer-after-request", after_request, ALL_FAMILIES, false },
	{ "reset-by-peer-mid-transfer", mid_transfer, V4_V6, false },
	{ "reset-by-peer-idle", idle, V4_V6, false },
	{ "reset-by-peer-no-data", no_data, ONCE, false },
	{ "reset-by-peer-closing", closing, V4_V6, false },
	{ 0 },
};
