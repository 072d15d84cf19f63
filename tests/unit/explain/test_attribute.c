/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_attribute.c: every rule, and what looks like it and is not. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "explain/attribute.h"
#include "json_check.h"
#include "rows.h"

static const struct rows *const tables[] = { &rows_passive, &rows_past, &rows_active,
					     &rows_received, &rows_wire };

static void make(struct built *b, const struct row *r)
{
	build_event(b, r->direction, r->stack);
	build_socket(b, r->kind, r->state, r->flags);
	if (r->packet)
		build_packet(b, r->packet, r->length);
	b->in.reason = r->reason;
	if (r->more)
		r->more(b);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void check(const struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];
		const struct verdict *v;
		struct built b;

		make(&b, r);
		attribute_cause(&b.in);
		v = &b.in.verdict;
		cr_expect_eq(v->cause, r->cause, "%s: cause %s, not %s", r->name,
			     cause_get(v->cause)->name, cause_get(r->cause)->name);
		cr_expect_eq(v->certainty, r->certainty, "%s: certainty %d", r->name, v->certainty);
		cr_expect(same(v->rule, r->rule), "%s: rule %s", r->name, v->rule);
		cr_expect_eq(v->owner_from, r->owner, "%s: owner_from %d", r->name, v->owner_from);
		cr_expect(same(v->detail, r->detail), "%s: detail %s", r->name, v->detail);
		cr_expect_eq(!!v->phase, v->cause == CAUSE_RESET_BY_PEER, "%s: phase", r->name);
	}
}

Test(attribute, passive)
{
	check(&rows_passive);
}

Test(attribute, past)
{
	check(&rows_past);
}

Test(attribute, active)
{
	check(&rows_active);
}

Test(attribute, received)
{
	check(&rows_received);
}

Test(attribute, wire)
{
	check(&rows_wire);
}

Test(attribute, every_cause_is_reached_and_has_a_sentence)
{
	bool reached[CAUSE_COUNT] = { false };

	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct row *r = &tables[t]->v[i];
			struct built b;

			make(&b, r);
			build_attribute(&b);
			reached[b.in.verdict.cause] = true;
			cr_expect_gt(strlen(b.in.verdict.why), 8, "%s: '%s'", r->name,
				     b.in.verdict.why);
			cr_expect_lt(strlen(b.in.verdict.why), WHY_MAX, "%s", r->name);
			cr_expect_null(strstr(b.in.verdict.why, "  "), "%s: '%s'", r->name,
				       b.in.verdict.why);
		}
	}
	for (int i = 0; i < CAUSE_COUNT; i++)
		cr_expect(reached[i], "no test reaches %s", cause_get(i)->name);
}

/* Whatever is decided, the schema knows its words. */
Test(attribute, every_verdict_fits_the_schema)
{
	for (size_t t = 0; t < ARRAY_SIZE(tables); t++) {
		for (size_t i = 0; i < tables[t]->n; i++) {
			struct built b;

			make(&b, &tables[t]->v[i]);
			build_attribute(&b);
			b.in.wall_ns = 1;
			json_decref(json_event(&b.in));
		}
	}
}

/* A verdict is decided anew: what an earlier one left must not show. */
Test(attribute, a_second_verdict_forgets_the_first)
{
	struct built b;

	build_event(&b, DIR_SENT, V4 "tcp_v4_rcv");
	build_socket(&b, TIMEWAIT);
	attribute_cause(&b.in);
	cr_assert_str_eq(b.in.verdict.detail, "time-wait");
	b.in.emitter = -1;
	attribute_cause(&b.in);
	cr_assert_eq(b.in.verdict.cause, CAUSE_UNKNOWN);
	cr_assert_null(b.in.verdict.detail);
	cr_assert_null(b.in.verdict.rule);
}
