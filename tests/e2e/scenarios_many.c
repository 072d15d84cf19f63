/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_many.c: many RSTs in bursts through DNAT, REDIRECT and masquerade, from clients that begin with
 * the same numbers again and again. None may be paired with another's. E2E_PAIRS=10000 makes so many.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/tcp.h>

#include "expect.h"
#include "pair.h"

#define USUAL 600
#define BURST 60  /* connections at once */
#define NUMBERS 8 /* initial ones */
#define FIRST_PORT 10000
#define PORTS 50000
#define LISTEN_PORT 8300
#define DNAT_PORT 8301
#define REDIRECT_PORT 8302
#define CLOSED_PORT 8303
#define DNAT_CLOSED_PORT 8304
#define REDIRECT_CLOSED_PORT 8305
#define FAR_V4 "198.51.100.9"
#define FAR_V6 "2001:db8:7::9"

enum ending { CLIENT_ABORTS, SERVER_ABORTS, REFUSED, ENDINGS };
enum path { MASQUERADED, DNATED, REDIRECTED, PATHS };

/* Connection number N of the run comes from FIRST_PORT + N: by that its RST is known everywhere. */
struct one {
	int client, server; /* descriptors; -1: none */
	enum path path;
	enum ending ending;
};

struct burst {
	struct run *run;
	struct one v[BURST];
	int first, n;
	int listener;
};

struct ending_of {
	struct burst *burst;
	enum ending ending;
};

static void set_up(struct run *run)
{
	bool v6 = run->speak == SPEAK_V6;
	const char *to = v6 ? "ip6 to [2001:db8::1]" : "ip to 192.0.2.1";
	char command[1024];

	snprintf(command, sizeof(command),
		 "nft -f - <<.\ntable inet e2e {\n"
		 "chain pre { type nat hook prerouting priority -100;\n"
		 "tcp dport %d dnat %s:%d\ntcp dport %d dnat %s:%d\n}\n"
		 "chain post { type nat hook postrouting priority 100;\n"
		 "meta l4proto tcp ct original proto-dst { %d, %d } masquerade\n}\n}\n.",
		 DNAT_PORT, to, LISTEN_PORT, DNAT_CLOSED_PORT, to, CLOSED_PORT, LISTEN_PORT,
		 CLOSED_PORT);
	if (netlab_try(&run->lab, SIDE_ROUTER, command))
		run_skip("this kernel, or nft, cannot translate");
	netlab_sh(&run->lab, SIDE_SERVER,
		  "nft -f - <<.\ntable inet e2e {\n"
		  "chain pre { type nat hook prerouting priority -100;\n"
		  "tcp dport %d redirect to :%d\ntcp dport %d redirect to :%d\n}\n}\n.",
		  REDIRECT_PORT, LISTEN_PORT, REDIRECT_CLOSED_PORT, CLOSED_PORT);
}

static socklen_t address(struct sockaddr_storage *sa, struct run *run, const char *text, int port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)sa;
	struct sockaddr_in *in = (struct sockaddr_in *)sa;

	memset(sa, 0, sizeof(*sa));
	if (run->speak == SPEAK_V6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)port);
		inet_pton(AF_INET6, text, &in6->sin6_addr);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, text, &in->sin_addr);
	return sizeof(*in);
}

/* In the namespace that the caller is in. */
static int stream(struct run *run)
{
	int fd = socket(run->speak == SPEAK_V6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		run_die("socket: %s", strerror(errno));
	return fd;
}

static int bound(struct run *run, enum side side, int port)
{
	struct sockaddr_storage at;
	socklen_t len = address(&at, run, act_address(run->speak, side), port);
	int fd = stream(run), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&at, len))
		run_die("bind to port %d: %s", port, strerror(errno));
	return fd;
}

/* The first number that FD will send: TCP_REPAIR sets it, and is over before the handshake. */
static void begin_at(int fd, uint32_t number)
{
	int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF_NO_WP, queue = TCP_SEND_QUEUE;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &number, sizeof(number)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)))
		run_die("the initial number cannot be set: %s", strerror(errno));
}

