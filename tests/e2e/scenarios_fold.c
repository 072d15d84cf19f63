/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_fold.c: resets that come faster than each could be told of: few events, and the sum of
 * their counts is what was provoked, to the last one. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "expect.h"
#include "flood.h"
#include "ghost.h"
#include "pair.h"

#define MANY 6000
#define CONNECTS 4000
#define VISITS 2500
#define CLOSED_PORT 44444
#define SERVED_PORT 44440

/* After a flood's end: two looks for folds that stopped, a second apart, and time to be woken. */
#define TAIL_NS 4000000000LL

static const struct flood syns = {
	.from = FROM_PREFIX, .flags = GHOST_SYN, .port = CLOSED_PORT, .ports = 1, .n = MANY
};
static const struct flood syns_and_acks = { .from = FROM_PREFIX,
					    .flags = GHOST_SYN,
					    .also = GHOST_ACK,
					    .port = CLOSED_PORT,
					    .ports = 1,
					    .n = MANY };

static void start_in(struct run *run, enum side side, bool text, const char *option,
		     const char *another)
{
	char inode[24];
	const char *args[] = { "--netns", inode, option, another, NULL };

	snprintf(inode, sizeof(inode), "%u", run->lab.inode[side]);
	tracer_start_at(run, SIDE_HOME, text, args);
}

/* All that the server has sent, by events, by the kernel side's totals and by the kernel's. */
static void check_server(struct run *run, long n)
{
	struct flood_told t = flood_told(run, SIDE_SERVER, "sent", NULL, 0);
	long kernel = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts");

	if (t.sum != kernel || kernel != n)
		run_fail("%ld told of, the kernel counts %ld, wanted %ld", t.sum, kernel, n);
	if (!flood_check_kinds(run, SIDE_SERVER))
		run_fail("nothing was folded");
	expect_int(run->tracer.summary, "events", n);
	expect_int(run->tracer.summary, "shown", n);
	expect_int(run->tracer.summary, "folded", n - t.lines - t.folds);
	if (t.lines + t.folds + t.reports > n / 2)
		run_fail("%ld events for %ld resets", t.lines + t.folds + t.reports, n);
}

static void connects(struct run *run)
{
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	flood_connects(run, CLOSED_PORT, CONNECTS);
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "no-listener", CONNECTS);
	check_server(run, CONNECTS);
}

/* The same, as the one sees it who connects. */
static void refused(struct run *run)
{
	struct flood_told t;

	start_in(run, SIDE_CLIENT, false, NULL, NULL);
	flood_connects(run, CLOSED_PORT, CONNECTS);
	tracer_stop(run);
	flood_check(run, SIDE_CLIENT, "received", "refused", CONNECTS);
	t = flood_told(run, SIDE_CLIENT, "received", NULL, 0);
	if (t.sum != CONNECTS)
		run_fail("%ld received, wanted %d", t.sum, CONNECTS);
}

/* Who sends, and to where, decides which of the levels takes them. */
struct spread {
	struct flood flood;
	const char *why; /* of a fold */
};

static void check_fold(struct run *run, json_t *fold, const struct spread *s)
{
	long long first, last;

	if (!fold) {
		run_fail("no event has a fold");
		return;
	}
	expect_contains(fold, "why", s->why);
	expect_contains(fold, "why", "; this one: ");
	expect_begins(fold, "why", "\u00d7");
	/* The sample has what every event has. */
	expect_begins(fold, "kernel.emitter", expect_passive(run->speak));
	expect_str(fold, "local.address", act_address(run->speak, SIDE_SERVER));
	first = expect_number(fold, "fold.first_port");
	last = expect_number(fold, "fold.last_port");
	if (first < s->flood.port || last >= s->flood.port + s->flood.ports || first > last)
		run_fail("ports %lld to %lld, wanted %d to %d", first, last, s->flood.port,
			 s->flood.port + s->flood.ports - 1);
	if ((s->flood.ports > 1) != (first != last))
		run_fail("ports %lld to %lld of %d", first, last, s->flood.ports);
}

