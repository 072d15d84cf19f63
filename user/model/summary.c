/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* summary.c: counts what a run saw. */
#include "model/summary.h"

#include <string.h>

#include "model/reconciliation.h"

void summary_add(struct summary *s, const struct incident *in, bool shown)
{
	uint64_t count = incident_count(in);

	s->by_cause[in->direction][in->verdict.cause] += count;
	if (in->verdict.benign) {
		s->benign_of[in->direction][in->verdict.cause] += count;
		s->benign += count;
	}
	if (shown)
		s->shown += count;
}

static bool is_of(const struct denied_sum *sum, const struct denial *d)
{
	return sum->port == d->tuple.remote_port && sum->pid == d->owner.pid &&
	       sum->error == d->error && sum->netns == d->netns && sum->family == d->tuple.family &&
	       !memcmp(sum->remote, d->tuple.remote, sizeof(sum->remote));
}

void summary_add_denial(struct summary *s, const struct denial *d)
{
	struct denied_sum *sum = s->denied;

	s->denials++;
	while (sum < s->denied + s->ndenied && !is_of(sum, d))
		sum++;
	if (sum == s->denied + SUMMARY_DENIED)
		return;
	if (sum == s->denied + s->ndenied) {
		s->ndenied++;
		*sum = (struct denied_sum){
			.family = d->tuple.family,
			.port = d->tuple.remote_port,
			.netns = d->netns,
			.pid = d->owner.pid,
			.error = d->error,
		};
		memcpy(sum->remote, d->tuple.remote, sizeof(sum->remote));
		memcpy(sum->comm, d->owner.comm, sizeof(sum->comm));
	}
	sum->count++;
	if (d->icmp.there)
		sum->icmp = d->icmp;
}

void summary_correct(struct summary *s, enum direction direction, const struct verdict *before,
		     const struct verdict *after)
{
	s->by_cause[direction][before->cause]--;
	s->by_cause[direction][after->cause]++;
	s->benign_of[direction][before->cause] -= before->benign;
	s->benign_of[direction][after->cause] += after->benign;
	s->benign -= before->benign;
	s->benign += after->benign;
}

void summary_not_covered(struct summary *s, const char *sentence)
{
	for (uint32_t i = 0; i < s->nnot_covered; i++)
		if (!strcmp(s->not_covered[i], sentence))
			return;
	if (s->nnot_covered < SUMMARY_NOTES)
		s->not_covered[s->nnot_covered++] = sentence;
}

uint64_t summary_filtered(const struct summary *s)
{
	return s->counters[RST_CNT_FILTERED] + s->left_out;
}

uint64_t summary_lost(const struct summary *s)
{
	return s->counters[RST_CNT_LOST_SENT] + s->counters[RST_CNT_LOST_RECEIVED] +
	       s->counters[RST_CNT_LOST_ARRIVED] + s->counters[RST_CNT_LOST_WIRE] +
	       s->counters[RST_CNT_LOST_DROPPED] + s->counters[RST_CNT_MISSED_RESETS];
}

uint64_t summary_without_details(const struct summary *s, enum direction direction)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < s->nkinds; i++) {
		const struct kind_sum *k = &s->kind[i];
		enum direction of = k->passing ? DIR_PASSING : DIR_SENT;

		if (k->class == RST_CLASS_RECEIVED || k->class == RST_CLASS_DROPPED)
			of = DIR_RECEIVED;
		if (of == direction)
			n += k->total.lost;
	}
	return n;
}

void summary_pressure(struct summary *s, const struct pressure *p)
{
	uint32_t at = s->npressure;

	if (at < SUMMARY_PRESSURE)
		s->npressure++;
	else if (s->pressure[--at].dropped > p->dropped)
		return;
	while (at && s->pressure[at - 1].dropped < p->dropped) {
		s->pressure[at] = s->pressure[at - 1];
		at--;
	}
	s->pressure[at] = *p;
}

/* tcp_req_err() counts the half-open connection that it drops as one dropped by the listener; nothing else
 * tells of it (5.10 to 7.3). */
static void part_icmp(struct pressure *p, const struct reconcile_listeners *l)
{
	uint64_t rest = p->dropped > l->for_room ? p->dropped - l->for_room : 0;

	p->by_icmp = rest < l->icmp ? rest : l->icmp;
	p->dropped -= p->by_icmp;
}

void summary_part_icmp(struct summary *s)
{
	const struct reconciliation *r = s->reconciliation;

	for (size_t i = 0; r && i < r->nlisteners; i++)
		for (uint32_t k = 0; k < s->npressure; k++)
			if (s->pressure[k].listener.netns == r->listeners[i].netns)
				part_icmp(&s->pressure[k], &r->listeners[i]);
}

uint64_t summary_not_received(const struct summary *s)
{
	return s->not_received + s->counters[RST_CNT_NOT_RECEIVED];
}

uint64_t summary_forgotten(const struct summary *s)
{
	uint64_t gone = s->held + s->counters[RST_CNT_REPLACED];

	return s->remembered > gone ? s->remembered - gone : 0;
}
