/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_wire.c: when what leaves is looked at, and what was not covered. */
#include <criterion/criterion.h>

#include "model/wire.h"

#define MS 1000000ULL
#define S (1000 * MS)
#define T0 (100 * S)

/* A look that takes 1 ms. */
static void looked(struct wire *w, uint64_t at, bool needed)
{
	wire_looked(w, at, at + MS, needed);
}

/* Begun with nothing that needs it. */
static struct wire quiet(bool told)
{
	struct wire w;

	wire_begin(&w, WIRE_AUTO, told, T0);
	looked(&w, T0, false);
	cr_assert(!wire_wants(&w, T0 + MS));
	return w;
}

Test(wire, always_and_never)
{
	struct wire w;

	wire_begin(&w, WIRE_ALWAYS, true, T0);
	cr_expect(wire_wants(&w, T0));
	cr_expect(!wire_missed(&w, T0 + S));
	cr_expect_eq(wire_due(&w), UINT64_MAX);
	wire_begin(&w, WIRE_NEVER, true, T0);
	cr_expect(!wire_wants(&w, T0));
	cr_expect(wire_missed(&w, T0 + S));
	cr_expect_eq(wire_due(&w), UINT64_MAX);
}

Test(wire, what_is_there_from_the_start_is_no_gap)
{
	struct wire w;

	wire_begin(&w, WIRE_AUTO, true, T0);
	looked(&w, T0, true);
	cr_expect(wire_wants(&w, T0 + MS));
	cr_expect_null(wire_switched(&w, T0 + MS, true, false));
	cr_expect_eq(w.spans, 0);
}

Test(wire, a_need_that_a_look_finds)
{
	struct wire w = quiet(false);
	const struct wire_span *s;

	looked(&w, T0 + S, false);
	looked(&w, T0 + 2 * S, true);
	s = wire_switched(&w, T0 + 2 * S + 2 * MS, true, false);
	cr_assert_not_null(s);
	cr_expect_eq(s->from_ns, T0 + S,
		     "it may have come right after the last look that found nothing");
	cr_expect_eq(s->to_ns, T0 + 2 * S + 2 * MS);
	cr_expect_eq(w.without_ns, S + 2 * MS);
}

Test(wire, it_is_held)
{
	struct wire w = quiet(true);

	looked(&w, T0 + S, true);
	wire_switched(&w, T0 + S + MS, true, false);
	looked(&w, T0 + 2 * S, false);
	cr_expect(wire_wants(&w, T0 + S + WIRE_HOLD_NS));
	cr_expect(!wire_wants(&w, T0 + S + MS + WIRE_HOLD_NS));
	looked(&w, T0 + 3 * S, true);
	cr_expect(wire_wants(&w, T0 + 3 * S + WIRE_HOLD_NS), "it does not flap");
}

Test(wire, a_raw_socket_may_be_written_to_at_once)
{
	struct wire w = quiet(true);
	const struct wire_span *s;

	wire_asked(&w, T0 + S / 2, true);
	cr_expect(wire_wants(&w, T0 + S / 2 + MS), "before it is known what for");
	cr_expect(wire_missed(&w, T0 + S / 2 + MS));
	cr_expect(!wire_missed(&w, T0 + S / 4), "nobody could, then");
	s = wire_switched(&w, T0 + S / 2 + MS, true, true);
	cr_assert_not_null(s);
	cr_expect_eq(s->from_ns, T0 + S / 2);
	cr_expect_eq(w.without_ns, MS);
	cr_expect(wire_missed(&w, T0 + S / 2 + MS / 2));
	cr_expect(!wire_missed(&w, T0 + S));
}

Test(wire, what_else_is_allowed_is_looked_for)
{
	struct wire w = quiet(true);
	const struct wire_span *s;

	cr_expect_geq(w.look_ns, T0 + S);
	wire_asked(&w, T0 + S / 2, false);
	cr_expect(!wire_wants(&w, T0 + S / 2 + MS), "it may be nothing of the kind");
	cr_expect_eq(wire_due(&w), T0 + S / 2);
	looked(&w, T0 + S / 2, false);
	cr_expect_leq(wire_due(&w), T0 + S / 2 + 20 * MS, "the rule comes after the permission");
	looked(&w, T0 + S / 2 + 15 * MS, true);
	s = wire_switched(&w, T0 + S / 2 + 17 * MS, true, false);
	cr_assert_not_null(s);
	cr_expect_eq(s->from_ns, T0 + S / 2);
}

Test(wire, what_comes_to_nothing_is_no_gap)
{
	struct wire w = quiet(true);

	wire_asked(&w, T0 + S / 2, false);
	cr_expect(wire_missed(&w, T0 + S / 2 + MS));
	looked(&w, T0 + S / 2 + 2 * MS, false);
	cr_expect(!wire_missed(&w, T0 + S / 2 + MS));
	cr_expect_eq(w.spans, 0);
}

/* Where somebody asks again and again, not all of that time is a gap. */
Test(wire, what_was_allowed_long_ago_is_settled)
{
	struct wire w = quiet(true);
	const struct wire_span *s;

	for (int i = 1; i < 40; i++) {
		wire_asked(&w, T0 + i * S / 4, false);
		looked(&w, T0 + i * S / 4 + MS, false);
	}
	looked(&w, T0 + 10 * S, true);
	s = wire_switched(&w, T0 + 10 * S + MS, true, false);
	cr_assert_not_null(s);
	cr_expect_geq(s->from_ns, T0 + 8 * S);
	cr_expect_leq(s->from_ns, T0 + 9 * S);
}