static void spread(struct run *run)
{
	const struct spread *s = run->what;

	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	flood_segments(run, &s->flood);
	tracer_stop(run);
	if (s->flood.also) {
		flood_check(run, SIDE_SERVER, "sent", "no-listener", s->flood.n / 2);
		flood_check(run, SIDE_SERVER, "sent", "no-such-connection", s->flood.n / 2);
	} else {
		flood_check(run, SIDE_SERVER, "sent", "no-listener", s->flood.n);
	}
	check_server(run, s->flood.n);
	check_fold(run, flood_told(run, SIDE_SERVER, "sent", NULL, 0).fold, s);
}

static const struct spread prefix = {
	{ .from = FROM_PREFIX, .flags = GHOST_SYN, .port = CLOSED_PORT, .ports = 1, .n = MANY },
	", remote 198.51.100.0/24; |, remote 2001:db9::/64; ",
};
static const struct spread prefix_scan = {
	{ .from = FROM_PREFIX, .flags = GHOST_SYN, .port = 20000, .ports = MANY, .n = MANY },
	", remote 198.51.100.0/24, local ports |, remote 2001:db9::/64, local ports ",
};
static const struct spread world = {
	{ .from = FROM_WORLD, .flags = GHOST_SYN, .port = CLOSED_PORT, .ports = 1, .n = MANY },
	", remote any; ",
};
static const struct spread world_scan = {
	{ .from = FROM_WORLD, .flags = GHOST_SYN, .port = 20000, .ports = MANY, .n = 2 * MANY },
	", remote any, local ports ",
};
static const struct spread two_kinds = {
	{ .from = FROM_PREFIX,
	  .flags = GHOST_SYN,
	  .also = GHOST_ACK,
	  .port = CLOSED_PORT,
	  .ports = 1,
	  .n = MANY },
	", remote 198.51.100.0/24; |, remote 2001:db9::/64; ",
};

/* One source, many ports: user space calls it what it is. */
static void scan(struct run *run)
{
	static const struct flood flood = {
		.from = FROM_ONE, .flags = GHOST_SYN, .port = 20000, .ports = MANY, .n = MANY
	};
	json_t *event;
	size_t i, scans = 0;

	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	flood_segments(run, &flood);
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "no-listener", MANY);
	check_server(run, MANY);
	json_array_foreach(run->tracer.events, i, event) {
		if (!json_object_get(event, "attack"))
			continue;
		scans++;
		expect_str(event, "attack.kind", "port-scan");
		expect_at_least(event, "attack.first_port", flood.port);
	}
	if (!scans)
		run_fail("nothing says that it is a scan");
}

/* What the client's side makes of the answers: nobody there has the addresses. */
static void nowhere(struct run *run)
{
	struct flood_told t;

	flood_prepare(run);
	start_in(run, SIDE_CLIENT, false, NULL, NULL);
	flood_segments(run, &syns);
	tracer_stop(run);
	flood_check(run, SIDE_CLIENT, "passing", "ignored", MANY);
	t = flood_told(run, SIDE_CLIENT, "passing", NULL, 0);
	if (t.sum != MANY || !t.folds)
		run_fail("%ld with %ld folds, wanted %d", t.sum, t.folds, MANY);
}

static void check_owner(struct run *run, enum side side, const char *direction, pid_t pid, long n)
{
	struct flood_told t = flood_told(run, side, direction, NULL, pid);

	if (t.sum != n)
		run_fail("%ld %s of process %d, wanted %ld", t.sum, direction, pid, n);
}

/* Both ends at once: the tracer sees the whole machine. */
static void both_ends(struct run *run, enum flood_end end, const char *cause)
{
	enum side from = end == FLOOD_UNREAD ? SIDE_SERVER : SIDE_CLIENT;
	enum side to = end == FLOOD_UNREAD ? SIDE_CLIENT : SIDE_SERVER;
	struct flood_server server;
	struct flood_told t;
	long kernel;
	pid_t visitor;

	tracer_start(run, NULL);
	flood_serve(run, &server, SERVED_PORT, end);
	visitor = flood_visit(run, FROM_ONE, SERVED_PORT, end, VISITS);
	while (*server.served < VISITS)
		usleep(1000);
	tracer_stop(run);
	t = flood_told(run, from, "sent", cause, 0);
	kernel = netlab_counter(&run->lab, from, "Tcp", "OutRsts");
	if (t.sum != VISITS || kernel != VISITS)
		run_fail("%ld sent as %s, the kernel counts %ld, wanted %d", t.sum, cause, kernel,
			 VISITS);
	t = flood_told(run, to, "received", "reset-by-peer", 0);
	if (t.sum != VISITS)
		run_fail("%ld received, wanted %d", t.sum, VISITS);
	check_owner(run, from, "sent", from == SIDE_SERVER ? server.pid : visitor, VISITS);
	check_owner(run, to, "received", to == SIDE_SERVER ? server.pid : visitor, VISITS);
	flood_serve_stop(&server);
}

