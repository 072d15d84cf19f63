/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_pairs.c: the ends of one RST, found by its numbers across the translations on its way. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "craft.h"
#include "expect.h"
#include "pair.h"

#define OUTSIDE_PORT 8300
#define CLOSED_PORT 8301
#define SNAT_PORT 40001
#define FAR_V4 "198.51.100.9"
#define FAR_V6 "2001:db8:7::9"

/* The connection as each side sees the other. */
struct view {
	struct end server; /* by the client */
	struct end client; /* by the server; port 0: the client's own */
};

enum reset { BY_CLIENT, BY_SERVER, REFUSED };

struct way {
	/* Translates to the server's PORT, and tells how that looks. */
	void (*prepare)(struct run *run, int port, struct view *view);
	enum reset reset;
};

/* "ip6 to [ADDRESS]:PORT" and the like, for a rule. */
static const char *target(struct run *run, const char *address, int port)
{
	static char text[80];
	bool v6 = run->speak == SPEAK_V6;

	snprintf(text, sizeof(text), "%s to %s%s%s:%d", v6 ? "ip6" : "ip", v6 ? "[" : "", address,
		 v6 ? "]" : "", port);
	return text;
}

static void translate(struct run *run, enum side side, const char *hook, const char *rule)
{
	bool late = !strcmp(hook, "postrouting");
	char command[512];

	snprintf(command, sizeof(command),
		 "nft -f - <<.\ntable inet e2e_%s {\n"
		 "chain c { type nat hook %s priority %d; %s; }\n}\n.",
		 hook, hook, late ? 100 : -100, rule);
	if (netlab_try(&run->lab, side, command))
		run_skip("this kernel, or nft, cannot do: %s", rule);
}

/* A Service: an address of its own, behind which the server is. */
static void dnat(struct run *run, int port, struct view *view)
{
	bool v6 = run->speak == SPEAK_V6;
	char rule[160];

	snprintf(rule, sizeof(rule), "tcp dport %d dnat %s", OUTSIDE_PORT,
		 target(run, act_address(run->speak, SIDE_SERVER), port));
	translate(run, SIDE_ROUTER, "prerouting", rule);
	view->server = expect_at(v6 ? FAR_V6 : FAR_V4, OUTSIDE_PORT);
}

static void redirect(struct run *run, int port, struct view *view)
{
	char rule[160];

	snprintf(rule, sizeof(rule), "tcp dport %d redirect to :%d", OUTSIDE_PORT, port);
	translate(run, SIDE_SERVER, "prerouting", rule);
	view->server.port = OUTSIDE_PORT;
}

static void masquerade(struct run *run, int port, struct view *view)
{
	(void)port;
	translate(run, SIDE_ROUTER, "postrouting", "oifname rts0 masquerade");
	view->client = expect_at(act_address(run->speak, SIDE_ROUTER), 0);
}

/* To a port of the rule's choice. */
static void snat(struct run *run, int port, struct view *view)
{
	const char *address = act_address(run->speak, SIDE_ROUTER);
	char rule[160];

	(void)port;
	snprintf(rule, sizeof(rule), "oifname rts0 meta l4proto tcp snat %s",
		 target(run, address, SNAT_PORT));
	translate(run, SIDE_ROUTER, "postrouting", rule);
	view->client = expect_at(address, SNAT_PORT);
}

/* One NAT rewrites both ends: neither side knows an address of the other. */
static void dnat_and_snat(struct run *run, int port, struct view *view)
{
	dnat(run, port, view);
	snat(run, port, view);
}

/* Two NATs, one after the other: the client's own namespace and the router. */
static void two_nats(struct run *run, int port, struct view *view)
{
	bool v6 = run->speak == SPEAK_V6;
	char rule[160];

	snprintf(rule, sizeof(rule), "tcp dport %d dnat %s", OUTSIDE_PORT,
		 target(run, act_address(run->speak, SIDE_SERVER), port));
	translate(run, SIDE_CLIENT, "output", rule);
	view->server = expect_at(v6 ? FAR_V6 : FAR_V4, OUTSIDE_PORT);
	masquerade(run, port, view);
}

