/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_attack.c: resets in masses: few lines, and every one of them counted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "ghost.h"
#include "pair.h"

#define PORTS 500
#define FIRST_PORT 20001
#define ORDINARY 10
#define FLOOD 300
#define GHOST_PORT 7777

/* What has lines of its own, and what the limits are; see user/attack.h. */
#define SCAN_LIMIT 16
#define RATE_LIMIT 100

struct told {
	long lines, reports;
	long sum;	/* of both: lines count one each */
	json_t *report; /* the first */
};

static struct told told(struct run *run, enum side side, const char *direction)
{
	struct told t = { 0 };
	json_t *event, *count;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		if (!expect_is(run, event, side, direction))
			continue;
		count = json_object_get(event, "count");
		if (!count) {
			t.lines++;
			t.sum++;
			continue;
		}
		if (!t.reports++)
			t.report = event;
		t.sum += (long)json_integer_value(count);
		expect_contains(event, "why", "port-scan: |rst-flood: |reset-rate: ");
		expect_absent(event, "kernel");
	}
	return t;
}

static void check_told(const struct told *t, long sum, long lines, long reports)
{
	if (t->sum != sum)
		run_fail("%ld lines and %ld reports are %ld resets, wanted %ld", t->lines,
			 t->reports, t->sum, sum);
	if (t->lines != lines)
		run_fail("%ld lines, wanted %ld", t->lines, lines);
	if (t->reports < reports)
		run_fail("%ld reports, wanted %ld or more", t->reports, reports);
}

/* The client tries N ports of the server's on which nobody listens. */
static void try_ports(struct run *run, int n)
{
	struct actor cli;

	actor_start(&cli, &run->lab, SIDE_CLIENT, "e2e-scan");
	for (int i = 0; i < n; i++) {
		int err, fd = actor_connect_start(&cli, run->speak,
						  act_address(run->speak, SIDE_SERVER),
						  FIRST_PORT + i, 0, &err);

		if (err == EINPROGRESS)
			actor_await_reset(&cli, fd);
		else if (err != ECONNREFUSED)
			run_die("connect: %s", strerror(err));
		actor_close(&cli, fd);
	}
	actor_stop(&cli);
}

/* Traces one namespace, so that the summary is of nothing else. */
static void start_in(struct run *run, enum side side, const char *option)
{
	char inode[24];
	const char *args[] = { "--netns", inode, option, NULL };

	snprintf(inode, sizeof(inode), "%u", run->lab.inode[side]);
	tracer_start(run, args);
}

static void check_summary(struct run *run, const char *total, long n, long folded)
{
	json_t *summary = run->tracer.summary;

	expect_int(summary, total, n);
	expect_int(summary, "events", n);
	expect_int(summary, "shown", n);
	expect_int(summary, "folded", folded);
}

static void port_scan(struct run *run)
{
	struct told t;

	start_in(run, SIDE_SERVER, NULL);
	try_ports(run, PORTS);
	/* The report comes while it runs, not only at its end. */
	if (!tracer_await(run, SIDE_SERVER, "sent", SCAN_LIMIT + 1))
		run_fail("no report within five seconds");
	tracer_stop(run);
	t = told(run, SIDE_SERVER, "sent");
	check_told(&t, PORTS, SCAN_LIMIT, 1);
	check_summary(run, "sent.no-listener", PORTS, PORTS - SCAN_LIMIT);
	expect_str(t.report, "attack.kind", "port-scan");
	expect_str(t.report, "cause", "no-listener");
	expect_str(t.report, "family", act_family(run->speak));
	expect_str(t.report, "local.address", act_address(run->speak, SIDE_SERVER));
	expect_absent(t.report, "local.port");
	expect_str(t.report, "remote.address", act_address(run->speak, SIDE_CLIENT));
	expect_absent(t.report, "remote.port");
	expect_int(t.report, "attack.first_port", FIRST_PORT + SCAN_LIMIT);
	if (expect_number(t.report, "attack.ports") != expect_number(t.report, "count"))
		run_fail("each SYN was for another port");
}

