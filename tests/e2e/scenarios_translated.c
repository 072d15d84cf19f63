/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_translated.c: the packet that conntrack does not recognise. The router masquerades the
 * client; a segment far outside of the window is invalid, so it is not translated back, and reaches
 * the router's own TCP, which has no such connection. And RSTs that are translated: behind XDP they
 * have other ends, but are the same.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "craft.h"
#include "expect.h"
#include "kernel.h"
#include "pair.h"

#define OUTSIDE_PORT 8300

static void masquerade(struct run *run)
{
	if (netlab_try(&run->lab, SIDE_ROUTER,
		       "nft -f - <<.\ntable inet e2e_nat {\n"
		       "chain c { type nat hook postrouting priority 100; "
		       "oifname rts0 masquerade; }\n}\n."))
		run_skip("this kernel, or nft, cannot masquerade");
}

static void check_end(json_t *e, const char *path, const struct end *end)
{
	expect_end(e, path, end->address, end->port);
}

static void translated(struct run *run)
{
	struct end outside = expect_at(act_address(run->speak, SIDE_ROUTER), 0);
	struct flow f = { .speak = run->speak }, up = { .speak = run->speak };
	struct segment stray = { .flags = TH_ACK | TH_PUSH, .length = 10 }, last;
	struct pair p;
	struct wanted sent = {
		.cause = "no-such-connection",
		.group = "closed-socket",
		.detail = "translated",
		.local = &outside,
		.remote = &p.server,
		.emitter = expect_passive(run->speak),
		.owner = &p.cli,
		.known_by = "scan",
	};
	struct wanted received = {
		.cause = "reset-by-peer",
		.emitter = "tcp_reset",
		.local = &p.server,
		.remote = &outside,
		.owner = &p.srv,
	};
	struct sender sender;
	struct actor forger;
	struct tap tap;
	json_t *e;

	masquerade(run);
	tracer_start_on(run, SIDE_ROUTER, "rts0");
	tap_open(&tap, &run->lab, SIDE_SERVER, "srv0");
	actor_start(&forger, &run->lab, SIDE_SERVER, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, NULL, 0);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 100);
	actor_read(&p.srv, p.s, 100);
	actor_write(&p.srv, p.s, 100);
	actor_read(&p.cli, p.c, 100);

	up.from = outside;
	up.to = p.server;
	last = tap_latest(&tap, &up);
	outside.port = up.from.port;
	f.from = p.server;
	f.to = outside;
	stray.seq = last.ack + 1000000000;
	stray.ack = last.seq + (uint32_t)last.length;
	sender_send(&sender, &f, &stray);
	/* The router's RST is the answer to that number: it ends the server's side. */
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .router_sent = 1, .server_received = 1 });
	e = expect_sent(run, SIDE_ROUTER, 0, &sent);
	expect_int(e, "packet.seq", stray.seq);
	expect_int(e, "packet.length", 10);
	check_end(e, "translation.original.source", &p.client);
	check_end(e, "translation.original.destination", &p.server);
	check_end(e, "translation.reply.source", &p.server);
	check_end(e, "translation.reply.destination", &outside);
	expect_contains(e, "why", p.client.address);
	expect_contains(e, "why", "in network namespace");
	e = expect_received(run, SIDE_SERVER, 0, &received);
	expect_pair(e, &p.cli, "no-such-connection");
	tap_close(&tap);
	actor_stop(&forger);
	pair_stop(&p);
}

static void redirect(struct run *run, enum side side, const char *to, int port)
{
	bool v6 = run->speak == SPEAK_V6;
	char target[64];

	if (to)
		snprintf(target, sizeof(target), "dnat %s to %s%s%s:%d", v6 ? "ip6" : "ip",
			 v6 ? "[" : "", to, v6 ? "]" : "", port);
	else
		snprintf(target, sizeof(target), "redirect to :%d", port);
	if (netlab_try(&run->lab, side,
		       "nft -f - <<.\ntable inet e2e_probe {\n"
		       "chain c { type nat hook prerouting priority -100; }\n}\n."))
		run_skip("this kernel, or nft, cannot translate");
	netlab_sh(&run->lab, side,
		  "nft -f - <<.\ntable inet e2e_nat {\n"
		  "chain c { type nat hook prerouting priority -100; tcp dport %d %s; }\n}\n.",
		  OUTSIDE_PORT, target);
}