static void reset(struct run *run, struct pair *p, const struct view *view, enum reset how)
{
	int err;

	if (how == REFUSED) {
		p->c = actor_connect_start(&p->cli, run->speak, view->server.address,
					   view->server.port, 0, &err);
		if (err == EINPROGRESS)
			actor_await_reset(&p->cli, p->c);
		else if (err != ECONNREFUSED)
			run_die("connect: %s", strerror(err));
		p->client.port = actor_local_port(&p->cli, p->c);
		return;
	}
	p->c = actor_connect(&p->cli, run->speak, view->server.address, view->server.port);
	p->client.port = actor_local_port(&p->cli, p->c);
	p->s = actor_accept(&p->srv, p->listener);
	actor_write(&p->cli, p->c, 100);
	actor_read(&p->srv, p->s, 100);
	if (how == BY_CLIENT) {
		actor_linger(&p->cli, p->c, 0);
		actor_close(&p->cli, p->c);
		actor_await_reset(&p->srv, p->s);
	} else {
		actor_linger(&p->srv, p->s, 0);
		actor_close(&p->srv, p->s);
		actor_await_reset(&p->cli, p->c);
	}
}

static void check_same_id(json_t *event, json_t *other)
{
	if (event && other)
		expect_str(event, "pair.id", json_string_value(json_object_get(other, "id")));
}

/* All lines of the way name the other end. */
static void check_lines(struct run *run, const struct way *way, struct pair *p, json_t *at_client,
			json_t *at_server)
{
	bool refused = way->reset == REFUSED, by_client = way->reset == BY_CLIENT;
	const char *sent_cause = refused ? "no-listener" : "linger-zero";
	const char *taken_cause = refused ? "refused" : "reset-by-peer";
	const struct actor *sender = refused ? NULL : by_client ? &p->cli : &p->srv;
	json_t *sent = by_client ? at_client : at_server;
	json_t *taken = by_client ? at_server : at_client;

	expect_str(sent, "cause", sent_cause);
	expect_str(taken, "cause", taken_cause);
	expect_pair(sent, by_client ? &p->srv : &p->cli, taken_cause);
	expect_pair(taken, sender, sent_cause);
	check_same_id(sent, taken);
	check_same_id(taken, sent);
	expect_str(taken, "sender.who", "peer");
	expect_str(taken, "sender.certainty", "certain");
	if (run->lab.inode[SIDE_ROUTER]) {
		json_t *passing = expect_nth(run, SIDE_ROUTER, "passing", 0);

		expect_pair(passing, sender, sent_cause);
		check_same_id(passing, sent);
	}
}

static void across(struct run *run)
{
	const struct way *way = run->what;
	bool by_client = way->reset == BY_CLIENT;
	struct view view = { 0 };
	json_t *at_client, *at_server;
	struct pair p;

	pair_listen(run, &p, 8);
	if (way->reset == REFUSED)
		p.server.port = CLOSED_PORT;
	view.server = p.server;
	view.client = p.client;
	way->prepare(run, p.server.port, &view);
	tracer_start(run, NULL);
	reset(run, &p, &view, way->reset);
	if (!view.client.port)
		view.client.port = p.client.port;
	tracer_finish(run, (struct tally){
				   .client_sent = by_client,
				   .client_received = !by_client,
				   .server_sent = !by_client,
				   .server_received = by_client,
				   .router_passing = run->lab.inode[SIDE_ROUTER] != 0,
			   });
	at_client = expect_nth(run, SIDE_CLIENT, by_client ? "sent" : "received", 0);
	at_server = expect_nth(run, SIDE_SERVER, by_client ? "received" : "sent", 0);
	/* Else this would show nothing. */
	expect_end(at_client, "remote", view.server.address, view.server.port);
	expect_end(at_server, "remote", view.client.address, view.client.port);
	check_lines(run, way, &p, at_client, at_server);
	pair_stop(&p);
}

/* ---- one RST after the other that bear one number */

static const char *const every[] = { "--every", NULL };
static const char *const every_received[] = { "--every", "--received", NULL };

#define DOWNLOAD 2000000
#define LATE 65536

