/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_exchange.c: what a connection was at when it was reset, and whether anything was lost. */
#include <sys/socket.h>
#include <unistd.h>

#include "expect.h"
#include "pair.h"

#define PAUSE_US 700000

static void expect_benign(json_t *e, bool wanted)
{
	if (e && json_is_true(json_object_get(e, "benign")) != wanted)
		run_fail("it is%s benign", wanted ? " not" : "");
}

static json_t *expect_situation(struct run *run, enum side side, const char *cause,
				const char *detail, bool benign)
{
	json_t *e = expect_nth(run, side, "sent", 0);

	expect_str(e, "cause", cause);
	if (detail)
		expect_str(e, "detail", detail);
	else
		expect_absent(e, "detail");
	expect_benign(e, benign);
	return e;
}

static void exchange(struct pair *p, long request, long answer)
{
	actor_write(&p->cli, p->c, request);
	actor_read(&p->srv, p->s, request);
	actor_write(&p->srv, p->s, answer);
	actor_read(&p->cli, p->c, answer);
	actor_await_acked(&p->srv, p->s);
}

/* The next request has come when the server closes without reading it. */
static void close_unread(struct run *run, struct pair *p)
{
	actor_write(&p->cli, p->c, 31);
	actor_await_unread(&p->srv, p->s, 31);
	actor_close(&p->srv, p->s);
	actor_await_reset(&p->cli, p->c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
}

/* The idle limit and the next request meet; the request comes first. */
static void race_unread(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	exchange(&p, 27, 38);
	usleep(PAUSE_US);
	close_unread(run, &p);
	e = expect_situation(run, SIDE_SERVER, "close-unread", "idle-timeout-race", false);
	expect_contains(e, "why", "without data");
	expect_at_least(e, "socket.sent_ns", PAUSE_US * 900LL);
	/* Of segments so small the kernel measures no round trip, and so does not note when they are read. */
	expect_absent(e, "socket.read_ns");
	expect_benign(expect_nth(run, SIDE_CLIENT, "received", 0), false);
	pair_stop(&p);
}

/* What comes again and again is read, and never answered: that the last word of this end is long ago makes no idle
 * connection of it. */
static void told_unread(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	exchange(&p, 27, 38);
	for (int i = 0; i < 4; i++) {
		usleep(PAUSE_US / 4);
		actor_write(&p.cli, p.c, 27);
		actor_read(&p.srv, p.s, 27);
	}
	usleep(PAUSE_US / 4);
	close_unread(run, &p);
	e = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_str(e, "cause", "close-unread");
	expect_absent(e, "detail");
	pair_stop(&p);
}

/* A request as big as the kernel measures a round trip by: it notes when that is read. */
static void race_after_big(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	for (int i = 0; i < 3; i++) {
		/* By timestamps, and so only what takes a millisecond at least (tcp_rcv_rtt_measure_ts). */
		usleep(5000);
		exchange(&p, 4000, 38);
	}
	usleep(PAUSE_US);
	close_unread(run, &p);
	e = expect_situation(run, SIDE_SERVER, "close-unread", "idle-timeout-race", false);
	expect_at_least(e, "socket.read_ns", PAUSE_US * 900LL);
	pair_stop(&p);
}

/* The close comes first. */
static void race_late(struct run *run)
{
	struct pair p;
	const char *id;
	json_t *e;
	size_t i;

	tracer_start(run, NULL);
	pair_open(run, &p);
	exchange(&p, 27, 38);
	usleep(PAUSE_US);
	actor_close(&p.srv, p.s);
	actor_await_end(&p.cli, p.c);
	actor_write(&p.cli, p.c, 31);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_situation(run, SIDE_SERVER, "data-after-close", "idle-timeout-race", false);
	expect_contains(e, "why", "keep-alive race");
	expect_absent(e, "of");
	id = json_string_value(json_object_get(e, "id"));
	e = expect_nth(run, SIDE_CLIENT, "received", 0);
	expect_benign(e, false);
	expect_str(e, "of", id);
	/* Told of before the other. */
	json_array_foreach(run->tracer.events, i, e)
		if (expect_is(run, e, SIDE_SERVER, "sent") ||
		    expect_is(run, e, SIDE_CLIENT, "received"))
			break;
	expect_str(e, "id", id);
	pair_stop(&p);
}

/* A client that closes in the middle of what it gets has had enough. */
static void left(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	exchange(&p, 27, 38);
	actor_close(&p.cli, p.c);
	actor_await_end(&p.srv, p.s);
	actor_write(&p.srv, p.s, 60);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_situation(run, SIDE_CLIENT, "data-after-close", NULL, true);
	expect_int(e, "process.pid", p.cli.pid);
	expect_benign(expect_nth(run, SIDE_SERVER, "received", 0), true);
	expect_int(run->tracer.summary, "benign", 2);
	pair_stop(&p);
}

/* A proxy that passes a half-close on, and does not wait for the answer. */
static void cut(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 70);
	actor_shutdown(&p.cli, p.c, SHUT_WR);
	actor_await_end(&p.srv, p.s);
	usleep(100000);
	actor_close(&p.cli, p.c);
	actor_write(&p.srv, p.s, 60);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_situation(run, SIDE_CLIENT, "data-after-close", "answer-cut", false);
	expect_contains(e, "why", "shut its sending side down");
	expect_at_least(e, "history.shut_ns", 90000000);
	expect_contains(e, "why", "received nothing");
	expect_benign(expect_nth(run, SIDE_SERVER, "received", 0), false);
	expect_int(run->tracer.summary, "benign", 0);
	pair_stop(&p);
}

