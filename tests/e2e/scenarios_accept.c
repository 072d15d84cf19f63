/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_accept.c: connections that nobody accepts: K7, P12. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "expect.h"
#include "pair.h"

#define WAITING 3

static void three_waiting(struct run *run, struct pair *p, int c[WAITING], int ports[WAITING])
{
	tracer_start(run, NULL);
	pair_listen(run, p, 64);
	for (int i = 0; i < WAITING; i++)
		c[i] = pair_another(run, p, &ports[i]);
	actor_await_incoming(&p->srv, p->listener, WAITING);
}

static void check(struct run *run, struct pair *p, const int c[WAITING], const int ports[WAITING],
		  const char *cause, const char *why)
{
	struct wanted w = {
		.cause = cause,
		.group = "abort",
		.rule = strcmp(cause, "unaccepted") ? "exit-signal" : "K7",
		.emitter = "tcp_send_active_reset",
		.local = &p->server,
		.role = "server",
		.owner = &p->srv,
		.known_by = "context|listener",
		.why = why,
	};
	int seen = 0;

	for (int i = 0; i < WAITING; i++)
		actor_await_reset(&p->cli, c[i]);
	tracer_finish(run, (struct tally){ .server_sent = WAITING, .client_received = WAITING });
	for (int i = 0; i < WAITING; i++) {
		json_t *e = expect_sent(run, SIDE_SERVER, (size_t)i, &w);
		long long port = expect_number(json_object_get(e, "remote"), "port");

		expect_contains(e, "why", "3 connections");
		for (int j = 0; j < WAITING; j++)
			seen |= (port == ports[j]) << j;
		e = expect_nth(run, SIDE_CLIENT, "received", (size_t)i);
		expect_str(e, "cause", "reset-by-peer");
		expect_int(e, "process.pid", p->cli.pid);
	}
	if (seen != (1 << WAITING) - 1)
		run_fail("the resets do not name each of the clients");
	pair_stop(p);
}

static void listener_closed(struct run *run)
{
	int c[WAITING], ports[WAITING];
	struct pair p;

	three_waiting(run, &p, c, ports);
	actor_close(&p.srv, p.listener);
	check(run, &p, c, ports, "unaccepted", "3 connections");
}

static void listener_shut_down(struct run *run)
{
	int c[WAITING], ports[WAITING];
	struct pair p;

	three_waiting(run, &p, c, ports);
	actor_shutdown(&p.srv, p.listener, SHUT_RDWR);
	check(run, &p, c, ports, "unaccepted", "3 connections");
}

static void listener_killed(struct run *run)
{
	int c[WAITING], ports[WAITING];
	struct pair p;

	three_waiting(run, &p, c, ports);
	actor_kill(&p.srv, SIGKILL);
	check(run, &p, c, ports, "process-killed", "SIGKILL");
}

/*
 * A queue of LIMIT + 1 places that holds LIMIT connections, while as many handshakes are on their
 * way: their SYN-ACKs are lost until all of them have begun. One more fits, the others do not. The
 * client's own second SYNs are lost too, or they would bring a second SYN-ACK each, and a second
 * reset for its ACK.
 *
 * The kernel looks whether there is room without a lock (tcp_v4_syn_recv_sock): two ACKs on two CPUs
 * at once both fit. The second SYN-ACK, and with it the ACK, comes from a timer of the CPU that got the
 * SYN, all in the same tick; so the client sends from one CPU.
 */
#define LIMIT 3

static void stay_on_one_cpu(const struct actor *a)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(a->pid, sizeof(set), &set))
		run_die("sched_setaffinity: %s", strerror(errno));
}

static void accept_queue_full(struct run *run)
{
	int port;
	struct wanted w = {
		.cause = "accept-queue-full",
		.group = "backlog-overflow",
		.rule = "P12",
		.emitter = expect_passive(run->speak),
		.role = "server",
		.why = "3",
	};
	struct pair p;
	json_t *e;

	netlab_sh(&run->lab, SIDE_SERVER, "echo 1 >/proc/sys/net/ipv4/tcp_abort_on_overflow");
	tracer_start(run, NULL);
	pair_listen(run, &p, LIMIT);
	w.local = &p.server;
	w.owner = &p.srv;
	for (int i = 0; i < LIMIT; i++)
		pair_another(run, &p, &port);
	actor_await_incoming(&p.srv, p.listener, LIMIT);
	netlab_block_synack(&run->lab);
	stay_on_one_cpu(&p.cli);
	for (int i = 0; i < LIMIT; i++)
		actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, 0, NULL);
	/* A SYN that is handled only once the queue is full would be dropped. */
	netlab_sh(&run->lab, SIDE_SERVER,
		  "for i in $(seq 1000); do [ $(ss -Htn state syn-recv | wc -l) = %d ] && exit 0; "
		  "sleep 0.01; done; exit 1",
		  LIMIT);
	netlab_block_syn(&run->lab);
	netlab_admit(&run->lab, SIDE_CLIENT);
	netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutRsts", LIMIT - 1);
	tracer_finish(run,
		      (struct tally){ .server_sent = LIMIT - 1, .client_received = LIMIT - 1 });
	for (int i = 0; i < LIMIT - 1; i++) {
		e = expect_sent(run, SIDE_SERVER, (size_t)i, &w);
		expect_reason(e, "kernel.reason", "INVALID_SYN");
		expect_int(e, "socket.accept_queue.length", LIMIT + 1);
		expect_int(e, "socket.accept_queue.limit", LIMIT);
		expect_str(e, "socket.state", "LISTEN");
		expect_str(e, "packet.flags", "ACK");
		e = expect_nth(run, SIDE_CLIENT, "received", (size_t)i);
		expect_str(e, "cause", "reset-by-peer");
		expect_int(e, "process.pid", p.cli.pid);
	}
	pair_stop(&p);
}

const struct scenario scenarios_accept[] = {
	{ "unaccepted", listener_closed, ALL_FAMILIES, false },
	{ "unaccepted-shutdown", listener_shut_down, V4_V6, false },
	{ "unaccepted-killed", listener_killed, V4_V6, false },
	{ "accept-queue-full", accept_queue_full, ALL_FAMILIES, false },
	{ 0 },
};
