/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scenarios_sender.c: who made a RST that a socket took, and what later shows. The tracer looks at the
 * server's namespace only, so that it does not see the ghost write; as if that were another host.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "expect.h"
#include "kernel.h"
#include "stage.h"

#define GHOST_PORT 7777
/* Long enough that a busy machine is still several times sooner. */
#define ROUND_TRIP_US 200000
#define SILENCE_US 700000
#define QUIET_US 120000
#define TRIES 3

static const char *const every[] = { "--every", NULL };

static void start(struct run *run)
{
	char inode[16];
	const char *const watched[] = { "-i", "srv0", "--netns", inode, "--every", NULL };

	snprintf(inode, sizeof(inode), "%u", run->lab.inode[SIDE_SERVER]);
	if (run->xdp)
		tracer_start_at(run, SIDE_SERVER, false, watched);
	else
		tracer_start_within(run, SIDE_SERVER, every);
}

static void await_received(struct run *run, size_t n)
{
	if (!tracer_await(run, SIDE_SERVER, "received", n))
		run_fail("RST number %zu did not come", n);
}

static bool lists(json_t *event, const char *list, const char *sign)
{
	json_t *signs = json_object_get(json_object_get(event, "sender"), list), *one;
	size_t i;

	json_array_foreach(signs, i, one)
		if (!strcmp(json_string_value(one), sign))
			return true;
	return false;
}

static void check_sign(json_t *event, const char *list, const char *sign)
{
	if (event && !lists(event, list, sign))
		run_fail("sender.%s lacks %s", list, sign);
}

static json_t *expect_taken(struct run *run, struct stage *s, size_t n)
{
	struct wanted w = {
		.cause = "reset-by-peer",
		.group = "peer",
		.local = &s->p.server,
		.remote = &s->peer,
		.owner = &s->p.srv,
	};

	return expect_received(run, SIDE_SERVER, n, &w);
}

/* Nothing of the kind that is tried here is held against an ordinary peer. */
static void check_own(json_t *event)
{
	expect_str(event, "sender.who", "peer");
	expect_absent(event, "sender.against");
	expect_absent(event, "corrects");
	check_sign(event, "for", "number");
}

static void check_other(json_t *event, const char *sign)
{
	expect_str(event, "sender.who", "other");
	expect_str(event, "sender.certainty", "inferred");
	check_sign(event, "against", sign);
}

/* ---- how soon it came */

/* A connection whose every answer took a round trip. */
static void connect_far(struct stage *s, useconds_t round_trip)
{
	struct segment syn = { .seq = 1000, .flags = GHOST_SYN }, got;

	ghost_send(&s->ghost, &syn);
	got = ghost_expect(&s->ghost, GHOST_SYN | GHOST_ACK, GHOST_SYN | GHOST_ACK);
	usleep(round_trip);
	s->state = (struct segment){ .seq = 1001, .ack = got.seq + 1 };
	stage_send(s, GHOST_ACK, 0);
	s->s = actor_accept(&s->p.srv, s->p.listener);
}

/* The server sends, and the ghost resets after WAIT_US. Returns how long that took by the clock. */
static long long answer_by_rst(struct stage *s, useconds_t wait_us)
{
	long long from = run_now();

	actor_write(&s->p.srv, s->s, 100);
	ghost_expect(&s->ghost, GHOST_PSH, GHOST_PSH);
	usleep(wait_us);
	s->state.ack += 100;
	stage_send(s, GHOST_RST | GHOST_ACK, 0);
	return run_now() - from;
}

/* With -i it shows that the RST knows the segment; else that both were sent at one moment must be
 * unlikely, by how long the peer was silent before. A slow machine is given a longer path. */