static void unread(struct run *run)
{
	both_ends(run, FLOOD_UNREAD, "close-unread");
}

static void linger(struct run *run)
{
	both_ends(run, FLOOD_LINGER, "linger-zero");
}

/* The same port, the same clients: only who closes tells them apart. */
static void owners(struct run *run)
{
	struct flood_server a, b;

	flood_prepare(run);
	flood_prepare_own(run);
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	flood_serve(run, &a, SERVED_PORT, FLOOD_UNREAD);
	flood_serve(run, &b, SERVED_PORT, FLOOD_UNREAD);
	flood_visit(run, FROM_PREFIX, SERVED_PORT, FLOOD_UNREAD, 2 * VISITS);
	while (*a.served + *b.served < 2 * VISITS)
		usleep(1000);
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "close-unread", 2 * VISITS);
	check_server(run, 2 * VISITS);
	check_owner(run, SIDE_SERVER, "sent", a.pid, *a.served);
	check_owner(run, SIDE_SERVER, "sent", b.pid, *b.served);
	flood_serve_stop(&a);
	flood_serve_stop(&b);
}

static json_t *find_at(struct run *run, int local_port)
{
	json_t *event, *found = NULL;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		json_t *local = json_object_get(event, "local");

		if (!expect_is(run, event, SIDE_SERVER, "sent") ||
		    json_integer_value(json_object_get(local, "port")) != local_port)
			continue;
		if (found)
			run_fail("more than one event of port %d", local_port);
		found = event;
	}
	if (!found)
		run_fail("no event of port %d", local_port);
	return found;
}

/* What happens once in the middle of it all has its line: one abort, one SYN to another port. */
static void single(struct run *run)
{
	json_t *event;
	struct pair p;

	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	pair_open(run, &p);
	flood_segments(run, &syns);
	actor_write(&p.cli, p.c, 1);
	actor_await_unread(&p.srv, p.s, 1);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	flood_connects(run, CLOSED_PORT + 1, 1);
	flood_segments(run, &syns);
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "close-unread", 1);
	flood_check(run, SIDE_SERVER, "sent", "no-listener", 2 * MANY + 1);
	check_server(run, 2 * MANY + 2);
	event = find_at(run, p.server.port);
	expect_absent(event, "count");
	expect_end(event, "remote", p.client.address, p.client.port);
	expect_int(event, "process.pid", p.srv.pid);
	expect_int(event, "socket.unread", 1);
	expect_begins(event, "kernel.emitter", "tcp_send_active_reset");
	event = find_at(run, CLOSED_PORT + 1);
	expect_absent(event, "count");
	expect_str(event, "cause", "no-listener");
	pair_stop(&p);
}

/* When the flood stops, its last count comes by itself. */
static void tail(struct run *run)
{
	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	for (int i = 1; i <= 2; i++) {
		long long until;

		flood_segments(run, &syns);
		until = run_now() + TAIL_NS;
		while (flood_told(run, SIDE_SERVER, "sent", NULL, 0).sum < i * MANY) {
			if (run_now() > until) {
				run_fail("four seconds later, %ld of %d are told of",
					 flood_told(run, SIDE_SERVER, "sent", NULL, 0).sum,
					 i * MANY);
				break;
			}
			usleep(10000);
		}
	}
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "no-listener", 2 * MANY);
	check_server(run, 2 * MANY);
}

/* A flood that stops and goes on: whatever a look at the counts has told of, the record of the same
 * interval does not tell again. */
