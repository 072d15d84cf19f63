/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "base/clock.h"
#include "base/util.h"

#define REST_US 30000 /* between two runs: what the last one left for later is done */
#define CALIBRATION_S 0.1
#define BIT(n) (1U << (n))

const char *const metric_names[METRICS] = {
	[M_RATE] = "rate",
	[M_MADE] = "made",
	[M_SENT] = "sent",
	[M_PRINTED] = "printed",
	[M_LOST] = "lost",
	[M_LOST_SENT] = "lost_sent",
	[M_CPU] = "cpu_s",
	[M_RSS] = "rss",
	[M_BARE] = "rss_bare",
	[M_NS] = "kernel_ns",
	[M_HOOK] = "hook_ns",
	[M_EMPTY] = "empty_ns",
	[M_COUNTED] = "counted_share",
	[M_SHARE] = "share",
	[M_FIRST] = "first_ms",
	[M_IDLE] = "idle_ms_per_s",
	[M_XDP] = "xdp_ns",
	[M_PASS] = "pass_ns",
};

bool measure_wants(const struct bench *b, enum load_kind load, enum tool_id tool)
{
	const struct tool_info *t = &tools[tool];

	if (!(b->loads & BIT(load)) || !(b->tools & BIT(tool)) || b->missing[tool])
		return false;
	return loads[load].resets ? !t->no_resets : t->any_load;
}

/* Starts a tool; one that cannot takes no further part. */
static bool start(struct bench *b, struct tool *t, enum tool_id id, enum side side)
{
	char why[sizeof(b->why[0]) - 16];

	if (!tool_start(t, id, &b->lab, side, b->probe, why, sizeof(why)))
		return true;
	if (id >= TOOLS)
		run_die("%s: %s", tools[id].title, why);
	snprintf(b->why[id], sizeof(b->why[id]), "failed: %s", *why ? why : "it was not ready");
	b->missing[id] = b->why[id];
	fprintf(stderr, "bench: %s %s\n", tools[id].title, b->why[id]);
	return false;
}

static void stop(struct tool *t)
{
	tool_stop(t);
	tool_close(t);
	usleep(REST_US);
}

static void count(const struct tool *t, struct count *c)
{
	int err = count_output(t->out, t->err, t->info->format, c);

	if (err)
		run_die("%s: its output cannot be read: %s", t->info->title, strerror(-err));
}

static void put(struct bench *b, enum metric m, enum load_kind load, enum tool_id tool, int round,
		double value)
{
	b->v[m][load][tool][round] = value;
}

static void run_alone(struct bench *b, enum load_kind load, enum tool_id id, int round)
{
	struct load_result r = load_run(&b->lab, load, b->seconds);

	put(b, M_RATE, load, id, round, r.rate);
	put(b, M_MADE, load, id, round, (double)r.rsts);
	usleep(REST_US);
}

/* It is ready before the load and ends after it. */
static void run_beside(struct bench *b, enum load_kind load, enum tool_id id, int round)
{
	struct count before = { 0 }, after;
	struct load_result r;
	struct usage u;
	struct tool t;

	if (!start(b, &t, id, SIDE_SERVER))
		return;
	/* Only a tool that was found ready by an event has told of any. */
	count(&t, &before);
	r = load_run(&b->lab, load, b->seconds);
	tool_settle(&t);
	u = tool_stop(&t);
	count(&t, &after);
	tool_close(&t);
	put(b, M_RATE, load, id, round, r.rate);
	put(b, M_MADE, load, id, round, (double)r.rsts);
	usleep(REST_US);
	if (tools[id].silent)
		return;
	put(b, M_SENT, load, id, round, (double)(after.sent - before.sent));
	put(b, M_PRINTED, load, id, round, (double)(after.printed - before.printed));
	put(b, M_LOST, load, id, round, (double)after.lost);
	put(b, M_LOST_SENT, load, id, round, (double)after.lost_sent);
	put(b, M_CPU, load, id, round, u.cpu);
	put(b, M_RSS, load, id, round, u.rss);
	put(b, M_BARE, load, id, round, u.rss_bare);
}

void measure_tool(struct bench *b, enum load_kind load, enum tool_id tool, int round)
{
	if (tool == TOOL_NONE || tool == TOOL_AGAIN)
		run_alone(b, load, tool, round);
	else
		run_beside(b, load, tool, round);
}

