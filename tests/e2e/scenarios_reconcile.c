/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_reconcile.c: the kernel's own counters against what was traced. That nothing stays
 * unexplained is checked after every scenario of every file (tracer.c); here is what must be told, and
 * that it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "expect.h"
#include "kernel.h"
#include "ghost.h"
#include "pair.h"

#define CLOSED_PORT 44444

/* What the summary says of a counter; NULL: nothing. */
static json_t *find(struct run *run, json_t *summary, enum side side, const char *counter)
{
	json_t *line;
	size_t i;

	json_array_foreach(json_object_get(summary, "reconciliation"), i, line) {
		if (json_integer_value(json_object_get(line, "netns")) == run->lab.inode[side] &&
		    !strcmp(json_string_value(json_object_get(line, "counter")), counter))
			return line;
	}
	return NULL;
}

/* What the kernel counts by why it happened. */
static bool needs_reasons(const char *counter)
{
	static const char *const without[] = { "OutRsts", "EstabResets", "TCPAbortFailed",
					       "ListenOverflows" };

	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		if (!strcmp(counter, without[i]))
			return false;
	return true;
}

/* KERNEL and EVENTS, of which WHY (part of a sentence) explains the difference. */
static void check(struct run *run, enum side side, const char *counter, long long kernel,
		  long long events, const char *why, const char *certainty)
{
	json_t *line = find(run, run->tracer.summary, side, counter), *part;
	size_t parts;

	if (needs_reasons(counter) && !kernel_tells_reasons()) {
		if (line)
			run_fail("%s, of a kernel without reasons", counter);
		return;
	}
	if (!line) {
		run_fail("the %s's %s is not there", netlab_side_name(side), counter);
		return;
	}
	expect_int(line, "kernel", kernel);
	expect_int(line, "events", events);
	expect_int(line, "unexplained", 0);
	parts = json_array_size(json_object_get(line, "explained"));
	if (parts != (kernel != events))
		run_fail("%s is explained in %zu ways", counter, parts);
	part = json_array_get(json_object_get(line, "explained"), 0);
	if (!why || !part)
		return;
	expect_contains(part, "why", why);
	expect_int(part, "count", kernel - events);
	expect_str(part, "certainty", kernel_tells_reasons() ? certainty : "inferred");
}

static void same(struct run *run, enum side side, const char *counter, long long n)
{
	check(run, side, counter, n, n, NULL, NULL);
}

static void absent(struct run *run, enum side side, const char *counter)
{
	if (find(run, run->tracer.summary, side, counter))
		run_fail("the %s's %s is there", netlab_side_name(side), counter);
}

static void refuse(struct run *run, struct actor *cli, int port)
{
	int err, fd;

	fd = actor_connect_start(cli, run->speak, act_address(run->speak, SIDE_SERVER), port, 0,
				 &err);
	if (err == EINPROGRESS)
		actor_await_reset(cli, fd);
	else if (err != ECONNREFUSED)
		run_die("connect: %s", strerror(err));
	actor_close(cli, fd);
}

static void abort_unread(struct run *run, struct pair *p)
{
	p->c = pair_another(run, p, &p->client.port);
	p->s = actor_accept(&p->srv, p->listener);
	actor_write(&p->cli, p->c, 1);
	actor_await_unread(&p->srv, p->s, 1);
	actor_close(&p->srv, p->s);
	actor_await_reset(&p->cli, p->c);
	actor_close(&p->cli, p->c);
}

static void abort_linger(struct run *run, struct pair *p)
{
	p->c = pair_another(run, p, &p->client.port);
	p->s = actor_accept(&p->srv, p->listener);
	actor_linger(&p->cli, p->c, 0);
	actor_close(&p->cli, p->c);
	actor_await_reset(&p->srv, p->s);
	actor_close(&p->srv, p->s);
}

static void send_after_close(struct run *run, struct pair *p)
{
	p->c = pair_another(run, p, &p->client.port);
	p->s = actor_accept(&p->srv, p->listener);
	actor_close(&p->srv, p->s);
	actor_await_end(&p->cli, p->c);
	actor_write(&p->cli, p->c, 10);
	actor_await_reset(&p->cli, p->c);
	actor_close(&p->cli, p->c);
}

