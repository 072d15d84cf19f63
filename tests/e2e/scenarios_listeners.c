/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_listeners.c: whose the port was, where there are several who listen: a sibling that closed, one
 * at another device, one in another namespace. Only who could have been meant is named.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"
#include "patience.h"

#define FIRST_PORT 41000
#define HANDSHAKES 16
#define STRANGE_V4 "198.51.100.50"
#define STRANGE_V6 "2001:db8:7::50"

/* ---- SO_REUSEPORT */

struct siblings {
	struct actor first, second;
	int listener[2];
	struct end server;
	struct ghost ghost;
	struct segment syn_ack[HANDSHAKES];
};

static int listen_shared(struct run *run, struct actor *a, int port)
{
	int fd = actor_socket(a, run->speak, 0);

	actor_set(a, fd, SOL_SOCKET, SO_REUSEPORT, 1);
	return actor_listen_at(a, fd, run->speak, act_address(run->speak, SIDE_SERVER), port);
}

static void ghost_at(struct siblings *s, int i)
{
	s->ghost.port = FIRST_PORT + i;
}

/* Two processes listen at one port; which of them begins a handshake is the kernel's choice. */
static void listen_siblings(struct run *run, struct siblings *s)
{
	actor_start(&s->first, &run->lab, SIDE_SERVER, "e2e-first");
	actor_start(&s->second, &run->lab, SIDE_SERVER, "e2e-second");
	s->server = expect_at(act_address(run->speak, SIDE_SERVER), 0);
	s->listener[0] = listen_shared(run, &s->first, 0);
	s->server.port = actor_local_port(&s->first, s->listener[0]);
	s->listener[1] = listen_shared(run, &s->second, s->server.port);
}

