/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* attack_tally.c: adds up the resets of an attack and puts them into one sentence. */
#include "explain/attack_tally.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define COUNT(n) text_count((char[28]){ 0 }, (n))

/* ---- adding up */

void attack_tally_reset(struct attack_tally *t, enum attack_kind kind)
{
	bool ports = kind == ATTACK_PORT_SCAN;

	memset(t, 0, ports ? sizeof(*t) : offsetof(struct attack_tally, port));
	t->report.kind = kind;
}

/* Keeps what is the same in all. */
static void merge_tuple(struct rst_tuple *all, const struct rst_tuple *one)
{
	if (memcmp(all->local, one->local, sizeof(all->local)) != 0)
		memset(all->local, 0, sizeof(all->local));
	if (memcmp(all->remote, one->remote, sizeof(all->remote)) != 0)
		memset(all->remote, 0, sizeof(all->remote));
	if (all->local_port != one->local_port)
		all->local_port = 0;
	if (all->remote_port != one->remote_port)
		all->remote_port = 0;
}

/* What the sample of a fold does not have in common with the others. */
static void merge_folded(struct rst_tuple *all, const struct rst_folded *f)
{
	if (f->count < 2)
		return;
	if (f->level != RST_FOLD_PORT_PREFIX && f->level != RST_FOLD_PORT)
		memset(all->local, 0, sizeof(all->local));
	if (f->remotes)
		memset(all->remote, 0, sizeof(all->remote));
	if (f->first_port != f->last_port)
		all->local_port = 0;
	if (f->remote_ports)
		all->remote_port = 0;
}

static void add_time(struct attack_tally *t, const struct incident *in)
{
	struct attack_report *r = &t->report;
	uint64_t mono_ns = in->ev->hdr.mono_ns;

	uint64_t span_ns = in->ev->folded.span_ns;

	if (!r->count || mono_ns < t->first_ns)
		t->first_ns = mono_ns;
	if (!r->count || mono_ns + span_ns >= r->mono_ns) {
		r->mono_ns = mono_ns + span_ns;
		r->wall_ns = in->wall_ns + span_ns;
	}
}

static void add_owner(struct attack_tally *t, const struct process *owner, uint64_t count)
{
	bool first = !t->owned;

	if (!owner->pid)
		return;
	t->owned += count;
	if (first)
		t->report.owner = *owner;
	else if (t->report.owner.pid != owner->pid)
		t->several_owners = true;
}

static void add_port(struct attack_tally *t, uint16_t port)
{
	struct attack_report *r = &t->report;
	uint64_t bit = UINT64_C(1) << port % 64;

	if (!r->ports || port < r->first_port)
		r->first_port = port;
	if (!r->ports || port > r->last_port)
		r->last_port = port;
	r->ports += !(t->port[port / 64] & bit);
	t->port[port / 64] |= bit;
}

/* Nobody counted the ports between the lowest and the highest of a fold. */
static void add_ports(struct attack_tally *t, const struct rst_event *ev)
{
	const struct rst_folded *f = &ev->folded;

	add_port(t, ev->tuple.local_port);
	if (f->count < 2 || f->first_port == f->last_port)
		return;
	add_port(t, f->first_port);
	add_port(t, f->last_port);
	t->more_ports = true;
}

static void add_seq(struct attack_report *r, const struct rst_packet *p)
{
	if (!p->valid)
		return;
	if (!r->have_seq || p->seq < r->first_seq)
		r->first_seq = p->seq;
	if (!r->have_seq || p->seq > r->last_seq)
		r->last_seq = p->seq;
	r->have_seq = true;
}

/* A suspected one may have ended its connection: then a socket took it. */
static bool ended(const struct incident *in)
{
	if (in->direction != DIR_RECEIVED || in->verdict.cause == CAUSE_IGNORED)
		return false;
	return in->verdict.cause != CAUSE_SUSPECTED_INJECTION ||
	       in->ev->hdr.type == RST_REC_RECEIVED;
}