/*
 * The client gives up just when it has read everything. What comes then, in two segments, meets a closed
 * socket, and a port that nobody has: two RSTs with one number and two causes.
 */
static void number_twice(struct run *run)
{
	json_t *first, *second, *taken, *ignored;
	struct pair p;

	tracer_start(run, every);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 3);
	actor_read(&p.srv, p.s, 3);
	for (int sent = 0; sent < DOWNLOAD; sent += LATE) {
		actor_write(&p.srv, p.s, LATE);
		actor_read(&p.cli, p.c, LATE);
	}
	actor_close(&p.cli, p.c);
	actor_await_end(&p.srv, p.s);
	actor_write(&p.srv, p.s, LATE);
	actor_await_reset(&p.srv, p.s);
	if (!tracer_await(run, SIDE_CLIENT, "sent", 2))
		run_skip("all data came in one segment");
	tracer_finish(run, (struct tally){ .client_sent = 2, .server_received = 2 });
	first = expect_nth(run, SIDE_CLIENT, "sent", 0);
	second = expect_nth(run, SIDE_CLIENT, "sent", 1);
	taken = expect_nth(run, SIDE_SERVER, "received", 0);
	ignored = expect_nth(run, SIDE_SERVER, "received", 1);
	expect_str(first, "cause", "data-after-close");
	expect_str(taken, "cause", "reset-by-peer");
	expect_str(ignored, "cause", "ignored");
	expect_int(second, "packet.ack", expect_number(first, "packet.ack"));
	check_same_id(first, taken);
	check_same_id(taken, first);
	check_same_id(second, ignored);
	check_same_id(ignored, second);
	pair_stop(&p);
}

/* ---- one stack for both ends of a RST */

#define RESETS 5

/* How many of the RSTs received leave it to their sender's event. */
static size_t one_stack(struct run *run)
{
	size_t at_sender = 0;

	for (size_t i = 0; i < RESETS; i++) {
		json_t *e = json_object_get(expect_nth(run, SIDE_SERVER, "received", i), "kernel");
		const char *at = json_string_value(json_object_get(e, "stack_at"));
		size_t frames = json_array_size(json_object_get(e, "stack"));

		if (at && strcmp(at, "sender"))
			run_fail("the stack is at \"%s\"", at);
		if (!at == !frames)
			run_fail("a RST has %zu frames, and its sender%s", frames,
				 at ? "" : " none");
		at_sender += at != NULL;
	}
	return at_sender;
}

/* Where both events of a RST are told of, its sender's stack tells of both; where a filter may leave that out,
 * each has its own. */
static void stack_of_sender(struct run *run)
{
	const char *const *args = run->what;
	bool both = !args[1];
	struct pair p;
	size_t n;

	tracer_start(run, args);
	pair_listen(run, &p, 8);
	for (int i = 0; i < RESETS; i++) {
		int c = pair_another(run, &p, &p.client.port), s = actor_accept(&p.srv, p.listener);

		actor_linger(&p.cli, c, 0);
		actor_close(&p.cli, c);
		actor_await_reset(&p.srv, s);
	}
	tracer_finish(
		run, (struct tally){ .client_sent = both ? RESETS : 0, .server_received = RESETS });
	for (size_t i = 0; both && i < RESETS; i++) {
		json_t *e = json_object_get(expect_nth(run, SIDE_CLIENT, "sent", i), "kernel");

		if (json_array_size(json_object_get(e, "stack")) < 3)
			run_fail("who sent a RST has no stack");
	}
	n = one_stack(run);
	/* Of all of them at once, others cannot have come between on this CPU. */
	if (!both == !!n)
		run_fail("%zu of the RSTs received leave their stack to the sender's event", n);
	pair_stop(&p);
}

