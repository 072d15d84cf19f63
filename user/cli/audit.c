/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* audit.c: collects the namespaces that have something to reconcile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/audit.h"
#include "host/netns.h"

static int take_totals(struct totals *out, struct tracer *t)
{
	free(out->v);
	*out = (struct totals){ 0 };
	return tracer_totals(t, &out->v, &out->n);
}

/* ---- room for new namespaces */

struct numbers {
	uint32_t *v;
	size_t n;
};

static int add_number(int fd, uint32_t netns, void *context)
{
	struct numbers *all = context;
	uint32_t *v = realloc(all->v, (all->n + 1) * sizeof(*v));

	if (!v)
		return -ENOMEM;
	all->v = v;
	all->v[all->n++] = netns;
	return 0;
}

void audit_keep(struct tracer *t, uint64_t now_ns)
{
	struct numbers alive = { 0 };
	bool crowded = false;

	/* What fails for lack of memory is tried again the next time. */
	if (tracer_keep(t, now_ns, &crowded) || !crowded)
		return;
	if (!netns_each(add_number, &alive))
		tracer_forget(t, alive.v, alive.n);
	free(alive.v);
}

/* ---- the beginning */

int audit_start(struct audit *a, struct tracer *t)
{
	int err = take_totals(&a->before, t);

	if (!err)
		err = baseline_take(&a->baseline);
	if (!err)
		err = take_totals(&a->after, t);
	return err;
}

static void clear(struct reconciliation *r)
{
	free(r->line);
	free(r->unknown);
	free(r->listeners);
	*r = (struct reconciliation){ 0 };
}

void audit_free(struct audit *a)
{
	baseline_free(&a->baseline);
	free(a->before.v);
	free(a->after.v);
	clear(&a->result);
}

/* ---- which namespaces */

struct round {
	uint32_t *netns; /* those with events, and those known from the start */
	size_t n;
	struct baseline now;
	struct totals before, after;
};

static void round_free(struct round *r)
{
	free(r->netns);
	baseline_free(&r->now);
	free(r->before.v);
	free(r->after.v);
}

static void add_netns(struct round *r, uint32_t netns)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->netns[i] == netns)
			return;
	r->netns[r->n++] = netns;
}

static int collect(struct round *r, const struct audit *a, uint32_t only)
{
	size_t most = r->before.n + a->baseline.n + 1;

	r->netns = calloc(most, sizeof(*r->netns));
	if (!r->netns)
		return -ENOMEM;
	for (size_t i = 0; i < r->before.n; i++)
		if (r->before.v[i].kind.netns && (!only || r->before.v[i].kind.netns == only))
			add_netns(r, r->before.v[i].kind.netns);
	/* Where nothing was seen, something may have been missed. */
	for (size_t i = 0; i < a->baseline.n; i++)
		if (!only || a->baseline.v[i].netns == only)
			add_netns(r, a->baseline.v[i].netns);
	return 0;
}

/* ---- one of them */

/* Resets, that is: what a namespace's last sockets do in silence is no news. */
static bool has_events(const struct totals *t, uint32_t netns)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].kind.netns == netns && t->v[i].kind.class < RST_CLASSES)
			return true;
	return false;
}

static void unknown(struct reconciliation *r, const struct round *round, uint32_t netns,
		    enum reconcile_state state)
{
	/* Namespaces come and go; that of one without events is no news. */
	if (has_events(&round->after, netns))
		r->unknown[r->unknowns++] = (struct reconcile_unknown){ netns, state };
}

static bool was_replaced(const struct baseline_netns *then, const struct baseline_netns *now)
{
	uint64_t by;

	return then->cookie != now->cookie ||
	       !counters_grown(&by, &then->counters, &now->counters, COUNTER_OUT_RSTS);
}

static uint64_t grown_by(const struct reconcile_input *in, const enum counter *counters, size_t n)
{
	uint64_t by, sum = 0;

	for (size_t i = 0; i < n; i++)
		if (counters_grown(&by, in->start.counters, in->end.counters, counters[i]))
			sum += by;
	return sum;
}

/* Which ICMP messages end a half-open connection: tcp_v4_err() and tcp_v6_err(). */
static void of_listeners(struct reconciliation *r, const struct reconcile_input *in)
{
	static const enum counter icmp[] = { COUNTER_ICMP_UNREACHABLE, COUNTER_ICMP_TIME_EXCEEDED,
					     COUNTER_ICMP_PARAMETER, COUNTER_ICMP6_UNREACHABLE,
					     COUNTER_ICMP6_PARAMETER };
	static const enum counter room[] = { COUNTER_LISTEN_OVERFLOWS, COUNTER_REQ_QUEUE_DROPS };

	r->listeners[r->nlisteners++] = (struct reconcile_listeners){
		.netns = in->netns,
		.for_room = grown_by(in, room, ARRAY_SIZE(room)),
		.icmp = grown_by(in, icmp, ARRAY_SIZE(icmp)),
	};
}

static void one(struct audit *a, const struct reconcile_input *same, const struct round *round,
		size_t i)
{
	const struct baseline_netns *now = baseline_find(&round->now, round->netns[i]);
	const struct baseline_netns *then = baseline_find(&a->baseline, round->netns[i]);
	struct reconciliation *r = &a->result;
	struct reconcile_input in = *same;
	struct counters zero = { 0 };

	in.netns = round->netns[i];
	if (!now || now->err || (then && then->err)) {
		unknown(r, round, in.netns, now ? RECONCILE_DENIED : RECONCILE_GONE);
		return;
	}
	if (then && was_replaced(then, now)) {
		unknown(r, round, in.netns, RECONCILE_REPLACED);
		return;
	}
	memcpy(zero.have, now->counters.have, sizeof(zero.have));
	in.not_there_at_start = !then;
	in.start.counters = then ? &then->counters : &zero;
	in.end.counters = &now->counters;
	of_listeners(r, &in);
	r->lines += reconcile(&r->line[r->lines], &in);
}

int audit_now(struct audit *a, struct tracer *t, const struct options *o,
	      const struct features *features, uint32_t netns, const struct summary *s)
{
	_cleanup(round_free) struct round r = { 0 };
	struct reconcile_input in = {
		.features = features,
		.directions = o->capture.directions,
		.cpus = tracer_cpus(t),
		.missed = s->counters[RST_CNT_MISSED_RESETS],
		.missed_states = s->counters[RST_CNT_MISSED_STATES],
		.no_total = s->counters[RST_CNT_NO_TOTAL],
		.start = { .before = a->before, .after = a->after },
	};
	int err = take_totals(&r.before, t);

	clear(&a->result);
	if (!err)
		err = collect(&r, a, netns);
	if (err)
		return err;
	err = baseline_take(&r.now);
	if (!err)
		err = take_totals(&r.after, t);
	a->result.line = calloc(r.n * COUNTERS + 1, sizeof(*a->result.line));
	a->result.unknown = calloc(r.n + 1, sizeof(*a->result.unknown));
	a->result.listeners = calloc(r.n + 1, sizeof(*a->result.listeners));
	if (err || !a->result.line || !a->result.unknown || !a->result.listeners) {
		clear(&a->result);
		return -ENOMEM;
	}
	in.end.before = r.before;
	in.end.after = r.after;
	for (size_t i = 0; i < r.n; i++)
		one(a, &in, &r, i);
	return 0;
}
