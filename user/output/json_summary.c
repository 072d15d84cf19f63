/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_summary.c: the line that a run ends with. */
#include "output/json_parts.h"

#include "base/text.h"
#include "base/util.h"
#include "model/reconciliation.h"

static void put_denied(struct json_out *o, const struct summary *s)
{
	struct json_mark all = json_out_object(o, "refusals"), by, c;
	char text[TEXT_ENDPOINT_MAX];

	json_out_number(o, "total", s->denials);
	json_out_number(o, "lost", s->counters[RST_CNT_LOST_DENIED]);
	by = json_out_array(o, "by");
	for (uint32_t i = 0; i < s->ndenied; i++) {
		const struct denied_sum *d = &s->denied[i];

		c = json_out_object(o, NULL);
		json_put_endpoint(o, "remote", d->remote, d->family, d->port);
		json_put_nonzero(o, "netns", d->netns);
		json_put_nonzero(o, "pid", d->pid);
		json_put_name(o, "comm", d->comm, sizeof(d->comm));
		json_put_word(o, "error", denial_error(d->error));
		json_put_word(o, "what", denial_words(d->error));
		if (d->icmp.there)
			json_put_word(o, "from", text_address(text, d->icmp.from, d->family));
		json_out_number(o, "count", d->count);
		json_out_end(o, c);
	}
	json_out_end_kept(o, by);
	json_out_end_kept(o, all);
}

static void put_totals(struct json_out *o, const char *key, const uint64_t *by_cause)
{
	struct json_mark c = json_out_object(o, key);

	for (int i = 0; i < CAUSE_COUNT; i++)
		json_put_nonzero(o, cause_get(i)->name, by_cause[i]);
	/* Also when it is empty: that nothing was sent is a result. */
	json_out_end_kept(o, c);
}

/* Of the totals by cause, what is benign. */
static void put_benign(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "benign_of");

	put_totals(o, "sent", s->benign_of[DIR_SENT]);
	put_totals(o, "received", s->benign_of[DIR_RECEIVED]);
	put_totals(o, "passing", s->benign_of[DIR_PASSING]);
	json_out_end_kept(o, c);
}

static void put_lost(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "lost");

	json_out_number(o, "total", summary_lost(s));
	json_out_number(o, "sent", s->counters[RST_CNT_LOST_SENT]);
	json_out_number(o, "received", s->counters[RST_CNT_LOST_RECEIVED]);
	json_out_number(o, "arrived", s->counters[RST_CNT_LOST_ARRIVED]);
	json_out_number(o, "wire", s->counters[RST_CNT_LOST_WIRE]);
	json_out_number(o, "dropped", s->counters[RST_CNT_LOST_DROPPED]);
	json_out_number(o, "missed", s->counters[RST_CNT_MISSED_RESETS]);
	json_out_end_kept(o, c);
}

/* What the kernel side counted, whatever became of the details. */
static void put_kinds(struct json_out *o, const struct summary *s)
{
	struct json_mark all = json_out_array(o, "kinds");

	for (uint32_t i = 0; i < s->nkinds; i++) {
		const struct kind_sum *k = &s->kind[i];
		struct json_mark c = json_out_object(o, NULL);

		json_put_word(o, "kind", kind_name(k));
		if (k->syn)
			json_out_bool(o, "syn", true);
		json_put_word(o, "reason", k->reason_name);
		json_out_number(o, "count", kinds_all(&k->total));
		json_put_nonzero(o, "filtered", k->total.filtered);
		json_put_nonzero(o, "folded", k->total.folded);
		json_put_nonzero(o, "lost", k->total.lost);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
}

/* What the kernel raised before any filter: for comparing with its own counters (OutRsts). */
static void put_raised(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "raised");

	json_out_number(o, "sent", s->counters[RST_CNT_SENT]);
	json_out_number(o, "received", s->counters[RST_CNT_RECEIVED]);
	json_out_number(o, "arrived", s->counters[RST_CNT_ARRIVED]);
	json_out_number(o, "wire", s->counters[RST_CNT_WIRE]);
	json_out_number(o, "dropped", s->counters[RST_CNT_DROPPED]);
	json_out_end_kept(o, c);
}

