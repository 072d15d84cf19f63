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
		.certainty = "inferred",
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

const struct scenario scenarios_handshake[] = {
	{ "bad-handshake-ack", bad_ack, ALL_FAMILIES, false },
	{ "bad-handshake-syn", second_syn, V4_V6, false },
	{ "bad-handshake-syn-ack", bad_syn_ack, ALL_FAMILIES, false },
	{ "bad-handshake-simultaneous", simultaneous, V4_V6, false },
	{ "mptcp-fastclose", fastclose, V4_V6, false },
	{ 0 },
};
