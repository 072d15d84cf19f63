/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_relay.c: programs that stand between two connections, and end the one because of the other; also where
 * the one is no socket of theirs, but what they write into a TUN device. */
#include <netinet/tcp.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

#define NOBODY 7999
#define BEHIND_V4 "198.51.100.7"
#define BEHIND_V6 "2001:db8:7::7"

/* A proxy is refused by its upstream so many times, and some time later closes with the request unread. */
static json_t *relay(struct run *run, struct pair *p, int times, int wait_ms)
{
	struct wanted w = { .cause = "close-unread", .role = "server" };

	tracer_start(run, NULL);
	pair_open_unread(run, p, 18);
	actor_relay_refused(&p->srv, p->s, run->speak, p->server.address, NOBODY, times, wait_ms);
	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = (size_t)times + 1,
					   .server_received = (size_t)times,
					   .client_received = 1 });
	w.owner = &p->srv;
	return expect_sent(run, SIDE_SERVER, (size_t)times, &w);
}

static void upstream_refused(struct run *run)
{
	struct pair p;
	json_t *e = relay(run, &p, 1, 0);

	expect_str(e, "after.cause", "refused");
	expect_str(e, "after.by", "no-listener");
	expect_end(e, "after.remote", p.server.address, NOBODY);
	expect_contains(e, "why", " after its own connection to ");
	/* No limit of connections turned it away, as both say. */
	expect_absent(e, "detail");
	expect_absent(expect_nth(run, SIDE_CLIENT, "received", 0), "pair.detail");
	pair_stop(&p);
}

/* Nobody knows which of them it was, if any. */
static void several_refused(struct run *run)
{
	struct pair p;

	expect_absent(relay(run, &p, 2, 0), "after");
	pair_stop(&p);
}

static void refused_long_before(struct run *run)
{
	struct pair p;

	expect_absent(relay(run, &p, 1, 200), "after");
	pair_stop(&p);
}

/* A user-mode network of the client's side: what is beyond its device it connects to itself. It is refused, and some
 * time later writes the RST that refuses its guest. */
static json_t *behind_tun(struct run *run, struct actor *net, struct actor *guest, int wait_ms)
{
	const char *behind = run->speak == SPEAK_V6 ? BEHIND_V6 : BEHIND_V4,
		   *home = act_address(run->speak, SIDE_CLIENT);
	struct flow out = { .speak = run->speak, .from = expect_at(home, 0) }, back = out;
	struct segment rst = { .flags = TH_RST | TH_ACK, .ttl = 64 };
	struct wanted w = { .cause = "refused", .role = "client", .owner = guest };
	struct sender sender;
	struct tap tap;
	int err;

	tracer_start(run, NULL);
	actor_start(net, &run->lab, SIDE_CLIENT, "e2e-net");
	actor_start(guest, &run->lab, SIDE_CLIENT, "e2e-guest");
	sender_open(&sender, net, BY_TUN, run->speak, "tun0", 0);
	if (sender.fd < 0)
		run_skip("this kernel has no TUN");
	netlab_sh(&run->lab, SIDE_CLIENT,
		  "ip link set tun0 up && ip route add 198.51.100.0/24 dev tun0 && "
		  "ip route add 2001:db8:7::/64 dev tun0 src 2001:db8::2");
	tap_open(&tap, &run->lab, SIDE_CLIENT, "tun0");
	out.to = expect_at(behind, NOBODY);
	actor_connect_start(guest, run->speak, behind, NOBODY, 0, &err);
	rst.ack = tap_expect(&tap, &out, TH_SYN, TH_SYN | TH_ACK).seq + 1;
	actor_relay_refused(net, actor_socket(net, run->speak, 0), run->speak,
			    act_address(run->speak, SIDE_SERVER), NOBODY, 1, wait_ms);
	back.from = out.to;
	back.to = out.from;
	sender_send(&sender, &back, &rst);
	tracer_finish(run, (struct tally){ .client_received = 2, .server_sent = 1 });
	tap_close(&tap);
	w.remote = &out.to;
	return expect_received(run, SIDE_CLIENT, 1, &w);
}

static void behind_tun_refused(struct run *run)
{
	struct actor net, guest;
	json_t *e = behind_tun(run, &net, &guest, 0);

	expect_int(e, "written_by.pid", net.pid);
	expect_str(e, "written_by.comm", net.comm);
	expect_absent(e, "pair");
	expect_str(e, "sender.who", "peer");
	expect_str(e, "after.cause", "refused");
	expect_str(e, "after.by", "no-listener");
	expect_end(e, "after.remote", act_address(run->speak, SIDE_SERVER), NOBODY);
	expect_contains(e, "why", " wrote this RST into a TUN or TAP device");
	expect_contains(e, "why", " after its own connection to ");
	actor_stop(&net);
	actor_stop(&guest);
}

static void behind_tun_unrelated(struct run *run)
{
	struct actor net, guest;
	json_t *e = behind_tun(run, &net, &guest, 200);

	expect_int(e, "written_by.pid", net.pid);
	expect_absent(e, "after");
	actor_stop(&net);
	actor_stop(&guest);
}

const struct scenario scenarios_relay[] = {
	{ "relay-upstream-refused", upstream_refused, V4_V6, false },
	{ "relay-several-refused", several_refused, ONCE, false },
	{ "relay-refused-long-before", refused_long_before, ONCE, false },
	{ "relay-tun-refused", behind_tun_refused, V4_V6, false },
	{ "relay-tun-refused-long-before", behind_tun_unrelated, ONCE, false },
	{ 0 },
};
