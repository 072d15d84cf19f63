/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_payload.c: RSTs that carry a reason, and interfaces of other namespaces, where that is seen. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 7788

static const unsigned char ietf[] = { 0x33, 0xaa, 0, 7, 0, 0, 0x7e, 0xd9 };
static const unsigned char reset_option[] = { 1, 1, 1, 1, 30, 4, 0x80, 3 };

/* A connection with the ghost, which ends it; XDP is on the server's interface, in its namespace, and the
 * tracer is not. */
static void taken(struct run *run)
{
	const struct segment *what = run->what;
	struct pair p;
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct wanted w = {
		.cause = "reset-by-peer",
		.local = &p.server,
		.remote = &peer,
		.owner = &p.srv,
	};
	struct segment rst = *what, state;
	struct ghost ghost;
	char interface[64];
	const char *const args[] = { "-i", interface, NULL };
	json_t *e;
	int s;

	pair_listen(run, &p, 8);
	snprintf(interface, sizeof(interface), "/proc/%d/ns/net/srv0", p.srv.pid);
	tracer_start(run, args);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	state = ghost_handshake(&ghost);
	s = actor_accept(&p.srv, p.listener);
	rst.seq = state.seq;
	ghost_send(&ghost, &rst);
	actor_await_reset(&p.srv, s);
	tracer_finish(run, (struct tally){ .server_received = 1, .client_sent = 1 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	expect_str(e, "interface", "srv0");
	expect_str(e, "packet.flags", "RST");
	if (rst.payload) {
		expect_str(e, "payload.says.by", "ietf");
		expect_int(e, "payload.says.reason", 7);
		expect_int(e, "payload.says.pen", 32473);
		expect_str(e, "payload.bytes", "33aa000700007ed9");
	} else if (rst.options) {
		expect_str(e, "payload.says.by", "mptcp");
		expect_int(e, "payload.says.reason", 3);
	} else {
		expect_absent(e, "payload");
	}
	ghost_close(&ghost);
	pair_stop(&p);
}

/* To nobody, and seen by no XDP: what is dropped shows it all the same. */
static void dropped(struct run *run)
{
	static const unsigned char text[] = "BIG-IP: [0x2664c65:2574] No flow found for ACK";
	struct pair p;
	struct ghost ghost;
	struct segment rst = {
		.seq = 77, .flags = GHOST_RST, .payload = text, .length = sizeof(text) - 1
	};
	struct wanted w = { .cause = "ignored", .detail = "no-socket" };
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, 9);
	ghost_send(&ghost, &rst);
	tracer_finish(run, (struct tally){ .server_received = 1, .client_sent = 1 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	expect_str(e, "payload.says.by", "big-ip");
	expect_str(e, "payload.says.text", "No flow found for ACK");
	expect_contains(e, "why", "as a BIG-IP does, \"No flow found for ACK\"");
	e = expect_sent(run, SIDE_CLIENT, 0, &(struct wanted){ .cause = "crafted" });
	expect_str(e, "payload.says.by", "big-ip");
	ghost_close(&ghost);
	pair_stop(&p);
}

static const struct segment with_ietf = { .flags = GHOST_RST,
					  .payload = ietf,
					  .length = sizeof(ietf) };
static const struct segment with_option = { .flags = GHOST_RST,
					    .options = reset_option,
					    .options_length = sizeof(reset_option) };
static const struct segment with_nothing = { .flags = GHOST_RST };

const struct scenario scenarios_payload[] = {
	{ "payload-ietf", taken, V4_V6, .what = &with_ietf },
	{ "payload-mptcp", taken, V4_V6, .what = &with_option },
	{ "payload-none", taken, V4_V6, .what = &with_nothing },
	{ "payload-dropped", dropped, V4_V6, false },
	{ 0 },
};
