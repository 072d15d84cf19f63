/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_xdp.c: RSTs as the interface sees them (-i). */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "balance.h"
#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 7777

static const char *const on_srv0[] = { "-i", "srv0", NULL };
static const char *const on_srv0_generic[] = { "-i", "srv0:generic", NULL };
static const char *const on_lo[] = { "-i", "lo:generic", NULL };

static const struct segment crafted = {
	.flags = GHOST_RST, .ttl = 77, .ip_id = 4242, .window = 1234
};

/* As all else that the ghost sends. */
#define GHOST_TTL 64

static void check_packet(struct run *run, json_t *e, const char *interface,
			 const struct segment *rst)
{
	expect_str(e, "packet.flags", rst->flags & GHOST_ACK ? "RST,ACK" : "RST");
	expect_int(e, "packet.seq", rst->seq);
	expect_int(e, "packet.ttl", rst->ttl);
	expect_int(e, "packet.window", rst->window);
	expect_int(e, "packet.length", 0);
	if (run->speak == SPEAK_V6)
		expect_absent(e, "packet.ip_id");
	else
		expect_int(e, "packet.ip_id", rst->ip_id);
	expect_str(e, "interface", interface);
}

/* A connection with the ghost, which ends it: the numbers are the ghost's choice. */
static void taken(struct run *run, const char *const *args)
{
	struct pair p;
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct actor self = { .pid = getpid(), .comm = "e2e" };
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.emitter = "tcp_reset",
		.local = &p.server,
		.remote = &peer,
		.role = "server",
		.owner = &p.srv,
	};
	struct segment rst = crafted, state;
	struct ghost ghost;
	json_t *e;
	int s;

	tracer_start_at(run, SIDE_SERVER, false, args);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	state = ghost_handshake(&ghost);
	s = actor_accept(&p.srv, p.listener);
	rst.seq = state.seq;
	rst.ttl = GHOST_TTL;
	ghost_send(&ghost, &rst);
	actor_await_reset(&p.srv, s);
	tracer_finish(run, (struct tally){ .server_received = 1, .client_sent = 1 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	check_packet(run, e, "srv0", &rst);
	expect_pair(e, &self, "crafted");
	expect_pair(expect_by_ghost(run, 0, &peer, &p.server, "RST"), &p.srv, "reset-by-peer");
	ghost_close(&ghost);
	pair_stop(&p);
}

static void native(struct run *run)
{
	taken(run, on_srv0);
}

static void generic(struct run *run)
{
	taken(run, on_srv0_generic);
}

/* DETAIL NULL: nothing but XDP knows of it. */
static json_t *check_ignored(struct run *run, int port, const char *detail,
			     const struct segment *rst)
{
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), port);
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct wanted w = {
		.cause = "ignored",
		.group = "peer",
		.certainty = detail ? "certain" : "inferred",
		.detail = detail,
		.local = &server,
		.remote = &peer,
	};
	json_t *e;

	tracer_finish(run, (struct tally){ .server_received = 1, .client_sent = detail != NULL });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	check_packet(run, e, "srv0", rst);
	return e;
}

/* What the ghost sent, XDP saw and the kernel dropped then are two events, of one another. */
static json_t *check_ignored_ghost(struct run *run, int port, const char *detail,
				   const struct segment *rst)
{
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), port);
	struct end peer = expect_at(ghost_address(run->speak), GHOST_PORT);
	struct actor self = { .pid = getpid(), .comm = "e2e" };
	json_t *e = check_ignored(run, port, detail, rst);

	expect_pair(e, &self, "crafted");
	expect_str(expect_by_ghost(run, 0, &peer, &server, "RST"), "pair.cause", "ignored");
	return e;
}

static void ignored(struct run *run)
{
	struct segment rst = crafted;
	struct ghost ghost;
	json_t *e;

	rst.seq = 4123456789U;
	tracer_start_at(run, SIDE_SERVER, false, on_srv0);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, 44444);
	ghost_send(&ghost, &rst);
	e = check_ignored_ghost(run, 44444, "no-socket", &rst);
	expect_absent(e, "process");
	expect_absent(e, "socket");
	ghost_close(&ghost);
}

/* A RST outside the window reaches a socket, and does nothing to it. */
static void out_of_window(struct run *run)
{
	struct segment rst = crafted, state, data;
	struct ghost ghost;
	struct pair p;
	json_t *e;
	int s;

	tracer_start_at(run, SIDE_SERVER, false, on_srv0);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	state = ghost_handshake(&ghost);
	s = actor_accept(&p.srv, p.listener);
	rst.seq = state.seq - 100000;
	rst.ttl = GHOST_TTL;
	ghost_send(&ghost, &rst);
	/* The connection still works. */
	data = state;
	data.flags = GHOST_ACK | GHOST_PSH;
	data.length = 50;
	ghost_send(&ghost, &data);
	actor_read(&p.srv, s, 50);
	e = check_ignored_ghost(run, p.server.port, "old-sequence", &rst);
	expect_int(e, "process.pid", p.srv.pid);
	expect_str(e, "socket.state", "ESTABLISHED");
	ghost_close(&ghost);
	pair_stop(&p);
}