static void pauses(struct run *run)
{
	static const int pauses_ms[] = { 100, 700, 1000, 1200, 2050, 950, 3000, 0 };
	static const struct flood flood = {
		.from = FROM_PREFIX, .flags = GHOST_SYN, .port = CLOSED_PORT, .ports = 1, .n = 1000
	};
	int floods = ARRAY_SIZE(pauses_ms);

	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, NULL, NULL);
	for (int i = 0; i < floods; i++) {
		flood_segments(run, &flood);
		usleep((useconds_t)pauses_ms[i] * 1000);
	}
	tracer_stop(run);
	flood_check(run, SIDE_SERVER, "sent", "no-listener", (long)floods * flood.n);
	check_server(run, (long)floods * flood.n);
}

/* Each has its event, or is counted as lost, by its kind. */
static void every(struct run *run)
{
	static const char *const causes[] = { "no-such-connection", "no-listener" };
	json_t *kind;
	long told[2], lost = 0;
	size_t i;

	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, "--every", "--ring-size=1");
	run->tracer.may_lose = true;
	kill(run->tracer.pid, SIGSTOP);
	flood_segments(run, &syns_and_acks);
	kill(run->tracer.pid, SIGCONT);
	tracer_stop(run);
	for (i = 0; i < 2; i++) {
		struct flood_told t = flood_told(run, SIDE_SERVER, "sent", causes[i], 0);

		told[i] = t.sum;
		if (t.lines != t.sum)
			run_fail("%ld of %ld have lines of their own", t.lines, t.sum);
	}
	json_array_foreach(json_object_get(run->tracer.summary, "kinds"), i, kind) {
		bool syn = json_is_true(json_object_get(kind, "syn"));
		long n;

		if (strcmp(json_string_value(json_object_get(kind, "kind")), "no-socket"))
			continue;
		expect_absent(kind, "folded");
		n = (long)json_integer_value(json_object_get(kind, "count")) -
		    (long)json_integer_value(json_object_get(kind, "filtered"));
		/* Other namespaces'. */
		if (!n)
			continue;
		if (n != MANY / 2)
			run_fail("%ld of a kind, wanted %d", n, MANY / 2);
		n -= (long)json_integer_value(json_object_get(kind, "lost"));
		if (n != told[syn])
			run_fail("%ld of a kind not lost, told of %ld", n, told[syn]);
		told[syn] = 0;
		lost += (long)json_integer_value(json_object_get(kind, "lost"));
	}
	if (told[0] || told[1])
		run_fail("a kind is in no total");
	/* A MiB has room for about a thousand. */
	if (lost < MANY - 1500)
		run_fail("%ld lost, wanted %d or more", lost, MANY - 1500);
	expect_int(run->tracer.summary, "lost.sent", lost);
	flood_check_kinds(run, SIDE_SERVER);
}

/* The ring is full before the flood is over, and stays so: what is not folded is lost, and counted. */
static void full(struct run *run)
{
	static const struct flood flood = {
		.from = FROM_WORLD, .flags = GHOST_SYN, .port = 20000, .ports = MANY, .n = MANY
	};
	struct flood_told t;
	long long lost;

	flood_prepare(run);
	start_in(run, SIDE_SERVER, false, "--ring-size=1", NULL);
	run->tracer.may_lose = true;
	/* The first of these has its sample, and is to be reported when the second begins. */
	flood_segments(run, &syns_and_acks);
	kill(run->tracer.pid, SIGSTOP);
	flood_segments(run, &flood);
	sleep(1);
	flood_segments(run, &syns_and_acks);
	kill(run->tracer.pid, SIGCONT);
	tracer_stop(run);
	t = flood_told(run, SIDE_SERVER, "sent", NULL, 0);
	lost = expect_number(run->tracer.summary, "lost.sent");
	if (t.sum + lost != 3 * MANY)
		run_fail("%ld told of and %lld lost, wanted %d", t.sum, lost, 3 * MANY);
	if (!lost)
		run_fail("the ring had room for all");
	flood_check_kinds(run, SIDE_SERVER);
}