static void sooner(struct run *run)
{
	useconds_t round_trip = ROUND_TRIP_US, silence = run->xdp ? 0 : SILENCE_US;
	long long us = 0, this_trip, this_silence;
	struct stage s;
	json_t *e;
	size_t n = 0;

	start(run);
	stage_set(run, &s, GHOST_PORT);
	do {
		if (n == TRIES)
			run_skip("this machine answers a segment after %lld us", us);
		this_trip = round_trip;
		this_silence = silence;
		connect_far(&s, round_trip);
		usleep(silence);
		us = answer_by_rst(&s, 0) / 1000;
		actor_await_reset(&s.p.srv, s.s);
		await_received(run, ++n);
		round_trip += (useconds_t)us * 20;
		silence += run->xdp ? 0 : (useconds_t)us * 200;
	} while (us * 5 > this_trip || (!run->xdp && us * 80 > this_silence));
	tracer_finish(run, (struct tally){ .server_received = n });
	e = expect_taken(run, &s, n - 1);
	check_other(e, "sooner");
	expect_contains(e, "why", "in the peer's name");
	expect_contains(e, "why", "no round trip to the peer took less than");
	stage_clear(&s);
}

/* Without a pause before it, the peer's RST and this end's segment may have crossed. */
static void crossed(struct run *run)
{
	struct stage s;

	start(run);
	stage_set(run, &s, GHOST_PORT);
	connect_far(&s, ROUND_TRIP_US);
	actor_write(&s.p.srv, s.s, 100);
	ghost_expect(&s.ghost, GHOST_PSH, GHOST_PSH);
	stage_send(&s, GHOST_RST | GHOST_ACK, 0);
	actor_await_reset(&s.p.srv, s.s);
	tracer_finish(run, (struct tally){ .server_received = 1 });
	check_own(expect_taken(run, &s, 0));
	stage_clear(&s);
}

static void in_time(struct run *run)
{
	struct stage s;
	json_t *e;

	start(run);
	stage_set(run, &s, GHOST_PORT);
	connect_far(&s, ROUND_TRIP_US);
	/* Slack for clocks that count in ticks. */
	answer_by_rst(&s, ROUND_TRIP_US * 5 / 4);
	actor_await_reset(&s.p.srv, s.s);
	tracer_finish(run, (struct tally){ .server_received = 1 });
	e = expect_taken(run, &s, 0);
	check_own(e);
	/* Unless this end has sent it again meanwhile: nobody knows which one was answered. */
	if (expect_number(e, "socket.total_retrans") == 0)
		check_sign(e, "for", "round-trip");
	stage_clear(&s);
}

/* ---- what came beside it */

/* RSTs of a quiet peer, by how far their number is from the one that is expected. */
struct company {
	int ahead[4];
	int n;
	int ip_id_step;
	const char *against; /* NULL: nothing */
};

static void beside(struct run *run)
{
	const struct company *c = run->what;
	struct stage s;
	json_t *e = NULL;
	uint32_t exact;

	if (c->ahead[0] < 0 && !run->xdp && !kernel_has("SKB_DROP_REASON_TCP_INVALID_SEQUENCE"))
		run_skip("what a connection refuses is freed without a trace");
	start(run);
	stage_set(run, &s, GHOST_PORT);
	stage_connect(&s);
	stage_data(&s, 1000);
	usleep(QUIET_US);
	exact = s.state.seq;
	s.state.ip_id = 7000;
	s.state.window = 65535;
	for (int i = 0; i < c->n; i++) {
		s.state.seq = exact + (uint32_t)c->ahead[i];
		stage_send(&s, GHOST_RST, 0);
		s.state.ip_id += c->ip_id_step;
	}
	actor_await_reset(&s.p.srv, s.s);
	tracer_finish(run, (struct tally){ .server_received = (size_t)c->n });
	for (int i = 0; i < c->n && !e; i++) {
		json_t *one = expect_nth(run, SIDE_SERVER, "received", (size_t)i);

		if (json_object_get(one, "sender"))
			e = one;
	}
	expect_str(e, "cause", "reset-by-peer");
	expect_int(e, "process.pid", s.p.srv.pid);
	if (c->against) {
		check_other(e, c->against);
		expect_contains(e, "why", "in the peer's name");
	} else {
		check_own(e);
	}
	stage_clear(&s);
}