/* Five refused, four closed with unread data, three aborted by the client, two written to too late. */
static void provoke(struct run *run, struct pair *p)
{
	pair_listen(run, p, 8);
	for (int i = 0; i < 5; i++)
		refuse(run, &p->cli, CLOSED_PORT);
	for (int i = 0; i < 4; i++)
		abort_unread(run, p);
	for (int i = 0; i < 3; i++)
		abort_linger(run, p);
	for (int i = 0; i < 2; i++)
		send_after_close(run, p);
}

static void check_provoked(struct run *run)
{
	same(run, SIDE_SERVER, "OutRsts", 5 + 4 + 2);
	same(run, SIDE_SERVER, "EstabResets", 4 + 3);
	same(run, SIDE_SERVER, "TCPAbortOnClose", 4);
	absent(run, SIDE_SERVER, "AttemptFails");
	same(run, SIDE_CLIENT, "OutRsts", 3);
	same(run, SIDE_CLIENT, "EstabResets", 4 + 3 + 2);
	same(run, SIDE_CLIENT, "AttemptFails", 5);
	same(run, SIDE_CLIENT, "TCPAbortOnData", 3);
	absent(run, SIDE_CLIENT, "TCPAbortOnClose");
}

static void mixed(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	provoke(run, &p);
	tracer_finish(run, (struct tally){ .server_sent = 11,
					   .server_received = 3,
					   .client_sent = 3,
					   .client_received = 11 });
	check_provoked(run);
	pair_stop(&p);
}

/* Filters leave out details, and no counts. */
static void filtered(struct run *run)
{
	static const char *const args[] = { "-L", "1", NULL };
	struct pair p;

	tracer_start(run, args);
	provoke(run, &p);
	tracer_finish(run, (struct tally){ 0 });
	check_provoked(run);
	pair_stop(&p);
}

/* What is not traced cannot be compared. */
static void sent_only(struct run *run)
{
	static const char *const args[] = { "--sent", NULL };
	struct pair p;

	tracer_start(run, args);
	provoke(run, &p);
	tracer_finish(run, (struct tally){ .server_sent = 11, .client_sent = 3 });
	same(run, SIDE_SERVER, "OutRsts", 11);
	same(run, SIDE_CLIENT, "TCPAbortOnData", 3);
	absent(run, SIDE_SERVER, "EstabResets");
	absent(run, SIDE_CLIENT, "AttemptFails");
	pair_stop(&p);
}

/* Resets from before the start are not counted, on neither side. */
static void before_start(struct run *run)
{
	struct pair p;

	provoke(run, &p);
	tracer_start(run, NULL);
	abort_unread(run, &p);
	refuse(run, &p.cli, CLOSED_PORT);
	tracer_finish(run, (struct tally){ .server_sent = 2, .client_received = 2 });
	same(run, SIDE_SERVER, "OutRsts", 2);
	same(run, SIDE_SERVER, "TCPAbortOnClose", 1);
	same(run, SIDE_CLIENT, "EstabResets", 1);
	same(run, SIDE_CLIENT, "AttemptFails", 1);
	pair_stop(&p);
}

/* A namespace without a name and, for the time being, without a process, in place of the router. */
static void open_hidden(struct run *run)
{
	struct stat st;

	if (unshare(CLONE_NEWNET))
		run_die("unshare: %s", strerror(errno));
	run->lab.ns[SIDE_ROUTER] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fstat(run->lab.ns[SIDE_ROUTER], &st))
		run_die("/proc/self/ns/net: %s", strerror(errno));
	run->lab.inode[SIDE_ROUTER] = (uint32_t)st.st_ino;
	netlab_enter(&run->lab, SIDE_HOME);
}

#define REFUSED "bash -c ': </dev/tcp/127.0.0.1/1' 2>/dev/null; "

/* It has counted before the start, and nobody could know how much. */
static void not_found_at_start(struct run *run)
{
	struct actor a;
	int err;

	open_hidden(run);
	netlab_sh(&run->lab, SIDE_ROUTER, "ip link set lo up; " REFUSED REFUSED REFUSED "true");
	tracer_start(run, NULL);
	actor_start(&a, &run->lab, SIDE_ROUTER, "e2e-cli");
	actor_connect_start(&a, SPEAK_V4, "127.0.0.1", 1, 0, &err);
	tracer_finish(run, (struct tally){ .router_sent = 1, .router_received = 1 });
	check(run, SIDE_ROUTER, "OutRsts", 4, 1, "older than tracing", "inferred");
	check(run, SIDE_ROUTER, "AttemptFails", 4, 1, "older than tracing", "inferred");
	actor_stop(&a);
}

