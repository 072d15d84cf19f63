/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_limits.c: a limit of time or memory is reached: P9, K2, K3, K10. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "guard.h"
#include "pair.h"

#define FIN_WAIT2 5

static struct wanted by_server(const struct pair *p, const char *cause, const char *rule)
{
	return (struct wanted){
		.cause = cause,
		.rule = rule,
		.local = &p->server,
		.remote = &p->client,
		.role = "server",
		.owner = &p->srv,
	};
}

/* The ACK of the FIN is answered by a RST; it comes when the socket has no owner any more. */
static void linger2_ack(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 10);
	actor_read(&p.srv, p.s, 10);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_LINGER2, -1);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });

	w = by_server(&p, "fin-wait-2-limit", "P9");
	w.group = "abort";
	w.emitter = expect_passive(run->speak);
	w.why = "TCP_LINGER2";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_int(e, "packet.length", 0);
	expect_str(e, "packet.flags", "ACK");
	expect_history(e, "close", &p.srv, 0);
	pair_stop(&p);
}

/* The FIN was acknowledged before the close. */
static void linger2_close(struct run *run)
{
	struct wanted w;
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_shutdown(&p.srv, p.s, SHUT_WR);
	actor_await_state(&p.srv, p.s, FIN_WAIT2);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_LINGER2, -1);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });

	w = by_server(&p, "fin-wait-2-limit", "K2");
	w.group = "abort";
	w.emitter = "tcp_send_active_reset";
	w.why = "TCP_LINGER2";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_reason(e, "kernel.reason", "TCP_ABORT_ON_LINGER");
	expect_str(e, "socket.state", "FIN_WAIT2");
	pair_stop(&p);
}

/* Probes after one second of silence, one second apart, while the client hears nothing. */
static void go_silent(struct run *run, struct pair *p, int probes, int user_timeout)
{
	tracer_start(run, NULL);
	pair_open(run, p);
	actor_write(&p->cli, p->c, 10);
	actor_read(&p->srv, p->s, 10);
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_KEEPCNT, probes);
	if (user_timeout)
		actor_set(&p->srv, p->s, IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout);
	netlab_block(&run->lab, SIDE_CLIENT);
	actor_set(&p->srv, p->s, SOL_SOCKET, SO_KEEPALIVE, 1);
	actor_await_reset(&p->srv, p->s);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
}

static json_t *check_timeout(struct run *run, struct pair *p, const char *cause)
{
	struct wanted w = by_server(p, cause, "K10");
	json_t *e;

	w.group = "timeout";
	w.emitter = "tcp_send_active_reset";
	w.known_by = "socket";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_reason(e, "kernel.reason", "TCP_KEEPALIVE_TIMEOUT");
	expect_str(e, "socket.state", "ESTABLISHED");
	/* The client, cut off, still believes in the connection. */
	expect_firewalled(run, 0, e, &p->cli, "ESTABLISHED");
	return e;
}

static void keepalive(struct run *run)
{
	struct pair p;
	json_t *e;

	go_silent(run, &p, 2, 0);
	e = check_timeout(run, &p, "keepalive-timeout");
	expect_int(e, "socket.probes_out", 2);
	/* A second until the first probe, and one after each of two, less a tick or two. */
	expect_at_least(e, "socket.heard_ns", 2900000000LL);
	expect_contains(e, "why", "2 keep-alive probes|2 probes");
	pair_stop(&p);
}

static void user_timeout(struct run *run)
{
	struct pair p;
	json_t *e;

	go_silent(run, &p, 9, 1500);
	e = check_timeout(run, &p, "user-timeout");
	expect_int(e, "socket.user_timeout_ms", 1500);
	expect_at_least(e, "socket.heard_ns", 1500000000LL);
	expect_contains(e, "why", "1.5 s|1.50 s|1,500");
	pair_stop(&p);
}

#define MAX_ORPHANS "/proc/sys/net/ipv4/tcp_max_orphans"

static char old_max_orphans[32];

static void write_max_orphans(const void *value)
{
	FILE *f = fopen(MAX_ORPHANS, "we");

	if (!f || fputs(value, f) == EOF || fclose(f))
		run_die("cannot write " MAX_ORPHANS);
}

/* The limit of orphans is one for the whole machine: it must be put back whatever happens. */
static void lower_max_orphans(struct guard *guard)
{
	FILE *f = fopen(MAX_ORPHANS, "re");

	if (!f || !fgets(old_max_orphans, sizeof(old_max_orphans), f) || fclose(f) ||
	    guard_start(guard, write_max_orphans, old_max_orphans))
		run_die("cannot prepare to change " MAX_ORPHANS);
	/* More than none are too many. */
	write_max_orphans("0\n");
}

static bool allowed(const char *variable)
{
	const char *value = getenv(variable);

	return value && (!strcmp(value, "true") || !strcmp(value, "1"));
}

/* The kernel counts orphans every tenth of a second, or later when it is idle: more of them are
 * made until it has noticed. The server is deaf meanwhile: on one CPU, the client's answer to the FIN
 * comes after the RST, and gets another one. */
static void out_of_memory(struct run *run)
{
	struct guard guard;
	struct wanted w;
	struct pair p;
	json_t *e;
	int tries = 0;

	if (!allowed("CI") && !allowed("RSTTRACE_TEST_SYSCTL"))
		run_skip("changes net.ipv4.tcp_max_orphans of the whole machine: set CI=true or "
			 "RSTTRACE_TEST_SYSCTL=1 to allow it");
	tracer_start(run, NULL);
	lower_max_orphans(&guard);
	pair_listen(run, &p, 64);
	while (netlab_counter(&run->lab, SIDE_SERVER, "TcpExt", "TCPAbortOnMemory") < 1) {
		if (++tries > 50)
			run_die("the kernel does not mind 50 orphans");
		p.c = pair_another(run, &p, &p.client.port);
		p.s = actor_accept(&p.srv, p.listener);
		actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_LINGER2, 90);
		netlab_block(&run->lab, SIDE_SERVER);
		actor_close(&p.srv, p.s);
		usleep(100000);
		netlab_admit(&run->lab, SIDE_SERVER);
	}
	guard_end(&guard);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });

	w = by_server(&p, "out-of-memory", "K3");
	w.group = "resource";
	w.emitter = "tcp_send_active_reset";
	w.known_by = "context";
	w.why = "orphans";
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_reason(e, "kernel.reason", "TCP_ABORT_ON_MEMORY");
	pair_stop(&p);
}

const struct scenario scenarios_limits[] = {
	{ "fin-wait-2-limit", linger2_ack, ALL_FAMILIES, false },
	{ "fin-wait-2-limit-close", linger2_close, V4_V6, false },
	{ "keepalive-timeout", keepalive, V4_V6, false },
	{ "user-timeout", user_timeout, ONCE, false },
	/* A sysctl of the whole machine. */
	{ "out-of-memory", out_of_memory, ONCE | EXCLUSIVE, false },
	{ 0 },
};