/* A RST leaves and does not come in; the one that this CPU receives next is another's, and has a stack of its own. */
static void stack_of_another(struct run *run)
{
	struct flow up = { .speak = run->speak };
	struct segment last, rst = { .flags = TH_RST };
	struct sender sender;
	struct tap tap;
	struct pair p;
	char match[64];
	json_t *e;
	int c, port;

	tracer_start(run, every);
	tap_open(&tap, &run->lab, SIDE_SERVER, "srv0");
	pair_open(run, &p);
	pair_converse(&p, p.s, p.c);
	/* An ACK that comes after the RST would be answered by another one. */
	actor_await_acked(&p.srv, p.s);
	up.from = p.client;
	up.to = p.server;
	last = tap_latest(&tap, &up);
	rst.seq = last.seq + (uint32_t)last.length;
	tap_close(&tap);
	sender_open(&sender, &p.cli, BY_PACKET, run->speak, "cli0", MAC_SRV0);
	c = pair_another(run, &p, &port);
	snprintf(match, sizeof(match), "tcp sport %d tcp flags rst", port);
	netlab_block_that(&run->lab, SIDE_SERVER, match);
	actor_linger(&p.cli, c, 0);
	actor_close(&p.cli, c);
	sender_send(&sender, &up, &rst);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 2, .server_received = 2 });
	expect_str(expect_nth(run, SIDE_SERVER, "received", 0), "cause", "ignored");
	e = expect_nth(run, SIDE_SERVER, "received", 1);
	expect_str(e, "pair.cause", "crafted");
	e = json_object_get(e, "kernel");
	expect_absent(e, "stack_at");
	if (!json_array_size(json_object_get(e, "stack")))
		run_fail("a RST that somebody else wrote has no stack");
	pair_stop(&p);
}

static const struct way dnat_refused = { dnat, REFUSED };
static const struct way redirect_refused = { redirect, REFUSED };
static const struct way redirect_back = { redirect, BY_SERVER };
static const struct way masquerade_up = { masquerade, BY_CLIENT };
static const struct way masquerade_back = { masquerade, BY_SERVER };
static const struct way masquerade_refused = { masquerade, REFUSED };
static const struct way snat_up = { snat, BY_CLIENT };
static const struct way snat_back = { snat, BY_SERVER };
static const struct way snat_refused = { snat, REFUSED };
static const struct way both_up = { dnat_and_snat, BY_CLIENT };
static const struct way both_back = { dnat_and_snat, BY_SERVER };
static const struct way both_refused = { dnat_and_snat, REFUSED };
static const struct way two_up = { two_nats, BY_CLIENT };
static const struct way two_back = { two_nats, BY_SERVER };
static const struct way two_refused = { two_nats, REFUSED };

#define ACROSS(name, shape, way)                                \
	{                                                       \
		name, across, V4_V6, false, shape, .what = &way \
	}

const struct scenario scenarios_pairs[] = {
	ACROSS("pair-dnat-refused", LAB_ROUTED, dnat_refused),
	ACROSS("pair-redirect-refused", LAB_PAIR, redirect_refused),
	ACROSS("pair-redirect-back", LAB_PAIR, redirect_back),
	ACROSS("pair-masquerade", LAB_ROUTED, masquerade_up),
	ACROSS("pair-masquerade-back", LAB_ROUTED, masquerade_back),
	ACROSS("pair-masquerade-refused", LAB_ROUTED, masquerade_refused),
	ACROSS("pair-snat", LAB_ROUTED, snat_up),
	ACROSS("pair-snat-back", LAB_ROUTED, snat_back),
	ACROSS("pair-snat-refused", LAB_ROUTED, snat_refused),
	ACROSS("pair-both-ends", LAB_ROUTED, both_up),
	ACROSS("pair-both-ends-back", LAB_ROUTED, both_back),
	ACROSS("pair-both-ends-refused", LAB_ROUTED, both_refused),
	ACROSS("pair-two-nats", LAB_ROUTED, two_up),
	ACROSS("pair-two-nats-back", LAB_ROUTED, two_back),
	ACROSS("pair-two-nats-refused", LAB_ROUTED, two_refused),
	{ "pair-number-twice", number_twice, V4_V6, false },
	{ "pair-one-stack", stack_of_sender, V4_V6, .what = every },
	{ "pair-stack-of-another", stack_of_another, V4_V6 },
	{ "pair-two-stacks", stack_of_sender, ONCE, .what = every_received },
	{ 0 },
};
