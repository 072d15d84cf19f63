/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_pcapng_order.c: what comes late, put where its time is. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "output/pcapng_order.h"

Test(pcapng_order, the_earliest_first)
{
	static const char names[] = "caeffbd";
	static const uint64_t times[] = { 30, 10, 50, 60, 60, 20, 40 };
	struct pcapng_order o = { 0 };
	struct buffer b = { 0 };

	for (size_t i = 0; names[i]; i++) {
		/* Of the same time, as they came: a capital is the later one. */
		char name = i == 4 ? 'F' : names[i];

		cr_assert_eq(pcapng_order_put(&o, times[i], &name, 1), 0);
	}
	while (pcapng_order_take(&o, &b))
		;
	cr_assert_eq(b.len, 7u);
	cr_assert_arr_eq(b.data, "abcdefF", 7);
	cr_assert_not(pcapng_order_take(&o, &b));
	buffer_free(&b);
	pcapng_order_free(&o);
}

Test(pcapng_order, any_order)
{
	struct pcapng_order o = { 0 };
	struct buffer b = { 0 };
	unsigned int seed = 7;
	uint64_t before = 0, now;

	for (int i = 0; i < 5000; i++) {
		uint64_t time = (uint64_t)(rand_r(&seed) % 1000);

		cr_assert_eq(pcapng_order_put(&o, time, &time, sizeof(time)), 0);
	}
	for (int i = 0; i < 5000; i++) {
		b.len = 0;
		cr_assert(pcapng_order_take(&o, &b));
		now = *(uint64_t *)b.data;
		cr_assert_geq(now, before);
		before = now;
	}
	cr_assert_eq(o.n, 0u);
	cr_assert_eq(o.bytes, 0u);
	buffer_free(&b);
	pcapng_order_free(&o);
}

Test(pcapng_order, it_is_full_by_number_and_by_bytes)
{
	static char large[1 << 20];
	struct pcapng_order o = { 0 };

	for (uint64_t i = 0; i < PCAPNG_ORDER_UNITS; i++)
		cr_assert_eq(pcapng_order_put(&o, i, "x", 1), 0);
	cr_assert_not(pcapng_order_full(&o));
	cr_assert_eq(pcapng_order_put(&o, 0, "x", 1), 0);
	cr_assert(pcapng_order_full(&o));
	pcapng_order_free(&o);
	for (int i = 0; i < 64; i++)
		cr_assert_eq(pcapng_order_put(&o, 0, large, sizeof(large)), 0);
	cr_assert_not(pcapng_order_full(&o));
	cr_assert_eq(pcapng_order_put(&o, 0, "x", 1), 0);
	cr_assert(pcapng_order_full(&o));
	pcapng_order_free(&o);
}
