/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_forwarded.c: RSTs that a router or a bridge passes on, once each. */
#include <errno.h>
#include <string.h>

#include "expect.h"
#include "pair.h"

#define CLOSED_PORT 44444
#define CLIENT_PORT 34567

struct path {
	const char *detail, *out;
	bool flooded; /* to each port of the bridge */
};

/* The bridge does not learn where the client is, and has one more port. */
static void flood(struct run *run)
{
	netlab_sh(&run->lab, SIDE_ROUTER,
		  "ip link set rtc0 type bridge_slave learning off && "
		  "ip link set br0 type bridge fdb_flush && "
		  "ip link add rtx0 type veth peer name rtx1 && "
		  "ip link set rtx0 master br0 && ip link set rtx0 up && ip link set rtx1 up");
}

static void check_passing(struct run *run, const struct end *from, const struct end *to,
			  const struct actor *who, const char *cause)
{
	const struct path *path = run->what;
	struct wanted w = {
		.cause = "forwarded",
		.group = "policy",
		.detail = path->detail,
		.local = from,
		.remote = to,
	};
	json_t *e = expect_event(run, SIDE_ROUTER, "passing", 0, &w);

	expect_str(e, "in_interface", "rts0");
	expect_str(e, "out_interface", path->out);
	expect_contains(e, "packet.flags", "RST");
	expect_int(e, "packet.length", 0);
	expect_pair(e, who, cause);
	expect_absent(e, "process");
	expect_absent(e, "firewall");
}

static void refused(struct run *run)
{
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), CLOSED_PORT);
	struct end client = expect_at(act_address(run->speak, SIDE_CLIENT), CLIENT_PORT);
	const struct path *path = run->what;
	struct actor cli;
	struct wanted sent = {
		.cause = "no-listener",
		.local = &server,
		.remote = &client,
		.role = "server",
	};
	struct wanted received = {
		.cause = "refused",
		.local = &client,
		.remote = &server,
		.role = "client",
		.owner = &cli,
	};
	int fd, err;

	if (path->flooded)
		flood(run);
	tracer_start_on(run, SIDE_ROUTER, "rts0");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	fd = actor_connect_start(&cli, run->speak, server.address, CLOSED_PORT, CLIENT_PORT, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&cli, fd);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
	tracer_finish(
		run, (struct tally){ .server_sent = 1, .router_passing = 1, .client_received = 1 });
	expect_pair(expect_sent(run, SIDE_SERVER, 0, &sent), &cli, "refused");
	expect_pair(expect_received(run, SIDE_CLIENT, 0, &received), NULL, "no-listener");
	check_passing(run, &server, &client, NULL, "no-listener");
	actor_stop(&cli);
}

static void aborted(struct run *run)
{
	struct pair p;
	struct wanted sent = { .cause = "linger-zero", .owner = &p.srv };
	struct wanted received = { .cause = "reset-by-peer", .owner = &p.cli };

	tracer_start_on(run, SIDE_ROUTER, "rts0");
	pair_open(run, &p);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(
		run, (struct tally){ .server_sent = 1, .router_passing = 1, .client_received = 1 });
	expect_pair(expect_sent(run, SIDE_SERVER, 0, &sent), &p.cli, "reset-by-peer");
	expect_pair(expect_received(run, SIDE_CLIENT, 0, &received), &p.srv, "linger-zero");
	check_passing(run, &p.server, &p.client, &p.srv, "linger-zero");
	pair_stop(&p);
}

static const struct path routed = { "routed", "rtc0" };
static const struct path by_bridge = { "routed", "br0" };
static const struct path bridged = { "bridged", "rtc0" };
/* Which port is first is the bridge's affair. */
static const struct path flooded = { "bridged", "rtc0|rtx0", true };

const struct scenario scenarios_forwarded[] = {
	{ "forwarded-refused", refused, ALL_FAMILIES, false, LAB_ROUTED, true, &routed },
	{ "forwarded-aborted", aborted, V4_V6, false, LAB_ROUTED, true, &routed },
	{ "forwarded-out-bridge", refused, V4_V6, false, LAB_ROUTED_BRIDGE, true, &by_bridge },
	{ "bridged-refused", refused, V4_V6, false, LAB_BRIDGED, true, &bridged },
	{ "bridged-flooded", refused, V4_V6, false, LAB_BRIDGED, true, &flooded },
	{ "bridged-aborted", aborted, V4_V6, false, LAB_BRIDGED, true, &bridged },
	{ 0 },
};