static socklen_t where_to(struct sockaddr_storage *to, struct run *run, enum path path,
			  bool refused)
{
	static const int ports[PATHS][2] = {
		[MASQUERADED] = { LISTEN_PORT, CLOSED_PORT },
		[DNATED] = { DNAT_PORT, DNAT_CLOSED_PORT },
		[REDIRECTED] = { REDIRECT_PORT, REDIRECT_CLOSED_PORT },
	};
	const char *text = act_address(run->speak, SIDE_SERVER);

	if (path == DNATED)
		text = run->speak == SPEAK_V6 ? FAR_V6 : FAR_V4;
	return address(to, run, text, ports[path][refused]);
}

static void await(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (poll(&p, 1, 10000) != 1)
		run_die("a connection does not go on");
}

static int port_of(const struct burst *b, int i)
{
	return FIRST_PORT + (b->first + i) % PORTS;
}

static int try_connect(struct burst *b, int i)
{
	struct one *o = &b->v[i];
	struct sockaddr_storage to;
	socklen_t len = where_to(&to, b->run, o->path, o->ending == REFUSED);

	return connect(o->client, (struct sockaddr *)&to, len) ? errno : 0;
}

static void accept_one(struct burst *b)
{
	struct sockaddr_in6 peer; /* both families have the port at one place */
	socklen_t len = sizeof(peer);
	int fd, i;

	await(b->listener, POLLIN);
	fd = accept4(b->listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
	i = fd < 0 ? -1 : ntohs(peer.sin6_port) - port_of(b, 0);
	if (i < 0 || i >= b->n)
		run_die("accept: %s", fd < 0 ? strerror(errno) : "a port that nobody has");
	b->v[i].server = fd;
}

static void prepare(struct burst *b)
{
	netlab_enter(&b->run->lab, SIDE_CLIENT);
	for (int i = 0; i < b->n; i++) {
		int number = b->first + i;
		struct one *o = &b->v[i];

		*o = (struct one){
			.client = bound(b->run, SIDE_CLIENT, port_of(b, i)),
			.server = -1,
			.path = (enum path)(number % PATHS),
			.ending = (enum ending)(number / PATHS % ENDINGS),
		};
		begin_at(o->client,
			 1000000U * (1 + (uint32_t)number / (PATHS * ENDINGS) % NUMBERS));
		if (o->ending == REFUSED)
			continue;
		if (try_connect(b, i))
			run_die("connect: %s", strerror(errno));
		accept_one(b);
	}
}

/* Those of one ending, as fast as they go. */
static void *end_all(void *arg)
{
	const struct ending_of *e = arg;
	struct linger now = { .l_onoff = 1 };

	for (int i = 0; i < e->burst->n; i++) {
		struct one *o = &e->burst->v[i];
		int *fd = e->ending == SERVER_ABORTS ? &o->server : &o->client;

		if (o->ending != e->ending)
			continue;
		if (e->ending == REFUSED && try_connect(e->burst, i) != ECONNREFUSED)
			run_die("connect: %s", strerror(errno));
		setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(*fd);
		*fd = -1;
	}
	return NULL;
}

/* All endings at once, each in a thread of its own: their clocks are those of several CPUs. */
static void end(struct burst *b)
{
	struct ending_of of[ENDINGS];
	pthread_t thread[ENDINGS];

	for (int i = 0; i < ENDINGS; i++) {
		of[i] = (struct ending_of){ b, (enum ending)i };
		if (pthread_create(&thread[i], NULL, end_all, &of[i]))
			run_die("no thread");
	}
	for (int i = 0; i < ENDINGS; i++)
		pthread_join(thread[i], NULL);
	for (int i = 0; i < b->n; i++) {
		int fd = b->v[i].ending == CLIENT_ABORTS ? b->v[i].server : b->v[i].client;

		if (fd < 0)
			continue;
		await(fd, 0);
		close(fd);
	}
}

/* ---- what was said of them */

struct told {
	json_t *sent, *taken, *passing;
};

static bool is_service(int port)
{
	return port >= LISTEN_PORT && port <= REDIRECT_CLOSED_PORT;
}

/* By the port that is the client's own. */
static int number_of(json_t *event)
{
	int local =
		(int)json_integer_value(json_object_get(json_object_get(event, "local"), "port"));
	int remote =
		(int)json_integer_value(json_object_get(json_object_get(event, "remote"), "port"));

	return (is_service(local) ? remote : local) - FIRST_PORT;
}

static void sort(struct run *run, struct told *told, int n)
{
	json_t *event;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		const char *direction = json_string_value(json_object_get(event, "direction"));
		int number = number_of(event);
		bool ours = false;
		json_t **at;

		for (enum side side = SIDE_SERVER; side <= SIDE_ROUTER; side++)
			ours |= expect_is(run, event, side, direction ? direction : "");
		if (!ours || number < 0 || number >= n)
			continue;
		at = *direction == 's'	 ? &told[number].sent
		     : *direction == 'r' ? &told[number].taken
					 : &told[number].passing;
		if (*at)
			run_fail("two lines %s of connection %d", direction, number);
		*at = event;
	}
}