void attack_tally_add(struct attack_tally *t, const struct incident *in)
{
	struct attack_report *r = &t->report;
	const struct rst_event *ev = in->ev;
	uint64_t count = incident_count(in);

	add_time(t, in);
	add_owner(t, &in->owner, count);
	if (r->count)
		merge_tuple(&r->tuple, &ev->tuple);
	else
		r->tuple = ev->tuple;
	merge_folded(&r->tuple, &ev->folded);
	r->direction = in->direction;
	r->netns = ev->netns;
	if (r->kind == ATTACK_PORT_SCAN)
		add_ports(t, ev);
	if (r->kind == ATTACK_RST_FLOOD)
		add_seq(r, &in->packet);
	t->of_cause[in->verdict.cause] += count;
	t->benign += in->verdict.benign ? count : 0;
	r->ended += ended(in) ? count : 0;
	r->count += count;
}

/* ---- the sentence */

__attribute__((format(printf, 2, 3))) static void say(struct attack_report *r, const char *format,
						      ...)
{
	size_t len = strlen(r->why);
	va_list args;

	va_start(args, format);
	vsnprintf(r->why + len, sizeof(r->why) - len, format, args);
	va_end(args);
}

static void say_owner(struct attack_report *r)
{
	char name[4 * RST_COMM_LEN + 1];

	text_escape(name, sizeof(name), r->owner.comm, RST_COMM_LEN);
	say(r, " of %s/%u", *name ? name : "?", r->owner.pid);
}

static void say_scan(struct attack_report *r)
{
	const char *how = "closed";

	if (r->rejected)
		how = r->rejected == r->count ? "rejected" : "closed or rejected";
	say(r, ": SYN%s to ", r->count == 1 ? "" : "s");
	if (r->ports)
		say(r, "%s ", COUNT(r->ports));
	say(r, "%s port%s (%u", how, r->ports == 1 ? "" : "s", r->first_port);
	if (r->ports != 1)
		say(r, " to %u", r->last_port);
	say(r, ")");
}

static void say_flood(struct attack_report *r)
{
	bool connection = r->tuple.remote_port;

	if (!connection)
		say(r, " at port %u", r->tuple.local_port);
	else
		say(r, r->owner.pid ? " at a connection" : " at one connection");
	if (r->owner.pid)
		say_owner(r);
	if (r->ended)
		say(r, ", %s of them ended ", COUNT(r->ended));
	else
		say(r, ", none of them ended ");
	/* Its ends may have been used again. */
	say(r, connection && r->ended < 2 ? "it" : "a connection");
	if (r->have_seq && r->first_seq != r->last_seq)
		say(r, "; sequence numbers %u to %u", r->first_seq, r->last_seq);
}

static void say_rate(struct attack_report *r)
{
	const char *cause = cause_get(r->cause)->name;

	if (r->of_cause == r->count)
		say(r, ", all of them %s", cause);
	else if (r->of_cause > r->count / 2)
		say(r, ", most of them %s", cause);
	else
		say(r, ", %s of them %s", COUNT(r->of_cause), cause);
}

void attack_why(struct attack_report *r)
{
	char span[32];

	r->why[0] = '\0';
	say(r, "%s: \u00d7%s", attack_kind_name(r->kind), COUNT(r->count));
	if (r->span_ns)
		say(r, " in %s", text_span(span, r->span_ns));
	switch (r->kind) {
	case ATTACK_PORT_SCAN:
		say_scan(r);
		break;
	case ATTACK_RST_FLOOD:
		say_flood(r);
		break;
	case ATTACK_RESET_RATE:
	case ATTACK_KINDS:
		say_rate(r);
		break;
	}
}

void attack_tally_report(const struct attack_tally *t, struct attack_report *out)
{
	*out = t->report;
	out->span_ns = out->mono_ns - t->first_ns;
	out->benign = t->benign == out->count;
	out->ports = t->more_ports ? 0 : out->ports;
	for (int i = 0; i < CAUSE_COUNT; i++) {
		if (t->of_cause[i] <= out->of_cause)
			continue;
		out->cause = i;
		out->of_cause = t->of_cause[i];
	}
	/* One connection has one owner, who is known only where a socket was met; else all must
	 * be the same one's. */
	if (t->several_owners || (out->kind != ATTACK_RST_FLOOD && t->owned != out->count))
		memset(&out->owner, 0, sizeof(out->owner));
	out->rejected = t->of_cause[CAUSE_FIREWALL_REJECT];
	attack_why(out);
}
