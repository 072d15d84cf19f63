/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_clock.c: the clocks of a time namespace, and the kernel's. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define S 1000000000LL

static void read_from(const char *text)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");

	clock_begin(f);
	fclose(f);
}

Test(clock, the_kernels_time_is_told_in_a_time_namespace)
{
	uint64_t before, after;

	read_from("monotonic           0         0\nboottime            0         0\n");
	before = clock_ns(CLOCK_MONOTONIC);
	read_from("monotonic      100000         5\nboottime       -50         0\n");
	cr_assert_eq(clock_ahead_ns[CLOCK_MONOTONIC], 100000 * S + 5);
	cr_assert_eq(clock_ahead_ns[CLOCK_BOOTTIME], -50 * S);
	after = clock_ns(CLOCK_MONOTONIC);
	cr_assert_leq((int64_t)(after - before), -50000 * S,
		      "as if the shifted clock were this one");
	cr_assert_gt((int64_t)clock_ns(CLOCK_BOOTTIME), (int64_t)after);
}

Test(clock, before_511_clocks_are_numbered)
{
	read_from("1 7 0\n7 8 0\n");
	cr_assert_eq(clock_ahead_ns[CLOCK_MONOTONIC], 7 * S);
	cr_assert_eq(clock_ahead_ns[CLOCK_BOOTTIME], 8 * S);
}

Test(clock, what_is_not_understood_changes_nothing)
{
	read_from("monotonic\nrealtime 5 0\nboottime x y\n\n");
	cr_assert_eq(clock_ahead_ns[CLOCK_MONOTONIC], 0);
	cr_assert_eq(clock_ahead_ns[CLOCK_BOOTTIME], 0);
}
