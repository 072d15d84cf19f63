/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_overflow.c: many handshakes are over at the same moment, and the accept queue has room
 * for few. Their SYN-ACKs are held back until all have begun. SYN cookies; MPTCP's joins. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

/* So many wait to be accepted, and as many more come at once: the queue of handshakes has the same
 * limit, and the kernel lets one more in than it says. */
#define LIMIT 16
#define COMING LIMIT
#define REFUSED (COMING - 1)
#define GHOST_PORT 6669

struct crowd {
	struct pair p;
	int c[COMING], ports[COMING];
};

static void gather(struct run *run, struct crowd *crowd)
{
	struct pair *p = &crowd->p;
	long segments;
	int port;

	tracer_start(run, NULL);
	pair_listen(run, p, LIMIT);
	for (int i = 0; i < LIMIT; i++)
		pair_another(run, p, &port);
	actor_await_incoming(&p->srv, p->listener, LIMIT);
	segments = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutSegs");
	netlab_block_synack(&run->lab);
	for (int i = 0; i < COMING; i++) {
		crowd->c[i] = actor_connect_start(&p->cli, run->speak, p->server.address,
						  p->server.port, 0, NULL);
		crowd->ports[i] = actor_local_port(&p->cli, crowd->c[i]);
	}
	netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutSegs", segments + COMING);
	/* A second SYN would bring a second SYN-ACK. */
	netlab_block_syn(&run->lab);
	netlab_admit(&run->lab, SIDE_CLIENT);
}

static json_t *find_pressure(struct run *run, const struct pair *p)
{
	json_t *all = json_object_get(run->tracer.summary, "pressure"), *one;
	size_t i;

	json_array_foreach(all, i, one) {
		if (json_integer_value(json_object_get(one, "port")) == p->server.port)
			return one;
	}
	run_fail("the summary has no pressure on port %d", p->server.port);
	return NULL;
}

static void check_pressure(struct run *run, const struct pair *p, long long overflowed)
{
	json_t *pressure = find_pressure(run, p);

	expect_str(pressure, "address", p->server.address);
	expect_int(pressure, "netns", run->lab.inode[SIDE_SERVER]);
	expect_int(pressure, "pid", p->srv.pid);
	expect_str(pressure, "comm", p->srv.comm);
	expect_at_least(pressure, "overflowed", overflowed);
	expect_at_least(pressure, "dropped", overflowed);
}

/* Each of the clients was reset once at most; returns how many different ones. */
static int different(struct run *run, const struct crowd *crowd, size_t n)
{
	int times[COMING] = { 0 }, seen = 0;

	for (size_t i = 0; i < n; i++) {
		json_t *remote = json_object_get(expect_nth(run, SIDE_SERVER, "sent", i), "remote");
		long long port = json_integer_value(json_object_get(remote, "port"));

		for (int j = 0; j < COMING; j++)
			seen += crowd->ports[j] == port && !times[j]++;
	}
	return seen;
}

static void abort_on_overflow(struct run *run)
{
	struct crowd crowd;
	struct wanted w = {
		.cause = "accept-queue-full",
		.group = "backlog-overflow",
		.rule = "P12",
		.emitter = expect_passive(run->speak),
		.local = &crowd.p.server,
		.role = "server",
		.owner = &crowd.p.srv,
		.known_by = "listener",
	};
	json_t *e;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_abort_on_overflow", 1);
	gather(run, &crowd);
	netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutRsts", REFUSED);
	tracer_finish(run, (struct tally){ .server_sent = REFUSED, .client_received = REFUSED });
	for (size_t i = 0; i < REFUSED; i++) {
		e = expect_sent(run, SIDE_SERVER, i, &w);
		expect_int(e, "socket.accept_queue.length", LIMIT + 1);
		expect_int(e, "socket.accept_queue.limit", LIMIT);
		expect_pair(e, &crowd.p.cli, "reset-by-peer");
		e = expect_nth(run, SIDE_CLIENT, "received", i);
		expect_int(e, "process.pid", crowd.p.cli.pid);
		expect_pair(e, &crowd.p.srv, "accept-queue-full");
	}
	if (different(run, &crowd, REFUSED) != REFUSED)
		run_fail("the resets do not name %d different clients", REFUSED);
	pair_stop(&crowd.p);
}

