/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_stray.c: answers that this host did not ask for, or not in that form: an ACK to a SYN, a
 * SYN-ACK to nobody, two of them, and segments of connections that began elsewhere.
 */
#include <stdio.h>

#include "craft.h"
#include "expect.h"
#include "ghost.h"
#include "kernel.h"
#include "pair.h"

#define GHOST_PORT 6677
#define SCAN_PORT 40123

/* ---- a SYN that is answered by an ACK */

/* The client closes, and its port comes again while the server still has the connection. */
static void earlier_connection(struct run *run)
{
	struct pair p;
	struct actor old;
	struct wanted sent = {
		.cause = "bad-handshake",
		.rule = "P5",
		.detail = "earlier-connection",
		.local = &p.client,
		.remote = &p.server,
		.role = "client",
		.owner = &p.cli,
		.why = "still holds an earlier connection of these ports",
	};
	json_t *e;
	int fd, err;

	netlab_sysctl(&run->lab, SIDE_CLIENT, "tcp_fin_timeout", 1);
	tracer_start(run, NULL);
	pair_open(run, &p);
	old = p.cli;
	actor_close(&p.cli, p.c);
	netlab_await_none(&run->lab, SIDE_CLIENT, "sport = :%d", p.client.port);
	actor_start(&p.cli, &run->lab, SIDE_CLIENT, "e2e-cli-two");
	fd = actor_connect_start(&p.cli, run->speak, p.server.address, p.server.port, p.client.port,
				 &err);
	/* The SYN is repeated, and succeeds. */
	actor_await_state(&p.cli, fd, 1);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_sent(run, SIDE_CLIENT, 0, &sent);
	expect_str(e, "packet.flags", "ACK");
	expect_history(e, "close", &old, 1000000000);
	expect_pair(e, &p.srv, "reset-by-peer");
	/* The other end tells of the SYN, where the kernel says who drops it. */
	if (kernel_tells_refuser())
		expect_str(expect_nth(run, SIDE_SERVER, "received", 0), "detail",
			   "earlier-connection");
	expect_contains(e, "why", "CLOSE_WAIT");
	actor_stop(&old);
	pair_stop(&p);
}

/* The ghost answers with an ACK of numbers that nobody had here: whose they are is not said. */
static void bare_ack(struct run *run)
{
	struct pair p;
	struct ghost ghost;
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct segment answer = { .seq = 9000, .ack = 5000, .flags = GHOST_ACK };
	struct wanted w = {
		.cause = "bad-handshake",
		.rule = "P5",
		.certainty = "inferred",
		.detail = "earlier-connection",
		.local = &p.server,
		.remote = &peer,
		.owner = &p.srv,
		.why = "of which nothing is remembered here",
	};
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, 0);
	p.server.port = actor_local_port(
		&p.srv, actor_connect_start(&p.srv, run->speak, peer.address, GHOST_PORT, 0, NULL));
	ghost_expect(&ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	ghost_send(&ghost, &answer);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_absent(e, "history");
	ghost_close(&ghost);
	pair_stop(&p);
}

/* ---- a SYN-ACK that nobody asked for */

/* A scanner writes a SYN itself; the kernel resets what answers it. */
static void scanned(struct run *run)
{
	const enum sender_kind *kind = run->what;
	struct pair p;
	struct actor scanner;
	struct sender sender;
	struct flow flow = { .speak = run->speak };
	struct segment syn = { .seq = 1000, .flags = GHOST_SYN };
	struct wanted w = {
		.cause = "no-such-connection",
		.rule = "P2",
		.detail = *kind == BY_RAW ? "raw-socket" : "packet-socket",
		.local = &flow.from,
		.remote = &flow.to,
		.owner = &scanner,
		.known_by = "scan",
	};
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_start(&scanner, &run->lab, SIDE_CLIENT, "e2e-scanner");
	sender_open(&sender, &scanner, *kind, run->speak, "cli0", MAC_SRV0);
	flow.from = expect_at(p.client.address, SCAN_PORT);
	flow.to = p.server;
	sender_send(&sender, &flow, &syn);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_sent(run, SIDE_CLIENT, 0, &w);
	expect_str(e, "packet.flags", "SYN,ACK");
	expect_history(e, "syn-written", &scanner, 0);
	expect_contains(e, "why", "the kernel knows of no such connection");
	actor_stop(&scanner);
	pair_stop(&p);
}

