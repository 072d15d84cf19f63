/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_injection.c: RSTs that somebody on the path forges, and the many that look a little
 * like it and are not to be suspected. -i is at the end that is looked at. */
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define GHOST_PORT 7777
#define EXCHANGES 10
#define REUSED_PORT 34567
#define REUSES 8

static const char *const on_srv0[] = { "-i", "srv0", NULL };
static const char *const on_srv0_every[] = { "-i", "srv0", "--every", NULL };
static const char *const on_cli0[] = { "-i", "cli0", NULL };
/* Somewhere else, nothing would be known of who sent it: and what this machine itself has sent is
 * never suspected. */
static const char *const on_srv0_received[] = { "-i", "srv0", "--received", NULL };
static const char *const on_srv0_received_every[] = {
	"-i", "srv0", "--received", "--every", NULL,
};

static void converse(struct pair *p, int s, int c)
{
	for (int i = 0; i < EXCHANGES; i++) {
		actor_write(&p->cli, c, 100 + i);
		actor_read(&p->srv, s, 100 + i);
		actor_write(&p->srv, s, 1000 + i);
		actor_read(&p->cli, c, 1000 + i);
	}
}

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
	expect_at_least(e, "suspicion.ttl.packets", EXCHANGES);
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
	converse(&p, p.s, p.c);
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

/* Those of N ordinary resets, which all reach the server, that are shown. */
static struct tally all_received(const struct run *run, size_t n)
{
	const char *const *args = run->what;
	struct tally tally = { .server_received = n };

	while (*args && strcmp(*args, "--received"))
		args++;
	if (!*args)
		tally.client_sent = tally.router_passing = n;
	return tally;
}

static json_t *check_no_suspicion(struct run *run, size_t n, const char *causes)
{
	json_t *e = expect_nth(run, SIDE_SERVER, "received", n);

	expect_str(e, "cause", causes);
	expect_absent(e, "suspicion");
	return e;
}

/* An ordinary peer: nothing speaks against it, either. */
static void check_unsuspected(struct run *run, size_t n, const char *causes)
{
	expect_absent(check_no_suspicion(run, n, causes), "sender.against");
}

/* An established connection, some exchanges old. */
static int talk(struct run *run, struct pair *p, int *c, int *port)
{
	int s;

	*c = pair_another(run, p, port);
	s = actor_accept(&p->srv, p->listener);
	converse(p, s, *c);
	return s;
}

static void await_received(struct run *run, size_t n)
{
	if (!tracer_await(run, SIDE_SERVER, "received", n))
		run_fail("reset number %zu did not come", n);
}

static void by_linger(struct run *run, struct pair *p)
{
	int c, port;

	talk(run, p, &c, &port);
	actor_linger(&p->cli, c, 0);
	actor_close(&p->cli, c);
}

static void by_unread(struct run *run, struct pair *p)
{
	int c, port, s = talk(run, p, &c, &port);

	actor_write(&p->srv, s, 500);
	actor_await_unread(&p->cli, c, 500);
	actor_close(&p->cli, c);
}

static void by_disconnect(struct run *run, struct pair *p)
{
	int c, port;

	talk(run, p, &c, &port);
	actor_disconnect(&p->cli, c);
}

static void by_destroying(struct run *run, struct pair *p)
{
	int c, port;

	talk(run, p, &c, &port);
	netlab_sh(&run->lab, SIDE_CLIENT, "ss -K sport = :%d >/dev/null", port);
}

/* The client's process ends; UNREAD: with data that it has not read, else the server's next data
 * finds nobody. */
static void by_kill(struct run *run, struct pair *p, bool unread)
{
	struct actor cli = p->cli;
	int c, port, s;

	actor_start(&p->cli, &run->lab, SIDE_CLIENT, "e2e-mortal");
	s = talk(run, p, &c, &port);
	if (unread) {
		actor_write(&p->srv, s, 500);
		actor_await_unread(&p->cli, c, 500);
	}
	actor_kill(&p->cli, SIGKILL);
	if (!unread) {
		actor_await_end(&p->srv, s);
		actor_write(&p->srv, s, 100);
	}
	p->cli = cli;
}

static void by_kill_unread(struct run *run, struct pair *p)
{
	by_kill(run, p, true);
}

static void by_late_data(struct run *run, struct pair *p)
{
	by_kill(run, p, false);
}

/* Here the server's host is the one that connects. */
static void by_not_accepting(struct run *run, struct pair *p)
{
	const char *address = act_address(run->speak, SIDE_CLIENT);
	int listener = actor_listen(&p->cli, run->speak, address, 0, 8);

	actor_connect(&p->srv, run->speak, address, actor_local_port(&p->cli, listener));
	actor_await_incoming(&p->cli, listener, 1);
	actor_close(&p->cli, listener);
}

