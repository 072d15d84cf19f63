/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_regular.c: probes at one interval, and those that have none. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_event.h"
#include "explain/regular.h"

#define MS 1000000ULL

static struct regular_probes probes;
static struct built built;

static void setup(void)
{
	probes = (struct regular_probes){ .seed = 7 };
	build_event(&built, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming");
	built.in.verdict.detail = "probe";
}

TestSuite(regular, .init = setup);

/* How many so far; 0: not regular. */
static uint32_t at(uint64_t ms)
{
	built.ev.hdr.mono_ns = 1000 * MS + ms * MS;
	built.in.regular = (struct regular){ 0 };
	regular_note(&probes, &built.in);
	return built.in.regular.count;
}

Test(regular, from_the_third_on)
{
	cr_expect_eq(at(0), 0);
	cr_expect_eq(at(500), 0);
	cr_expect_eq(at(1000), 3);
	cr_expect_eq(built.in.regular.every_ns, 500 * MS);
	cr_expect_eq(at(1600), 4, "a little late");
	cr_expect_eq(built.in.regular.every_ns, 1600 * MS / 3);
	/* Three quarters of the mean, and what is beyond it. */
	cr_expect_eq(at(2000), 5);
	cr_expect_eq(at(2374), 0, "that is another interval");
	cr_expect_eq(at(2748), 3);
}

Test(regular, no_habit)
{
	cr_expect_eq(at(0), 0);
	cr_expect_eq(at(500), 0);
	cr_expect_eq(at(1200), 0);
	cr_expect_eq(at(1300), 0);
	cr_expect_eq(at(3000), 0);
}

Test(regular, a_flood_has_none)
{
	for (uint64_t ms = 0; ms < 190; ms += 19)
		cr_expect_eq(at(ms), 0);
	setup();
	at(0);
	at(20);
	cr_expect_eq(at(40), 3);
}

Test(regular, the_clocks_of_two_cpus)
{
	at(0);
	at(500);
	cr_expect_eq(at(499), 0);
	cr_expect_eq(at(1000), 3);
}

/* Each of these is another's. */
Test(regular, each_end_and_way_by_itself)
{
	struct rst_event *e = &built.ev;

	at(0);
	at(500);
	e->tuple.remote[3]++;
	cr_expect_eq(at(1000), 0);
	e->tuple.remote[3]--;
	e->tuple.local[3]++;
	cr_expect_eq(at(1000), 0);
	e->tuple.local[3]--;
	e->tuple.local_port++;
	cr_expect_eq(at(1000), 0);
	e->tuple.local_port--;
	e->netns++;
	cr_expect_eq(at(1000), 0);
	e->netns--;
	built.in.direction = DIR_SENT;
	cr_expect_eq(at(1000), 0);
	built.in.direction = DIR_RECEIVED;
	/* The client's port is never the same. */
	e->tuple.remote_port++;
	cr_expect_eq(at(1000), 3);
}

Test(regular, the_prober_itself)
{
	built.in.direction = DIR_SENT;
	at(0);
	built.ev.tuple.local_port++;
	at(500);
	built.ev.tuple.local_port++;
	cr_expect_eq(at(1000), 3);
	built.ev.tuple.remote_port++;
	cr_expect_eq(at(1500), 0);
}

Test(regular, only_probes_each_by_itself)
{
	at(0);
	at(500);
	built.in.verdict.detail = "delivered";
	cr_expect_eq(at(1000), 0);
	built.in.verdict.detail = NULL;
	cr_expect_eq(at(1000), 0);
	built.in.verdict.detail = "probe";
	built.ev.folded.count = 9;
	cr_expect_eq(at(1000), 0);
	built.ev.folded.count = 0;
	cr_expect_eq(at(1000), 3);
}

/* The least lately seen makes room. */
Test(regular, there_is_room_for_so_many)
{
	for (uint32_t i = 0; i < 4 * REGULAR_SETS * REGULAR_WAYS; i++) {
		memcpy(built.ev.tuple.remote, &i, sizeof(i));
		cr_expect_eq(at(i), 0);
	}
	cr_expect_eq(at(4 * REGULAR_SETS * REGULAR_WAYS + 500), 0);
	cr_expect_eq(at(4 * REGULAR_SETS * REGULAR_WAYS + 1001), 3, "the newest is kept");
}
