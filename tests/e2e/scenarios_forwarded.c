/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_forwarded.c: RSTs that a router or a bridge passes on, once each. */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

#define CLOSED_PORT 44444
#define CLIENT_PORT 34567
#define HOST_V4 "198.51.100.1"
#define HOST_V6 "2001:db8:7::1"
#define GUEST_V4 "198.51.100.7"
#define GUEST_V6 "2001:db8:7::7"

struct path {
	const char *detail, *out;
	const char *in;	 /* NULL: rts0 */
	bool flooded;	 /* to each port of the bridge */
	bool unresolved; /* the router must ask for the client first */
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
	const struct path *path = run->what;
	struct pair p;
	struct wanted sent = { .cause = "linger-zero", .owner = &p.srv };
	struct wanted received = { .cause = "reset-by-peer", .owner = &p.cli };

	tracer_start_on(run, SIDE_ROUTER, "rts0");
	pair_open(run, &p);
	if (path->unresolved)
		netlab_sh(&run->lab, SIDE_ROUTER,
			  "ip neighbour del %s dev rtc0 && "
			  "! ip neighbour show to %s dev rtc0 | grep REACHABLE",
			  p.client.address, p.client.address);
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

/* What comes from behind a bridge, as from a container, and leaves by the bridge's own address: the bridge's
 * function is below it on the stack, but it is routed. With bridge-nf the firewall sees it there already. */
static void from_bridge(struct run *run)
{
	const struct path *path = run->what;
	struct wanted sent = { .cause = "linger-zero" };
	struct wanted w = { .cause = "forwarded", .group = "policy", .detail = path->detail };
	struct pair p;
	json_t *e;

	netlab_try(&run->lab, SIDE_ROUTER,
		   "for f in /proc/sys/net/bridge/bridge-nf-call-ip*tables; do echo 1 >$f; done "
		   "2>/dev/null");
	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(
		run, (struct tally){ .client_sent = 1, .router_passing = 1, .server_received = 1 });
	sent.owner = &p.cli;
	w.local = sent.local = &p.client;
	w.remote = sent.remote = &p.server;
	expect_pair(expect_sent(run, SIDE_CLIENT, 0, &sent), &p.srv, "reset-by-peer");
	e = expect_event(run, SIDE_ROUTER, "passing", 0, &w);
	expect_str(e, "in_interface", path->in);
	expect_str(e, "out_interface", path->out);
	expect_contains(e, "why", path->detail);
	expect_pair(e, &p.cli, "linger-zero");
	pair_stop(&p);
}

/*
 * What is behind the TAP device, a virtual machine for example, asks for a closed port. The RST waits
 * at the router until the same device has answered who has that address, and is sent by that.
 */
static void behind_tap(struct run *run)
{
	bool v6 = run->speak == SPEAK_V6;
	const char *guest = v6 ? GUEST_V6 : GUEST_V4, *host = v6 ? HOST_V6 : HOST_V4;
	struct flow f = { .speak = run->speak };
	struct segment syn = { .seq = 1000, .flags = TH_SYN };
	struct wanted sent = {
		.cause = "no-listener",
		.local = &f.to,
		.remote = &f.from,
		.role = "server",
	};
	struct sender sender;
	struct actor vm;

	tracer_start_on(run, SIDE_ROUTER, "rts0");
	actor_start(&vm, &run->lab, SIDE_ROUTER, "e2e-vm");
	sender_open(&sender, &vm, BY_TAP, run->speak, "tap0", MAC_TAP0);
	if (sender.fd < 0)
		run_skip("this kernel has no TAP");
	netlab_sh(&run->lab, SIDE_ROUTER,
		  "ip link set tap0 address 02:00:00:00:00:%02x && ip link set tap0 up && "
		  "ip address add %s/%d dev tap0 %s",
		  MAC_TAP0, host, v6 ? 64 : 24, v6 ? "nodad" : "");
	f.from = expect_at(guest, CLIENT_PORT);
	f.to = expect_at(act_address(run->speak, SIDE_SERVER), CLOSED_PORT);
	sender_send(&sender, &f, &syn);
	netlab_sh(&run->lab, SIDE_ROUTER,
		  "for i in $(seq 500); do ip neighbour show to %s nud incomplete | grep -q . && "
		  "exit; sleep 0.01; done; exit 1",
		  guest);
	sender_send_neighbour(&sender, run->speak, guest, MAC_GUEST, host);
	tracer_finish(run, (struct tally){ .server_sent = 1, .router_passing = 1 });
	expect_sent(run, SIDE_SERVER, 0, &sent);
	check_passing(run, &f.to, &f.from, NULL, "no-listener");
	actor_stop(&vm);
}

static const struct path routed = { "routed", "rtc0" };
static const struct path asked = { "routed", "rtc0", .unresolved = true };
static const struct path to_tap = { "routed", "tap0" };
static const struct path by_bridge = { "routed", "br0" };
static const struct path bridged = { "bridged", "rtc0" };
/* Which port is first is the bridge's affair. */
static const struct path flooded = { "bridged", "rtc0|rtx0", .flooded = true };

static const struct path routed_from_bridge = { "routed", "rts0", .in = "br0" };
static const struct path bridged_up = { "bridged", "rts0", .in = "rtc0" };

const struct scenario scenarios_forwarded[] = {
	{ "forwarded-refused", refused, ALL_FAMILIES, false, LAB_ROUTED, true, &routed },
	{ "forwarded-aborted", aborted, V4_V6, false, LAB_ROUTED, true, &routed },
	{ "forwarded-unresolved", aborted, V4_V6, false, LAB_ROUTED, true, &asked },
	{ "forwarded-unresolved-tap", behind_tap, V4_V6, false, LAB_ROUTED, true, &to_tap },
	{ "forwarded-out-bridge", refused, V4_V6, false, LAB_ROUTED_BRIDGE, true, &by_bridge },
	{ "forwarded-from-bridge", from_bridge, V4_V6, false, LAB_ROUTED_BRIDGE, false,
	  &routed_from_bridge },
	{ "bridged-up", from_bridge, V4_V6, false, LAB_BRIDGED, false, &bridged_up },
	{ "bridged-refused", refused, V4_V6, false, LAB_BRIDGED, true, &bridged },
	{ "bridged-flooded", refused, V4_V6, false, LAB_BRIDGED, true, &flooded },
	{ "bridged-aborted", aborted, V4_V6, false, LAB_BRIDGED, true, &bridged },
	{ 0 },
};