/* The same, as the one sees it who scans. */
static void refused(struct run *run)
{
	long long begin;
	struct told t;

	start_in(run, SIDE_CLIENT, NULL);
	begin = run_now();
	try_ports(run, PORTS);
	begin = run_now() - begin;
	tracer_stop(run);
	if (begin > 2000000000)
		run_skip("this machine is too slow for so many resets a second");
	t = told(run, SIDE_CLIENT, "received");
	check_summary(run, "received.refused", PORTS, PORTS - t.lines);
	check_told(&t, PORTS, t.lines, 1);
	/* At least one window had too many; those before it may not have been full. */
	if (t.lines < RATE_LIMIT || t.lines > PORTS - RATE_LIMIT)
		run_fail("%ld lines of their own", t.lines);
	expect_str(t.report, "attack.kind", "reset-rate");
	expect_str(t.report, "cause", "refused");
	expect_str(t.report, "remote.address", act_address(run->speak, SIDE_SERVER));
	expect_str(t.report, "process.comm", "e2e-scan");
}

static void ordinary(struct run *run)
{
	struct told t;

	start_in(run, SIDE_SERVER, NULL);
	try_ports(run, ORDINARY);
	/* The same again and again is no scan. */
	for (int i = 0; i < 3; i++)
		try_ports(run, ORDINARY);
	tracer_stop(run);
	t = told(run, SIDE_SERVER, "sent");
	check_told(&t, 4L * ORDINARY, 4L * ORDINARY, 0);
	check_summary(run, "sent.no-listener", 4L * ORDINARY, 0);
}

static void every(struct run *run)
{
	struct told t;

	start_in(run, SIDE_SERVER, "--every");
	try_ports(run, PORTS);
	tracer_stop(run);
	t = told(run, SIDE_SERVER, "sent");
	check_told(&t, PORTS, PORTS, 0);
	check_summary(run, "sent.no-listener", PORTS, 0);
}

/* The ghost aims at its own connection, far beside the window, and ends it at last. */
static void rst_flood(struct run *run)
{
	static const char *const args[] = { "-i", "srv0", NULL };
	struct segment rst = { .flags = GHOST_RST }, state;
	struct ghost ghost;
	struct told t;
	struct pair p;
	int s;

	tracer_start_at(run, SIDE_SERVER, false, args);
	pair_listen(run, &p, 8);
	ghost_open(&ghost, &run->lab, run->speak, GHOST_PORT, p.server.port);
	state = ghost_handshake(&ghost);
	s = actor_accept(&p.srv, p.listener);
	for (int i = 0; i < FLOOD; i++) {
		rst.seq = state.seq + 1000000000U + (uint32_t)i * 100000;
		ghost_send(&ghost, &rst);
	}
	rst.seq = state.seq;
	ghost_send(&ghost, &rst);
	actor_await_reset(&p.srv, s);
	tracer_stop(run);
	t = told(run, SIDE_SERVER, "received");
	/* The last one may come out first: nothing has to be waited for. */
	if (t.lines > SCAN_LIMIT + 1)
		run_fail("%ld lines of their own", t.lines);
	check_told(&t, FLOOD + 1, t.lines, 1);
	expect_str(t.report, "attack.kind", "rst-flood");
	expect_str(t.report, "cause", "suspected-injection");
	expect_end(t.report, "remote", ghost_address(run->speak), GHOST_PORT);
	expect_end(t.report, "local", p.server.address, p.server.port);
	expect_at_least(t.report, "attack.first_seq", 0);
	ghost_close(&ghost);
	pair_stop(&p);
}

const struct scenario scenarios_attack[] = {
	{ "attack-port-scan", port_scan, V4_V6, false }, { "attack-refused", refused, ONCE, false },
	{ "attack-ordinary", ordinary, ONCE, false },	 { "attack-every", every, ONCE, false },
	{ "attack-rst-flood", rst_flood, V4_V6, false }, { 0 },
};
