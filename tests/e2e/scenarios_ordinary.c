/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_ordinary.c: resets that look a little like forged ones and are not to be suspected. -i is at the end that
 * is looked at. */
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "expect.h"
#include "pair.h"

#define REUSED_PORT 34567
#define REUSES 8

static const char *const on_srv0[] = { "-i", "srv0", NULL };
static const char *const on_srv0_every[] = { "-i", "srv0", "--every", NULL };
/* Somewhere else, nothing would be known of who sent it: and what this machine itself has sent is
 * never suspected. */
static const char *const on_srv0_received[] = { "-i", "srv0", "--received", NULL };
static const char *const on_srv0_received_every[] = {
	"-i", "srv0", "--received", "--every", NULL,
};

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
	pair_converse(p, s, *c);
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
	pair_converse(&p, p.s, p.c);
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
	pair_converse(&p, p.s, p.c);
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

static const struct reuse known = { on_srv0_every, false };
static const struct reuse reused = { on_srv0_received_every, false };
static const struct reuse reused_lossy = { on_srv0_received_every, true };

#define ORDINARY(name, play, args)                                \
	{                                                         \
		name, play, V4_V6, false, LAB_ROUTED, false, args \
	}

const struct scenario scenarios_ordinary[] = {
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
	{ 0 },
};
