/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_tally.c: recorded resets, grouped and counted. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "model/tally.h"

#define S 1000000000ULL
#define BASE (1795939579 * S)

static const enum tally_key by_cause[] = { TALLY_CAUSE };

static struct brief reset(const char *cause, const char *comm, const char *peer, uint64_t at_s)
{
	struct brief b = { .kind = BRIEF_RESET, .time_ns = BASE + at_s * S };

	snprintf(b.cause, sizeof(b.cause), "%s", cause);
	snprintf(b.comm, sizeof(b.comm), "%s", comm);
	snprintf(b.remote.address, sizeof(b.remote.address), "%s", peer);
	snprintf(b.why, sizeof(b.why), "why %s", cause);
	return b;
}

static const struct tally_group *nth(struct tally *t, enum tally_sort sort, size_t i)
{
	const struct tally_group **g;
	size_t n;

	g = tally_sorted(t, sort, &n);
	cr_assert_lt(i, n);
	return g[i];
}

Test(tally, groups_counts_and_order)
{
	struct tally *t = tally_new(by_cause, 1, false);
	struct brief b = reset("refused", "curl", "10.0.0.1", 5);
	struct tally_sums sums;
	size_t n;

	tally_add(t, &b, "h");
	b = reset("no-listener", "", "10.0.0.1", 9);
	b.benign = true;
	b.count = 4;
	tally_add(t, &b, "h");
	b = reset("refused", "curl", "10.0.0.1", 2);
	tally_add(t, &b, "h");
	tally_sorted(t, TALLY_SORT_COUNT, &n);
	cr_expect_eq(n, 2);
	cr_expect_str_eq(nth(t, TALLY_SORT_COUNT, 0)->name[0], "no-listener");
	cr_expect_eq(nth(t, TALLY_SORT_COUNT, 0)->count, 4);
	cr_expect_eq(nth(t, TALLY_SORT_COUNT, 0)->benign, 4);
	cr_expect_eq(nth(t, TALLY_SORT_COUNT, 1)->count, 2);
	cr_expect_eq(nth(t, TALLY_SORT_COUNT, 1)->first_ns, BASE + 2 * S);
	cr_expect_eq(nth(t, TALLY_SORT_COUNT, 1)->last_ns, BASE + 5 * S);
	cr_expect_str_eq(nth(t, TALLY_SORT_FIRST, 0)->name[0], "refused");
	cr_expect_str_eq(nth(t, TALLY_SORT_LAST, 0)->name[0], "no-listener");
	cr_expect_str_eq(nth(t, TALLY_SORT_NAME, 0)->name[0], "no-listener");
	tally_sums(t, &sums);
	cr_expect_eq(sums.count, 6);
	cr_expect_eq(sums.benign, 4);
	cr_expect_eq(sums.first_ns, BASE + 2 * S);
	cr_expect_eq(sums.last_ns, BASE + 9 * S);
	tally_free(t);
}

Test(tally, several_keys)
{
	static const enum tally_key by[] = { TALLY_PROCESS, TALLY_LOCAL_PORT, TALLY_HOST };
	struct tally *t = tally_new(by, ARRAY_SIZE(by), false);
	struct brief b = reset("refused", "curl", "10.0.0.1", 0);
	size_t n;

	b.local.port = 80;
	tally_add(t, &b, "a");
	tally_add(t, &b, "b");
	b.local.port = 81;
	tally_add(t, &b, "a");
	*b.comm = '\0';
	tally_add(t, &b, "a");
	tally_sorted(t, TALLY_SORT_NAME, &n);
	cr_expect_eq(n, 4);
	cr_expect_str_eq(nth(t, TALLY_SORT_NAME, 0)->name[0], "-");
	cr_expect_str_eq(nth(t, TALLY_SORT_NAME, 1)->name[1], "80");
	cr_expect_str_eq(nth(t, TALLY_SORT_NAME, 1)->name[2], "a");
	cr_expect_str_eq(nth(t, TALLY_SORT_NAME, 2)->name[2], "b");
	tally_free(t);
}

/* Names that are the same when strung together are two. */
Test(tally, names_do_not_run_together)
{
	static const enum tally_key by[] = { TALLY_PROCESS, TALLY_CAUSE };
	struct tally *t = tally_new(by, ARRAY_SIZE(by), false);
	struct brief a = reset("bc", "a", "", 0), b = reset("c", "ab", "", 0);
	size_t n;

	tally_add(t, &a, "");
	tally_add(t, &b, "");
	tally_sorted(t, TALLY_SORT_NAME, &n);
	cr_expect_eq(n, 2);
	tally_free(t);
}