/* For --quick: untraced everywhere, and each tool under one of the loads that it wants. */
static bool has_turn(const struct bench *b, enum load_kind load, enum tool_id tool)
{
	int before = 0, all = 0;

	for (int i = 0; i < LOADS; i++) {
		before += i < (int)load && measure_wants(b, i, tool);
		all += measure_wants(b, i, tool);
	}
	return tool == TOOL_NONE || before == (int)tool % all;
}

/* Every tool once, one after the other; in each round another one is the first. */
static void compare(struct bench *b, enum load_kind load, int round)
{
	for (int i = 0; i < TOOLS; i++) {
		enum tool_id id = (enum tool_id)((i + round + (int)load) % TOOLS);

		if (measure_wants(b, load, id) && (!b->quick || has_turn(b, load, id)))
			measure_tool(b, load, id, round);
	}
}

static struct prog_row *row_of(struct bench *b, const char *name)
{
	for (int i = 0; i < b->nprog; i++)
		if (!strncmp(b->prog[i].name, name, PROG_NAME))
			return &b->prog[i];
	if (b->nprog == PROG_ROWS)
		return NULL;
	memcpy(b->prog[b->nprog].name, name, PROG_NAME);
	return &b->prog[b->nprog++];
}

static void note_program(struct bench *b, enum load_kind load, const struct prog *p, double times)
{
	struct prog_row *row = row_of(b, p->name);

	if (!row)
		return;
	row->calls[load] = (double)p->calls / times;
	row->ns[load] = (double)p->ns / (double)p->calls;
}

static bool is_hook(const struct prog *p)
{
	return !strcmp(p->name, "rst_sent") || !strcmp(p->name, "floor_sent");
}

/* The kernel's own account of the tool's programs during a load; it makes every one of them slower,
 * so nothing else is measured at the same time. */
static void account(struct bench *b, enum load_kind load, enum tool_id id, int round)
{
	static struct progs others, before, after, ran;
	const struct prog *empty;
	double total = 0, calls = 0, times;
	struct load_result r;
	struct tool t;

	progs_read(&others);
	if (!start(b, &t, id, SIDE_SERVER))
		return;
	progs_read(&before);
	r = load_run(&b->lab, load, b->seconds / 2);
	progs_read(&after);
	stop(&t);
	progs_between(&ran, &before, &after);
	times = (double)(loads[load].resets ? r.rsts : r.done);
	for (size_t i = 0; i < ran.n; i++) {
		const struct prog *p = &ran.prog[i];

		/* Neither from before the tool nor from after it: somebody else's. */
		if (progs_find(&others, p->id) || !progs_find(&before, p->id))
			continue;
		total += (double)p->ns;
		calls += (double)p->calls;
		if (is_hook(p))
			put(b, M_HOOK, load, id, round, (double)p->ns / (double)p->calls);
		if (id == (loads[load].resets ? TOOL_EVERY : TOOL_RSTTRACE))
			note_program(b, load, p, times);
	}
	empty = progs_named(&ran, "floor_empty");
	if (empty) {
		b->empty_ns = (double)empty->ns / (double)empty->calls;
		put(b, M_EMPTY, load, id, round, b->empty_ns);
	}
	b->accounted |= BIT(load);
	put(b, M_NS, load, id, round, total / times);
	put(b, M_COUNTED, load, id, round, total / 1e9 / r.seconds);
	put(b, M_SHARE, load, id, round, (total - calls * b->empty_ns) / 1e9 / r.seconds);
}

/* What the account shows for doing nothing, when nothing else does anything. */
static void calibrate(struct bench *b)
{
	static struct progs before, after, ran;
	const struct prog *empty;

	progs_read(&before);
	load_run(&b->lab, LOAD_RAW, CALIBRATION_S);
	progs_read(&after);
	progs_between(&ran, &before, &after);
	empty = progs_named(&ran, "floor_empty");
	if (!empty)
		run_die("the kernel did not run the empty program");
	b->empty_ns = (double)empty->ns / (double)empty->calls;
}

static void account_all(struct bench *b, int round)
{
	static const enum load_kind flat[] = { LOAD_RAW, LOAD_SYN, LOAD_PACED };
	static const enum load_kind ordinary[] = { LOAD_CONN, LOAD_RR, LOAD_BULK };
	static const enum tool_id who[] = { TOOL_RSTTRACE, TOOL_EVERY, TOOL_FLOOR, TOOL_BPFTRACE };
	_cleanup(closep) int on = progs_count_on();
	struct tool empty;

	if (!start(b, &empty, TOOL_EMPTY, SIDE_SERVER))
		return;
	for (int i = 0; i < 3; i++)
		for (int j = 0; j < 4; j++) {
			enum tool_id id = who[(i + j + round) % 4];

			if (measure_wants(b, flat[i], id))
				account(b, flat[i], id, round);
		}
	calibrate(b);
	for (int i = 0; i < 3; i++)
		if (measure_wants(b, ordinary[i], TOOL_RSTTRACE))
			account(b, ordinary[i], TOOL_RSTTRACE, round);
	stop(&empty);
}