/* Data in flight, and nobody answers: given up without a RST. */
static void timed_out(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_USER_TIMEOUT, 500);
	netlab_block(&run->lab, SIDE_CLIENT);
	actor_write(&p.srv, p.s, 10);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ 0 });
	check(run, SIDE_SERVER, "EstabResets", 1, 0, "timeout", "certain");
	check(run, SIDE_SERVER, "TCPAbortOnTimeout", 1, 0, "timeout", "certain");
	absent(run, SIDE_SERVER, "OutRsts");
	pair_stop(&p);
}

/* As a proxy that drops a client silently, or a checkpoint, does. */
static void silently(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_set(&p.srv, p.s, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	actor_close(&p.srv, p.s);
	tracer_finish(run, (struct tally){ 0 });
	check(run, SIDE_SERVER, "EstabResets", 1, 0, "TCP_REPAIR", "certain");
	absent(run, SIDE_SERVER, "OutRsts");
	pair_stop(&p);
}

/* connect() that nobody answers, closed with SO_LINGER 0; one that ICMP refuses. */
static void connecting(struct run *run)
{
	const char *address = act_address(run->speak, SIDE_SERVER);
	struct pair p;
	int fd, err;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "nft -f - <<.\ntable inet e2e {\nchain c { type filter hook input priority 0; "
		  "tcp dport 1 drop; tcp dport 2 reject; }\n}\n.");
	fd = actor_connect_start(&p.cli, run->speak, address, 1, 0, &err);
	actor_linger(&p.cli, fd, 0);
	actor_close(&p.cli, fd);
	refuse(run, &p.cli, 2);
	tracer_finish(run, (struct tally){ 0 });
	check(run, SIDE_CLIENT, "TCPAbortOnData", 1, 0, "while connecting", "certain");
	/* While connect() has the socket, it may be connect() that fails, and not the attempt. */
	if (find(run, run->tracer.summary, SIDE_CLIENT, "AttemptFails"))
		check(run, SIDE_CLIENT, "AttemptFails", 1, 0, "ICMP", "certain");
	absent(run, SIDE_SERVER, "OutRsts");
	pair_stop(&p);
}

/* A firewall's RST is none of TCP's. */
static void reject(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	netlab_sh(&run->lab, SIDE_SERVER,
		  "nft -f - <<.\ntable inet e2e {\nchain c { type filter hook input priority 0; "
		  "tcp dport %d reject with tcp reset; }\n}\n.",
		  p.server.port);
	refuse(run, &p.cli, p.server.port);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	absent(run, SIDE_SERVER, "OutRsts");
	same(run, SIDE_CLIENT, "AttemptFails", 1);
	pair_stop(&p);
}

/* The RST is for somebody to whom no way leads: the kernel has raised it, and does not count it. */
static void without_route(struct run *run)
{
	struct flow flow = {
		.speak = SPEAK_V6,
		.from = { "2001:db8:ffff::1", 1234 },
		.to = expect_at(act_address(SPEAK_V6, SIDE_SERVER), CLOSED_PORT),
	};
	struct segment syn = { .seq = 1, .flags = GHOST_SYN };
	struct sender sender;
	struct pair p;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	sender_open(&sender, &p.cli, BY_RAW, SPEAK_V6, NULL, 0);
	sender_send(&sender, &flow, &syn);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	check(run, SIDE_SERVER, "OutRsts", 0, 1, "IPv6 had no route", "certain");
	pair_stop(&p);
}

static json_t *not_reconciled(struct run *run, long netns)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(run->tracer.summary, "not_reconciled"), i, one) {
		if (json_integer_value(json_object_get(one, "netns")) == netns)
			return one;
	}
	return NULL;
}

/* A namespace that is no more takes its counters with it; its number may be another's by then. */
static void gone(struct run *run)
{
	char path[512];
	long netns = 0;
	json_t *one;
	FILE *f;

	tracer_start(run, NULL);
	snprintf(path, sizeof(path), "%s/netns", run->directory);
	netlab_sh(&run->lab, SIDE_HOME,
		  "unshare -n sh -c 'ip link set lo up; stat -Lc %%i /proc/self/ns/net >%s; "
		  "bash -c \": </dev/tcp/127.0.0.1/1\" 2>/dev/null; true'",
		  path);
	f = fopen(path, "re");
	if (!f || fscanf(f, "%ld", &netns) != 1)
		run_die("no namespace in %s", path);
	fclose(f);
	tracer_finish(run, (struct tally){ 0 });
	one = not_reconciled(run, netns);
	if (!one)
		run_fail("nothing is said of the namespace %ld that is gone", netns);
	else
		expect_str(one, "why", "gone|replaced");
}

