/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_stacks.c: folded stacks and their counts. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/stacks.h"

static struct brief reset(const char *comm, uint64_t count)
{
	struct brief b = { .kind = BRIEF_RESET, .count = count, .direction = "sent" };

	strcpy(b.cause, "refused");
	strcpy(b.comm, comm);
	return b;
}

static const struct frame frames[] = { { .symbol = "tcp_send_active_reset" },
				       { .symbol = "tcp_close" },
				       { .symbol = NULL, .ip = 7 } };

static void expect(struct stacks *s, const char *text, uint64_t sum)
{
	struct buffer out = { 0 };

	cr_assert_eq(stacks_put(s, &out), sum);
	buffer_char(&out, '\0');
	cr_assert_str_eq(out.data, text);
	buffer_free(&out);
	stacks_free(s);
}

Test(stacks, outermost_first_and_added_up)
{
	struct stacks *s = stacks_new();
	struct brief a = reset("curl", 0), many = reset("curl", 17), other = reset("", 3);

	cr_assert_eq(stacks_add(s, &a, frames, 3), 0);
	cr_assert_eq(stacks_add(s, &many, frames, 3), 0);
	cr_assert_eq(stacks_add(s, &other, frames, 0), 0);
	cr_assert_eq(stacks_add(s, &a, frames, 1), 0);
	expect(s,
	       "sent;refused;curl;tcp_send_active_reset 1\n"
	       "sent;refused;curl;unknown;tcp_close;tcp_send_active_reset 18\n"
	       "sent;refused;no-process 3\n",
	       22);
}

/* A space parts the count from the stack, a semicolon one frame from the next, a newline the lines. */
Test(stacks, hostile_names)
{
	struct stacks *s = stacks_new();
	struct brief b = reset("a;b 1\n\x1b[31m\xff", 2);
	const struct frame odd[] = { { .symbol = "x y;z\n 9" } };

	struct brief escaped = reset("a\\x0a", 1);

	cr_assert_eq(stacks_add(s, &b, odd, 1), 0);
	/* Not twice. */
	cr_assert_eq(stacks_add(s, &escaped, odd, 0), 0);
	expect(s,
	       "sent;refused;a\\x0a 1\n"
	       "sent;refused;a_b_1\\x0a\\x1b[31m\\xff;x_y_z\\x0a_9 2\n",
	       3);
}

Test(stacks, a_correction_takes_back_what_it_corrects)
{
	struct stacks *s = stacks_new();
	struct brief first = reset("a", 5), again = reset("b", 5), stranger = reset("c", 1);

	strcpy(first.id, "run-1");
	strcpy(again.id, "run-2");
	strcpy(again.corrects, "run-1");
	/* Of what is not here, nothing is taken back. */
	strcpy(stranger.corrects, "run-77");
	cr_assert_eq(stacks_add(s, &first, frames, 0), 0);
	cr_assert_eq(stacks_add(s, &again, frames, 0), 0);
	cr_assert_eq(stacks_add(s, &stranger, frames, 0), 0);
	/* Once. */
	again.id[0] = '\0';
	again.count = 1;
	cr_assert_eq(stacks_add(s, &again, frames, 0), 0);
	expect(s, "sent;refused;b 6\nsent;refused;c 1\n", 7);
}

Test(stacks, many_different_ones)
{
	struct stacks *s = stacks_new();
	struct buffer out = { 0 };
	char comm[16];

	for (int i = 0; i < 20000; i++) {
		struct brief b;

		snprintf(comm, sizeof(comm), "p%d", i % 10000);
		b = reset(comm, 1);
		cr_assert_eq(stacks_add(s, &b, frames, 2), 0);
	}
	cr_assert_eq(stacks_put(s, &out), 20000u);
	cr_assert_not_null(memmem(out.data, out.len, "sent;refused;p9999;", 19));
	buffer_free(&out);
	stacks_free(s);
}