Test(tally, every_key_has_its_name)
{
	struct brief b = reset("refused", "curl", "10.0.0.1", 0);
	char buf[TALLY_NAME];
	static const struct {
		enum tally_key key;
		const char *name;
	} cases[] = {
		{ TALLY_CAUSE, "refused" },  { TALLY_DETAIL, "-" },	{ TALLY_DIRECTION, "sent" },
		{ TALLY_PROCESS, "curl" },   { TALLY_PID, "7" },	{ TALLY_CONTAINER, "web" },
		{ TALLY_POD, "shop/web-0" }, { TALLY_LOCAL_PORT, "-" }, { TALLY_PEER, "10.0.0.1" },
		{ TALLY_REMOTE_PORT, "80" }, { TALLY_NETNS, "blue" },	{ TALLY_HOST, "db1" },
	};

	cr_assert_eq(ARRAY_SIZE(cases), TALLY_KEYS);
	strcpy(b.direction, "sent");
	strcpy(b.container, "deadbeef");
	strcpy(b.container_name, "web");
	strcpy(b.pod, "web-0");
	strcpy(b.space, "shop");
	strcpy(b.netns_name, "blue");
	b.pid = 7;
	b.netns = 4026531840;
	b.remote.port = 80;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect_str_eq(tally_name(buf, cases[i].key, &b, "db1"), cases[i].name);
	*b.netns_name = *b.container_name = *b.space = '\0';
	cr_expect_str_eq(tally_name(buf, TALLY_NETNS, &b, ""), "4026531840");
	cr_expect_str_eq(tally_name(buf, TALLY_CONTAINER, &b, ""), "deadbeef");
	cr_expect_str_eq(tally_name(buf, TALLY_POD, &b, ""), "web-0");
}

/* What a later line overturns moves, with all that was counted with it. */
Test(tally, corrections)
{
	struct tally *t = tally_new(by_cause, 1, true);
	struct brief b = reset("reset-by-peer", "curl", "10.0.0.1", 0);
	const struct tally_group *g;
	struct tally_sums sums;
	size_t n;

	tally_add(t, &b, "");
	strcpy(b.id, "x-1");
	b.benign = true;
	tally_add(t, &b, "");
	b = reset("suspected-injection", "curl", "10.0.0.1", 0);
	strcpy(b.id, "x-2");
	strcpy(b.corrects, "x-1");
	tally_add(t, &b, "");
	/* Of a line that was never read. */
	b = reset("refused", "curl", "10.0.0.1", 0);
	strcpy(b.corrects, "x-99");
	tally_add(t, &b, "");
	tally_sorted(t, TALLY_SORT_NAME, &n);
	cr_expect_eq(n, 3);
	g = nth(t, TALLY_SORT_NAME, 1);
	cr_expect_str_eq(g->name[0], "reset-by-peer");
	cr_expect_eq(g->count, 1);
	cr_expect_eq(g->more->slot[0], 1);
	cr_expect_eq(g->more->processes.of[0].count, 1);
	cr_expect_eq(g->more->peers.of[0].count, 1);
	g = nth(t, TALLY_SORT_NAME, 2);
	cr_expect_str_eq(g->name[0], "suspected-injection");
	cr_expect_eq(g->more->slot[0], 1);
	tally_sums(t, &sums);
	cr_expect_eq(sums.count, 3);
	cr_expect_eq(sums.benign, 0);
	cr_expect_eq(sums.corrected, 1);
	/* Of which nothing is left, is told no more. */
	b = reset("unknown", "", "", 0);
	strcpy(b.id, "x-3");
	tally_add(t, &b, "");
	strcpy(b.corrects, "x-3");
	strcpy(b.cause, "crafted");
	*b.id = '\0';
	tally_add(t, &b, "");
	tally_sorted(t, TALLY_SORT_NAME, &n);
	cr_expect_eq(n, 4);
	/* A second correction of the same has nothing left to take away. */
	b = reset("crafted", "curl", "10.0.0.1", 0);
	strcpy(b.corrects, "x-1");
	tally_add(t, &b, "");
	tally_sums(t, &sums);
	cr_expect_eq(sums.count, 5);
	tally_free(t);
}

static uint64_t slots_sum(const struct tally_group *g)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < TALLY_SLOTS; i++)
		sum += g->more->slot[i];
	return sum;
}

