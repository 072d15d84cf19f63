/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_crash.c: a server dies with nothing unread, so that its end is a FIN; the client goes
 * on. What it sends meets the remains of the socket (P10), or nothing at all (P2).
 */
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "memcg.h"
#include "pair.h"

#define LATE 1234
#define LATE_TEXT "1,234"
#define PAUSE_US 50000

enum death { BY_KILL, BY_SEGV, BY_ABRT, BY_OOM, BY_EXIT };

static const char *const signal_names[] = { "SIGKILL", "SIGSEGV", "SIGABRT", "SIGKILL", NULL };

static void die(struct actor *a, enum death death)
{
	struct memcg cg;

	switch (death) {
	case BY_KILL:
		actor_kill(a, SIGKILL);
		break;
	case BY_SEGV:
		actor_raise(a, SIGSEGV);
		break;
	case BY_ABRT:
		actor_raise(a, SIGABRT);
		break;
	case BY_OOM:
		memcg_open(&cg, a->pid);
		actor_exhaust(a);
		memcg_close(&cg);
		break;
	case BY_EXIT:
		actor_exit(a, 7);
		break;
	}
}

static void open_and_die(struct run *run, struct pair *p, enum death death)
{
	tracer_start(run, NULL);
	pair_open(run, p);
	actor_write(&p->cli, p->c, 10);
	actor_read(&p->srv, p->s, 10);
	actor_write(&p->srv, p->s, 20);
	actor_read(&p->cli, p->c, 20);
	actor_await_acked(&p->srv, p->s);
	/* A FIN that is acknowledged while close() still has the socket leaves it a full one. */
	netlab_block(&run->lab, SIDE_SERVER);
	die(&p->srv, death);
	actor_await_end(&p->cli, p->c);
	netlab_admit(&run->lab, SIDE_SERVER);
}

static json_t *check(struct run *run, struct pair *p, enum death death, const char *cause,
		     const char *rule)
{
	struct wanted sent = {
		.cause = cause,
		.group = "closed-socket",
		.rule = rule,
		.emitter = expect_passive(run->speak),
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = &p->srv,
		.known_by = "history",
		.why = death == BY_EXIT ? "exited with status 7" : signal_names[death],
	};
	json_t *e = expect_sent(run, SIDE_SERVER, 0, &sent);

	expect_history(e, death == BY_EXIT ? "exit" : "signal", &p->srv, PAUSE_US * 1000LL);
	if (death == BY_EXIT)
		expect_int(e, "history.exit_status", 7);
	else
		expect_str(e, "history.signal", signal_names[death]);
	if (death == BY_EXIT)
		expect_absent(e, "signalled");
	else
		expect_str(e, "signalled.by",
			   death == BY_OOM    ? "oom-killer"
			   : death == BY_KILL ? "process"
					      : "itself");
	return e;
}

static void check_received(struct run *run, struct pair *p, const char *cause, const char *state)
{
	struct wanted received = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &p->client,
		.remote = &p->server,
		.role = "client",
		.owner = &p->cli,
		.known_by = "socket",
		.why = "this host for e2e-srv/",
	};
	json_t *e = expect_received(run, SIDE_CLIENT, 0, &received);

	expect_str(e, "socket.state", state);
	expect_contains(e, "why", cause);
	expect_pair(e, &p->srv, cause);
	expect_pair(expect_nth(run, SIDE_SERVER, "sent", 0), &p->cli, "reset-by-peer");
}

static void late_data(struct run *run, enum death death)
{
	struct pair p;
	json_t *e;

	open_and_die(run, &p, death);
	pair_await_orphan(run, &p, "fin-wait-2");
	usleep(PAUSE_US);
	actor_write(&p.cli, p.c, LATE);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = check(run, &p, death, "data-after-close", "P10");
	expect_int(e, "packet.length", LATE);
	expect_contains(e, "why", LATE_TEXT);
	check_received(run, &p, "data-after-close", "CLOSE_WAIT");
	pair_stop(&p);
}

static void killed(struct run *run)
{
	late_data(run, BY_KILL);
}

static void crashed(struct run *run)
{
	late_data(run, BY_SEGV);
}

static void aborted(struct run *run)
{
	late_data(run, BY_ABRT);
}

static void out_of_memory(struct run *run)
{
	late_data(run, BY_OOM);
}