static void turned_away(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_connect(run, &p);
	actor_write(&p.cli, p.c, 14);
	p.s = actor_accept(&p.srv, p.listener);
	actor_await_unread(&p.srv, p.s, 14);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	expect_situation(run, SIDE_SERVER, "close-unread", "turned-away", false);
	pair_stop(&p);
}

/* A load balancer that asks whether somebody is there. */
static void probe(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	p.c = actor_socket(&p.cli, run->speak, 0);
	actor_linger(&p.cli, p.c, 0);
	actor_connect_socket(&p.cli, p.c, run->speak, p.server.address, p.server.port);
	actor_close(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_situation(run, SIDE_CLIENT, "linger-zero", "probe", true);
	e = expect_nth(run, SIDE_SERVER, "received", 0);
	expect_str(e, "phase", "not-accepted");
	expect_str(e, "detail", "probe");
	expect_benign(e, true);
	pair_stop(&p);
}

/* A health check has its interval; at first, nobody knows it. */
static void probe_regular(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	for (int i = 0; i < 4; i++) {
		p.c = actor_socket(&p.cli, run->speak, 0);
		actor_linger(&p.cli, p.c, 0);
		actor_connect_socket(&p.cli, p.c, run->speak, p.server.address, p.server.port);
		actor_close(&p.cli, p.c);
		usleep(300000);
	}
	tracer_finish(run, (struct tally){ .client_sent = 4, .server_received = 4 });
	for (int i = 0; i < 4; i++) {
		e = expect_nth(run, SIDE_SERVER, "received", i);
		expect_str(e, "detail", "probe");
		if (i < 2) {
			expect_absent(e, "regular");
			continue;
		}
		expect_int(e, "regular.count", i + 1);
		expect_at_least(e, "regular.every_ns", 250000000);
		expect_contains(e, "why", "every 3");
		expect_contains(e, "why", " from ");
		expect_contains(e, "why", act_address(run->speak, SIDE_CLIENT));
	}
	e = expect_nth(run, SIDE_CLIENT, "sent", 3);
	expect_int(e, "regular.count", 4);
	pair_stop(&p);
}

/* The server speaks first, and the prober does not read it. */
static void probe_greeted(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.srv, p.s, 16);
	actor_await_unread(&p.cli, p.c, 16);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_situation(run, SIDE_CLIENT, "close-unread", "probe", true);
	expect_contains(e, "why", "after the handshake: a probe");
	expect_benign(expect_nth(run, SIDE_SERVER, "received", 0), true);
	pair_stop(&p);
}

