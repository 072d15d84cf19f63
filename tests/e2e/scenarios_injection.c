/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_injection.c: RSTs that somebody on the path forges. -i is at the end that is looked at. */
#include <netinet/tcp.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 7777

static const char *const on_srv0[] = { "-i", "srv0", NULL };
static const char *const on_cli0[] = { "-i", "cli0", NULL };

/* The segment that comes next in this direction, as a RST by whoever watches. */
static struct segment next_rst(struct tap *tap, struct flow *f)
{
	struct segment last = tap_latest(tap, f);
	struct segment rst = { .flags = TH_RST };

	rst.seq = last.seq + (uint32_t)last.length;
	return rst;
}

static void check_suspected(struct run *run, json_t *e)
{
	expect_str(e, "packet.flags", "RST");
	expect_int(e, "packet.ttl", 64);
	expect_int(e, "suspicion.ttl.rst", 64);
	expect_int(e, "suspicion.ttl.peer", 63);
	/* Its handshake and its half of the exchanges. */
	expect_at_least(e, "suspicion.ttl.packets", PAIR_EXCHANGES);
	expect_contains(e, "why", "64");
	expect_contains(e, "why", "63");
	expect_absent(e, "suspicion.burst");
}

/* Its writer stands in the pair, with or without -i. */
static void check_written(json_t *e)
{
	expect_str(e, "pair.cause", "crafted");
	expect_str(e, "sender.who", "program");
	expect_str(e, "sender.certainty", "certain");
	expect_contains(e, "why", "in the peer's name");
}

/* The router resets both ends, with the right numbers and its own TTL. */
static void injected(struct run *run)
{
	const enum side *watched = run->what;
	bool at_server = *watched == SIDE_SERVER;
	struct wanted suspected = {
		.cause = "suspected-injection",
		.group = "policy",
		.certainty = "inferred",
		.emitter = "tcp_reset",
	};
	struct wanted plain = { .cause = "reset-by-peer", .emitter = "tcp_reset" };
	struct wanted *server = at_server ? &suspected : &plain;
	struct wanted *client = at_server ? &plain : &suspected;
	struct flow up = { .speak = run->speak }, down = { .speak = run->speak };
	struct segment to_server, to_client;
	struct tap up_tap, down_tap;
	struct sender sender;
	struct actor forger;
	struct pair p;
	json_t *e;

	tracer_start_at(run, *watched, false, at_server ? on_srv0 : on_cli0);
	tap_open(&up_tap, &run->lab, SIDE_ROUTER, "rts0");
	tap_open(&down_tap, &run->lab, SIDE_ROUTER, "rts0");
	actor_start(&forger, &run->lab, SIDE_ROUTER, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, NULL, 0);
	pair_open(run, &p);
	pair_converse(&p, p.s, p.c);
	/* An ACK that comes after the RST would be answered by another one. */
	actor_await_acked(&p.srv, p.s);
	up.from = down.to = p.client;
	up.to = down.from = p.server;
	to_server = next_rst(&up_tap, &up);
	to_client = next_rst(&down_tap, &down);
	sender_send(&sender, &up, &to_server);
	sender_send(&sender, &down, &to_client);
	actor_await_reset(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){
				   .router_sent = 2, .server_received = 1, .client_received = 1 });
	expect_str(expect_nth(run, SIDE_ROUTER, "sent", 0), "cause", "crafted");
	expect_str(expect_nth(run, SIDE_ROUTER, "sent", 1), "cause", "crafted");
	server->owner = &p.srv;
	server->local = &p.server;
	server->remote = &p.client;
	client->owner = &p.cli;
	client->local = &p.client;
	client->remote = &p.server;
	e = expect_received(run, SIDE_SERVER, 0, server);
	check_written(e);
	if (at_server)
		check_suspected(run, e);
	else
		expect_absent(e, "suspicion");
	e = expect_received(run, SIDE_CLIENT, 0, client);
	check_written(e);
	if (at_server)
		expect_absent(e, "suspicion");
	else
		check_suspected(run, e);
	tap_close(&up_tap);
	tap_close(&down_tap);
	actor_stop(&forger);
	pair_stop(&p);
}

struct ghost_stage {
	struct pair p;
	struct ghost ghost;
	struct end peer;
	struct segment rst;
	int s;
};

