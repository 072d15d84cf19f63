/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_closed.c: segments for which there is no socket: P1, P2, P3. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"
#include "xdp.h"

static struct end server_end(struct run *run, int port)
{
	struct end e = { .port = port };

	snprintf(e.address, sizeof(e.address), "%s", act_address(run->speak, SIDE_SERVER));
	return e;
}

/* One connect that is refused, from a port that is known beforehand: a socket that was refused has
 * forgotten its own. */
static int try(struct run *run, struct actor *cli, int from, int port)
{
	int err, fd;

	fd = actor_connect_start(cli, run->speak, act_address(run->speak, SIDE_SERVER), port, from,
				 &err);
	if (err == EINPROGRESS)
		actor_await_reset(cli, fd);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
	return fd;
}

static struct end be_refused(struct run *run, struct actor *cli, int port)
{
	struct end client = { .port = 33333 };

	snprintf(client.address, sizeof(client.address), "%s",
		 act_address(run->speak, SIDE_CLIENT));
	try(run, cli, client.port, port);
	return client;
}

static void no_listener(struct run *run)
{
	struct end server, client;
	struct wanted sent = {
		.cause = "no-listener",
		.group = "closed-socket",
		.rule = "P1",
		.emitter = expect_passive(run->speak),
		.local = &server,
		.remote = &client,
		.why = "44444",
	};
	struct wanted received = {
		.cause = "refused",
		.group = "peer",
		.local = &client,
		.remote = &server,
		.role = "client",
		.emitter = "tcp_reset",
	};
	struct actor cli;
	json_t *e;

	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	tracer_start(run, NULL);
	client = be_refused(run, &cli, 44444);
	received.owner = &cli;
	server = server_end(run, 44444);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });

	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_str(e, "packet.flags", "SYN");
	expect_int(e, "packet.length", 0);
	expect_reason(e, "kernel.reason", "NO_SOCKET");
	expect_absent(e, "process");
	expect_absent(e, "listener");
	e = expect_received(run, SIDE_CLIENT, 0, &received);
	expect_str(e, "socket.state", "SYN_SENT");
}

/* The side's address is that of a VLAN on DEVICE now. */
static void put_on_vlan(struct run *run, enum side side, const char *device)
{
	char command[64];

	snprintf(command, sizeof(command), "ip link add link %s name %s.7 type vlan id 7", device,
		 device);
	if (netlab_try(&run->lab, side, command))
		run_skip("this kernel has no VLANs");
	netlab_sh(
		&run->lab, side,
		"ip addr flush dev %s scope global && ip addr add %s/%d dev %s.7 %s && ip link set %s.7 up",
		device, act_address(run->speak, side), run->speak == SPEAK_V6 ? 64 : 24, device,
		run->speak == SPEAK_V6 ? "nodad" : "", device);
}

#define ATTEMPTS 5

/* Every RST leaves twice, by the VLAN and by the device below: it is one, and the next one of the same
 * ports another. */
static void no_listener_on_vlan(struct run *run)
{
	struct actor cli;

	put_on_vlan(run, SIDE_SERVER, "srv0");
	put_on_vlan(run, SIDE_CLIENT, "cli0");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	tracer_start(run, NULL);
	for (int i = 0; i < ATTEMPTS; i++)
		actor_close(&cli, try(run, &cli, 33333, 44444));
	tracer_finish(run, (struct tally){ .server_sent = ATTEMPTS, .client_received = ATTEMPTS });
	for (size_t i = 0; i < ATTEMPTS; i++) {
		expect_str(expect_nth(run, SIDE_SERVER, "sent", i), "cause", "no-listener");
		expect_str(expect_nth(run, SIDE_CLIENT, "received", i), "cause", "refused");
	}
}

/* What is common to the ways in which a port may be listened on elsewhere. */
static void elsewhere(struct run *run, struct actor *listener, enum side side, int port,
		      const char *address)
{
	struct end server = server_end(run, port), client;
	struct wanted sent = {
		.cause = "listener-elsewhere",
		.group = "closed-socket",
		/* Which of another namespace's listeners was meant is a guess. */
		.certainty = side == SIDE_SERVER ? "certain" : "inferred",
		.emitter = expect_passive(run->speak),
		.local = &server,
		.remote = &client,
		.why = listener->comm,
	};
	struct actor cli;
	json_t *e;

	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	client = be_refused(run, &cli, port);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });

	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_end(e, "listener", address, port);
	expect_int(e, "listener.netns", run->lab.inode[side]);
	expect_int(e, "listener.pid", listener->pid);
	expect_str(e, "listener.comm", listener->comm);
}