/* What XDP sees of a reset that was folded is no reset of its own. */
static void arrivals(struct run *run)
{
	struct flood_server server;
	struct flood_told t;

	flood_prepare(run);
	flood_prepare_own(run);
	tracer_start_on(run, SIDE_SERVER, "srv0");
	flood_serve(run, &server, SERVED_PORT, FLOOD_LINGER);
	flood_visit(run, FROM_PREFIX, SERVED_PORT, FLOOD_LINGER, VISITS);
	while (*server.served < VISITS)
		usleep(1000);
	tracer_stop(run);
	t = flood_told(run, SIDE_SERVER, "received", NULL, 0);
	if (t.sum != VISITS)
		run_fail("%ld received, wanted %d", t.sum, VISITS);
	if (!t.folds)
		run_fail("nothing was folded");
	t = flood_told(run, SIDE_SERVER, "received", "reset-by-peer", 0);
	if (t.sum != VISITS)
		run_fail("%ld received as reset-by-peer, wanted %d", t.sum, VISITS);
	if (run->xdp) {
		expect_int(run->tracer.summary, "raised.arrived", VISITS);
		expect_at_least(run->tracer.summary, "seen_before", 1);
	}
	flood_serve_stop(&server);
}

/* A router that sends each of them on twice: to its bridge, and from there to the port. */
static void bridged(struct run *run)
{
	struct flood_told t;

	start_in(run, SIDE_ROUTER, false, "--passing", NULL);
	flood_connects(run, CLOSED_PORT, CONNECTS);
	tracer_stop(run);
	flood_check(run, SIDE_ROUTER, "passing", "forwarded", CONNECTS);
	t = flood_told(run, SIDE_ROUTER, "passing", NULL, 0);
	if (t.sum != CONNECTS)
		run_fail("%ld passing, wanted %d", t.sum, CONNECTS);
	if (t.lines + t.folds + t.reports > CONNECTS / 2)
		run_fail("%ld events for %d resets", t.lines + t.folds + t.reports, CONNECTS);
}

static void text(struct run *run)
{
	char *out;

	flood_prepare(run);
	start_in(run, SIDE_SERVER, true, "--wide", NULL);
	flood_segments(run, &syns);
	tracer_stop(run);
	out = tracer_output(run->tracer.out);
	if (!strstr(out, "\u00d7") || !strstr(out, ", remote 198.51.100.0/24; this one: "))
		run_fail("no line says that it stands for many");
	if (!strstr(out, " 6,000 resets: 6,000 sent, 0 received;"))
		run_fail("the summary does not have them all");
	if (!strstr(out, " folded into other lines"))
		run_fail("the summary does not say that some were folded");
	free(out);
}

const struct scenario scenarios_fold[] = {
	{ "fold-connects", connects, V4_V6 },
	{ "fold-refused", refused, ONCE },
	{ "fold-prefix", spread, V4_V6, .what = &prefix },
	{ "fold-prefix-scan", spread, V4_V6, .what = &prefix_scan },
	{ "fold-world", spread, V4_V6, .what = &world },
	{ "fold-world-scan", spread, ONCE, .what = &world_scan },
	{ "fold-two-kinds", spread, ONCE, .what = &two_kinds },
	{ "fold-scan", scan, ONCE },
	{ "fold-nowhere", nowhere, ONCE },
	/* Of masses of several namespaces at once, what is folded for want of a slot says of none which it is. */
	{ "fold-unread", unread, V4_V6 | EXCLUSIVE },
	{ "fold-linger", linger, ONCE | EXCLUSIVE },
	{ "fold-owners", owners, ONCE },
	{ "fold-single", single, ONCE },
	{ "fold-tail", tail, ONCE },
	{ "fold-pauses", pauses, ONCE },
	/* What is not folded, or found no place, fills the rings of other tracers as well. */
	{ "fold-every", every, ONCE | EXCLUSIVE },
	{ "fold-full", full, ONCE | EXCLUSIVE },
	/* As fold-unread. */
	{ "fold-arrivals", arrivals, ONCE | EXCLUSIVE, .xdp_too = true },
	{ "fold-bridged", bridged, ONCE, false, LAB_ROUTED_BRIDGE },
	{ "fold-text", text, ONCE },
	{ 0 },
};