/* A connection to OUTSIDE, which is translated to the server's port. */
static void open_translated(struct run *run, struct pair *p, const struct end *outside)
{
	p->c = actor_connect(&p->cli, run->speak, outside->address, outside->port);
	p->client.port = actor_local_port(&p->cli, p->c);
	p->s = actor_accept(&p->srv, p->listener);
	actor_write(&p->cli, p->c, 100);
	actor_read(&p->srv, p->s, 100);
}

/* Without -i, the TTL is that of the RST where it leaves. */
static void check_forwarded(struct run *run, const struct end *from, const struct end *to,
			    const struct actor *sender)
{
	struct wanted w = {
		.cause = "forwarded",
		.group = "policy",
		.detail = "routed",
		.local = from,
		.remote = to,
	};
	json_t *e = expect_event(run, SIDE_ROUTER, "passing", 0, &w);

	expect_int(e, "packet.ttl", run->xdp ? 64 : 63);
	expect_pair(e, sender, "linger-zero");
}

/* The client's RST has the router's address when XDP sees it. */
static void dnat(struct run *run)
{
	struct end outside =
		expect_at(run->speak == SPEAK_V6 ? "2001:db8::3" : "192.0.2.3", OUTSIDE_PORT);
	struct pair p;
	struct wanted sent = { .cause = "linger-zero", .remote = &outside, .owner = &p.cli };
	struct wanted received = { .cause = "reset-by-peer", .local = &p.server, .owner = &p.srv };

	pair_listen(run, &p, 8);
	redirect(run, SIDE_ROUTER, p.server.address, p.server.port);
	tracer_start_on(run, SIDE_ROUTER, "rtc0");
	open_translated(run, &p, &outside);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(
		run, (struct tally){ .client_sent = 1, .router_passing = 1, .server_received = 1 });
	sent.local = received.remote = &p.client;
	expect_pair(expect_sent(run, SIDE_CLIENT, 0, &sent), &p.srv, "reset-by-peer");
	expect_pair(expect_received(run, SIDE_SERVER, 0, &received), &p.cli, "linger-zero");
	check_forwarded(run, &p.client, &p.server, &p.cli);
	pair_stop(&p);
}

/* The other way: the server's RST gets the router's address behind XDP. */
static void dnat_back(struct run *run)
{
	struct end outside =
		expect_at(run->speak == SPEAK_V6 ? "2001:db8::3" : "192.0.2.3", OUTSIDE_PORT);
	struct pair p;
	struct wanted sent = { .cause = "linger-zero", .local = &p.server, .owner = &p.srv };
	struct wanted received = { .cause = "reset-by-peer", .remote = &outside, .owner = &p.cli };

	pair_listen(run, &p, 8);
	redirect(run, SIDE_ROUTER, p.server.address, p.server.port);
	tracer_start_on(run, SIDE_ROUTER, "rts0");
	open_translated(run, &p, &outside);
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(
		run, (struct tally){ .server_sent = 1, .router_passing = 1, .client_received = 1 });
	sent.remote = received.local = &p.client;
	expect_pair(expect_sent(run, SIDE_SERVER, 0, &sent), &p.cli, "reset-by-peer");
	expect_pair(expect_received(run, SIDE_CLIENT, 0, &received), &p.srv, "linger-zero");
	check_forwarded(run, &outside, &p.client, &p.srv);
	pair_stop(&p);
}

static void redirected(struct run *run)
{
	struct end outside = expect_at(act_address(run->speak, SIDE_SERVER), OUTSIDE_PORT);
	struct pair p;
	struct wanted sent = { .cause = "linger-zero", .remote = &outside, .owner = &p.cli };
	struct wanted received = { .cause = "reset-by-peer", .local = &p.server, .owner = &p.srv };
	json_t *e;

	pair_listen(run, &p, 8);
	redirect(run, SIDE_SERVER, NULL, p.server.port);
	tracer_start_on(run, SIDE_SERVER, "srv0");
	open_translated(run, &p, &outside);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	sent.local = received.remote = &p.client;
	expect_pair(expect_sent(run, SIDE_CLIENT, 0, &sent), &p.srv, "reset-by-peer");
	e = expect_received(run, SIDE_SERVER, 0, &received);
	expect_pair(e, &p.cli, "linger-zero");
	if (run->xdp) {
		expect_int(e, "packet.ttl", 64);
		expect_str(e, "interface", "srv0");
	}
	pair_stop(&p);
}

