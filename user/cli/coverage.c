/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* coverage.c: when somebody recorded, and what was lost then. */
#include "cli/coverage.h"

#include <stdlib.h>
#include <string.h>

static struct coverage_part *part_of(const struct coverage *c)
{
	return c->n ? &c->part[c->n - 1] : NULL;
}

void coverage_begin(struct coverage *c)
{
	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 16;
		struct coverage_part *more = realloc(c->part, room * sizeof(*more));

		if (!more) {
			c->failed = true;
			return;
		}
		c->part = more;
		c->room = room;
	}
	c->part[c->n++] = (struct coverage_part){ 0 };
}

void coverage_add(struct coverage *c, const struct brief *b)
{
	struct coverage_part *p = part_of(c);

	/* Files one behind another in one. */
	if (p && b->kind == BRIEF_HEADER && (p->header || p->from_ns)) {
		coverage_begin(c);
		p = part_of(c);
	}
	if (!p)
		return;
	if (b->kind == BRIEF_HEADER) {
		p->header = true;
		memcpy(p->host, b->host, sizeof(p->host));
		memcpy(p->run, b->run, sizeof(p->run));
	}
	if (b->time_ns) {
		if (!p->from_ns || b->time_ns < p->from_ns)
			p->from_ns = b->time_ns;
		if (b->time_ns > p->to_ns)
			p->to_ns = b->time_ns;
	}
	if (b->kind == BRIEF_GAP)
		p->lost += b->lost;
	else if (b->kind == BRIEF_SUMMARY && b->lost > p->total)
		p->total = b->lost;
	if (b->kind == BRIEF_SUMMARY && b->unwatched_ns > p->unwatched_ns)
		p->unwatched_ns = b->unwatched_ns;
}

const char *coverage_host(const struct coverage *c)
{
	const struct coverage_part *p = part_of(c);

	return p ? p->host : "";
}

static int by_time(const void *a, const void *b)
{
	const struct coverage_part *x = a, *y = b;
	int host = strcmp(x->host, y->host);

	if (host)
		return host;
	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

/* What a run lost: its files tell of it as it happens, its summary of all together. */
static uint64_t lost_by(const struct coverage *c, size_t first, size_t last)
{
	uint64_t lost = 0, total = 0;

	for (size_t i = first; i <= last; i++) {
		lost += c->part[i].lost;
		total = c->part[i].total > total ? c->part[i].total : total;
	}
	return lost > total ? lost : total;
}

/* Each summary of a run tells of all of it so far. */
static uint64_t unwatched_by(const struct coverage *c, size_t first, size_t last)
{
	uint64_t most = 0;

	for (size_t i = first; i <= last; i++)
		most = c->part[i].unwatched_ns > most ? c->part[i].unwatched_ns : most;
	return most;
}

static bool same_run(const struct coverage_part *a, const struct coverage_part *b)
{
	return *a->run && !strcmp(a->run, b->run) && !strcmp(a->host, b->host);
}

static void gap_add(struct report *r, uint64_t from_ns, uint64_t to_ns)
{
	if (r->gaps < REPORT_GAPS)
		r->gap[r->gaps] = (struct report_gap){ from_ns, to_ns };
	r->gaps++;
}

void coverage_report(struct coverage *c, struct report *r)
{
	size_t first = 0;

	qsort(c->part, c->n, sizeof(*c->part), by_time);
	for (size_t i = 0; i < c->n; i++) {
		const struct coverage_part *p = &c->part[i], *next = p + 1;
		bool more = i + 1 < c->n;

		if (!i || strcmp(p->host, p[-1].host) != 0) {
			r->hosts += *p->host ? 1 : 0;
			memcpy(r->host, p->host, sizeof(r->host));
		}
		if (more && same_run(p, next))
			continue;
		r->runs++;
		r->lost += lost_by(c, first, i);
		r->unwatched_ns += unwatched_by(c, first, i);
		first = i + 1;
		/* Without a header nobody says when it was begun: its first event may be long after. */
		if (more && !strcmp(p->host, next->host) && next->header && p->to_ns &&
		    next->from_ns > p->to_ns + COVERAGE_GAP_NS)
			gap_add(r, p->to_ns, next->from_ns);
	}
	if (r->hosts != 1)
		*r->host = '\0';
}

bool coverage_at(const struct coverage *c, uint64_t from_ns, uint64_t to_ns, uint64_t *lost)
{
	bool found = false;

	*lost = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct coverage_part *p = &c->part[i];

		if (!p->from_ns || to_ns < p->from_ns || from_ns > p->to_ns)
			continue;
		found = true;
		*lost += p->lost > p->total ? p->lost : p->total;
	}
	return found;
}

void coverage_around(const struct coverage *c, uint64_t ns, uint64_t *before, uint64_t *after)
{
	*before = *after = 0;
	for (size_t i = 0; i < c->n; i++) {
		const struct coverage_part *p = &c->part[i];

		if (p->to_ns && p->to_ns < ns && p->to_ns > *before)
			*before = p->to_ns;
		if (p->from_ns > ns && (!*after || p->from_ns < *after))
			*after = p->from_ns;
	}
}

void coverage_free(struct coverage *c)
{
	free(c->part);
	*c = (struct coverage){ 0 };
}
