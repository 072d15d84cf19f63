/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_destroy.c: a socket is destroyed from outside (ss -K): K9. Whoever did it runs; the
 * one that owns the socket sleeps. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "pair.h"

static void destroy(struct run *run, const struct pair *p)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "ss -K -H -tn state established sport = :%d dport = :%d | grep -q .",
		 p->server.port, p->client.port);
	/* ss lists what it has destroyed. */
	if (netlab_try(&run->lab, SIDE_SERVER, command))
		run_skip("ss -K destroys nothing: a kernel without CONFIG_INET_DIAG_DESTROY?");
}

static void check(struct run *run, struct pair *p, const char *known_by)
{
	struct wanted w = {
		.cause = "socket-destroyed",
		.group = "abort",
		.rule = "K9",
		.emitter = "tcp_send_active_reset",
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = &p->srv,
		.known_by = known_by,
		.why = "ss/",
	};
	json_t *e;

	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "cpu_task.comm", "ss");
	expect_str(e, "socket.state", "ESTABLISHED");
	expect_reason(e, "kernel.reason", "TCP_STATE");
	pair_stop(p);
}

static void destroyed(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 10);
	actor_read(&p.srv, p.s, 10);
	destroy(run, &p);
	check(run, &p, "scan");
}

/* Nothing tells that it was accepted, but the open file of the process that has it. */
static void destroyed_not_read(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	destroy(run, &p);
	check(run, &p, "scan");
}

/* Who has its file has not closed it, and was not asked. */
static void listener_destroyed(struct run *run)
{
	struct pair p;
	struct wanted w = {
		.cause = "listener-gone",
		.group = "closed-socket",
		.rule = "P1",
		.local = &p.server,
		.remote = &p.client,
		.role = "server",
		.owner = &p.srv,
		.known_by = "history",
		.why = "destroyed the listener from outside",
	};
	char command[128];
	json_t *e;
	int err, fd;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	snprintf(command, sizeof(command), "ss -K -H -tln sport = :%d | grep -q .", p.server.port);
	if (netlab_try(&run->lab, SIDE_SERVER, command))
		run_skip("ss -K destroys nothing: a kernel without CONFIG_INET_DIAG_DESTROY?");
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&p.cli, fd);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
	p.client.port = actor_local_port(&p.cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "history.what", "destroyed");
	expect_str(e, "history.comm", "ss");
	expect_absent(e, "history.opener");
	pair_stop(&p);
}

const struct scenario scenarios_destroy[] = {
	{ "listener-destroyed", listener_destroyed, V4_V6, false },
	{ "socket-destroyed", destroyed, ALL_FAMILIES, false },
	{ "socket-destroyed-not-read", destroyed_not_read, V4_V6, false },
	{ 0 },
};