/* The same, and the greeting is late. */
static void probe_greeted_late(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_close(&p.cli, p.c);
	actor_await_end(&p.srv, p.s);
	actor_write(&p.srv, p.s, 16);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	expect_situation(run, SIDE_CLIENT, "data-after-close", "probe", true);
	pair_stop(&p);
}

/* A client that waits no longer for its answer. */
static void waited(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	actor_write(&p.cli, p.c, 18);
	actor_await_unread(&p.srv, p.s, 18);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_situation(run, SIDE_CLIENT, "linger-zero", "unanswered", false);
	expect_contains(e, "why", "last request unanswered");
	e = expect_nth(run, SIDE_SERVER, "received", 0);
	expect_str(e, "phase", "after-request");
	expect_contains(e, "why", "not answered yet");
	expect_benign(e, false);
	pair_stop(&p);
}

/* SO_LINGER 0 is often set to no effect. */
static void delivered(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	exchange(&p, 18, 40);
	actor_linger(&p.cli, p.c, 0);
	actor_close(&p.cli, p.c);
	actor_await_reset(&p.srv, p.s);
	tracer_finish(run, (struct tally){ .client_sent = 1, .server_received = 1 });
	e = expect_situation(run, SIDE_CLIENT, "linger-zero", "delivered", true);
	expect_contains(e, "why", "everything delivered");
	e = expect_nth(run, SIDE_SERVER, "received", 0);
	expect_benign(e, true);
	expect_str(e, "phase", "idle");
	pair_stop(&p);
}

/* An accepted socket has the options of its listener. */
static void inherited(struct run *run)
{
	struct pair p;

	tracer_start(run, NULL);
	pair_listen(run, &p, 8);
	actor_linger(&p.srv, p.listener, 0);
	p.c = pair_another(run, &p, &p.client.port);
	p.s = actor_accept(&p.srv, p.listener);
	exchange(&p, 18, 40);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	expect_contains(expect_situation(run, SIDE_SERVER, "linger-zero", "delivered", true), "why",
			"inherited from the listener");
	pair_stop(&p);
}

/* Slowly, so that nothing waits when the reset comes. */
static void upload(struct run *run)
{
	struct pair p;
	json_t *e;

	tracer_start(run, NULL);
	pair_open(run, &p);
	for (int i = 0; i < 12; i++) {
		actor_write(&p.cli, p.c, 1000);
		actor_read(&p.srv, p.s, 1000);
	}
	actor_linger(&p.srv, p.s, 0);
	actor_close(&p.srv, p.s);
	actor_await_reset(&p.cli, p.c);
	tracer_finish(run, (struct tally){ .server_sent = 1, .client_received = 1 });
	e = expect_nth(run, SIDE_CLIENT, "received", 0);
	expect_str(e, "phase", "mid-transfer");
	expect_benign(e, false);
	pair_stop(&p);
}

const struct scenario scenarios_exchange[] = {
	{ "exchange-race-unread", race_unread, V4_V6, false },
	{ "exchange-told-unread", told_unread, ONCE, false },
	{ "exchange-race-after-big", race_after_big, V4_V6, false },
	{ "exchange-race-late", race_late, V4_V6, false },
	/* The summary counts what is benign of the whole machine. */
	{ "exchange-left", left, V4_V6 | EXCLUSIVE, false },
	/* Likewise. */
	{ "exchange-cut", cut, V4_V6 | EXCLUSIVE, false },
	{ "exchange-turned-away", turned_away, ONCE, false },
	{ "exchange-probe", probe, V4_V6, false },
	{ "exchange-probe-regular", probe_regular, V4_V6, false },
	{ "exchange-probe-greeted", probe_greeted, V4_V6, false },
	{ "exchange-probe-greeted-late", probe_greeted_late, V4_V6, false },
	{ "exchange-waited", waited, V4_V6, false },
	{ "exchange-delivered", delivered, ONCE, false },
	{ "exchange-inherited", inherited, ONCE, false },
	{ "exchange-upload", upload, ONCE, false },
	{ 0 },
};