static void set_siblings(struct run *run, struct siblings *s)
{
	tracer_start_within(run, SIDE_SERVER, NULL);
	listen_siblings(run, s);
	ghost_open(&s->ghost, &run->lab, run->speak, FIRST_PORT, s->server.port);
	for (int i = 0; i < HANDSHAKES; i++) {
		struct segment syn = { .seq = 5000, .flags = GHOST_SYN };

		ghost_at(s, i);
		ghost_send(&s->ghost, &syn);
		s->syn_ack[i] =
			ghost_expect(&s->ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
	}
}

static void clear_siblings(struct siblings *s)
{
	ghost_close(&s->ghost);
	actor_stop(&s->first);
	actor_stop(&s->second);
}

/* The last ACK of each handshake. Returns how many were reset, by the kernel's count. */
static size_t end_handshakes(struct run *run, struct siblings *s)
{
	long before = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts");

	for (int i = 0; i < HANDSHAKES; i++) {
		struct segment ack = {
			.seq = 5001,
			.ack = s->syn_ack[i].seq + 1,
			.flags = GHOST_ACK,
		};

		ghost_at(s, i);
		ghost_send(&s->ghost, &ack);
	}
	/* Each was answered, or accepted, while it was sent. */
	return (size_t)(netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts") - before);
}

/* What began at the one that closed is its, though the other one answers. */
static void sibling_closed(struct run *run)
{
	struct siblings s;
	struct wanted w = {
		.cause = "listener-gone",
		.group = "closed-socket",
		.certainty = "inferred",
		.local = &s.server,
		.owner = &s.first,
		.known_by = "history",
		.why = "e2e-second/",
	};
	size_t n;

	set_siblings(run, &s);
	actor_close(&s.first, s.listener[0]);
	n = end_handshakes(run, &s);
	if (!n || n == HANDSHAKES)
		run_die("%zu of %d handshakes were reset: nothing is shown by that", n, HANDSHAKES);
	tracer_finish(run, (struct tally){ .server_sent = n });
	for (size_t i = 0; i < n; i++) {
		json_t *e = expect_sent(run, SIDE_SERVER, i, &w);

		expect_history(e, "close", &s.first, 0);
		expect_int(e, "listener.pid", s.second.pid);
	}
	clear_siblings(&s);
}

/* One that closed long after its handshakes were over has nothing to do with what comes then: the other
 * one is asked, and knows of no such connection. */
static void sibling_closed_idle(struct run *run)
{
	struct segment stray = { .seq = 4000000000U, .ack = 123456, .flags = GHOST_ACK };
	struct siblings s;
	struct wanted w = {
		.cause = "no-such-connection",
		.group = "closed-socket",
		.certainty = "inferred",
		.local = &s.server,
		.owner = &s.second,
		.known_by = "listener",
	};
	json_t *e;

	set_siblings(run, &s);
	if (end_handshakes(run, &s))
		run_die("a handshake was reset though both listen");
	/* What was accepted ends with it. */
	actor_close(&s.first, s.listener[0]);
	s.ghost.port = FIRST_PORT - 1;
	ghost_send(&s.ghost, &stray);
	ghost_expect(&s.ghost, GHOST_RST, GHOST_RST);
	tracer_stop(run);
	e = NULL;
	for (size_t i = 0; i < tracer_count(run, SIDE_SERVER, "sent"); i++) {
		json_t *one = expect_nth(run, SIDE_SERVER, "sent", i);

		if (json_integer_value(json_object_get(json_object_get(one, "remote"), "port")) ==
		    s.ghost.port) {
			e = expect_sent(run, SIDE_SERVER, i, &w);
			break;
		}
	}
	if (!e)
		run_fail("no event of the stray segment");
	expect_absent(e, "history");
	clear_siblings(&s);
}

/* A last ACK that acknowledges what was never sent: of a handshake that began at the one who stays, it is
 * that one's affair. */
static void sibling_stays(struct run *run)
{
	struct siblings s;
	struct wanted stays = {
		.cause = "bad-handshake",
		.group = "protocol",
		.owner = &s.second,
		.known_by = "listener",
	};
	struct wanted gone = {
		.cause = "listener-gone",
		.certainty = "inferred",
		.owner = &s.first,
		.known_by = "history",
	};
	size_t n, stood = 0;

	set_siblings(run, &s);
	actor_close(&s.first, s.listener[0]);
	for (int i = 0; i < HANDSHAKES; i++)
		s.syn_ack[i].seq += 5000;
	n = end_handshakes(run, &s);
	if (n != HANDSHAKES)
		run_die("%zu of %d handshakes were reset", n, HANDSHAKES);
	tracer_finish(run, (struct tally){ .server_sent = n });
	for (size_t i = 0; i < n; i++) {
		const char *cause = json_string_value(
			json_object_get(expect_nth(run, SIDE_SERVER, "sent", i), "cause"));
		bool here = cause && !strcmp(cause, stays.cause);

		stood += here;
		expect_sent(run, SIDE_SERVER, i, here ? &stays : &gone);
	}
	if (!stood || stood == n)
		run_fail("%zu of %zu are told to have begun at the one who stays", stood, n);
	clear_siblings(&s);
}

/* ---- a device */

static struct end refuse(struct run *run, struct actor *cli, int port)
{
	struct end client = expect_at(act_address(run->speak, SIDE_CLIENT), 0);
	int err, fd = actor_connect_start(cli, run->speak, act_address(run->speak, SIDE_SERVER),
					  port, 0, &err);

	if (err == EINPROGRESS)
		actor_await_reset(cli, fd);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
	client.port = actor_local_port(cli, fd);
	return client;
}

/* The server listens bound to DEVICE, at ADDRESS (NULL: any), and does not get what the client sends to its first address,
 * for WHY. Returns the event of the server's reset; *PID: who listens. */
static json_t *refuse_bound(struct run *run, const char *device, const char *address,
			    const char *why, pid_t *pid)
{
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), 0), client;
	struct actor srv, cli;
	struct wanted w = {
		.cause = "listener-elsewhere",
		.group = "closed-socket",
		.local = &server,
		.remote = &client,
		.why = why,
	};
	int fd;

	tracer_start(run, NULL);
	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-bound");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	fd = actor_socket(&srv, run->speak, 0);
	actor_set_bytes(&srv, fd, SOL_SOCKET, SO_BINDTODEVICE, device, strlen(device) + 1);
	actor_listen_at(&srv, fd, run->speak, address, 0);
	server.port = actor_local_port(&srv, fd);
	client = refuse(run, &cli, server.port);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	*pid = srv.pid;
	actor_stop(&srv);
	actor_stop(&cli);
	return expect_sent(run, SIDE_SERVER, 0, &w);
}