/*
 * A segment far outside of the window is not redirected: it meets the application that listens on the port
 * itself. The connection is the server's, behind the translation.
 */
static void strayed(struct run *run)
{
	struct end outside = expect_at(act_address(run->speak, SIDE_SERVER), OUTSIDE_PORT);
	struct flow f = { .speak = run->speak }, down = { .speak = run->speak };
	struct segment stray = { .flags = TH_ACK | TH_PUSH, .length = 10 }, last;
	struct wanted sent = {
		.cause = "no-such-connection",
		.detail = "translated",
		.local = &outside,
		.emitter = expect_passive(run->speak),
	};
	struct sender sender;
	struct actor forger, app;
	struct tap tap;
	struct pair p;
	json_t *e;

	pair_listen(run, &p, 8);
	redirect(run, SIDE_SERVER, NULL, p.server.port);
	actor_start(&app, &run->lab, SIDE_SERVER, "e2e-app");
	actor_listen(&app, run->speak, NULL, OUTSIDE_PORT, 8);
	tracer_start_on(run, SIDE_SERVER, "srv0");
	tap_open(&tap, &run->lab, SIDE_CLIENT, "cli0");
	actor_start(&forger, &run->lab, SIDE_CLIENT, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, NULL, 0);
	open_translated(run, &p, &outside);
	actor_write(&p.srv, p.s, 100);
	actor_read(&p.cli, p.c, 100);

	down.from = outside;
	down.to = p.client;
	last = tap_latest(&tap, &down);
	f.from = p.client;
	f.to = outside;
	stray.seq = last.ack + 1000000000;
	stray.ack = last.seq + (uint32_t)last.length;
	sender_send(&sender, &f, &stray);
	/* Its answer ends the client's side. */
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	sent.remote = &p.client;
	sent.owner = &p.srv;
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_str(e, "translated.by", "conntrack");
	check_end(e, "translated.original.source", &p.client);
	check_end(e, "translated.original.destination", &outside);
	check_end(e, "translated.reply.source", &p.server);
	check_end(e, "translated.reply.destination", &p.client);
	expect_contains(e, "why", "was not translated: conntrack has its flow");
	tap_close(&tap);
	actor_stop(&forger);
	actor_stop(&app);
	pair_stop(&p);
}

/* The entries of established and of reset flows end soon. */
#define SHORT_ENTRIES                     \
	"for t in established close; do " \
	"echo 1 >/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_$t || exit 1; done"

static void forget_flows(struct run *run)
{
	/* An entry whose second is over is none, though it may still be counted. */
	usleep(1500000);
	netlab_sh(&run->lab, SIDE_ROUTER, "nft flush ruleset");
}

/*
 * The router led a port of its own to the server, and a proxy of its listens there too. The entry and the rule
 * are gone: what comes next meets the proxy, which never had that connection.
 */
static void entry_gone(struct run *run)
{
	bool killed = run->what;
	struct end outside =
		expect_at(run->speak == SPEAK_V6 ? "2001:db8::3" : "192.0.2.3", OUTSIDE_PORT);
	struct wanted sent = {
		.cause = "no-such-connection",
		.detail = "translated",
		.certainty = "inferred",
		.local = &outside,
		.emitter = expect_passive(run->speak),
		.why = "conntrack has no entry of its flow any more",
	};
	struct actor proxy;
	struct pair p;
	json_t *e;

	pair_listen(run, &p, 8);
	redirect(run, SIDE_ROUTER, p.server.address, p.server.port);
	if (netlab_try(&run->lab, SIDE_ROUTER, SHORT_ENTRIES))
		run_skip("this kernel has no limits of conntrack entries by namespace");
	actor_start(&proxy, &run->lab, SIDE_ROUTER, "e2e-proxy");
	actor_listen(&proxy, run->speak, NULL, OUTSIDE_PORT, 8);
	tracer_start(run, NULL);
	open_translated(run, &p, &outside);
	if (killed) {
		actor_write(&p.cli, p.c, 10);
		actor_await_unread(&p.srv, p.s, 10);
		netlab_drop(&run->lab, SIDE_ROUTER, "forward", "tcp flags & (rst | fin) != 0");
		actor_kill(&p.srv, SIGKILL);
	}
	forget_flows(run);
	actor_write(&p.cli, p.c, 10);
	actor_await_reset(&p.cli, p.c);
	tracer_stop(run);
	sent.remote = &p.client;
	sent.owner = &p.srv;
	e = expect_sent(run, SIDE_ROUTER, 0, &sent);
	expect_str(e, "translated.by", killed ? "history" : "connection");
	check_end(e, "translated.original.source", &p.client);
	check_end(e, "translated.original.destination", &outside);
	check_end(e, "translated.reply.source", &p.server);
	check_end(e, "translated.reply.destination", &p.client);
	expect_contains(e, "why", p.server.address);
	if (killed)
		expect_history(e, "signal", &p.srv, 0);
	actor_stop(&proxy);
	pair_stop(&p);
}

