/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_translated.c: the packet that conntrack does not recognise. The router masquerades the
 * client; a segment far outside of the window is invalid, so it is not translated back, and reaches
 * the router's own TCP, which has no such connection.
 */
#include <netinet/tcp.h>
#include <stdio.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

static void masquerade(struct run *run)
{
	if (netlab_try(&run->lab, SIDE_ROUTER,
		       "nft -f - <<.\ntable inet e2e_nat {\n"
		       "chain c { type nat hook postrouting priority 100; "
		       "oifname rts0 masquerade; }\n}\n."))
		run_skip("this kernel, or nft, cannot masquerade");
}

static void check_end(json_t *e, const char *path, const struct end *end)
{
	expect_end(e, path, end->address, end->port);
}

static void translated(struct run *run)
{
	struct end outside = expect_at(act_address(run->speak, SIDE_ROUTER), 0);
	struct flow f = { .speak = run->speak }, up = { .speak = run->speak };
	struct segment stray = { .flags = TH_ACK | TH_PUSH, .length = 10 }, last;
	struct pair p;
	struct wanted sent = {
		.cause = "no-such-connection",
		.group = "closed-socket",
		.detail = "translated",
		.local = &outside,
		.remote = &p.server,
		.emitter = expect_passive(run->speak),
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.emitter = "tcp_reset",
		.local = &p.server,
		.remote = &outside,
		.owner = &p.srv,
	};
	struct sender sender;
	struct actor forger;
	struct tap tap;
	json_t *e;

	masquerade(run);
	tracer_start_on(run, SIDE_ROUTER, "rts0");
	tap_open(&tap, &run->lab, SIDE_SERVER, "srv0");
	actor_start(&forger, &run->lab, SIDE_SERVER, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, NULL, 0);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 100);
	actor_read(&p.srv, p.s, 100);
	actor_write(&p.srv, p.s, 100);
	actor_read(&p.cli, p.c, 100);

	up.from = outside;
	up.to = p.server;
	last = tap_latest(&tap, &up);
	outside.port = up.from.port;
	f.from = p.server;
	f.to = outside;
	stray.seq = last.ack + 1000000000;
	stray.ack = last.seq + (uint32_t)last.length;
	sender_send(&sender, &f, &stray);
	/* The router's RST is the answer to that number: it ends the server's side. */
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .router_sent = 1, .server_received = 1 });
	e = expect_sent(run, SIDE_ROUTER, 0, &sent);
	expect_int(e, "packet.seq", stray.seq);
	expect_int(e, "packet.length", 10);
	check_end(e, "translation.original.source", &p.client);
	check_end(e, "translation.original.destination", &p.server);
	check_end(e, "translation.reply.source", &p.server);
	check_end(e, "translation.reply.destination", &outside);
	expect_contains(e, "why", p.client.address);
	e = expect_received(run, SIDE_SERVER, 0, &received);
	expect_pair(e, NULL, "no-such-connection");
	tap_close(&tap);
	actor_stop(&forger);
	pair_stop(&p);
}

const struct scenario scenarios_translated[] = {
	{ "translated", translated, V4_V6, false, LAB_ROUTED, true, NULL },
	{ 0 },
};
