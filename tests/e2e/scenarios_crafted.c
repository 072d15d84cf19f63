/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_crafted.c: RSTs that a process writes itself: to a raw socket, to a packet socket, to a
 * TUN device. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

#define CLOSED_PORT 44444
#define TUN_V4 "198.51.100.7"
#define TUN_V6 "2001:db8:7::7"
#define TUN_PORT 7777

struct way {
	enum sender_kind kind;
	const char *detail;
	bool unresolved; /* the kernel must ask for the neighbour first */
};

struct forgery {
	struct pair p;
	struct actor forger;
	struct sender sender;
	struct flow flow; /* from whom the RST pretends to be */
	struct segment rst;
	struct tap tap; /* at cli0 */
};

/* The host forwards between the device and the server. */
static void set_up_tun(struct run *run)
{
	netlab_sh(&run->lab, SIDE_CLIENT,
		  "echo 1 >/proc/sys/net/ipv4/ip_forward; "
		  "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; "
		  "ip link set tun0 up && ip route add 198.51.100.0/24 dev tun0 && "
		  "ip route add 2001:db8:7::/64 dev tun0");
	netlab_sh(&run->lab, SIDE_SERVER,
		  "ip route add 198.51.100.0/24 via 192.0.2.2 && "
		  "ip route add 2001:db8:7::/64 via 2001:db8::2");
}

static void prepare(struct run *run, struct forgery *f, enum side side)
{
	const struct way *way = run->what;
	bool tun = way->kind == BY_TUN;

	memset(f, 0, sizeof(*f));
	actor_start(&f->forger, &run->lab, side, "e2e-forger");
	sender_open(&f->sender, &f->forger, way->kind, run->speak, tun ? "tun0" : "cli0", MAC_SRV0);
	if (f->sender.fd < 0)
		run_skip("this kernel has no TUN");
	tap_open(&f->tap, &run->lab, SIDE_CLIENT, "cli0");
	f->flow.speak = run->speak;
	f->flow.to = expect_at(act_address(run->speak, SIDE_SERVER), CLOSED_PORT);
	f->flow.from = expect_at(act_address(run->speak, SIDE_CLIENT), CLOSED_PORT);
	if (tun) {
		set_up_tun(run);
		f->flow.from = expect_at(run->speak == SPEAK_V6 ? TUN_V6 : TUN_V4, TUN_PORT);
	}
	f->rst = (struct segment){ .seq = 3123456789U, .flags = TH_RST, .ttl = 88, .window = 512 };
}

static void check_forged(struct run *run, struct forgery *f, enum side side)
{
	const struct way *way = run->what;
	struct wanted w = {
		.cause = "crafted",
		.group = "policy",
		.detail = way->detail,
		.local = &f->flow.from,
		.remote = &f->flow.to,
		.owner = &f->forger,
		.known_by = way->unresolved ? "scan" : "context",
	};
	json_t *e = expect_sent(run, side, 0, &w);

	expect_str(e, "packet.flags", "RST");
	expect_int(e, "packet.seq", f->rst.seq);
	expect_absent(e, "firewall");
	/* Out of the device it has been forwarded. */
	expect_int(e, "packet.ttl", f->rst.ttl - (way->kind == BY_TUN));
	expect_int(e, "packet.window", f->rst.window);
}

static void clear(struct forgery *f)
{
	tap_close(&f->tap);
	actor_stop(&f->forger);
}

static void check_no_socket(struct run *run, struct forgery *f)
{
	struct wanted w = {
		.cause = "ignored",
		.group = "peer",
		.detail = "no-socket",
		.local = &f->flow.to,
		.remote = &f->flow.from,
	};
	json_t *e = expect_received(run, SIDE_SERVER, 0, &w);

	expect_pair(e, &f->forger, "crafted");
	expect_reason(e, "kernel.drop_reason", "NO_SOCKET");
	expect_absent(e, "process");
}