static void elsewhere_address(struct run *run)
{
	const char *local = run->speak == SPEAK_V6 ? "::1" : "127.0.0.1";
	struct actor srv;
	int port;

	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-local");
	tracer_start(run, NULL);
	port = actor_local_port(&srv, actor_listen(&srv, run->speak, local, 0, 8));
	/* An AF_INET6 listener may be shown as it is bound, or by what it takes. */
	if (run->speak == SPEAK_MAPPED)
		local = "127.0.0.1|::ffff:127.0.0.1";
	elsewhere(run, &srv, SIDE_SERVER, port, local);
}

/* IPv6 asked while only IPv4 is listened on, and the other way round. */
static void elsewhere_family(struct run *run)
{
	enum speak other = run->speak == SPEAK_V6 ? SPEAK_V4 : SPEAK_V6;
	const char *address = act_address(other, SIDE_SERVER);
	struct actor srv;
	int fd;

	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-family");
	tracer_start(run, NULL);
	fd = actor_listen(&srv, other, address, 0, 8);
	elsewhere(run, &srv, SIDE_SERVER, actor_local_port(&srv, fd), address);
}

static void elsewhere_netns(struct run *run)
{
	const char *any = run->speak == SPEAK_V6 ? "::" : "0.0.0.0";
	struct actor other;
	int fd;

	actor_start(&other, &run->lab, SIDE_CLIENT, "e2e-netns");
	tracer_start(run, NULL);
	fd = actor_listen(&other, run->speak, NULL, 0, 8);
	elsewhere(run, &other, SIDE_CLIENT, actor_local_port(&other, fd), any);
}

/* Somebody between the two listens on that number, at any address; none of his is the one that was asked. */
static void bystander(struct run *run)
{
	struct wanted sent = { .cause = "no-listener" };
	struct actor other, cli;
	json_t *e;
	int port;

	actor_start(&other, &run->lab, SIDE_ROUTER, "e2e-other");
	tracer_start(run, NULL);
	port = actor_local_port(&other, actor_listen(&other, run->speak, NULL, 0, 8));
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	be_refused(run, &cli, port);
	tracer_stop(run);
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_absent(e, "listener");
}

/* A socket that has connected to its own port: nobody can listen there any more. */
static void self_connected(struct run *run)
{
	struct wanted sent = {
		.cause = "no-listener",
		.certainty = "inferred",
		.detail = "self-connected",
		.known_by = "scan|socket",
		.why = "by a connection with itself",
	};
	const char *own = act_address(run->speak, SIDE_SERVER);
	const char *loopback = run->speak == SPEAK_V6 ? "::1" : "127.0.0.1";
	struct actor self, cli;

	for (int i = 0; i < 2; i++) {
		int port = 23456 + i;

		actor_start(&self, &run->lab, SIDE_SERVER, "e2e-self");
		actor_connect_socket(&self, actor_socket(&self, run->speak, port), run->speak,
				     i ? own : loopback, port);
		if (!i)
			tracer_start(run, NULL);
		actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
		actor_close(&cli, try(run, &cli, 33333, port));
		tracer_await(run, SIDE_SERVER, "sent", (size_t)i + 1);
		sent.owner = &self;
		if (!i)
			continue;
		tracer_finish(run, (struct tally){ .server_sent = 2, .client_received = 2 });
		expect_sent(run, SIDE_SERVER, 1, &sent);
		expect_contains(expect_nth(run, SIDE_SERVER, "sent", 0), "why",
				"by a connection with itself");
	}
}