static void by_refusing(struct run *run, struct pair *p)
{
	actor_connect_start(&p->srv, run->speak, act_address(run->speak, SIDE_CLIENT), 44444, 0,
			    NULL);
}

static void after_idling(struct run *run, struct pair *p)
{
	int c, port;

	talk(run, p, &c, &port);
	sleep(3);
	actor_linger(&p->cli, c, 0);
	actor_close(&p->cli, c);
}

static void by_firewall(struct run *run, struct pair *p)
{
	int c, port, s = talk(run, p, &c, &port);

	netlab_sh(&run->lab, SIDE_CLIENT,
		  "nft -f - <<.\ntable inet e2e {\nchain c { type filter hook input priority 0; "
		  "tcp dport %d reject with tcp reset; }\n}\n.",
		  port);
	actor_write(&p->srv, s, 100);
}

static void ordinary(struct run *run)
{
	static void (*const ways[])(struct run * run, struct pair * p) = {
		by_linger,    by_unread,   by_disconnect,    by_destroying, by_kill_unread,
		by_late_data, by_refusing, by_not_accepting, after_idling,  by_firewall,
	};
	size_t count = ARRAY_SIZE(ways);
	struct pair p;

	tracer_start_at(run, SIDE_SERVER, false, run->what);
	pair_listen(run, &p, 8);
	for (size_t i = 0; i < count; i++) {
		ways[i](run, &p);
		await_received(run, i + 1);
	}
	tracer_finish(run, all_received(run, count));
	for (size_t i = 0; i < count; i++)
		check_unsuspected(run, i, "reset-by-peer|refused");
	pair_stop(&p);
}

/*
 * The client closes with data unread while more is on its way, and each segment that comes later is
 * answered by a RST of its own. The router holds them back; without GSO they are many. That is no
 * attack, either.
 */
static void honest_burst(struct run *run)
{
	struct pair p;
	size_t n;

	if (netlab_try(&run->lab, SIDE_ROUTER,
		       "tc qdisc add dev rtc0 root tbf rate 4mbit burst 5kb latency 10s"))
		run_skip("this kernel has no tbf queue to slow the path down with");
	netlab_sh(&run->lab, SIDE_SERVER, "ip link set srv0 gso_max_segs 1");
	tracer_start_at(run, SIDE_SERVER, false, run->what);
	pair_open(run, &p);
	converse(&p, p.s, p.c);
	actor_fill(&p.srv, p.s, 100000);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	/* What is still queued. */
	usleep(500000);
	n = (size_t)netlab_counter(&run->lab, SIDE_CLIENT, "Tcp", "OutRsts");
	if (n < 3)
		run_die("only %zu resets: this is no burst", n);
	tracer_finish(run, all_received(run, n));
	check_unsuspected(run, 0, "reset-by-peer");
	for (size_t i = 1; i < n; i++)
		check_unsuspected(run, i, "ignored");
	pair_stop(&p);
}

/* The application sets the TTL of what it sends; the RST that answers data after its close does not
 * bear it. */
static void ttl_by_hand(struct run *run)
{
	bool v6 = run->speak == SPEAK_V6;
	struct pair p;
	json_t *e;

	tracer_start_at(run, SIDE_SERVER, false, run->what);
	pair_listen(run, &p, 8);
	p.c = actor_socket(&p.cli, run->speak, 0);
	actor_set(&p.cli, p.c, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_UNICAST_HOPS : IP_TTL, 32);
	actor_connect_socket(&p.cli, p.c, run->speak, p.server.address, p.server.port);
	p.s = actor_accept(&p.srv, p.listener);
	converse(&p, p.s, p.c);
	actor_close(&p.cli, p.c);
	actor_await_end(&p.srv, p.s);
	actor_write(&p.srv, p.s, 100);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, all_received(run, 1));
	check_unsuspected(run, 0, "reset-by-peer");
	e = expect_nth(run, SIDE_SERVER, "received", 0);
	expect_int(e, "packet.ttl", 63);
	pair_stop(&p);
}

struct reuse {
	const char *const *args;
	bool lossy;
};

/* One connection of many between the same ends, reset with data on its way to the client. Whatever of
 * it comes too late meets the next one. */
static void connect_again(struct run *run, struct pair *p)
{
	p->c = actor_socket(&p->cli, run->speak, REUSED_PORT);
	actor_connect_socket(&p->cli, p->c, run->speak, p->server.address, p->server.port);
	p->s = actor_accept(&p->srv, p->listener);
	actor_write(&p->cli, p->c, 100);
	actor_read(&p->srv, p->s, 100);
	actor_fill(&p->srv, p->s, 8000);
	actor_linger(&p->cli, p->c, 0);
	actor_close(&p->cli, p->c);
	actor_close(&p->srv, p->s);
}