/* Both programs in the same traffic, one on each end; in turns, in case the ends differ. */
static void compare_xdp(struct bench *b, int round)
{
	static struct progs before, after, ran;
	enum side side = round % 2 ? SIDE_CLIENT : SIDE_SERVER;
	enum side other = round % 2 ? SIDE_SERVER : SIDE_CLIENT;
	const struct prog *xdp, *pass;
	struct tool t, beside;
	int on;

	if (!measure_wants(b, LOAD_RR, TOOL_XDP) || !start(b, &t, TOOL_XDP, side))
		return;
	start(b, &beside, TOOL_PASS, other);
	on = progs_count_on();
	progs_read(&before);
	load_run(&b->lab, LOAD_RR, b->seconds);
	progs_read(&after);
	close(on);
	stop(&beside);
	stop(&t);
	progs_between(&ran, &before, &after);
	xdp = progs_named(&ran, "rst_arrived");
	pass = progs_named(&ran, "floor_pass");
	if (!xdp || !pass)
		return;
	put(b, M_XDP, LOAD_RR, TOOL_XDP, round, (double)xdp->ns / (double)xdp->calls);
	put(b, M_PASS, LOAD_RR, TOOL_XDP, round, (double)pass->ns / (double)pass->calls);
}

static bool takes_part(const struct bench *b, int id)
{
	return id >= TOOL_RSTTRACE && b->tools & BIT(id) && !b->missing[id];
}

/* tcpdump -w writes when its buffer is full: there is no first event to see. Nor of what is silent. */
static void time_starts(struct bench *b, int round)
{
	for (int i = 0; i < TOOLS; i++) {
		int id = (i + round) % TOOLS;
		struct tool t;

		if (!takes_part(b, id) || tools[id].silent || tools[id].format == COUNT_PCAP)
			continue;
		/* Not until it is ready: probes go out from the first moment on. */
		tool_spawn(&t, id, &b->lab, SIDE_SERVER);
		put(b, M_FIRST, LOAD_RAW, id, round, tool_first_event(&t, b->probe));
		stop(&t);
	}
}

/* All at once: idle tools do not disturb each other. */
static void watch_idle(struct bench *b)
{
	struct tool t[TOOLS] = { 0 };
	double before[TOOLS] = { 0 };

	for (int id = 0; id < TOOLS; id++)
		if (takes_part(b, id))
			start(b, &t[id], id, SIDE_SERVER);
	sleep(1);
	for (int round = 0; round < b->rounds; round++) {
		for (int id = 0; id < TOOLS; id++)
			if (t[id].info)
				before[id] = tool_cpu(&t[id]);
		sleep(1);
		for (int id = 0; id < TOOLS; id++)
			if (t[id].info)
				put(b, M_IDLE, LOAD_RAW, id, round,
				    (tool_cpu(&t[id]) - before[id]) * 1000);
	}
	for (int id = 0; id < TOOLS; id++)
		if (t[id].info)
			stop(&t[id]);
}

static void tell(uint64_t began_ns, const char *what, int round, int rounds)
{
	fprintf(stderr, "bench: %4.0f s: round %d of %d: %s\n",
		(double)(clock_ns(CLOCK_MONOTONIC) - began_ns) / 1e9, round + 1, rounds, what);
}

void measure_begin(struct bench *b)
{
	double *v = &b->v[0][0][0][0];

	for (size_t i = 0; i < sizeof(b->v) / sizeof(*v); i++)
		v[i] = NAN;
}

void measure_all(struct bench *b)
{
	uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);

	measure_begin(b);
	for (int round = 0; round < b->rounds; round++) {
		for (int load = 0; load < LOADS; load++) {
			if (!(b->loads & BIT(load)))
				continue;
			tell(began_ns, loads[load].title, round, b->rounds);
			compare(b, load, round);
		}
		tell(began_ns, "the kernel's account", round, b->rounds);
		account_all(b, round);
		compare_xdp(b, round);
		tell(began_ns, "starts", round, b->rounds);
		time_starts(b, round);
	}
	if (b->quick)
		return;
	tell(began_ns, "idle", b->rounds - 1, b->rounds);
	watch_idle(b);
}