static void bound_to_device(struct run *run)
{
	json_t *e;
	pid_t pid;

	netlab_sh(&run->lab, SIDE_SERVER,
		  "ip link add other0 type veth peer name other1 && ip link set other0 up");
	e = refuse_bound(run, "other0", NULL, "bound to device other0", &pid);
	expect_str(e, "listener.device", "other0");
	expect_int(e, "listener.pid", pid);
	expect_contains(e, "why", "came in on srv0");
}

/* Bound to the device that the SYN comes in by, and at another address of it: that is what keeps it away. */
static void at_address_of_device(struct run *run)
{
	const char *other = run->speak == SPEAK_V6 ? "2001:db8::77" : "192.0.2.77";
	json_t *e;
	pid_t pid;

	netlab_sh(&run->lab, SIDE_SERVER,
		  run->speak == SPEAK_V6 ? "ip addr add 2001:db8::77/64 dev srv0 nodad"
					 : "ip addr add 192.0.2.77/24 dev srv0");
	e = refuse_bound(run, "srv0", other, ", not at ", &pid);
	expect_str(e, "listener.address", other);
	expect_int(e, "listener.pid", pid);
}

/* The SYN comes in by a VRF; the listener is in none. */
static void in_vrf(struct run *run)
{
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), 0), client;
	struct actor srv, cli;
	struct wanted w = {
		.cause = "listener-elsewhere",
		.group = "closed-socket",
		.certainty = "inferred",
		.detail = "passed-over",
		.local = &server,
		.remote = &client,
		.why = "came in by VRF vrf7",
	};
	json_t *e;
	int fd;

	if (netlab_try(&run->lab, SIDE_SERVER, "ip link add vrf7 type vrf table 77"))
		run_skip("this kernel has no VRF");
	/* What joins one loses its IPv6 addresses. */
	netlab_sh(&run->lab, SIDE_SERVER,
		  "ip link set vrf7 up && ip link set srv0 master vrf7 && "
		  "ip addr replace 2001:db8::1/64 dev srv0 nodad");
	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_l3mdev_accept", 0);
	tracer_start(run, NULL);
	actor_start(&srv, &run->lab, SIDE_SERVER, "e2e-srv");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	fd = actor_listen(&srv, run->speak, NULL, 0, 8);
	server.port = actor_local_port(&srv, fd);
	client = refuse(run, &cli, server.port);
	/* The same listener takes it where it may. */
	netlab_sysctl(&run->lab, SIDE_SERVER, "tcp_l3mdev_accept", 1);
	actor_connect(&cli, run->speak, server.address, server.port);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	expect_str(e, "listener.vrf", "vrf7");
	expect_int(e, "listener.pid", srv.pid);
	actor_stop(&srv);
	actor_stop(&cli);
}

/* Of two who listen at the port, one could have had the SYN, and has closed; the other never could. Or it
 * took the place of the one that closed: then that it listens elsewhere is why. */
