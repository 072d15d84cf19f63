/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_stayed.c: RSTs that never left the host, and connections that were given up without one. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#include "expect.h"
#include "kernel.h"
#include "pair.h"

#define TCP_REPAIR_ON 1

/* The firewall drops the RST by which the server aborts; later data show that the client knows nothing. */
static void abort_dropped(struct run *run)
{
	struct wanted closed = { .cause = "close-unread", .why = "the RST did not leave: " };
	struct wanted late = { .cause = "closed-earlier", .why = "the peer never got it" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 10);
	actor_await_unread(&p.srv, p.s, 10);
	netlab_drop(&run->lab, SIDE_SERVER, "output", "tcp flags rst");
	actor_close(&p.srv, p.s);
	usleep(50000);
	netlab_sh(&run->lab, SIDE_SERVER, "nft flush ruleset");
	actor_write(&p.cli, p.c, 5);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 2, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_str(e, "did_not_leave.by", "firewall");
	expect_str(e, "did_not_leave.firewall.hook", "output");
	expect_absent(e, "session_end");
	expect_absent(e, "pair");
	e = expect_sent(run, SIDE_SERVER, 1, &late);
	expect_str(e, "history.what", "abort");
	expect_absent(e, "did_not_leave");
	pair_stop(&p);
}

/* A route to nowhere takes it. */
static void abort_without_route(struct run *run)
{
	const char *to = act_address(run->speak, SIDE_CLIENT);
	struct wanted closed = { .cause = "close-unread", .why = "there is no route to " };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 10);
	actor_await_unread(&p.srv, p.s, 10);
	netlab_sh(&run->lab, SIDE_SERVER, "ip route add unreachable %s", to);
	actor_close(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_str(e, "did_not_leave.by", "no-route");
	expect_absent(e, "session_end");
	pair_stop(&p);
}

/* TCP_REPAIR at close: nothing is sent, and the data that come later are answered by a RST. */
static void silent_close(struct run *run)
{
	struct wanted late = { .cause = "closed-earlier",
			       .detail = "silent-close",
			       .why = "nothing was sent" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	late.owner = &p.srv;
	late.known_by = "history";
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	actor_close(&p.srv, p.s);
	actor_write(&p.cli, p.c, 5);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &late);
	expect_history(e, "silent-close", &p.srv, 0);
	pair_stop(&p);
}

/* Switched off again before the close: a RST as usual. */
static void repaired_and_aborted(struct run *run)
{
	struct wanted closed = { .cause = "close-unread", .role = "server" };
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, 0);
	actor_write(&p.cli, p.c, 10);
	actor_await_unread(&p.srv, p.s, 10);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &closed);
	expect_absent(e, "did_not_leave");
	expect_str(e, "session_end", "tcp-rst-from-server");
	pair_stop(&p);
}

const struct scenario scenarios_stayed[] = {
	{ "stayed-firewall", abort_dropped, ALL_FAMILIES, false },
	{ "stayed-no-route", abort_without_route, V4_V6, false },
	{ "stayed-silent-close", silent_close, ALL_FAMILIES, false },
	{ "stayed-not-repaired", repaired_and_aborted, ONCE, false },
	{ 0 },
};
