/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_relayed.c: a program passes on frames between two packet sockets, as a user-space switch does.
 * What TCP here had sent before is not its doing; what it makes itself is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

#define FRAME_MAX 70000

/* With the header by which the kernel says what of checksum and segmentation is left to do. */
static int open_port(const char *interface)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), one = 1;

	ll.sll_ifindex = (int)if_nametoindex(interface);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&ll, sizeof(ll)))
		run_die("packet socket at %s: %s", interface, strerror(errno));
	return fd;
}

static void pass_on(int from, int to)
{
	static char frame[FRAME_MAX];
	struct sockaddr_ll ll;
	socklen_t len = sizeof(ll);
	ssize_t n =
		recvfrom(from, frame, sizeof(frame), MSG_DONTWAIT, (struct sockaddr *)&ll, &len);

	if (n > 0 && ll.sll_pkttype != PACKET_OUTGOING)
		(void)!send(to, frame, (size_t)n, 0);
}

/* The process "e2e-switch" joins the router's two interfaces, which nothing else does. */
static void start_switch(struct run *run, struct actor *a)
{
	struct pollfd port[2];

	netlab_sh(&run->lab, SIDE_ROUTER, "ip link set rts0 nomaster && ip link set rtc0 nomaster");
	netlab_enter(&run->lab, SIDE_ROUTER);
	port[0] = (struct pollfd){ .fd = open_port("rts0"), .events = POLLIN };
	port[1] = (struct pollfd){ .fd = open_port("rtc0"), .events = POLLIN };
	*a = (struct actor){ .pid = fork(), .fd = -1, .comm = "e2e-switch" };
	if (a->pid < 0)
		run_die("fork: %s", strerror(errno));
	if (a->pid) {
		close(port[0].fd);
		close(port[1].fd);
		netlab_enter(&run->lab, SIDE_HOME);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "e2e-switch");
	while (poll(port, 2, -1) > 0) {
		if (port[0].revents)
			pass_on(port[0].fd, port[1].fd);
		if (port[1].revents)
			pass_on(port[1].fd, port[0].fd);
	}
	_exit(1);
}

static void stop_switch(struct actor *a)
{
	kill(a->pid, SIGKILL);
	waitpid(a->pid, NULL, 0);
}

static void expect_relay(json_t *event, const struct actor *relay)
{
	expect_int(event, "pair.relay.pid", relay->pid);
	expect_str(event, "pair.relay.comm", relay->comm);
	expect_contains(event, "why", "passed on by e2e-switch/");
}

static void relayed(struct run *run)
{
	const bool *by_server = run->what;
	struct wanted passing = {
		.cause = "forwarded",
		.group = "policy",
		.detail = "relayed",
		.certainty = "inferred",
	};
	enum side from = *by_server ? SIDE_SERVER : SIDE_CLIENT;
	enum side to = *by_server ? SIDE_CLIENT : SIDE_SERVER;
	struct actor relay;
	struct pair p;
	json_t *sent, *taken, *e;

	start_switch(run, &relay);
	tracer_start(run, NULL);
	pair_open(run, &p);
	if (*by_server) {
		actor_linger(&p.srv, p.s, 0);
		actor_close(&p.srv, p.s);
		actor_await_reset(&p.cli, p.c);
	} else {
		actor_linger(&p.cli, p.c, 0);
		actor_close(&p.cli, p.c);
		actor_await_reset(&p.srv, p.s);
	}
	tracer_finish(run, (struct tally){
				   .server_sent = *by_server,
				   .server_received = !*by_server,
				   .client_sent = !*by_server,
				   .client_received = *by_server,
				   .router_passing = 1,
			   });
	sent = expect_nth(run, from, "sent", 0);
	taken = expect_nth(run, to, "received", 0);
	expect_str(sent, "cause", "linger-zero");
	expect_pair(sent, *by_server ? &p.cli : &p.srv, "reset-by-peer");
	expect_pair(taken, *by_server ? &p.srv : &p.cli, "linger-zero");
	expect_relay(taken, &relay);
	/* It is still the peer's. */
	expect_str(taken, "sender.who", "peer");
	expect_absent(taken, "sender.against");
	e = expect_event(run, SIDE_ROUTER, "passing", 0, &passing);
	expect_int(e, "process.pid", relay.pid);
	expect_pair(e, *by_server ? &p.srv : &p.cli, "linger-zero");
	stop_switch(&relay);
	pair_stop(&p);
}

/* The same program's kind of socket, but nobody had sent that RST. */
static void made_by_itself(struct run *run)
{
	struct flow up = { .speak = run->speak };
	struct wanted made = {
		.cause = "crafted",
		.group = "policy",
		.detail = "packet-socket",
	};
	struct actor relay, forger;
	struct segment last, rst = { .flags = TH_RST };
	struct sender sender;
	struct tap tap;
	struct pair p;
	json_t *taken;

	start_switch(run, &relay);
	tracer_start(run, NULL);
	actor_start(&forger, &run->lab, SIDE_ROUTER, "e2e-forger");
	sender_open(&sender, &forger, BY_PACKET, run->speak, "rts0", MAC_SRV0);
	tap_open(&tap, &run->lab, SIDE_SERVER, "srv0");
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 100);
	actor_read(&p.srv, p.s, 100);
	up.from = p.client;
	up.to = p.server;
	last = tap_latest(&tap, &up);
	rst.seq = last.seq + (uint32_t)last.length;
	sender_send(&sender, &up, &rst);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .server_received = 1, .router_sent = 1 });
	made.owner = &forger;
	expect_sent(run, SIDE_ROUTER, 0, &made);
	taken = expect_nth(run, SIDE_SERVER, "received", 0);
	expect_pair(taken, &forger, "crafted");
	expect_absent(taken, "pair.relay");
	expect_str(taken, "sender.who", "program");
	stop_switch(&relay);
	tap_close(&tap);
	actor_stop(&forger);
	pair_stop(&p);
}

static const bool by_server = true, by_client = false;

const struct scenario scenarios_relayed[] = {
	{ "relayed-down", relayed, V4_V6, false, LAB_BRIDGED, .what = &by_server },
	{ "relayed-up", relayed, V4_V6, false, LAB_BRIDGED, .what = &by_client },
	{ "relayed-not", made_by_itself, V4_V6, false, LAB_BRIDGED },
	{ 0 },
};