static void loopback(struct run *run)
{
	struct wanted w = { .cause = "refused", .group = "peer", .emitter = "tcp_reset" };
	struct actor cli;
	json_t *e;
	int fd;

	tracer_start_at(run, SIDE_SERVER, false, on_lo);
	actor_start(&cli, &run->lab, SIDE_SERVER, "e2e-cli");
	w.owner = &cli;
	fd = actor_connect_start(&cli, run->speak, act_address(run->speak, SIDE_SERVER), 44444,
				 33333, NULL);
	actor_await_reset(&cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1, .server_received = 1 });
	balance_check(run);
	expect_str(expect_nth(run, SIDE_SERVER, "sent", 0), "cause", "no-listener");
	e = expect_received(run, SIDE_SERVER, 0, &w);
	expect_str(e, "packet.flags", "RST,ACK");
	expect_int(e, "packet.ttl", 64);
	expect_str(e, "interface", "lo");
	actor_stop(&cli);
}

/* A frame with two 802.1Q tags, as it comes on a trunk; the RST in it is for nobody here. */
static void vlan(struct run *run)
{
	static const uint8_t frame[] = {
		0x02, 0,    0,	  0,	0,    0x01, 0x02, 0, 0,	 0, 0, 0x02, /* srv0, cli0 */
		0x88, 0xa8, 0,	  7,					     /* 802.1ad, 7 */
		0x81, 0,    0,	  9,					     /* 802.1Q, 9 */
		0x08, 0,						     /* IPv4 */
		0x45, 0,    0,	  40,	0x10, 0x92, 0x40, 0, 77, 6, 0, 0,    /* id 4242, ttl 77 */
		192,  0,    2,	  99,	192,  0,    2,	  1,		     /* ghost, server */
		0x1e, 0x61, 0xad, 0x9c,					     /* 7777, 44444 */
		0,    0,    0x30, 0x39, 0,    0,    0,	  0,		     /* seq 12345 */
		0x50, 0x04, 0x04, 0xd2, 0,    0,    0,	  0,		     /* RST, window 1234 */
	};
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_halen = 6 };
	struct segment rst = crafted;
	json_t *e;
	int fd;

	rst.seq = 12345;
	tracer_start_at(run, SIDE_SERVER, false, on_srv0);
	netlab_enter(&run->lab, SIDE_CLIENT);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ll.sll_ifindex = (int)if_nametoindex("cli0");
	memcpy(ll.sll_addr, frame, 6);
	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&ll, sizeof(ll)) < 0)
		run_die("packet socket: %s", strerror(errno));
	netlab_enter(&run->lab, SIDE_HOME);
	e = check_ignored(run, 44444, NULL, &rst);
	expect_absent(e, "detail");
	expect_absent(e, "process");
	close(fd);
}

/* A device without a link layer: what arrives begins with its IP header. */
static void tun(struct run *run)
{
	static const char *const on_tun0[] = { "-i", "tun0:generic", NULL };
	struct flow flow = { .speak = run->speak };
	struct wanted w = {
		.cause = "ignored", .detail = "no-socket", .local = &flow.to, .remote = &flow.from
	};
	struct segment rst = crafted;
	struct sender sender;
	struct actor net;
	json_t *e;

	rst.seq = 4123456789U;
	flow.from = expect_at(ghost_address(run->speak), GHOST_PORT);
	flow.to = expect_at(act_address(run->speak, SIDE_SERVER), 44444);
	actor_start(&net, &run->lab, SIDE_SERVER, "e2e-net");
	sender_open(&sender, &net, BY_TUN, run->speak, "tun0", 0);
	if (sender.fd < 0)
		run_skip("this kernel has no TUN");
	netlab_sh(&run->lab, SIDE_SERVER, "ip link set tun0 up");
	tracer_start_at(run, SIDE_SERVER, false, on_tun0);
	sender_send(&sender, &flow, &rst);
	tracer_finish(run, (struct tally){ .server_received = 1 });
	e = expect_received(run, SIDE_SERVER, 0, &w);
	check_packet(run, e, "tun0", &rst);
	actor_stop(&net);
}

const struct scenario scenarios_xdp[] = {
	{ "xdp-native", native, ALL_FAMILIES, false },
	{ "xdp-generic", generic, V4_V6, false },
	{ "xdp-ignored", ignored, V4_V6, false },
	{ "xdp-out-of-window", out_of_window, V4_V6, false },
	{ "xdp-loopback", loopback, V4_V6, false },
	{ "xdp-vlan", vlan, ONCE, false },
	{ "xdp-tun", tun, V4_V6, false },
	{ 0 },
};