static void await_expiry(struct run *run, const struct pair *p)
{
	netlab_await_none(&run->lab, SIDE_SERVER, "state syn-recv sport = :%d", p->server.port);
}

/* The last ACKs are dropped without a word. When the requests have expired, the clients send. */
static void overflow(struct run *run)
{
	struct crowd crowd;
	struct wanted w = {
		.cause = "accept-queue-full-earlier",
		.group = "backlog-overflow",
		.rule = "P3f",
		.emitter = expect_passive(run->speak),
		.local = &crowd.p.server,
		.role = "server",
		.owner = &crowd.p.srv,
		.known_by = "history",
		.why = "accept queue 17 of 16",
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.remote = &crowd.p.server,
		.owner = &crowd.p.cli,
		.role = "client",
		.why = "this host for e2e-srv/|e2e-srv/",
	};
	json_t *e;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_synack_retries", 1);
	gather(run, &crowd);
	netlab_await(&run->lab, SIDE_SERVER, "TcpExt", "ListenOverflows", REFUSED);
	await_expiry(run, &crowd.p);
	for (int i = 0; i < COMING; i++)
		actor_write(&crowd.p.cli, crowd.c[i], 321);
	tracer_finish(run, (struct tally){ .server_sent = REFUSED, .client_received = REFUSED });
	for (size_t i = 0; i < REFUSED; i++) {
		e = expect_sent(run, SIDE_SERVER, i, &w);
		expect_reason(e, "kernel.reason", "TCP_FLAGS");
		expect_int(e, "packet.length", 321);
		expect_str(e, "history.what", "accept-queue-full");
		expect_absent(e, "history.pid");
		expect_int(e, "history.accept_queue.length", LIMIT + 1);
		expect_int(e, "history.accept_queue.limit", LIMIT);
		/* The last SYN-ACK was repeated after a second; the request lives two more. */
		expect_at_least(e, "history.ago_ns", 1000000000);
		expect_contains(e, "why", "e2e-srv/");
		expect_pair(e, &crowd.p.cli, "reset-by-peer");
		e = expect_received(run, SIDE_CLIENT, i, &received);
		expect_contains(e, "why", "accept-queue-full-earlier");
		expect_pair(e, &crowd.p.srv, "accept-queue-full-earlier");
	}
	if (different(run, &crowd, REFUSED) != REFUSED)
		run_fail("the resets do not name %d different clients", REFUSED);
	check_pressure(run, &crowd.p, REFUSED);
	pair_stop(&crowd.p);
}

/* Dropped, but never reset: nobody sends. Only the summary shows it. */
static void silent_pressure(struct run *run)
{
	struct crowd crowd;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_synack_retries", 1);
	gather(run, &crowd);
	netlab_await(&run->lab, SIDE_SERVER, "TcpExt", "ListenOverflows", REFUSED);
	tracer_finish(run, (struct tally){ 0 });
	check_pressure(run, &crowd.p, REFUSED);
	pair_stop(&crowd.p);
}

#define GOOD 10

/* The kernel drops the bare ACK of each handshake on purpose, and counts it with all the others. */
static void deferred(struct run *run)
{
	json_t *all, *one;
	struct pair p;
	size_t i;

	pair_listen(run, &p, 64);
	actor_set(&p.srv, p.listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 5);
	tracer_start(run, NULL);
	for (int n = 0; n < GOOD; n++) {
		p.c = pair_another(run, &p, &p.client.port);
		actor_write(&p.cli, p.c, 1);
		p.s = actor_accept(&p.srv, p.listener);
		actor_read(&p.srv, p.s, 1);
		actor_close(&p.cli, p.c);
		actor_close(&p.srv, p.s);
	}
	netlab_await(&run->lab, SIDE_SERVER, "TcpExt", "TCPDeferAcceptDrop", GOOD);
	tracer_finish(run, (struct tally){ 0 });
	all = json_object_get(run->tracer.summary, "pressure");
	json_array_foreach(all, i, one)
		if (json_integer_value(json_object_get(one, "port")) == p.server.port)
			run_fail("pressure on a listener that took everybody");
	pair_stop(&p);
}