/* A peer that resets at once what it does not want: all of it is its own, old numbers and new ones. */
static void beside_data(struct run *run)
{
	struct stage s;
	uint32_t exact;

	start(run);
	stage_set(run, &s, GHOST_PORT);
	stage_connect(&s);
	stage_data(&s, 1000);
	usleep(QUIET_US);
	actor_write(&s.p.srv, s.s, 100);
	ghost_expect(&s.ghost, GHOST_PSH, GHOST_PSH);
	exact = s.state.seq;
	stage_send(&s, GHOST_RST, 0);
	stage_send(&s, GHOST_RST, 0);
	s.state.seq = exact - 500;
	stage_send(&s, GHOST_RST, 0);
	actor_await_reset(&s.p.srv, s.s);
	tracer_finish(run, (struct tally){ .server_received = 3 });
	check_own(expect_taken(run, &s, 0));
	stage_clear(&s);
}

/* ---- the peer goes on */

struct later {
	int ahead;    /* of where it had been */
	int length;   /* of what it sends then */
	int ack;      /* how far that acknowledges more than this end has sent */
	bool at_once; /* no pause before it */
	bool goes_on;
};

static void check_summary(struct run *run, bool corrected)
{
	json_t *received = json_object_get(run->tracer.summary, "received");

	expect_int(received, corrected ? "suspected-injection" : "reset-by-peer", 1);
	expect_absent(received, corrected ? "reset-by-peer" : "suspected-injection");
}

static void check_correction(json_t *first, json_t *second, json_t *shown_by)
{
	expect_str(second, "cause", "suspected-injection");
	expect_str(second, "certainty", "inferred");
	expect_str(second, "kernel.rule", "went-on");
	expect_str(second, "corrects", json_string_value(json_object_get(first, "id")));
	expect_int(second, "mono_ns", expect_number(first, "mono_ns"));
	expect_int(second, "process.pid", expect_number(first, "process.pid"));
	expect_int(second, "socket.cookie", expect_number(first, "socket.cookie"));
	check_other(second, "went-on");
	if (second && json_equal(json_object_get(first, "id"), json_object_get(second, "id")))
		run_fail("two lines have one id");
	if (shown_by)
		expect_absent(shown_by, "corrects");
}

static void reset_and_go_on(struct run *run, struct stage *s, const struct later *later)
{
	stage_set(run, s, GHOST_PORT);
	stage_connect(s);
	stage_data(s, 1000);
	stage_send(s, GHOST_RST | GHOST_ACK, 0);
	actor_await_reset(&s->p.srv, s->s);
	/* Its line is out before what overturns it comes. */
	await_received(run, 1);
	if (!later->at_once)
		usleep(50000);
	s->state.seq += (uint32_t)later->ahead;
	s->state.ack += (uint32_t)later->ack;
	stage_send(s, GHOST_ACK | (later->length ? GHOST_PSH : 0), later->length);
	ghost_expect(&s->ghost, GHOST_RST, GHOST_RST);
}

static void goes_on(struct run *run)
{
	const struct later *later = run->what;
	struct stage s;
	json_t *first, *late;

	tracer_start_within(run, SIDE_SERVER, NULL);
	reset_and_go_on(run, &s, later);
	if (later->goes_on)
		await_received(run, 2);
	tracer_finish(
		run, (struct tally){ .server_sent = 1, .server_received = later->goes_on ? 2 : 1 });
	first = expect_taken(run, &s, 0);
	check_own(first);
	late = expect_nth(run, SIDE_SERVER, "sent", 0);
	expect_history(late, "reset-received", NULL, 0);
	if (later->goes_on)
		check_correction(first, expect_nth(run, SIDE_SERVER, "received", 1), late);
	check_summary(run, later->goes_on);
	stage_clear(&s);
}

/* The line that is overturned passed the filter, and so does what overturns it; the line that shows it
 * does not. */