/* Only of sockets is it known that nothing but CAP_NET_RAW makes them. */
Test(wire, sockets_are_no_older_than_their_permission)
{
	struct wire w = quiet(true);

	wire_asked(&w, T0 + S / 4, false);
	wire_asked(&w, T0 + S / 2, true);
	cr_expect_eq(wire_switched(&w, T0 + S / 2 + MS, true, true)->from_ns, T0 + S / 2);
	w = quiet(true);
	wire_asked(&w, T0 + S / 4, false);
	wire_asked(&w, T0 + S / 2, true);
	cr_expect_eq(wire_switched(&w, T0 + S / 2 + MS, true, false)->from_ns, T0 + S / 4);
}

Test(wire, a_gap_does_not_begin_while_it_was_watched)
{
	struct wire w = quiet(true);

	wire_asked(&w, T0 + S / 2, true);
	wire_switched(&w, T0 + S / 2 + MS, true, true);
	wire_switched(&w, T0 + S, false, false);
	wire_asked(&w, T0 + S + MS, true);
	cr_expect_geq(wire_switched(&w, T0 + S + 2 * MS, true, true)->from_ns, T0 + S);
}

Test(wire, before_6_14_nobody_knows)
{
	struct wire w = quiet(false);

	cr_expect(wire_missed(&w, T0 + S / 2));
	looked(&w, T0 + S, true);
	wire_switched(&w, T0 + S + MS, true, false);
	cr_expect(!wire_missed(&w, T0 + S + 2 * MS));
}

/* Where the kernel tells, looks are seldom once nobody has been allowed anything for a while. */
Test(wire, looks_when_nobody_asks)
{
	struct wire w = quiet(true);
	uint64_t at;

	for (at = T0 + S; at < T0 + WIRE_CALM_NS; at += S) {
		looked(&w, at, false);
		cr_expect_eq(wire_due(&w), at + MS + WIRE_LOOK_NS,
			     "allowed before the tracer began");
	}
	looked(&w, T0 + 11 * S, false);
	cr_expect_eq(wire_due(&w), T0 + 11 * S + MS + WIRE_CALM_NS);
	/* At once, and for a while. */
	wire_asked(&w, T0 + 12 * S, false);
	cr_expect_eq(wire_due(&w), T0 + 12 * S);
	looked(&w, T0 + 12 * S, false);
	cr_expect_leq(wire_due(&w), T0 + 12 * S + 20 * MS);
	looked(&w, T0 + 15 * S, false);
	cr_expect_eq(wire_due(&w), T0 + 15 * S + MS + WIRE_LOOK_NS);
	looked(&w, T0 + 23 * S, false);
	cr_expect_eq(wire_due(&w), T0 + 23 * S + MS + WIRE_CALM_NS);
}

/* What a look finds that nobody told of may have been there since the one before. */
Test(wire, a_need_that_nobody_told_of)
{
	struct wire w = quiet(true);
	const struct wire_span *s;

	looked(&w, T0 + 11 * S, false);
	looked(&w, T0 + 21 * S, true);
	cr_expect_eq(wire_due(&w), T0 + 21 * S + MS + WIRE_LOOK_NS);
	s = wire_switched(&w, T0 + 21 * S + 2 * MS, true, false);
	cr_assert_not_null(s);
	cr_expect_eq(s->from_ns, T0 + 11 * S);
	cr_expect_eq(s->to_ns, T0 + 21 * S + 2 * MS);
}

/* Whether it is needed on is looked at each second. */
Test(wire, looks_while_it_is_watched)
{
	struct wire w = quiet(true);

	looked(&w, T0 + 20 * S, true);
	wire_switched(&w, T0 + 20 * S + MS, true, false);
	for (uint64_t at = T0 + 21 * S; at < T0 + 40 * S; at += S) {
		looked(&w, at, at > T0 + 30 * S);
		cr_expect_leq(wire_due(&w), at + MS + WIRE_LOOK_NS);
	}
	cr_expect(wire_wants(&w, T0 + 40 * S));
}

Test(wire, nobody_tells_before_6_14)
{
	struct wire w = quiet(false);

	looked(&w, T0 + 60 * S, false);
	cr_expect_eq(wire_due(&w), T0 + 60 * S + MS + WIRE_LOOK_NS);
}

/* However long a look takes, there is an end to it. */
Test(wire, looking_has_its_share)
{
	struct wire w = quiet(true);
	uint64_t ends = T0 + S + 100 * MS;

	wire_looked(&w, T0 + S, ends, false);
	cr_expect_geq(wire_due(&w), ends + 100 * MS * WIRE_LOOK_SHARE);
	wire_asked(&w, ends + MS, false);
	cr_expect_geq(wire_due(&w), ends + 100 * MS * WIRE_HURRY_SHARE);
}

Test(wire, more_gaps_than_are_kept)
{
	struct wire w = quiet(true);
	uint64_t at = T0;

	for (int i = 0; i < WIRE_SPANS + 10; i++) {
		at += 10 * S;
		looked(&w, at - 2 * S, false);
		wire_asked(&w, at, true);
		cr_expect_not_null(wire_switched(&w, at + MS, true, true));
		wire_switched(&w, at + 6 * S, false, false);
	}
	cr_expect_eq(w.spans, WIRE_SPANS + 10);
	cr_expect_eq(w.without_ns, (WIRE_SPANS + 10) * MS);
	cr_expect(wire_missed(&w, at + MS / 2));
}