static void beside_one_that_closed(struct run *run)
{
	const bool *later = run->what;
	const char *loopback = run->speak == SPEAK_V6 ? "::1" : "127.0.0.1";
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), 0), client;
	struct actor gone, stays, cli;
	struct wanted w = {
		.cause = *later ? "listener-elsewhere" : "listener-gone",
		.group = "closed-socket",
		.local = &server,
		.remote = &client,
		.owner = *later ? NULL : &gone,
		.known_by = *later ? NULL : "history",
	};
	json_t *e;
	int fd;

	tracer_start(run, NULL);
	actor_start(&gone, &run->lab, SIDE_SERVER, "e2e-gone");
	actor_start(&stays, &run->lab, SIDE_SERVER, "e2e-stays");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	fd = actor_listen(&gone, run->speak, server.address, 0, 8);
	server.port = actor_local_port(&gone, fd);
	if (!*later)
		actor_listen(&stays, run->speak, loopback, server.port, 8);
	actor_close(&gone, fd);
	if (*later)
		actor_listen(&stays, run->speak, loopback, server.port, 8);
	client = refuse(run, &cli, server.port);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	if (*later)
		expect_int(e, "listener.pid", stays.pid);
	else
		expect_contains(e, "why", " at 192.0.2.1 any more| at 2001:db8::1 any more");
	actor_stop(&gone);
	actor_stop(&stays);
	actor_stop(&cli);
}

/* ---- what nobody has accepted */

#define QUEUED_MOST 32

/* Which of the two has got the connection that came last, of N. */
static struct actor *queued_at(struct siblings *s, int before, int n)
{
	int now;

	for (int i = 0; i < patience(1000); i++) {
		now = actor_incoming(&s->first, s->listener[0]);
		if (now + actor_incoming(&s->second, s->listener[1]) == n)
			return now > before ? &s->first : &s->second;
		usleep(10000);
	}
	run_die("a connection is in no queue");
}

/* A client resets what still waits to be accepted: it is that listener's in whose queue it is, which the address
 * does not tell where two have it. */
static void queued_is_reset(struct run *run)
{
	struct siblings s;
	struct actor cli, *whose[QUEUED_MOST];
	int c[QUEUED_MOST], n = 0, first = 0;
	struct end client[QUEUED_MOST];

	tracer_start(run, NULL);
	listen_siblings(run, &s);
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	for (; n < QUEUED_MOST && (!first || first == n || n < 4); n++) {
		c[n] = actor_connect(&cli, run->speak, s.server.address, s.server.port);
		client[n] = expect_at(act_address(run->speak, SIDE_CLIENT),
				      actor_local_port(&cli, c[n]));
		whose[n] = queued_at(&s, first, n + 1);
		first += whose[n] == &s.first;
	}
	for (int i = 0; i < n; i++) {
		actor_linger(&cli, c[i], 0);
		actor_close(&cli, c[i]);
	}
	tracer_finish(run,
		      (struct tally){ .client_sent = (size_t)n, .server_received = (size_t)n });
	for (int i = 0; i < n; i++) {
		struct wanted w = {
			.cause = "reset-by-peer",
			.local = &s.server,
			.remote = &client[i],
			.role = "server",
			.owner = whose[i],
			.known_by = "listener",
		};

		expect_received(run, SIDE_SERVER, (size_t)i, &w);
	}
	actor_stop(&cli);
	actor_stop(&s.first);
	actor_stop(&s.second);
}

/* ---- another namespace */

enum where { AT_LOOPBACK, AT_STRANGE, AT_ANY, AT_SAME };

static const char *address_of(struct run *run, enum where where)
{
	bool v6 = run->speak == SPEAK_V6;

	switch (where) {
	case AT_LOOPBACK:
		return v6 ? "::1" : "127.0.0.1";
	case AT_STRANGE:
		return v6 ? STRANGE_V6 : STRANGE_V4;
	case AT_SAME:
		return act_address(run->speak, SIDE_SERVER);
	case AT_ANY:
		break;
	}
	return NULL;
}

/* Another namespace listens at the port: at an address that the SYN did not have, or had; or at any, and has
 * not the SYN's. */
