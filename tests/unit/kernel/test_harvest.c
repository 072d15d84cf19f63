/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "kernel/harvest.h"

static struct total total(uint32_t netns, uint8_t class, uint8_t reason, uint64_t n)
{
	return (struct total){
		.kind = { .netns = netns, .class = class, .reason = reason },
		.total = { .filtered = 1, .detailed = n - 1 },
	};
}

static void add(struct harvest *h, uint32_t netns, uint8_t class, uint8_t reason, uint64_t n)
{
	struct total t = total(netns, class, reason, n);

	cr_assert_eq(harvest_add(h, &t), 0);
}

/* How many resets are counted so, and in how many rows (which is what *ROWS becomes). */
static uint64_t count(const struct harvest *h, uint32_t netns, uint8_t class, uint8_t reason,
		      size_t *rows)
{
	struct total *v;
	uint64_t sum = 0;
	size_t n;

	cr_assert_eq(harvest_read(h, &v, &n), 0);
	*rows = 0;
	for (size_t i = 0; i < n; i++)
		if (v[i].kind.netns == netns && v[i].kind.class == class &&
		    v[i].kind.reason == reason) {
			sum += kinds_all(&v[i].total);
			(*rows)++;
		}
	free(v);
	return sum;
}

Test(harvest, adds_up_by_kind)
{
	struct harvest h;
	size_t rows;

	harvest_init(&h, -1, 1);
	for (uint32_t netns = 1; netns <= 1000; netns++)
		add(&h, netns, 1, 2, 3);
	add(&h, 500, 1, 2, 4);
	add(&h, 500, 2, 2, 9);
	cr_expect_eq(count(&h, 500, 1, 2, &rows), 7);
	cr_expect_eq(rows, 1);
	cr_expect_eq(count(&h, 500, 2, 2, &rows), 9);
	cr_expect_eq(count(&h, 1000, 1, 2, &rows), 3);
	cr_expect_eq(count(&h, 1001, 1, 2, &rows), 0);
	harvest_free(&h);
}

/* Class, reason and number stay; only whose they were is given up. */
Test(harvest, what_is_gone_keeps_its_class_and_reason)
{
	static const uint32_t alive[] = { 7, 4 };
	struct harvest h;
	size_t rows;

	harvest_init(&h, -1, 1);
	for (uint32_t netns = 1; netns <= 10; netns++) {
		add(&h, netns, 1, 2, 3);
		add(&h, netns, 5, 6, 2);
	}
	harvest_forget(&h, alive, 2);
	cr_expect_eq(count(&h, 0, 1, 2, &rows), 8 * 3);
	cr_expect_eq(rows, 1);
	cr_expect_eq(count(&h, 0, 5, 6, &rows), 8 * 2);
	cr_expect_eq(count(&h, 4, 1, 2, &rows), 3);
	cr_expect_eq(count(&h, 7, 5, 6, &rows), 2);
	cr_expect_eq(count(&h, 1, 1, 2, &rows), 0);
	cr_expect_eq(harvest_unplaced(&h), 0);
	harvest_free(&h);
}

/* Bounded: what does not fit, though it stands, is told as such. */
Test(harvest, too_many_that_stand)
{
	static uint32_t alive[HARVEST_KINDS];
	struct total more = total(HARVEST_KINDS + 1, 1, 2, 3);
	struct harvest h;
	size_t rows;

	harvest_init(&h, -1, 1);
	for (uint32_t i = 0; i < HARVEST_KINDS; i++) {
		alive[i] = i + 1;
		add(&h, i + 1, 1, 2, 3);
	}
	cr_expect_eq(harvest_add(&h, &more), -ENOSPC);
	more.kind.netns = 1;
	cr_expect_eq(harvest_add(&h, &more), 0, "one that is known needs no room");
	harvest_forget(&h, alive, HARVEST_KINDS);
	cr_expect_eq(count(&h, 0, 1, 2, &rows), 3 * (HARVEST_KINDS + 1));
	cr_expect_eq(rows, 1);
	cr_expect_eq(harvest_unplaced(&h), 3 * (HARVEST_KINDS + 1));
	harvest_free(&h);
}