static void put_pressure(struct json_out *o, const struct summary *s)
{
	struct json_mark all = json_out_array(o, "pressure");
	char text[TEXT_ENDPOINT_MAX];

	for (uint32_t i = 0; i < s->npressure; i++) {
		const struct pressure *p = &s->pressure[i];
		const struct listener_ref *l = &p->listener;
		struct json_mark c = json_out_object(o, NULL);

		json_put_word(o, "address", text_address(text, l->address, l->family));
		json_out_number(o, "port", l->port);
		json_out_number(o, "netns", l->netns);
		json_put_nonzero(o, "pid", l->pid);
		json_put_name(o, "comm", l->comm, sizeof(l->comm));
		json_out_number(o, "dropped", p->dropped);
		json_out_number(o, "overflowed", p->overflowed);
		json_put_nonzero(o, "by_icmp", p->by_icmp);
		if (p->ended)
			json_out_bool(o, "ended", true);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
}

static void put_history_use(struct json_out *o, const struct summary *s)
{
	struct json_mark c = json_out_object(o, "history");

	json_out_number(o, "remembered", s->remembered);
	json_out_number(o, "forgotten", summary_forgotten(s));
	json_out_number(o, "replaced", s->counters[RST_CNT_REPLACED]);
	json_out_number(o, "no_room", s->counters[RST_CNT_NOT_REMEMBERED]);
	json_out_number(o, "missed", s->counters[RST_CNT_MISSED_STATES]);
	json_out_end_kept(o, c);
}

static void put_reconciled(struct json_out *o, const struct reconcile_line *line)
{
	struct json_mark explained, c;

	json_out_number(o, "netns", line->netns);
	json_put_word(o, "counter", counters_name(line->counter));
	json_out_number(o, "kernel", line->kernel);
	json_out_number(o, "events", line->events);
	explained = json_out_array(o, "explained");
	for (uint32_t i = 0; i < line->parts; i++) {
		c = json_out_object(o, NULL);
		json_put_word(o, "why", line->part[i].why);
		json_out_signed(o, "count", line->part[i].count);
		json_put_word(o, "certainty", line->part[i].certain ? "certain" : "inferred");
		json_out_end(o, c);
	}
	json_out_end_kept(o, explained);
	json_out_signed(o, "unexplained", line->unexplained);
}

static void put_reconciliation(struct json_out *o, const struct reconciliation *r)
{
	static const char *const states[] = { "gone", "replaced", "denied" };
	struct json_mark all = json_out_array(o, "reconciliation"), c;

	for (size_t i = 0; i < r->lines; i++) {
		c = json_out_object(o, NULL);
		put_reconciled(o, &r->line[i]);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
	all = json_out_array(o, "not_reconciled");
	for (size_t i = 0; i < r->unknowns; i++) {
		c = json_out_object(o, NULL);
		json_out_number(o, "netns", r->unknown[i].netns);
		json_put_word(o, "why", states[r->unknown[i].state]);
		json_out_end(o, c);
	}
	json_out_end_kept(o, all);
}

static void put_wire(struct json_out *o, const struct wire_told *w)
{
	struct json_mark c = json_out_object(o, "wire");

	json_put_word(o, "mode", w->mode);
	if (w->mode) {
		json_out_bool(o, "watched", w->watched);
		json_out_number(o, "unwatched", w->spans);
		json_out_number(o, "unwatched_ns", w->without_ns);
		json_put_word(o, "needed_by", w->why);
	}
	json_out_end(o, c);
}

void json_summary_put(struct json_out *o, const struct summary *s)
{
	struct json_clock clock = {};
	struct json_mark not_covered;
	uint64_t events = 0;

	for (int direction = 0; direction < DIRECTIONS; direction++)
		for (int i = 0; i < CAUSE_COUNT; i++)
			events += s->by_cause[direction][i];

	if (s->interim) {
		json_out_bool(o, "interim", true);
		json_out_number(o, "waiting", s->waiting);
	}
	json_put_time(o, &clock, s->wall_ns);
	json_out_number(o, "duration_ns", s->duration_ns);
	json_out_number(o, "events", events);
	json_out_number(o, "benign", s->benign);
	json_out_number(o, "shown", s->shown);
	json_out_number(o, "folded", s->folded);
	json_out_number(o, "fold_evicted", s->fold_evicted);
	put_totals(o, "sent", s->by_cause[DIR_SENT]);
	put_totals(o, "received", s->by_cause[DIR_RECEIVED]);
	put_totals(o, "passing", s->by_cause[DIR_PASSING]);
	put_benign(o, s);
	put_raised(o, s);
	put_lost(o, s);
	put_kinds(o, s);
	json_out_number(o, "filtered", summary_filtered(s));
	json_out_number(o, "by_class_only", s->counters[RST_CNT_NO_TOTAL]);
	json_out_number(o, "not_received", summary_not_received(s));
	json_out_number(o, "seen_before", s->seen_before);
	json_out_number(o, "no_stack", s->counters[RST_CNT_NO_STACK]);
	json_out_number(o, "no_storage", s->counters[RST_CNT_NO_STORAGE]);
	json_out_number(o, "no_listener_room", s->counters[RST_CNT_NO_LISTENER_ROOM]);
	json_out_number(o, "malformed", s->malformed);
	put_history_use(o, s);
	put_denied(o, s);
	put_pressure(o, s);
	if (s->reconciliation)
		put_reconciliation(o, s->reconciliation);
	put_wire(o, &s->wire);
	not_covered = json_out_array(o, "not_covered");
	for (uint32_t i = 0; i < s->nnot_covered; i++)
		json_out_string(o, NULL, s->not_covered[i]);
	json_out_end_kept(o, not_covered);
}
