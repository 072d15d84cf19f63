/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_kinds.c: the kernel side's totals, summed up for the summary. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/kinds.h"

#define ROOM 8

static struct kind_sum out[ROOM];

static struct total total(struct rst_kind kind, uint64_t detailed)
{
	return (struct total){ .kind = kind, .total.detailed = detailed };
}

Test(kinds, everything_is_added)
{
	struct rst_total sum = { .filtered = 1, .detailed = 2, .folded = 3, .lost = 4 };
	const struct rst_total one = { .filtered = 10, .detailed = 20, .folded = 30, .lost = 40 };

	cr_expect_eq(kinds_all(&sum), 10);
	kinds_add(&sum, &one);
	cr_expect_eq(sum.filtered, 11);
	cr_expect_eq(sum.detailed, 22);
	cr_expect_eq(sum.folded, 33);
	cr_expect_eq(sum.lost, 44);
}

Test(kinds, none)
{
	cr_expect_eq(kinds_sum(out, ROOM, NULL, 0), 0);
}

/* Namespaces, states and owners' bits make no difference; what is answered, and why, does. */
Test(kinds, like_ones_are_one)
{
	const struct total all[] = {
		total((struct rst_kind){ .netns = 1, .class = RST_CLASS_SENT_NO_SOCKET }, 1),
		total((struct rst_kind){ .netns = 2,
					 .class = RST_CLASS_SENT_NO_SOCKET,
					 .state = 3 },
		      20),
		total((struct rst_kind){ .netns = 1,
					 .class = RST_CLASS_SENT_NO_SOCKET,
					 .bits = RST_KIND_SYN },
		      300),
		total((struct rst_kind){ .netns = 1,
					 .class = RST_CLASS_SENT_NO_SOCKET,
					 .reason = 5 },
		      4000),
	};

	cr_assert_eq(kinds_sum(out, ROOM, all, 4), 3);
	cr_expect_eq(out[0].total.detailed, 4000);
	cr_expect_eq(out[0].reason, 5);
	cr_expect_eq(out[1].total.detailed, 300);
	cr_expect(out[1].syn);
	cr_expect_eq(out[2].total.detailed, 21);
	cr_expect_not(out[2].syn);
}

/* The same bit means something else elsewhere. */
Test(kinds, bits_are_of_their_class)
{
	const struct total all[] = {
		total((struct rst_kind){ .class = RST_CLASS_SENT_ACTIVE,
					 .bits = RST_KIND_USER_TIMEOUT | RST_KIND_SIGNALLED },
		      3),
		total((struct rst_kind){ .class = RST_CLASS_WIRE, .bits = RST_KIND_CAME_IN }, 2),
		total((struct rst_kind){ .class = RST_CLASS_WIRE }, 1),
	};

	cr_assert_eq(kinds_sum(out, ROOM, all, 3), 3);
	cr_expect_not(out[0].syn);
	cr_expect_not(out[0].passing);
	cr_expect_str_eq(kind_name(&out[0]), "aborted");
	cr_expect(out[1].passing);
	cr_expect_str_eq(kind_name(&out[1]), "forwarded");
	cr_expect_str_eq(kind_words(&out[1]), "forwarded");
	cr_expect_not(out[2].passing);
	cr_expect_str_eq(kind_name(&out[2]), "wire");
	cr_expect_str_eq(kind_words(&out[2]), "not sent by TCP");
}

Test(kinds, the_most_frequent_first)
{
	struct total all[RST_CLASSES - 1];

	for (uint8_t i = 1; i < RST_CLASSES; i++)
		all[i - 1] = total((struct rst_kind){ .class = i }, i * 7 % 10);
	cr_assert_eq(kinds_sum(out, RST_CLASSES, all, RST_CLASSES - 1), RST_CLASSES - 1);
	for (size_t i = 1; i < RST_CLASSES - 1; i++)
		cr_expect_geq(kinds_all(&out[i - 1].total), kinds_all(&out[i].total));
}

/* Lost and filtered ones are as frequent as others. */
Test(kinds, frequent_is_what_was_raised)
{
	const struct total all[] = {
		{ .kind.class = RST_CLASS_RECEIVED, .total.detailed = 10 },
		{ .kind.class = RST_CLASS_DROPPED, .total = { .filtered = 5, .lost = 6 } },
	};

	cr_assert_eq(kinds_sum(out, ROOM, all, 2), 2);
	cr_expect_eq(out[0].class, RST_CLASS_DROPPED);
}

Test(kinds, what_has_no_room_is_the_rest)
{
	struct total all[20];
	uint64_t sum = 0;

	for (uint8_t i = 0; i < 20; i++)
		all[i] = total((struct rst_kind){ .class = RST_CLASS_DROPPED, .reason = i },
			       100 + i);
	cr_assert_eq(kinds_sum(out, ROOM, all, 20), ROOM);
	for (size_t i = 0; i < ROOM; i++)
		sum += kinds_all(&out[i].total);
	cr_expect_eq(sum, 2190, "none is left out");
	cr_expect_eq(out[ROOM - 1].class, 0, "the rest comes last, however many they are");
	cr_expect_eq(out[ROOM - 1].total.detailed, 107 * 13 + 78);
	cr_expect_str_eq(kind_name(&out[ROOM - 1]), "other");
	cr_expect_str_eq(kind_words(&out[ROOM - 1]), "of other kinds");
}

Test(kinds, room_for_one)
{
	const struct total all[] = { total((struct rst_kind){ .class = RST_CLASS_WIRE }, 3),
				     total((struct rst_kind){ .class = RST_CLASS_DROPPED }, 4) };

	cr_assert_eq(kinds_sum(out, 1, all, 2), 1);
	cr_expect_eq(out[0].total.detailed, 7);
}

/* Of a kernel side that knows more. */
Test(kinds, an_unknown_class_is_another)
{
	const struct total all[] = { total((struct rst_kind){ .class = RST_CLASSES }, 3),
				     total((struct rst_kind){ .class = 255 }, 4) };

	cr_assert_eq(kinds_sum(out, ROOM, all, 2), 1);
	cr_expect_eq(out[0].total.detailed, 7);
	cr_expect_str_eq(kind_name(&out[0]), "other");
}

Test(kinds, names)
{
	for (uint8_t i = 0; i < RST_CLASSES; i++) {
		struct kind_sum kind = { .class = i };

		cr_assert_not_null(kind_name(&kind), "class %u", i);
		cr_assert_not_null(kind_words(&kind), "class %u", i);
		for (uint8_t k = 0; k < i; k++) {
			struct kind_sum other = { .class = k };

			cr_expect_str_neq(kind_name(&kind), kind_name(&other));
			cr_expect_str_neq(kind_words(&kind), kind_words(&other));
		}
	}
	cr_expect_str_eq(
		kind_words(&(struct kind_sum){ .class = RST_CLASS_SENT_NO_SOCKET, .syn = true }),
		"answers to SYNs that no listener took");
	cr_expect_str_eq(
		kind_words(&(struct kind_sum){ .class = RST_CLASS_SENT_LISTENER, .syn = true }),
		"answers to segments that a listener refused");
}