/* Not even FIN_WAIT2 is left when the client speaks again. FIN_HALF: not by data, but by the half
 * of the close that was its part. */
static void very_late(struct run *run, enum death death, bool fin)
{
	struct pair p;
	json_t *e;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_fin_timeout", 1);
	open_and_die(run, &p, death);
	pair_await_orphan(run, &p, "fin-wait-2");
	netlab_await_none(&run->lab, SIDE_SERVER, "sport = :%d", p.server.port);
	if (fin)
		actor_shutdown(&p.cli, p.c, SHUT_WR);
	else
		actor_write(&p.cli, p.c, LATE);
	/* Shut down both ways, it would look ended without the RST. */
	actor_await_state(&p.cli, p.c, TCP_CLOSE);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = check(run, &p, death, "closed-earlier", "P2|P3b");
	expect_reason(e, "kernel.reason", "NO_SOCKET");
	expect_int(e, "packet.length", fin ? 0 : LATE);
	expect_contains(e, "why", fin ? "FIN" : LATE_TEXT);
	expect_absent(e, "socket.state");
	check_received(run, &p, "closed-earlier", fin ? "LAST_ACK" : "CLOSE_WAIT");
	pair_stop(&p);
}

static void killed_gone(struct run *run)
{
	very_late(run, BY_KILL, false);
}

static void crashed_gone(struct run *run)
{
	very_late(run, BY_SEGV, true);
}

static void aborted_gone(struct run *run)
{
	very_late(run, BY_ABRT, false);
}

static void out_of_memory_gone(struct run *run)
{
	very_late(run, BY_OOM, true);
}

/* The same port is served again by the time the old client speaks. */
static void restarted(struct run *run, enum death death)
{
	struct actor again;
	struct pair p;
	json_t *e;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_fin_timeout", 1);
	open_and_die(run, &p, death);
	actor_start(&again, &run->lab, SIDE_SERVER, "e2e-again");
	actor_listen(&again, run->speak, p.server.address, p.server.port, 8);
	pair_await_orphan(run, &p, "fin-wait-2");
	netlab_await_none(&run->lab, SIDE_SERVER, "sport = :%d dport = :%d", p.server.port,
			  p.client.port);
	actor_write(&p.cli, p.c, LATE);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = check(run, &p, death, "closed-earlier", "P3b");
	expect_reason(e, "kernel.reason", "TCP_FLAGS");
	expect_str(e, "socket.state", "LISTEN");
	check_received(run, &p, "closed-earlier", "CLOSE_WAIT");
	actor_stop(&again);
	pair_stop(&p);
}

static void restarted_killed(struct run *run)
{
	restarted(run, BY_KILL);
}

static void restarted_exited(struct run *run)
{
	restarted(run, BY_EXIT);
}

/* Restarted at once: the old connection's FIN_WAIT2 is still there. */
static void restarted_at_once(struct run *run)
{
	struct actor again;
	struct pair p;

	open_and_die(run, &p, BY_EXIT);
	actor_start(&again, &run->lab, SIDE_SERVER, "e2e-again");
	actor_listen(&again, run->speak, p.server.address, p.server.port, 8);
	pair_await_orphan(run, &p, "fin-wait-2");
	usleep(PAUSE_US);
	actor_write(&p.cli, p.c, LATE);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	check(run, &p, BY_EXIT, "data-after-close", "P10");
	check_received(run, &p, "data-after-close", "CLOSE_WAIT");
	actor_stop(&again);
	pair_stop(&p);
}

const struct scenario scenarios_crash[] = {
	{ "crash-kill", killed, ALL_FAMILIES, false },
	{ "crash-segv", crashed, V4_V6, false },
	{ "crash-abrt", aborted, ONCE, false },
	{ "crash-oom", out_of_memory, ONCE, false },
	{ "crash-kill-gone", killed_gone, ALL_FAMILIES, false },
	{ "crash-segv-gone", crashed_gone, ONCE, false },
	{ "crash-abrt-gone", aborted_gone, ONCE, false },
	{ "crash-oom-gone", out_of_memory_gone, ONCE, false },
	{ "restarted", restarted_killed, ALL_FAMILIES, false },
	{ "restarted-exited", restarted_exited, ONCE, false },
	{ "restarted-at-once", restarted_at_once, V4_V6, false },
	{ 0 },
};