static const bool kills = true;

/*
 * The client of a Service: an answer of the server behind it comes untranslated, because the router held it
 * for invalid. The client's kernel resets an address that it never talked to; the connection is the client's,
 * with the Service.
 */
static void strayed_to_client(struct run *run)
{
	struct end outside =
		expect_at(run->speak == SPEAK_V6 ? "2001:db8::3" : "192.0.2.3", OUTSIDE_PORT);
	struct flow f = { .speak = run->speak };
	struct segment stray = { .flags = TH_ACK | TH_PUSH, .length = 10 }, last;
	struct wanted sent = {
		.cause = "no-such-connection",
		.certainty = "inferred",
		.detail = "translated",
		.emitter = expect_passive(run->speak),
	};
	struct sender sender;
	struct actor forger, bystander;
	struct tap tap;
	struct pair p;
	json_t *e;

	pair_listen(run, &p, 8);
	redirect(run, SIDE_ROUTER, p.server.address, p.server.port);
	tracer_start(run, NULL);
	actor_start(&bystander, &run->lab, SIDE_CLIENT, "e2e-bystander");
	actor_connect(&bystander, run->speak, p.server.address, p.server.port);
	actor_accept(&p.srv, p.listener);
	tap_open(&tap, &run->lab, SIDE_SERVER, "srv0");
	actor_start(&forger, &run->lab, SIDE_SERVER, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, NULL, 0);
	open_translated(run, &p, &outside);
	actor_write(&p.srv, p.s, 100);
	actor_read(&p.cli, p.c, 100);

	f.from = p.client;
	f.to = p.server;
	last = tap_latest(&tap, &f);
	f.from = p.server;
	f.to = p.client;
	stray.seq = last.ack + 1000000000;
	stray.ack = last.seq + (uint32_t)last.length;
	sender_send(&sender, &f, &stray);
	/* Its answer ends the server's side. */
	actor_await_reset(&p.srv, p.s);
	tracer_finish(
		run, (struct tally){ .client_sent = 1, .router_passing = 1, .server_received = 1 });
	sent.local = &p.client;
	sent.remote = &p.server;
	sent.owner = &p.cli;
	e = expect_sent(run, SIDE_CLIENT, 0, &sent);
	expect_str(e, "translated.by", "connection");
	check_end(e, "translated.original.source", &p.client);
	check_end(e, "translated.original.destination", &outside);
	expect_contains(e, "why", "untranslated");
	expect_contains(e, "why", outside.address);
	tap_close(&tap);
	actor_stop(&forger);
	actor_stop(&bystander);
	pair_stop(&p);
}

/* The same to a port that nothing is connected from: nobody is named, also not who is connected to the
 * server from another port. */