/* A BPF program of the namespace passes the listener over. */
static void sk_lookup(struct run *run)
{
	struct wanted sent = {
		.cause = "listener-elsewhere",
		.detail = "passed-over",
		.certainty = "inferred",
		.why = "(e2e_choose) decides in this network namespace",
	};
	int program = sk_lookup_load("e2e_choose"), link;
	struct actor srv, cli;
	json_t *e;
	int port;

	if (program < 0)
		run_skip("this kernel has no BPF sk_lookup");
	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-srv");
	tracer_start(run, NULL);
	port = actor_local_port(&srv, actor_listen(&srv, run->speak, NULL, 0, 8));
	link = sk_lookup_attach(run, SIDE_SERVER, program);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	/* One that began less than a millisecond ago may not be in the kernel's tables yet (SETTLED_NS, listeners.c). */
	usleep(2000);
	be_refused(run, &cli, port);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_str(e, "listener.sk_lookup.name", "e2e_choose");
	expect_at_least(e, "listener.sk_lookup.id", 1);
	expect_int(e, "listener.pid", srv.pid);
	close(link);
	close(program);
}

/* A stray segment of no connection: nobody's if the port is closed, P3 if it is listened on. */
static void stray(struct run *run, struct actor *listener, int port, const char *rule,
		  const struct segment *segment)
{
	struct end server = server_end(run, port), client = { .port = 5555 };
	struct wanted sent = {
		.cause = "no-such-connection",
		.group = "closed-socket",
		.rule = rule,
		.certainty = "inferred",
		.emitter = expect_passive(run->speak),
		.local = &server,
		.remote = &client,
	};
	struct ghost ghost;
	json_t *e;

	snprintf(client.address, sizeof(client.address), "%s", ghost_address(run->speak));
	ghost_open(&ghost, &run->lab, run->speak, client.port, port);
	tracer_start(run, NULL);
	ghost_send(&ghost, segment);
	ghost_expect(&ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_passing = 1 });

	e = expect_sent(run, SIDE_SERVER, 0, &sent);
	expect_unrouted(run, 0, e);
	expect_int(e, "packet.seq", segment->seq);
	expect_int(e, "packet.ack", segment->ack);
	expect_int(e, "packet.length", segment->length);
	expect_str(e, "packet.flags", segment->flags & GHOST_PSH ? "PSH,ACK" : "ACK");
	if (listener) {
		expect_int(e, "process.pid", listener->pid);
		expect_str(e, "process.known_by", "listener");
		expect_contains(e, "why", listener->comm);
		expect_str(e, "socket.state", "LISTEN");
		expect_reason(e, "kernel.reason", "TCP_FLAGS");
	} else {
		expect_reason(e, "kernel.reason", "NO_SOCKET");
		expect_absent(e, "process");
	}
	ghost_close(&ghost);
}

static const struct segment stray_ack = { .seq = 4000000000U, .ack = 123456, .flags = GHOST_ACK };
static const struct segment stray_data = {
	.seq = 77, .ack = 78, .flags = GHOST_ACK | GHOST_PSH, .length = 1234
};

static void stray_to_closed(struct run *run)
{
	stray(run, NULL, 44444, "P2", &stray_ack);
}

static void stray_data_to_closed(struct run *run)
{
	stray(run, NULL, 44444, "P2", &stray_data);
}

static void stray_to_listener(struct run *run)
{
	struct pair p;

	pair_listen(run, &p, 8);
	stray(run, &p.srv, p.server.port, "P3", &stray_ack);
	pair_stop(&p);
}

static void stray_data_to_listener(struct run *run)
{
	struct pair p;

	pair_listen(run, &p, 8);
	stray(run, &p.srv, p.server.port, "P3", &stray_data);
	pair_stop(&p);
}

const struct scenario scenarios_closed[] = {
	{ "no-listener", no_listener, ALL_FAMILIES, false },
	{ "listener-elsewhere-address", elsewhere_address, ALL_FAMILIES, false },
	{ "listener-elsewhere-family", elsewhere_family, V4_V6, false },
	{ "listener-elsewhere-netns", elsewhere_netns, V4_V6, false },
	{ "listener-elsewhere-not", bystander, V4_V6, .shape = LAB_ROUTED },
	{ "listener-self-connected", self_connected, V4_V6, false },
	{ "listener-sk-lookup", sk_lookup, V4_V6, false },
	{ "no-listener-on-vlan", no_listener_on_vlan, V4_V6, false },
	{ "no-such-connection", stray_to_closed, V4_V6, false },
	{ "no-such-connection-data", stray_data_to_closed, V4_V6, false },
	{ "no-such-connection-listening", stray_to_listener, ALL_FAMILIES, false },
	{ "no-such-connection-listening-data", stray_data_to_listener, V4_V6, false },
	{ 0 },
};
