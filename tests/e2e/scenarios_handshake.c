/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_handshake.c: handshakes that go wrong: P3c, P5, P11; and MPTCP: K13. */
#include <stdio.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 6666

struct stage {
	struct pair p;
	struct ghost ghost;
	struct end peer;
	struct wanted w;
};

static void set_stage(struct run *run, struct stage *s)
{
	tracer_start(run, NULL);
	pair_listen(run, &s->p, 8);
	ghost_open(&s->ghost, &run->lab, run->speak, GHOST_PORT, s->p.server.port);
	s->peer = (struct end){ .port = GHOST_PORT };
	snprintf(s->peer.address, sizeof(s->peer.address), "%s", ghost_address(run->speak));
	s->w = (struct wanted){
		.cause = "bad-handshake",
		.group = "protocol",
		.emitter = expect_passive(run->speak),
		.local = &s->p.server,
		.remote = &s->peer,
		.role = "server",
		.owner = &s->p.srv,
	};
}

static struct segment half_open(struct stage *s)
{
	struct segment syn = { .seq = 1000, .flags = GHOST_SYN };

	ghost_send(&s->ghost, &syn);
	return ghost_expect(&s->ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
}

static json_t *await_reset(struct run *run, struct stage *s, const char *rule)
{
	json_t *e;

	ghost_expect(&s->ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });
	s->w.rule = rule;
	e = expect_sent(run, SIDE_SERVER, 0, &s->w);
	expect_unrouted(run, 0, e);
	return e;
}

static void clear_stage(struct stage *s)
{
	ghost_close(&s->ghost);
	pair_stop(&s->p);
}

/* The last ACK of the handshake acknowledges what was never sent; the handshake goes on waiting. */
static void bad_ack(struct run *run)
{
	struct segment ack = { .seq = 1001, .flags = GHOST_ACK };
	char number[16];
	struct stage s;
	json_t *e;

	set_stage(run, &s);
	ack.ack = half_open(&s).seq + 5000;
	ghost_send(&s.ghost, &ack);
	e = await_reset(run, &s, "P3c");
	expect_reason(e, "kernel.reason", "TCP_FLAGS");
	expect_int(e, "packet.ack", ack.ack);
	snprintf(number, sizeof(number), "%u", ack.ack);
	expect_contains(e, "why", number);
	clear_stage(&s);
}

static void second_syn(struct run *run)
{
	struct segment syn = { .seq = 1010, .flags = GHOST_SYN };
	struct stage s;
	json_t *e;

	set_stage(run, &s);
	half_open(&s);
	ghost_send(&s.ghost, &syn);
	e = await_reset(run, &s, "P11");
	expect_reason(e, "kernel.reason", "INVALID_SYN");
	expect_str(e, "packet.flags", "SYN");
	expect_int(e, "packet.seq", 1010);
	expect_contains(e, "why", "1010");
	clear_stage(&s);
}