/* A SYN-ACK to a port from which nobody sent anything. */
static void unasked(struct run *run)
{
	struct pair p;
	struct ghost ghost;
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct segment answer = { .seq = 9000, .ack = 5000, .flags = GHOST_SYN | GHOST_ACK };
	struct wanted w = {
		.cause = "no-such-connection",
		.rule = "P2",
		.certainty = "inferred",
		.detail = "syn-ack",
		.local = &p.server,
		.remote = &peer,
		.why = "nothing here asked for",
	};
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	p.server.port = SCAN_PORT;
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	ghost_send(&ghost, &answer);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_absent(e, "process");
	expect_absent(e, "history");
	expect_absent(e, "listener");
	ghost_close(&ghost);
	pair_stop(&p);
}

/* ---- two SYN-ACKs */

/* The ghost answers the server's SYN twice, the second time with a number SHIFT away, and resets the
 * connection by the number of the ACK that it gets for that. */
static void answered_twice(struct run *run, uint32_t shift)
{
	struct pair p;
	struct ghost ghost;
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct segment syn, answer = { .seq = 1000000, .flags = GHOST_SYN | GHOST_ACK };
	struct segment rst = { .seq = 1000001, .flags = GHOST_RST };
	struct wanted w = {
		.cause = "reset-by-peer",
		.local = &p.server,
		.remote = &peer,
		.role = "client",
		.owner = &p.srv,
	};
	json_t *e;
	int fd;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, 0);
	fd = actor_connect_start(&p.srv, run->speak, peer.address, GHOST_PORT, 0, NULL);
	p.server.port = actor_local_port(&p.srv, fd);
	syn = ghost_expect(&ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK);
	answer.ack = syn.seq + 1;
	ghost_send(&ghost, &answer);
	ghost_expect(&ghost, GHOST_ACK, GHOST_SYN | GHOST_ACK);
	answer.seq += shift;
	ghost_send(&ghost, &answer);
	ghost_expect(&ghost, GHOST_ACK, GHOST_SYN | GHOST_ACK);
	ghost_send(&ghost, &rst);
	actor_await_reset(&p.srv, fd);
	tracer_finish(
		run, (struct tally){ .server_received = 1, .client_sent = 1, .client_passing = 0 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	if (shift) {
		expect_contains(e, "why", "two SYN-ACKs with different numbers");
		expect_int(e, "second_syn_ack.first_seq", 1000000);
		expect_int(e, "second_syn_ack.seq", 1000000 + shift);
	} else {
		expect_absent(e, "second_syn_ack");
	}
	ghost_close(&ghost);
	pair_stop(&p);
}

static void two_hosts(struct run *run)
{
	answered_twice(run, 770000000);
}

/* The same SYN-ACK once more is a copy. */
static void copied(struct run *run)
{
	answered_twice(run, 0);
}

/* ---- an address that is new here */

/* The ghost's segment goes to an address of the server's; while tracing is on, or BEFORE, that is given
 * to it. */
static void moved(struct run *run, bool before)
{
	const char *address = run->speak == SPEAK_V6 ? "2001:db8:9::9" : "198.51.100.9";
	struct pair p;
	struct actor by;
	struct sender sender;
	struct flow flow = { .speak = run->speak };
	struct segment data = { .seq = 1000, .ack = 2000, .flags = GHOST_ACK, .length = 10 };
	struct wanted w = {
		.cause = "no-such-connection",
		.certainty = "inferred",
		.detail = before ? NULL : "new-address",
		.local = &flow.to,
		.remote = &flow.from,
	};
	json_t *e;

	netlab_sh(&run->lab, SIDE_CLIENT, "ip route add %s via %s", address,
		  act_address(run->speak, SIDE_SERVER));
	if (before)
		netlab_sh(&run->lab, SIDE_SERVER, "ip addr add %s dev lo", address);
	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	if (!before)
		netlab_sh(&run->lab, SIDE_SERVER, "sleep 0.5; ip addr add %s dev lo", address);
	actor_start(&by, &run->lab, SIDE_CLIENT, "e2e-by");
	sender_open(&sender, &by, BY_RAW, run->speak, "cli0", MAC_SRV0);
	flow.from = expect_at(p.client.address, SCAN_PORT);
	flow.to = expect_at(address, 81);
	sender_send(&sender, &flow, &data);
	tracer_await(run, SIDE_CLIENT, "received", 1);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	if (before) {
		expect_absent(e, "detail");
	} else {
		expect_contains(e, "why", "began elsewhere");
		expect_at_least(e, "address_age_ns", 1);
	}
	actor_stop(&by);
	pair_stop(&p);
}

static void failover(struct run *run)
{
	moved(run, false);
}

static void not_moved(struct run *run)
{
	moved(run, true);
}

/* The server connects to the ghost, whose address the client's side has as well: the ghost answers the SYN, and the
 * client's kernel gets the ACK. */
static void never_stood(struct run *run)
{
	struct pair p;
	struct ghost ghost;
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct segment answer = { .seq = 1000000, .flags = GHOST_SYN | GHOST_ACK };
	struct wanted w = {
		.cause = "no-such-connection",
		.certainty = "inferred",
		.local = &peer,
		.remote = &p.server,
	};
	json_t *e;
	int fd;

	netlab_sh(&run->lab, SIDE_CLIENT, "ip addr add %s dev lo", peer.address);
	netlab_drop(&run->lab, SIDE_CLIENT, "input", "tcp flags & (syn | ack) == syn");
	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, 0);
	fd = actor_connect_start(&p.srv, run->speak, peer.address, GHOST_PORT, 0, NULL);
	p.server.port = actor_local_port(&p.srv, fd);
	answer.ack = ghost_expect(&ghost, GHOST_SYN, GHOST_SYN | GHOST_ACK).seq + 1;
	ghost_send(&ghost, &answer);
	actor_await_reset(&p.srv, fd);
	tracer_finish(run, (struct tally){ .server_received = 1, .client_sent = 1 });
	e = expect_sent(run, SIDE_CLIENT, 0, &w);
	expect_int(e, "pair.pid", p.srv.pid);
	expect_contains(e, "why", "here that connection never stood: it began elsewhere");
	ghost_close(&ghost);
	pair_stop(&p);
}