/* To a port that nobody has. */
static void nowhere(struct run *run)
{
	const struct way *way = run->what;
	struct forgery f;

	tracer_start_on(run, SIDE_SERVER, "srv0");
	prepare(run, &f, SIDE_CLIENT);
	if (way->unresolved)
		netlab_sh(&run->lab, SIDE_CLIENT,
			  "ip neighbour flush dev cli0 nud permanent 2>/dev/null; "
			  "ip neighbour del %s dev cli0 2>/dev/null; "
			  "! ip neighbour show | grep PERMANENT",
			  f.flow.to.address);
	sender_send(&f.sender, &f.flow, &f.rst);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	check_forged(run, &f, SIDE_CLIENT);
	check_no_socket(run, &f);
	clear(&f);
}

/* To an address of the own host. */
static void at_home(struct run *run)
{
	struct forgery f;

	tracer_start_on(run, SIDE_SERVER, "lo:generic");
	prepare(run, &f, SIDE_SERVER);
	f.flow.from = expect_at(f.flow.to.address, CLOSED_PORT + 1);
	sender_send(&f.sender, &f.flow, &f.rst);
	tracer_finish(run, (struct tally){ .server_sent = 1, .server_received = 1 });
	check_forged(run, &f, SIDE_SERVER);
	check_no_socket(run, &f);
	clear(&f);
}

/* A connection of the process behind the TUN device, which has no TCP. */
static void connect_by_tun(struct run *run, struct forgery *f)
{
	struct segment syn = { .seq = 1000, .flags = TH_SYN }, ack = { .flags = TH_ACK }, got;
	struct flow back = { .speak = run->speak, .from = f->flow.to, .to = f->flow.from };

	sender_send(&f->sender, &f->flow, &syn);
	got = tap_expect(&f->tap, &back, TH_SYN | TH_ACK, TH_SYN | TH_ACK);
	ack.seq = 1001;
	ack.ack = got.seq + 1;
	sender_send(&f->sender, &f->flow, &ack);
	f->rst.seq = 1001;
	f->rst.window = 65535;
}

static void connect_by_client(struct run *run, struct forgery *f)
{
	struct segment last;

	f->p.c = pair_another(run, &f->p, &f->p.client.port);
	f->flow.from = f->p.client;
	last = tap_latest(&f->tap, &f->flow);
	f->rst.seq = last.seq;
	f->rst.window = last.window;
}

/* In the name of a connection's peer, with the right number. */
static void live(struct run *run)
{
	const struct way *way = run->what;
	struct forgery f;
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.emitter = "tcp_reset",
		.local = &f.flow.to,
		.remote = &f.flow.from,
		.role = "server",
		.owner = &f.p.srv,
	};
	int s;

	tracer_start_on(run, SIDE_SERVER, "srv0");
	prepare(run, &f, SIDE_CLIENT);
	pair_listen(run, &f.p, 8);
	f.flow.to = f.p.server;
	/* As the peer's: nothing else is to be suspected of it. */
	f.rst.ttl = 64;
	if (way->kind == BY_TUN)
		connect_by_tun(run, &f);
	else
		connect_by_client(run, &f);
	s = actor_accept(&f.p.srv, f.p.listener);
	sender_send(&f.sender, &f.flow, &f.rst);
	actor_await_reset(&f.p.srv, s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	check_forged(run, &f, SIDE_CLIENT);
	expect_pair(expect_received(run, SIDE_SERVER, 0, &w), &f.forger, "crafted");
	pair_stop(&f.p);
	clear(&f);
}

static const struct way raw = { BY_RAW, "raw-socket", false };
static const struct way packet = { BY_PACKET, "packet-socket", false };
static const struct way tun = { BY_TUN, "tun", false };
static const struct way unresolved = { BY_RAW, "raw-socket", true };

#define CRAFTED(name, play, what)                               \
	{                                                       \
		name, play, V4_V6, false, LAB_PAIR, true, &what \
	}

const struct scenario scenarios_crafted[] = {
	CRAFTED("crafted-raw", live, raw),
	CRAFTED("crafted-packet", live, packet),
	CRAFTED("crafted-tun", live, tun),
	CRAFTED("crafted-raw-nowhere", nowhere, raw),
	CRAFTED("crafted-packet-nowhere", nowhere, packet),
	CRAFTED("crafted-tun-nowhere", nowhere, tun),
	CRAFTED("crafted-raw-unresolved", nowhere, unresolved),
	CRAFTED("crafted-raw-home", at_home, raw),
	{ 0 },
};