/* The timeline covers all of it, whichever end is read first, and loses nothing. */
Test(tally, timeline)
{
	static const uint64_t orders[][4] = {
		{ 0, 10, 1000, 86400 },
		{ 86400, 1000, 10, 0 },
		{ 1000, 0, 86400, 10 },
	};

	for (size_t o = 0; o < ARRAY_SIZE(orders); o++) {
		struct tally *t = tally_new(by_cause, 1, true);
		const struct tally_group *g;
		struct tally_sums sums;

		for (size_t i = 0; i < 4; i++) {
			struct brief b = reset("refused", "", "", orders[o][i]);

			b.count = i + 1;
			tally_add(t, &b, "");
		}
		tally_sums(t, &sums);
		g = nth(t, TALLY_SORT_COUNT, 0);
		cr_expect_eq(slots_sum(g), 10);
		cr_expect_leq(sums.begin_ns, BASE);
		cr_expect_gt(sums.begin_ns + TALLY_SLOTS * sums.slot_ns, BASE + 86400 * S);
		cr_expect_lt(TALLY_SLOTS * sums.slot_ns, 4 * 86400 * S);
		/* The last day's is where it belongs. */
		cr_expect_eq(g->more->slot[(BASE + 86400 * S - sums.begin_ns) / sums.slot_ns],
			     orders[o][3] == 86400   ? 4
			     : orders[o][0] == 86400 ? 1
						     : 3);
		tally_free(t);
	}
}

/* Times from anywhere, as a damaged file has them, end nothing. */
Test(tally, absurd_times)
{
	static const uint64_t times[] = { BASE, 1, UINT64_MAX, 0, UINT64_MAX - 1, 2 };
	struct tally *t = tally_new(by_cause, 1, true);

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct brief b = reset("refused", "", "", 0);

		b.time_ns = times[i];
		cr_assert_eq(tally_add(t, &b, ""), 0);
	}
	/* All but the one without a time. */
	cr_expect_eq(slots_sum(nth(t, TALLY_SORT_COUNT, 0)), 5);
	tally_free(t);
}

Test(tally, most_frequent_names)
{
	struct tally *t = tally_new(by_cause, 1, true);
	const struct tally_more *m;
	char name[32];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3 * TALLY_TOP; i++) {
			struct brief b;

			sprintf(name, "10.0.0.%d", i);
			b = reset("refused", "curl", name, 0);
			tally_add(t, &b, "");
			b = reset("refused", "nginx", "10.1.0.1", 0);
			tally_add(t, &b, "");
		}
	}
	m = nth(t, TALLY_SORT_COUNT, 0)->more;
	cr_expect_eq(m->processes.n, 2);
	cr_expect_eq(m->processes.of[0].count, 9 * TALLY_TOP);
	cr_expect_eq(m->processes.of[0].error, 0);
	cr_expect_eq(m->peers.n, TALLY_TOP);
	cr_expect_str_eq(m->peers.of[0].name, "10.1.0.1");
	cr_expect_geq(m->peers.of[0].count, 9 * TALLY_TOP);
	/* The others came three times each; what is told in excess of that is told as such. */
	for (size_t i = 1; i < m->peers.n; i++)
		cr_expect_leq(m->peers.of[i].count - m->peers.of[i].error, 3);
	tally_free(t);
}

/* What was lost stands for the rest, however early something harmless came. */
Test(tally, sample)
{
	struct tally *t = tally_new(by_cause, 1, true);
	struct brief b = reset("close-unread", "nginx", "", 0);

	b.benign = true;
	tally_add(t, &b, "");
	cr_expect_str_eq(nth(t, TALLY_SORT_COUNT, 0)->more->process, "nginx");
	b = reset("close-unread", "redis", "", 1);
	tally_add(t, &b, "");
	b = reset("close-unread", "squid", "", 2);
	tally_add(t, &b, "");
	cr_expect_str_eq(nth(t, TALLY_SORT_COUNT, 0)->more->process, "redis");
	tally_free(t);
}

/* However many names there are, the room is bounded and nothing is left out of the sums. */
Test(tally, too_many_groups)
{
	static const enum tally_key by[] = { TALLY_PEER };
	struct tally *t = tally_new(by, 1, false);
	struct tally_sums sums;
	char name[32];
	size_t n;

	for (int i = 0; i < TALLY_GROUPS + 100; i++) {
		struct brief b;

		sprintf(name, "p%d", i);
		b = reset("refused", "", name, 0);
		tally_add(t, &b, "");
	}
	tally_sorted(t, TALLY_SORT_COUNT, &n);
	cr_expect_eq(n, TALLY_GROUPS + 1);
	cr_expect_str_eq(nth(t, TALLY_SORT_COUNT, 0)->name[0], "(others)");
	cr_expect_eq(nth(t, TALLY_SORT_COUNT, 0)->count, 100);
	tally_sums(t, &sums);
	cr_expect_eq(sums.count, TALLY_GROUPS + 100);
	cr_expect_eq(sums.others, 100);
	tally_free(t);
}