/* AGE: what is taken away from the cookie before it comes back; 3 << 24 is three of its minutes,
 * which the kernel sees before it looks at the rest. */
static void cookie(struct run *run, uint32_t age, uint32_t forged)
{
	struct end peer = { .port = GHOST_PORT };
	struct wanted w = {
		.cause = "syncookie-failed",
		.group = "backlog-overflow",
		.certainty = "inferred",
		.rule = "P3d",
		.emitter = expect_passive(run->speak),
		.remote = &peer,
		.role = "server",
		.known_by = "listener",
		.why = "cookie",
	};
	struct segment syn = { .seq = 1000, .flags = GHOST_SYN }, ack, answer;
	struct ghost ghost;
	struct pair p;
	long failed;
	json_t *e;

	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_syncookies", 2);
	snprintf(peer.address, sizeof(peer.address), "%s", ghost_address(run->speak));
	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	w.local = &p.server;
	w.owner = &p.srv;
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	failed = netlab_counter(&run->lab, SIDE_SERVER, "TcpExt", "SyncookiesFailed");
	ghost_send(&ghost, &syn);
	answer = ghost_expect(&ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
	ack = (struct segment){ .seq = 1001, .flags = GHOST_ACK };
	ack.ack = answer.seq + 1 - age + forged;
	ghost_send(&ghost, &ack);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	if (netlab_counter(&run->lab, SIDE_SERVER, "TcpExt", "SyncookiesFailed") != failed + 1)
		run_fail("the kernel counts no failed cookie");
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_unrouted(run, 0, e);
	expect_reason(e, "kernel.reason", "TCP_FLAGS");
	expect_str(e, "packet.flags", "ACK");
	expect_int(e, "packet.ack", ack.ack);
	expect_int(e, "socket.syn_queue", 0);
	ghost_close(&ghost);
	pair_stop(&p);
}

static void cookie_forged(struct run *run)
{
	cookie(run, 0, 0x1234);
}

static void cookie_expired(struct run *run)
{
	cookie(run, 3U << 24, 0);
}

/* A SYN that wants to join a connection nobody knows. */
static void mptcp_join(struct run *run)
{
	static const unsigned char join[] = { 30,   12,	  0x10, 1,    0xde, 0xad,
					      0xbe, 0xef, 0x01, 0x02, 0x03, 0x04 };
	struct end peer = { .port = GHOST_PORT };
	struct segment syn = {
		.seq = 1000, .flags = GHOST_SYN, .options = join, .options_length = sizeof(join)
	};
	struct ghost ghost;
	struct pair p;
	struct wanted w = {
		.cause = "mptcp",
		.group = "protocol",
		.rule = "P14",
		.emitter = expect_passive(run->speak),
		.local = &p.server,
		.remote = &peer,
		.role = "server",
		.owner = &p.srv,
		.why = "join",
	};
	json_t *e;

	snprintf(peer.address, sizeof(peer.address), "%s", ghost_address(run->speak));
	pair_listen(run, &p, 8);
	actor_close(&p.srv, p.listener);
	tracer_start(run, NULL);
	p.listener = actor_listen_mptcp(&p.srv, run->speak, p.server.address);
	if (p.listener < 0)
		run_skip("this kernel has no MPTCP, or net.mptcp.enabled is 0");
	p.server.port = actor_local_port(&p.srv, p.listener);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	ghost_send(&ghost, &syn);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_unrouted(run, 0, e);
	expect_reason_begins(e, "kernel.reason", "MPTCP_RST_");
	expect_str(e, "packet.flags", "SYN");
	ghost_close(&ghost);
	pair_stop(&p);
}

const struct scenario scenarios_overflow[] = {
	{ "overflow-abort", abort_on_overflow, ALL_FAMILIES, false },
	{ "overflow-earlier", overflow, ALL_FAMILIES, false },
	{ "overflow-silent", silent_pressure, V4_V6, false },
	{ "overflow-deferred", deferred, V4_V6, false },
	{ "syncookie-forged", cookie_forged, ALL_FAMILIES, false },
	{ "syncookie-expired", cookie_expired, V4_V6, false },
	{ "mptcp-join", mptcp_join, ALL_FAMILIES, false },
	{ 0 },
};