static void strayed_to_nobody(struct run *run)
{
	struct flow f = { .speak = run->speak };
	struct segment stray = { .seq = 3000000000U, .ack = 7, .flags = TH_ACK, .length = 1 };
	struct wanted sent = { .cause = "no-such-connection", .certainty = "inferred" };
	struct end outside =
		expect_at(run->speak == SPEAK_V6 ? "2001:db8::3" : "192.0.2.3", OUTSIDE_PORT);
	struct sender sender;
	struct actor forger;
	struct pair p;
	json_t *e;

	pair_listen(run, &p, 8);
	redirect(run, SIDE_ROUTER, p.server.address, p.server.port);
	tracer_start_within(run, SIDE_CLIENT, NULL);
	actor_start(&forger, &run->lab, SIDE_SERVER, "e2e-forger");
	sender_open(&sender, &forger, BY_RAW, run->speak, NULL, 0);
	open_translated(run, &p, &outside);
	actor_connect(&p.cli, run->speak, p.server.address, p.server.port);
	f.from = p.server;
	f.to = p.client;
	f.to.port = p.client.port == 60000 ? 60001 : 60000;
	sender_send(&sender, &f, &stray);
	netlab_await(&run->lab, SIDE_CLIENT, "Tcp", "OutRsts", 1);
	tracer_finish(run, (struct tally){ .client_sent = 1 });
	sent.local = &f.to;
	sent.remote = &p.server;
	e = expect_sent(run, SIDE_CLIENT, 0, &sent);
	expect_absent(e, "process");
	expect_absent(e, "translated");
	actor_stop(&forger);
	pair_stop(&p);
}

/* A redirection to a port where nobody listens: who refuses says what was asked for, and where it was refused. */
static void redirected_to_nobody(struct run *run)
{
	struct end outside = expect_at(act_address(run->speak, SIDE_SERVER), OUTSIDE_PORT);
	struct end nobody = expect_at(outside.address, outside.port + 1);
	struct wanted sent = { .cause = "no-listener", .local = &nobody };
	struct wanted received = { .cause = "refused", .remote = &outside };
	struct actor cli;
	json_t *e;
	int fd, err;

	redirect(run, SIDE_SERVER, NULL, nobody.port);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	tracer_start(run, NULL);
	fd = actor_connect_start(&cli, run->speak, outside.address, outside.port, 0, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_end(e, "pair.remote", outside.address, outside.port);
	expect_contains(e, "why", "which a NAT on its way translates");
	e = expect_received(run, SIDE_CLIENT, 0, &received);
	expect_end(e, "pair.local", nobody.address, nobody.port);
	actor_stop(&cli);
}

/* The same of a client that is not on this host: only the SYN says what it was for. */
static void redirected_to_nobody_from_afar(struct run *run)
{
	struct end outside = expect_at(act_address(run->speak, SIDE_SERVER), OUTSIDE_PORT);
	struct end nobody = expect_at(outside.address, outside.port + 1);
	struct wanted sent = { .cause = "no-listener", .local = &nobody };
	struct actor cli;
	json_t *e;
	int fd, err;

	if (!kernel_tells_reasons())
		run_skip("before 6.10, such a RST is seen where it leaves, translated back");
	redirect(run, SIDE_SERVER, NULL, nobody.port);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	tracer_start_within(run, SIDE_SERVER, NULL);
	fd = actor_connect_start(&cli, run->speak, outside.address, outside.port, 0, &err);
	if (err == EINPROGRESS)
		actor_await_reset(&cli, fd);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_absent(e, "pair");
	expect_str(e, "translated.by", "conntrack");
	check_end(e, "translated.original.destination", &outside);
	check_end(e, "translated.reply.source", &nobody);
	expect_contains(e, "why", "which a NAT on its way translates");
	actor_stop(&cli);
}

const struct scenario scenarios_translated[] = {
	{ "translated", translated, V4_V6, false, LAB_ROUTED, true, NULL },
	{ "translated-dnat", dnat, V4_V6, false, LAB_ROUTED, true, NULL },
	{ "translated-dnat-back", dnat_back, V4_V6, false, LAB_ROUTED, true, NULL },
	{ "translated-redirect", redirected, V4_V6, false, LAB_PAIR, true, NULL },
	{ "translated-refused", redirected_to_nobody, V4_V6 },
	{ "translated-refused-afar", redirected_to_nobody_from_afar, V4_V6 },
	{ "translated-not", strayed, V4_V6, false, LAB_PAIR, true, NULL },
	{ "translated-not-client", strayed_to_client, V4_V6, false, LAB_ROUTED },
	{ "translated-not-nobody", strayed_to_nobody, V4_V6, false, LAB_ROUTED },
	{ "translated-entry-gone", entry_gone, V4_V6, .shape = LAB_ROUTED },
	{ "translated-container-gone", entry_gone, V4_V6, .shape = LAB_ROUTED, .what = &kills },
	{ 0 },
};