static void elsewhere(struct run *run)
{
	const enum where *where = run->what;
	bool meant = *where == AT_SAME;
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), 0), client;
	struct wanted w = {
		.cause = meant ? "listener-elsewhere" : "no-listener",
		.group = "closed-socket",
		.certainty = meant ? "inferred" : NULL,
		.local = &server,
		.remote = &client,
	};
	struct actor other, cli;
	json_t *e;
	int fd;

	tracer_start_within(run, SIDE_SERVER, NULL);
	actor_start(&other, &run->lab, SIDE_ROUTER, "e2e-other");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	fd = actor_socket(&other, run->speak, 0);
	/* The address need not be there. */
	actor_set(&other, fd, IPPROTO_IP, IP_FREEBIND, 1);
	actor_listen_at(&other, fd, run->speak, address_of(run, *where), 0);
	server.port = actor_local_port(&other, fd);
	client = refuse(run, &cli, server.port);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	e = expect_sent(run, SIDE_SERVER, 0, &w);
	if (meant) {
		expect_int(e, "listener.pid", other.pid);
		expect_int(e, "listener.netns", run->lab.inode[SIDE_ROUTER]);
	} else {
		expect_absent(e, "listener");
	}
	actor_stop(&other);
	actor_stop(&cli);
}

/* Two other namespaces listen at any address: the client may have meant its own, and not the stranger's. */
static void elsewhere_twice(struct run *run)
{
	struct end server = expect_at(act_address(run->speak, SIDE_SERVER), 0), client;
	struct wanted w = {
		.cause = "listener-elsewhere",
		.group = "closed-socket",
		.certainty = "inferred",
		.local = &server,
		.remote = &client,
	};
	struct actor one, two, cli;

	tracer_start_within(run, SIDE_SERVER, NULL);
	actor_start(&one, &run->lab, SIDE_ROUTER, "e2e-one");
	actor_start(&two, &run->lab, SIDE_CLIENT, "e2e-two");
	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-cli");
	server.port = actor_local_port(&one, actor_listen(&one, run->speak, NULL, 0, 8));
	actor_listen(&two, run->speak, NULL, server.port, 8);
	client = refuse(run, &cli, server.port);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	expect_int(expect_sent(run, SIDE_SERVER, 0, &w), "listener.pid", two.pid);
	actor_stop(&one);
	actor_stop(&two);
	actor_stop(&cli);
}

static const bool before = false, after = true;
static const enum where loopback = AT_LOOPBACK, strange = AT_STRANGE, any = AT_ANY, same = AT_SAME;

#define ELSEWHERE(name, where)                                            \
	{                                                                 \
		name, elsewhere, V4_V6, false, LAB_ROUTED, .what = &where \
	}

const struct scenario scenarios_listeners[] = {
	{ "listener-sibling-closed", sibling_closed, ALL_FAMILIES, false },
	{ "listener-sibling-idle", sibling_closed_idle, V4_V6, false },
	{ "listener-sibling-stays", sibling_stays, V4_V6, false },
	{ "listener-sibling-queue", queued_is_reset, ALL_FAMILIES, false },
	{ "listener-bound-device", bound_to_device, ALL_FAMILIES, false },
	{ "listener-bound-address", at_address_of_device, V4_V6, false },
	{ "listener-vrf", in_vrf, V4_V6, false },
	{ "listener-beside-gone", beside_one_that_closed, V4_V6, .what = &before },
	{ "listener-after-gone", beside_one_that_closed, V4_V6, .what = &after },
	ELSEWHERE("listener-elsewhere-loopback", loopback),
	ELSEWHERE("listener-elsewhere-strange", strange),
	ELSEWHERE("listener-elsewhere-any", any),
	ELSEWHERE("listener-elsewhere-same", same),
	{ "listener-elsewhere-twice", elsewhere_twice, V4_V6, false, LAB_ROUTED },
	{ 0 },
};
