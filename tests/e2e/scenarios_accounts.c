/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_accounts.c: thousands of resets, none lost, none invented: the kernel counts too. */
#include <signal.h>
#include <string.h>

#include "balance.h"
#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define SYNS 2500
#define STRAYS 2000
#define STRAYS_LISTENING 1000
#define LINGERS 300
#define UNREADS 300
#define TO_GHOST (SYNS + STRAYS + STRAYS_LISTENING)
#define SENT (TO_GHOST + LINGERS + UNREADS)

/* The kernel's queue between the two interfaces holds a thousand. */
#define BURST 250

static void flood(struct run *run, int port, const struct segment *first, int n)
{
	long before = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts");
	struct segment s = *first;
	struct ghost ghost;

	ghost_open(&ghost, &run->lab, run->speak, 1024, port);
	for (int i = 1; i <= n; i++) {
		ghost.port = 1024 + i;
		s.seq += 1000;
		ghost_send(&ghost, &s);
		if (i % BURST == 0 || i == n)
			netlab_await(&run->lab, SIDE_SERVER, "Tcp", "OutRsts", before + i);
	}
	ghost_close(&ghost);
}

static void end_connections(struct run *run, struct pair *p, int n, bool unread)
{
	for (int i = 0; i < n; i++) {
		p->c = pair_another(run, p, &p->client.port);
		p->s = actor_accept(&p->srv, p->listener);
		if (unread) {
			actor_write(&p->cli, p->c, 1);
			actor_await_unread(&p->srv, p->s, 1);
		} else {
			actor_linger(&p->srv, p->s, 0);
		}
		actor_close(&p->srv, p->s);
		actor_await_reset(&p->cli, p->c);
		actor_close(&p->cli, p->c);
	}
}

static void check_cause(struct run *run, const char *direction, const char *cause, long wanted)
{
	enum side side = strcmp(direction, "sent") ? SIDE_CLIENT : SIDE_SERVER;
	json_t *event;
	long n = 0, total;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		if (expect_is(run, event, side, direction))
			n += !strcmp(json_string_value(json_object_get(event, "cause")), cause);
	}
	if (n != wanted)
		run_fail("%ld %s %s, wanted %ld", n, direction, cause, wanted);
	/* The summary counts the whole machine. */
	total = json_integer_value(
		json_object_get(json_object_get(run->tracer.summary, direction), cause));
	if (total < wanted)
		run_fail("the summary has %ld %s %s, wanted %ld or more", total, direction, cause,
			 wanted);
}

/* Each of those to the ghost says who sent it, and why. */
static void check_pairs(struct run *run)
{
	json_t *event;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		if (!expect_is(run, event, SIDE_CLIENT, "passing"))
			continue;
		expect_str(event, "detail", "not-routed");
		expect_str(event, "pair.cause", "no-listener|no-such-connection");
	}
}

static void accounts(struct run *run)
{
	static const struct segment syn = { .seq = 1, .flags = GHOST_SYN };
	static const struct segment ack = { .seq = 1, .ack = 1, .flags = GHOST_ACK };
	/* Room for all of it: a sanitized reader is slow. */
	static const char *const args[] = { "--every", "--ring-size", "64", NULL };
	long before, grown;
	struct pair p;

	tracer_start(run, args);
	pair_listen(run, &p, 64);
	before = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts");
	flood(run, 44444, &syn, SYNS);
	flood(run, 44444, &ack, STRAYS);
	flood(run, p.server.port, &ack, STRAYS_LISTENING);
	end_connections(run, &p, LINGERS, false);
	end_connections(run, &p, UNREADS, true);
	grown = netlab_counter(&run->lab, SIDE_SERVER, "Tcp", "OutRsts") - before;
	if (grown != SENT)
		run_fail("the kernel counts %ld resets, provoked %d", grown, SENT);
	tracer_finish(run, (struct tally){ .server_sent = SENT,
					   .client_received = LINGERS + UNREADS,
					   .client_passing = TO_GHOST });
	balance_check(run);
	check_cause(run, "sent", "no-listener", SYNS);
	check_cause(run, "sent", "no-such-connection", STRAYS + STRAYS_LISTENING);
	check_cause(run, "sent", "linger-zero", LINGERS);
	check_cause(run, "sent", "close-unread", UNREADS);
	check_cause(run, "received", "reset-by-peer", LINGERS + UNREADS);
	check_cause(run, "passing", "ignored", TO_GHOST);
	check_pairs(run);
	pair_stop(&p);
}

static long total(json_t *by_cause)
{
	const char *cause;
	json_t *value;
	long sum = 0;

	json_object_foreach(by_cause, cause, value)
		sum += (long)json_integer_value(value);
	return sum;
}

static long summary_number(struct run *run, const char *group, const char *name)
{
	return (long)json_integer_value(
		json_object_get(json_object_get(run->tracer.summary, group), name));
}

/* A tracer that cannot keep up loses events, and says exactly how many. */
static void losses(struct run *run)
{
	static const char *const args[] = { "--ring-size", "1", "--every", NULL };
	static const struct segment syn = { .seq = 1, .flags = GHOST_SYN };
	long sent, lost, dropped, ignored, shown;

	tracer_start(run, args);
	run->tracer.may_lose = true;
	kill(run->tracer.pid, SIGSTOP);
	flood(run, 44444, &syn, SYNS);
	kill(run->tracer.pid, SIGCONT);
	tracer_stop(run);
	shown = (long)tracer_count(run, SIDE_SERVER, "sent");
	lost = summary_number(run, "lost", "sent");
	sent = total(json_object_get(run->tracer.summary, "sent"));
	dropped = summary_number(run, "lost", "dropped");
	/* A MiB has room for less than 1,500 of them; each is dropped by the client's side. */
	if (lost + dropped < 2 * SYNS - 1500)
		run_fail("%ld lost, wanted %d or more", lost + dropped, 2 * SYNS - 1500);
	/* Other namespaces' losses are in there too. */
	if (shown + lost < SYNS)
		run_fail("%ld shown and %ld lost are less than the %d there were", shown, lost,
			 SYNS);
	ignored = (long)tracer_count(run, SIDE_CLIENT, "passing");
	if (ignored + dropped < SYNS)
		run_fail("%ld ignored and %ld lost are less than the %d there were", ignored,
			 dropped, SYNS);
	if (sent + lost != summary_number(run, "raised", "sent"))
		run_fail("%ld sent and %ld lost are not the %ld that were raised", sent, lost,
			 summary_number(run, "raised", "sent"));
}

const struct scenario scenarios_accounts[] = {
	/* Floods that want both processors, and that other tracers would be busy with. */
	{ "accounts", accounts, ONCE | EXCLUSIVE, false },
	{ "losses", losses, ONCE | EXCLUSIVE, false },
	{ 0 },
};