/* The server's side connects, and its SYN is acknowledged by a number that is not its own. */
static void bad_syn_ack(struct run *run)
{
	struct segment syn, answer = { .seq = 9000, .flags = GHOST_SYN | GHOST_ACK };
	char number[16];
	struct stage s;
	json_t *e;
	int fd;

	set_stage(run, &s);
	s.ghost.peer_port = 0;
	fd = actor_connect_start(&s.p.srv, run->speak, ghost_address(run->speak), GHOST_PORT, 0,
				 NULL);
	s.p.server.port = actor_local_port(&s.p.srv, fd);
	syn = ghost_expect(&s.ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	answer.ack = syn.seq + 77;
	s.w.role = "client";
	s.w.known_by = "socket";
	ghost_send(&s.ghost, &answer);
	e = await_reset(run, &s, "P5");
	expect_reason(e, "kernel.reason", "TCP_INVALID_ACK_SEQUENCE");
	expect_str(e, "socket.state", "SYN_SENT");
	expect_str(e, "packet.flags", "SYN,ACK");
	expect_int(e, "packet.ack", answer.ack);
	snprintf(number, sizeof(number), "%u", syn.seq + 1);
	expect_contains(e, "why", number);
	clear_stage(&s);
}

/* Both ends send a SYN: the socket is in SYN_RECV without any listener. Then the ghost acknowledges
 * what was never sent. */
static void simultaneous(struct run *run)
{
	struct segment first, syn = { .seq = 9000, .flags = GHOST_SYN };
	struct segment ack = { .seq = 9001, .flags = GHOST_ACK };
	struct stage s;
	json_t *e;
	int fd;

	set_stage(run, &s);
	s.ghost.peer_port = 0;
	fd = actor_connect_start(&s.p.srv, run->speak, ghost_address(run->speak), GHOST_PORT, 0,
				 NULL);
	s.p.server.port = actor_local_port(&s.p.srv, fd);
	first = ghost_expect(&s.ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	ghost_send(&s.ghost, &syn);
	ghost_expect(&s.ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
	ack.ack = first.seq + 99;
	ghost_send(&s.ghost, &ack);
	s.w.role = "client";
	s.w.known_by = "socket";
	e = await_reset(run, &s, "P6");
	expect_str(e, "socket.state", "SYN_RECV");
	expect_int(e, "packet.ack", ack.ack);
	expect_reason(e, "kernel.reason", "TCP_ACK_UNSENT_DATA");
	clear_stage(&s);
}

static void fastclose(struct run *run)
{
	struct pair p;
	struct wanted w = {
		.cause = "close-unread",
		.group = "abort",
		.rule = "K13",
		.why = "data unread",
		.emitter = "tcp_send_active_reset",
		.local = &p.server,
		.remote = &p.client,
		.role = "server",
		.owner = &p.srv,
		.known_by = "context",
	};
	json_t *e;

	pair_listen(run, &p, 8);
	actor_close(&p.srv, p.listener);
	p.listener = actor_listen_mptcp(&p.srv, run->speak, p.server.address);
	if (p.listener < 0)
		run_skip("this kernel has no MPTCP, or net.mptcp.enabled is 0");
	p.server.port = actor_local_port(&p.srv, p.listener);
	tracer_start(run, NULL);
	p.c = actor_connect_mptcp(&p.cli, run->speak, p.server.address, p.server.port);
	p.client.port = actor_local_port(&p.cli, p.c);
	p.s = actor_accept(&p.srv, p.listener);
	actor_write(&p.cli, p.c, 4321);
	actor_await_unread(&p.srv, p.s, 4321);
	if (actor_mptcp_fallback(&p.srv, p.s))
		run_die("the connection fell back to TCP");
	actor_close(&p.srv, p.s);
	netlab_await(&run->lab, SIDE_CLIENT, "MPTcpExt", "MPFastcloseRx", 1);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_reason(e, "kernel.reason", "TCP_ABORT_ON_CLOSE");
	pair_stop(&p);
}

/* An MPTCP connection of the two, accepted. */
static void open_mptcp(struct run *run, struct pair *p)
{
	pair_listen(run, p, 8);
	actor_close(&p->srv, p->listener);
	p->listener = actor_listen_mptcp(&p->srv, run->speak, p->server.address);
	if (p->listener < 0)
		run_skip("this kernel has no MPTCP, or net.mptcp.enabled is 0");
	p->server.port = actor_local_port(&p->srv, p->listener);
	tracer_start(run, NULL);
	p->c = actor_connect_mptcp(&p->cli, run->speak, p->server.address, p->server.port);
	p->client.port = actor_local_port(&p->cli, p->c);
	p->s = actor_accept(&p->srv, p->listener);
	actor_write(&p->cli, p->c, 10);
	actor_read(&p->srv, p->s, 10);
	if (actor_mptcp_fallback(&p->srv, p->s))
		run_die("the connection fell back to TCP");
}

/* Not every kernel closes so: Debian's 6.18.15 ends in order in spite of SO_LINGER 0. */
static void check_ended(struct run *run, struct pair *p, struct wanted *w)
{
	w->group = "abort";
	w->rule = "K13";
	w->local = &p->client;
	w->remote = &p->server;
	w->role = "client";
	w->owner = &p->cli;
	w->known_by = "context";
	if (netlab_counter(&run->lab, SIDE_CLIENT, "MPTcpExt", "MPFastcloseTx") <= 0)
		run_skip("this kernel sends no fast close for that");
	netlab_await(&run->lab, SIDE_SERVER, "MPTcpExt", "MPFastcloseRx", 1);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_sent(run, SIDE_CLIENT, 0, w);
	pair_stop(p);
}

static void mptcp_disconnect(struct run *run)
{
	struct wanted w = { .cause = "disconnect", .detail = "mptcp", .why = "connect(AF_UNSPEC)" };
	struct pair p;

	open_mptcp(run, &p);
	actor_disconnect(&p.cli, p.c);
	check_ended(run, &p, &w);
}

static void mptcp_linger(struct run *run)
{
	struct wanted w = { .cause = "linger-zero",
			    .detail = "mptcp-fastclose",
			    .why = "SO_LINGER 0" };
	struct pair p;

	open_mptcp(run, &p);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	check_ended(run, &p, &w);
}

/* A subflow that is made while `ip mptcp endpoint` runs belongs to whoever has the connection. */
static void mptcp_endpoint(struct run *run)
{
	struct wanted w = { .cause = "reset-by-peer",
			    .group = "peer",
			    .role = "client",
			    .known_by = "socket|scan" };
	struct pair p;

	open_mptcp(run, &p);
	if (netlab_try(&run->lab, SIDE_CLIENT, "exec 2>/dev/null; ip mptcp limits set subflow 2") ||
	    netlab_try(&run->lab, SIDE_SERVER, "exec 2>/dev/null; ip mptcp limits set subflow 2"))
		run_skip("no ip mptcp here (the tool, or the kernel's part)");
	w.owner = &p.cli;
	netlab_sh(
		&run->lab, SIDE_CLIENT,
		"ip address add 192.0.2.77/24 dev cli0 && ip mptcp endpoint add 192.0.2.77 dev cli0 "
		"subflow");
	netlab_sh(
		&run->lab, SIDE_SERVER,
		"for i in $(seq 500); do ss -Htn src 192.0.2.1 dst 192.0.2.77 | grep -q ESTAB && exit 0; "
		"sleep 0.01; done; exit 1");
	actor_write(&p.cli, p.c, 100);
	actor_await_unread(&p.srv, p.s, 100);
	actor_close(&p.srv, p.s);
	netlab_await(&run->lab, SIDE_CLIENT, "MPTcpExt", "MPFastcloseRx", 1);
	tracer_finish(run, (struct tally){ .server_sent = 2, .client_received = 2 });
	expect_received(run, SIDE_CLIENT, 0, &w);
	expect_received(run, SIDE_CLIENT, 1, &w);
	pair_stop(&p);
}

const struct scenario scenarios_handshake[] = {
	{ "bad-handshake-ack", bad_ack, ALL_FAMILIES, false },
	{ "bad-handshake-syn", second_syn, V4_V6, false },
	{ "bad-handshake-syn-ack", bad_syn_ack, ALL_FAMILIES, false },
	{ "bad-handshake-simultaneous", simultaneous, V4_V6, false },
	{ "mptcp-fastclose", fastclose, V4_V6, false },
	{ "mptcp-disconnect", mptcp_disconnect, V4_V6, false },
	{ "mptcp-linger-zero", mptcp_linger, V4_V6, false },
	{ "mptcp-endpoint", mptcp_endpoint, ONCE, false },
	{ 0 },
};