/* ---- SIGUSR1 */

#define BURST 250
#define ROUNDS 40

/* Those of one round are answered before the next; a signal comes in the middle of some. */
static void load(struct run *run, int signals)
{
	struct segment syn = { .seq = 1, .flags = GHOST_SYN };
	struct ghost ghost;

	ghost_open(&ghost, &run->lab, run->speak, 1024, CLOSED_PORT);
	for (int round = 1; round <= ROUNDS; round++) {
		for (int i = 0; i < BURST; i++) {
			ghost.port = 1024 + round * BURST + i;
			ghost_send(&ghost, &syn);
			if (i == BURST / 2 && round % (ROUNDS / (signals + 1)) == 0 && signals) {
				kill(run->tracer.pid, SIGUSR1);
				signals--;
			}
		}
		netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutRsts", (long)round * BURST);
	}
	ghost_close(&ghost);
}

static void await_interim(struct run *run, size_t n)
{
	long long until = run_now() + 5000000000LL;

	while (tracer_count(run, SIDE_SERVER, "sent"), json_array_size(run->tracer.interim) < n) {
		if (run_now() > until)
			run_die("%zu summaries, wanted %zu", json_array_size(run->tracer.interim),
				n);
		usleep(2000);
	}
}

static void on_signal(struct run *run)
{
	static const char *const args[] = { "-q", NULL };
	long long last = 0;
	struct pair p;

	tracer_start(run, args);
	pair_listen(run, &p, 8);
	load(run, 2);
	await_interim(run, 1);
	kill(run->tracer.pid, SIGUSR1);
	await_interim(run, 2);
	tracer_stop(run);
	for (size_t i = 0; i < json_array_size(run->tracer.interim); i++) {
		json_t *summary = json_array_get(run->tracer.interim, i);
		json_t *line = find(run, summary, SIDE_SERVER, "OutRsts");
		long long kernel = json_integer_value(json_object_get(line, "kernel"));

		/* The load may be over before the first signal is looked at. */
		if (!line || kernel < last)
			run_fail("summary %zu: OutRsts is not there, or less than %lld", i, last);
		last = kernel;
		expect_int(line, "unexplained", 0);
	}
	same(run, SIDE_SERVER, "OutRsts", ROUNDS * BURST);
	pair_stop(&p);
}

/* In text, it says that it goes on. */
static void on_signal_text(struct run *run)
{
	struct pair p;
	char *text;

	tracer_start_at(run, SIDE_HOME, true, NULL);
	pair_listen(run, &p, 8);
	refuse(run, &p.cli, CLOSED_PORT);
	kill(run->tracer.pid, SIGUSR1);
	for (int i = 0; i < 2500; i++) {
		text = tracer_output(run->tracer.out);
		if (strstr(text, "so far"))
			break;
		free(text);
		usleep(2000);
	}
	tracer_stop(run);
	text = tracer_output(run->tracer.out);
	if (!strstr(text, "so far, "))
		run_fail("no summary so far");
	if (!strstr(text, "  counters: "))
		run_fail("no counters");
	free(text);
	pair_stop(&p);
}

const struct scenario scenarios_reconcile[] = {
	{ "reconcile-mixed", mixed, ALL_FAMILIES },
	{ "reconcile-filtered", filtered, ONCE },
	{ "reconcile-sent", sent_only, ONCE },
	{ "reconcile-before", before_start, ONCE },
	{ "reconcile-not-found", not_found_at_start, ONCE },
	{ "reconcile-timeout", timed_out, V4_V6 },
	{ "reconcile-silent-close", silently, V4_V6, false },
	{ "reconcile-connecting", connecting, V4_V6 },
	{ "reconcile-reject", reject, V4_V6 },
	{ "reconcile-no-route", without_route, 1 << SPEAK_V6 },
	{ "reconcile-gone", gone, ONCE },
	/* Signals at moments of a load. */
	{ "reconcile-signal", on_signal, ONCE | EXCLUSIVE },
	{ "reconcile-signal-text", on_signal_text, ONCE | EXCLUSIVE },
	{ 0 },
};