/* A client that does not wait for the handshake's end: the SYN-ACK, queued behind other data, finds
 * nobody any more, and the RST that answers it meets a half-open connection. */
static void give_up(struct run *run, struct pair *p, int s, int c)
{
	long n = actor_fill(&p->srv, s, 12000);
	int fd = actor_connect_start(&p->cli, run->speak, p->server.address, p->server.port,
				     REUSED_PORT, NULL);

	actor_close(&p->cli, fd);
	actor_read(&p->cli, c, n);
	/* The SYN-ACK comes next. */
	usleep(5000);
}

static void port_reuse(struct run *run)
{
	const struct reuse *reuse = run->what;
	struct pair p;
	int s, c, port;
	size_t n;

	if (netlab_try(&run->lab, SIDE_ROUTER,
		       "tc qdisc add dev rtc0 root tbf rate 1mbit burst 5kb latency 10s"))
		run_skip("this kernel has no tbf queue to slow the path down with");
	netlab_sh(&run->lab, SIDE_SERVER, "ip link set srv0 gso_max_segs 1");
	if (reuse->lossy)
		netlab_drop(&run->lab, SIDE_ROUTER, "forward",
			    "iifname rtc0 tcp flags rst numgen random mod 5 == 0");
	tracer_start_at(run, SIDE_SERVER, false, reuse->args);
	pair_listen(run, &p, 8);
	s = talk(run, &p, &c, &port);
	for (int i = 0; i < REUSES; i++) {
		connect_again(run, &p);
		for (int k = 0; k < 3; k++)
			give_up(run, &p, s, c);
	}
	/* What is still queued, and what is said to it: counters and events are compared at one moment. */
	netlab_sh(
		&run->lab, SIDE_ROUTER,
		"for i in $(seq 100); do tc -s qdisc show dev rtc0 | grep -q 'backlog 0b 0p' && break; "
		"sleep 0.1; done; sleep 0.5");
	tracer_stop(run);
	n = tracer_count(run, SIDE_SERVER, "received");
	if (n < REUSES)
		run_fail("only %zu resets came", n);
	for (size_t i = 0; i < n; i++)
		check_unsuspected(run, i, "reset-by-peer|ignored|refused");
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
	for (int i = 0; i < EXCHANGES; i++) {
		state.ip_id = 7000 + i;
		ghost_send(&s->ghost, &state);
		actor_read(&s->p.srv, s->s, 100);
		state.seq += 100;
	}
	s->rst =
		(struct segment){ .seq = state.seq, .flags = GHOST_RST, .ip_id = 7000 + EXCHANGES };
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
	e = check_no_suspicion(run, 0, "reset-by-peer");
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

static const struct reuse known = { on_srv0_every, false };
static const struct reuse reused = { on_srv0_received_every, false };
static const struct reuse reused_lossy = { on_srv0_received_every, true };

#define ORDINARY(name, play, args)                                \
	{                                                         \
		name, play, V4_V6, false, LAB_ROUTED, false, args \
	}

const struct scenario scenarios_injection[] = {
	{ "injected-server", injected, V4_V6, false, LAB_ROUTED, false, &server },
	{ "injected-client", injected, V4_V6, false, LAB_ROUTED, false, &client },
	{ "injected-burst", burst, V4_V6, false, LAB_ROUTED, false, &ascending },
	{ "injected-burst-down", burst, V4_V6, false, LAB_ROUTED, false, &descending },
	ORDINARY("not-injected-ten", ordinary, on_srv0),
	ORDINARY("not-injected-ten-received", ordinary, on_srv0_received),
	ORDINARY("not-injected-burst", honest_burst, on_srv0_every),
	ORDINARY("not-injected-burst-received", honest_burst, on_srv0_received_every),
	ORDINARY("not-injected-burst-no-attack", honest_burst, on_srv0),
	ORDINARY("not-injected-burst-received-no-attack", honest_burst, on_srv0_received),
	ORDINARY("not-injected-ip-ttl", ttl_by_hand, on_srv0),
	ORDINARY("not-injected-ip-ttl-received", ttl_by_hand, on_srv0_received),
	ORDINARY("not-injected-port-reuse", port_reuse, &known),
	ORDINARY("not-injected-port-reuse-received", port_reuse, &reused),
	ORDINARY("not-injected-port-reuse-lossy", port_reuse, &reused_lossy),
	{ "not-injected-other-ttl", other_initial_ttl, V4_V6, false, LAB_ROUTED, false, NULL },
	{ 0 },
};