enum judgement { RIGHT, MISSING, FALSE };

static enum judgement judge(json_t *event, json_t *other)
{
	json_t *id = json_object_get(json_object_get(event, "pair"), "id");

	if (!event || !other || !id)
		return MISSING;
	return json_equal(id, json_object_get(other, "id")) ? RIGHT : FALSE;
}

static void check(struct run *run, int n)
{
	struct told *told = calloc((size_t)n, sizeof(*told));
	long count[3] = { 0 }, passing[3] = { 0 };

	if (!told)
		run_die("out of memory");
	sort(run, told, n);
	for (int i = 0; i < n; i++) {
		enum judgement a = judge(told[i].sent, told[i].taken);
		enum judgement b = judge(told[i].taken, told[i].sent);

		count[a > b ? a : b]++;
		passing[judge(told[i].passing, told[i].sent)]++;
	}
	if (getenv("E2E_PAIRS"))
		printf("%d resets: %ld pairs right, %ld not found, %ld false; where they pass %ld, "
		       "%ld, %ld\n",
		       n, count[RIGHT], count[MISSING], count[FALSE], passing[RIGHT],
		       passing[MISSING], passing[FALSE]);
	fflush(stdout);
	if (count[FALSE] || passing[FALSE])
		run_fail("%ld pairs are false, %ld where they pass", count[FALSE], passing[FALSE]);
	if (count[RIGHT] * 100 < n * 99L || passing[RIGHT] * 100 < n * 99L)
		run_fail("only %ld of %d pairs were found, %ld where they pass", count[RIGHT], n,
			 passing[RIGHT]);
	free(told);
}

static void many(struct run *run)
{
	const char *wanted = getenv("E2E_PAIRS");
	int n = wanted ? atoi(wanted) : USUAL;
	struct burst b = { .run = run };

	if (n < BURST || n > PORTS)
		run_die("E2E_PAIRS: from %d to %d", BURST, PORTS);
	n -= n % BURST;
	alarm((unsigned int)(30 + n / 50));
	set_up(run);
	netlab_enter(&run->lab, SIDE_SERVER);
	b.listener = bound(run, SIDE_SERVER, LISTEN_PORT);
	if (listen(b.listener, BURST))
		run_die("listen: %s", strerror(errno));
	netlab_enter(&run->lab, SIDE_HOME);
	tracer_start(run, (const char *const[]){ "--every", NULL });
	for (b.first = 0; b.first < n; b.first += BURST) {
		b.n = BURST;
		prepare(&b);
		end(&b);
		netlab_enter(&run->lab, SIDE_HOME);
		/* Takes in what is there: not all of it in the end. */
		tracer_count(run, SIDE_CLIENT, "sent");
	}
	tracer_stop(run);
	check(run, n);
}

const struct scenario scenarios_many[] = {
	{ "pairs-many", many, V4_V6, false, LAB_ROUTED },
	{ 0 },
};