/* A connection with the ghost, which has sent some data with the TTL 64: 63 when it comes. */
static void set_stage(struct run *run, struct ghost_stage *s)
{
	struct segment state;

	tracer_start_at(run, SIDE_SERVER, false, on_srv0);
	pair_listen(run, &s->p, 8);
	ghost_open(&s->ghost, &run->lab, run->speak, GHOST_PORT, s->p.server.port);
	s->peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	state = ghost_handshake(&s->ghost);
	s->s = actor_accept(&s->p.srv, s->p.listener);
	state.flags = GHOST_ACK | GHOST_PSH;
	state.length = 100;
	for (int i = 0; i < PAIR_EXCHANGES; i++) {
		state.ip_id = 7000 + i;
		ghost_send(&s->ghost, &state);
		actor_read(&s->p.srv, s->s, 100);
		state.seq += 100;
	}
	s->rst = (struct segment){ .seq = state.seq,
				   .flags = GHOST_RST,
				   .ip_id = 7000 + PAIR_EXCHANGES };
}

static void clear_stage(struct ghost_stage *s)
{
	ghost_close(&s->ghost);
	pair_stop(&s->p);
}

/* One hop away as the data is, but from another initial TTL. */
static void other_initial_ttl(struct run *run)
{
	struct ghost_stage s;
	json_t *e;

	set_stage(run, &s);
	s.rst.ttl = 255;
	ghost_send(&s.ghost, &s.rst);
	actor_await_reset(&s.p.srv, s.s);
	tracer_finish(
		run, (struct tally){ .client_sent = 1, .router_passing = 1, .server_received = 1 });
	e = expect_nth(run, SIDE_SERVER, "received", 0);
	expect_str(e, "cause", "reset-by-peer");
	expect_absent(e, "suspicion");
	/* The ghost is a program, which writes all that it sends by hand; that is seen on this host. */
	expect_str(e, "sender.who", "program");
	expect_int(e, "packet.ttl", 254);
	clear_stage(&s);
}

struct salvo {
	uint32_t ahead[3]; /* of what is expected next, in the order in which they are sent */
};

/* Somebody who does not know the number exactly tries several. */
static void burst(struct run *run)
{
	const struct salvo *salvo = run->what;
	struct ghost_stage s;
	struct wanted w = {
		.cause = "suspected-injection",
		.group = "policy",
		.certainty = "inferred",
		.local = &s.p.server,
		.remote = &s.peer,
	};
	uint32_t exact;
	json_t *e;

	set_stage(run, &s);
	exact = s.rst.seq;
	for (int i = 0; i < 3; i++) {
		s.rst.seq = exact + salvo->ahead[i];
		ghost_send(&s.ghost, &s.rst);
		s.rst.ip_id++;
	}
	actor_await_reset(&s.p.srv, s.s);
	tracer_finish(
		run, (struct tally){ .client_sent = 3, .router_passing = 3, .server_received = 3 });
	for (size_t i = 0; i < 3; i++) {
		w.owner = salvo->ahead[i] ? NULL : &s.p.srv;
		w.emitter = salvo->ahead[i] ? NULL : "tcp_reset";
		e = expect_received(run, SIDE_SERVER, i, &w);
		expect_int(e, "packet.seq", exact + salvo->ahead[i]);
		expect_absent(e, "suspicion.ttl");
		expect_int(e, "suspicion.burst.resets", 3);
		expect_int(e, "suspicion.burst.ahead", 2);
		expect_int(e, "suspicion.burst.first_seq", exact + 1460);
		expect_int(e, "suspicion.burst.last_seq", exact + 4380);
	}
	clear_stage(&s);
}

static const enum side server = SIDE_SERVER, client = SIDE_CLIENT;
static const struct salvo ascending = { { 0, 1460, 4380 } };
static const struct salvo descending = { { 4380, 1460, 0 } };

const struct scenario scenarios_injection[] = {
	{ "injected-server", injected, V4_V6, false, LAB_ROUTED, false, &server },
	{ "injected-client", injected, V4_V6, false, LAB_ROUTED, false, &client },
	{ "injected-burst", burst, V4_V6, false, LAB_ROUTED, false, &ascending },
	{ "injected-burst-down", burst, V4_V6, false, LAB_ROUTED, false, &descending },
	{ "not-injected-other-ttl", other_initial_ttl, V4_V6, false, LAB_ROUTED, false, NULL },
	{ 0 },
};