static void goes_on_filtered(struct run *run)
{
	static const struct later data = { .length = 100, .goes_on = true };
	const char *const *args = run->what;
	struct stage s;
	json_t *first;

	tracer_start_within(run, SIDE_SERVER, args);
	reset_and_go_on(run, &s, &data);
	await_received(run, 2);
	tracer_finish(run, (struct tally){ .server_received = 2 });
	first = expect_taken(run, &s, 0);
	check_correction(first, expect_nth(run, SIDE_SERVER, "received", 1), NULL);
	check_summary(run, true);
	stage_clear(&s);
}

/* What no line told of is not corrected. */
static void goes_on_not_wanted(struct run *run)
{
	static const struct later data = { .length = 100, .goes_on = true };
	static const char *const sent[] = { "--cause", "closed-earlier,suspected-injection", NULL };
	struct stage s;

	tracer_start_within(run, SIDE_SERVER, sent);
	stage_set(run, &s, GHOST_PORT);
	stage_connect(&s);
	stage_data(&s, 1000);
	stage_send(&s, GHOST_RST | GHOST_ACK, 0);
	actor_await_reset(&s.p.srv, s.s);
	usleep(50000);
	stage_send(&s, GHOST_ACK | GHOST_PSH, data.length);
	ghost_expect(&s.ghost, GHOST_RST, GHOST_RST);
	tracer_finish(run, (struct tally){ .server_sent = 1 });
	expect_int(run->tracer.summary, "sent.closed-earlier", 1);
	expect_absent(run->tracer.summary, "received.suspected-injection");
	stage_clear(&s);
}

static const struct company stale = { { -700, -350, 0 }, 3, 1, "stale" };
static const struct company repeated = { { 0, 0, 0, 0 }, 4, 1, "repeated" };
/* The network may deliver one packet twice. */
static const struct company copied = { { 0, 0 }, 2, 0, NULL };
static const struct company alone = { { 0 }, 1, 1, NULL };

static const struct later by_data = { .length = 100, .goes_on = true };
static const struct later by_data_at_once = { .length = 100, .at_once = true, .goes_on = true };
static const struct later by_ack = { .goes_on = true };
/* Beyond the window: another connection's, or a stray one. */
static const struct later far_ahead = { .ahead = 0x40000000, .length = 100 };
/* Sent again, or late: it was on its way before the RST. */
static const struct later behind = { .ahead = -1000, .length = 1000 };
/* Of what was never sent to it. */
static const struct later beyond = { .ack = 5000, .length = 100 };

static const char *const only_cause[] = { "--cause", "reset-by-peer", NULL };

#define SENDER(name, play, what)                                 \
	{                                                        \
		name, play, V4_V6, false, LAB_PAIR, false, &what \
	}

const struct scenario scenarios_sender[] = {
	{ "sender-sooner", sooner, V4_V6, false, LAB_PAIR, true, NULL },
	{ "sender-crossed", crossed, V4_V6, false, LAB_PAIR, true, NULL },
	{ "sender-in-time", in_time, V4_V6, false, LAB_PAIR, true, NULL },
	{ "sender-stale", beside, V4_V6, false, LAB_PAIR, true, &stale },
	{ "sender-repeated", beside, V4_V6, false, LAB_PAIR, true, &repeated },
	SENDER("sender-copied", beside, copied),
	SENDER("sender-alone", beside, alone),
	{ "sender-beside-data", beside_data, V4_V6, false },
	{ "corrects-data", goes_on, ALL_FAMILIES, false, LAB_PAIR, false, &by_data },
	SENDER("corrects-data-at-once", goes_on, by_data_at_once),
	SENDER("corrects-ack", goes_on, by_ack),
	SENDER("corrects-not-far", goes_on, far_ahead),
	SENDER("corrects-not-behind", goes_on, behind),
	SENDER("corrects-not-beyond", goes_on, beyond),
	{ "corrects-cause", goes_on_filtered, ONCE, .what = only_cause },
	{ "corrects-not-wanted", goes_on_not_wanted, ONCE, false },
	{ 0 },
};