static const enum sender_kind by_raw = BY_RAW, by_packet = BY_PACKET;

/* ---- a SYN for a connection that exists */

/* A peer that makes another subflow to the port from which a client's connection began; and a SYN without that
 * option, and one with another option of the same kind. */
static void join(struct run *run)
{
	static const unsigned char join[] = { 2,    4,	  5,	0xb4, 1,    3,	  3,
					      7,    30,	  12,	0x10, 1,    0x11, 0x22,
					      0x33, 0x44, 0x55, 0x66, 0x77, 0x88 };
	static const unsigned char capable[] = { 2, 4, 5, 0xb4, 30, 4, 0x01, 0x01 };
	const struct {
		const unsigned char *options;
		int length;
		const char *detail;
	} syns[] = {
		{ join, sizeof(join), "mp-join" },
		{ capable, sizeof(capable), NULL },
		{ NULL, 0, NULL },
	};
	struct ghost g;

	tracer_start(run, NULL);
	for (size_t i = 0; i < 3; i++) {
		struct segment syn = { .seq = 1000,
				       .flags = GHOST_SYN,
				       .options = syns[i].options,
				       .options_length = syns[i].length };

		ghost_open(&g, &run->lab, run->speak, GHOST_PORT + (int)i, 46015);
		ghost_send(&g, &syn);
		ghost_expect(&g, GHOST_RST, GHOST_RST);
		ghost_close(&g);
	}
	tracer_finish(run, (struct tally){ .server_sent = 3, .client_passing = 3 });
	for (int i = 0; i < 3; i++) {
		json_t *e = expect_nth(run, SIDE_SERVER, "sent", i);

		expect_str(e, "cause", "no-listener");
		if (syns[i].detail)
			expect_str(e, "detail", syns[i].detail);
		else
			expect_absent(e, "detail");
		expect_contains(e, "why", syns[i].detail ? "MP_JOIN" : "nobody listens");
	}
}

const struct scenario scenarios_stray[] = {
	{ "stray-join", join, V4_V6, false },
	{ "earlier-connection", earlier_connection, ALL_FAMILIES, false },
	{ "earlier-connection-unknown", bare_ack, V4_V6, false },
	{ "unasked-raw", scanned, V4_V6, .what = &by_raw },
	{ "unasked-packet", scanned, V4_V6, .what = &by_packet },
	{ "unasked", unasked, V4_V6, false },
	{ "two-syn-acks", two_hosts, ALL_FAMILIES, false },
	{ "two-syn-acks-copied", copied, V4_V6, false },
	{ "new-address", failover, V4_V6, false },
	{ "new-address-older", not_moved, V4_V6, false },
	{ "never-stood", never_stood, V4_V6, false },
	{ 0 },
};
