/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_late.c: data for a connection that was closed before: P7, P8, P10. The reset comes out
 * of softirq; who is to blame is history.
 */
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 6667

/* Between the close and the late data: the history must say at least this. */
#define PAUSE_US 60000
#define PAUSE_NS (PAUSE_US * 1000LL)

/* An orphan in FIN_WAIT2 stays a full socket only for a TCP_LINGER2 above 60 s; else it becomes
 * the smaller kind that TIME_WAIT has (P10). */
#define LONG_LINGER2 90

static void open_and_talk(struct run *run, struct pair *p, int linger2)
{
	tracer_start(run, NULL);
	pair_open(run, p);
	actor_write(&p->cli, p->c, 10);
	actor_read(&p->srv, p->s, 10);
	if (linger2)
		actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_LINGER2, linger2);
}

static void late_data(struct run *run, struct pair *p)
{
	actor_await_end(&p->cli, p->c);
	pair_await_orphan(run, p, "fin-wait-2");
	usleep(PAUSE_US);
	actor_write(&p->cli, p->c, 1700);
	actor_await_reset(&p->cli, p->c);
	/* Nothing received by the server, although tcp_receive_reset was raised there. */
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
}

static json_t *check_sent(struct run *run, const struct pair *p, const char *rule)
{
	struct wanted w = {
		.cause = "data-after-close",
		.group = "closed-socket",
		.rule = rule,
		.emitter = expect_passive(run->speak),
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.why = "1,700|1,448", /* two segments, or one before offloads */
	};
	json_t *e = expect_sent(run, SIDE_SERVER, 0, &w);

	expect_contains(e, "packet.flags", "ACK");
	expect_at_least(e, "packet.length", 1000);
	return e;
}

static json_t *check_full(struct run *run, const struct pair *p, const char *what)
{
	json_t *e = check_sent(run, p, "P7");

	expect_reason(e, "kernel.reason", "TCP_ABORT_ON_DATA");
	expect_str(e, "socket.state", "FIN_WAIT2");
	expect_str(e, "socket.state_now", "CLOSE");
	expect_int(e, "process.pid", p->srv.pid);
	expect_history(e, what, &p->srv, PAUSE_NS);
	return e;
}

static void check_received(struct run *run, const struct pair *p)
{
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p->client,
		.remote = &p->server,
		.role = "client",
		.owner = &p->cli,
		.known_by = "socket",
	};
	json_t *e = expect_received(run, SIDE_CLIENT, 0, &w);

	expect_str(e, "socket.state", "CLOSE_WAIT");
	expect_str(e, "phase", "closing");
}

static void after_close(struct run *run)
{
	struct pair p;

	open_and_talk(run, &p, LONG_LINGER2);
	actor_close(&p.srv, p.s);
	late_data(run, &p);
	expect_contains(check_full(run, &p, "close"), "why", "e2e-srv");
	check_received(run, &p);
	if (json_integer_value(json_object_get(run->tracer.summary, "not_received")) < 1)
		run_fail("the summary does not count the tcp_receive_reset that was none");
	pair_stop(&p);
}

static void after_shutdown(struct run *run)
{
	struct pair p;

	open_and_talk(run, &p, 0);
	actor_shutdown(&p.srv, p.s, SHUT_RDWR);
	late_data(run, &p);
	check_full(run, &p, "shutdown");
	check_received(run, &p);
	pair_stop(&p);
}

static void after_kill(struct run *run)
{
	struct pair p;
	json_t *e;

	open_and_talk(run, &p, LONG_LINGER2);
	actor_kill(&p.srv, SIGKILL);
	late_data(run, &p);
	e = check_full(run, &p, "signal");
	expect_str(e, "history.signal", "SIGKILL");
	expect_contains(e, "why", "SIGKILL");
	check_received(run, &p);
	pair_stop(&p);
}

static void after_exit(struct run *run)
{
	struct pair p;
	json_t *e;

	open_and_talk(run, &p, LONG_LINGER2);
	actor_exit(&p.srv, 3);
	late_data(run, &p);
	e = check_full(run, &p, "exit");
	expect_int(e, "history.exit_status", 3);
	check_received(run, &p);
	pair_stop(&p);
}

/* As most connections end: FIN_WAIT2 without a full socket. */
static void timewait(struct run *run)
{
	struct pair p;
	json_t *e;

	open_and_talk(run, &p, 0);
	actor_close(&p.srv, p.s);
	late_data(run, &p);
	e = check_sent(run, &p, "P10");
	expect_reason(e, "kernel.reason", "TCP_TIMEWAIT_SOCKET");
	expect_str(e, "socket.state", "TIME_WAIT");
	expect_str(e, "socket.tw_substate", "FIN_WAIT2");
	check_received(run, &p);
	pair_stop(&p);
}

/* One segment acknowledges the FIN and brings data: P8, which the kernel tells from P7 only by not
 * calling tcp_reset(). */
static void with_ack(struct run *run)
{
	struct segment state, data, fin;
	struct ghost ghost;
	struct pair p;
	struct end peer = { .port = GHOST_PORT };
	struct wanted w = {
		.cause = "data-after-close",
		.group = "closed-socket",
		.emitter = expect_passive(run->speak),
		.local = &p.server,
		.remote = &peer,
		.role = "server",
		.owner = &p.srv,
		.why = "333",
	};
	json_t *e;
	int s;

	snprintf(peer.address, sizeof(peer.address), "%s", ghost_address(run->speak));
	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	state = ghost_handshake(&ghost);
	s = actor_accept(&p.srv, p.listener);
	actor_close(&p.srv, s);
	fin = ghost_expect(&ghost, GHOST_FIN, GHOST_FIN);
	data = (struct segment){
		.seq = state.seq,
		.ack = fin.seq + 1,
		.flags = GHOST_ACK | GHOST_PSH,
		.length = 333,
	};
	ghost_send(&ghost, &data);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_unrouted(run, 0, e);
	expect_reason(e, "kernel.reason", "TCP_ABORT_ON_DATA");
	expect_int(e, "packet.length", 333);
	expect_history(e, "close", &p.srv, 0);
	ghost_close(&ghost);
	pair_stop(&p);
}

const struct scenario scenarios_late[] = {
	{ "data-after-close", after_close, ALL_FAMILIES, false },
	{ "data-after-close-shutdown", after_shutdown, ALL_FAMILIES, false },
	{ "data-after-close-killed", after_kill, V4_V6, false },
	{ "data-after-close-exited", after_exit, V4_V6, false },
	{ "data-after-close-timewait", timewait, ALL_FAMILIES, false },
	{ "data-after-close-with-ack", with_ack, V4_V6, false },
	{ 0 },
};
