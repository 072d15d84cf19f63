/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_translation.c: the two faces of a flow. */
#include <criterion/criterion.h>

#include "base/util.h"
#include "model/translation.h"
#include "model/tuple.h"

static struct rst_tuple tuple(uint8_t source, uint16_t source_port, uint8_t target, uint16_t port)
{
	return (struct rst_tuple){ .local = { 10, 0, 0, source },
				   .remote = { 10, 0, 0, target },
				   .local_port = source_port,
				   .remote_port = port,
				   .family = 4 };
}

/* A client 1:4000 asks for 96:80, and it is 7:8080 that it gets, which knows it as 30:6000. */
static const struct {
	uint8_t source, target;
	uint16_t source_port, target_port;
	uint8_t to_source, to_target;
	uint16_t to_source_port, to_target_port;
	bool before;
} ways[] = {
	{ 1, 96, 4000, 80, 30, 7, 6000, 8080, true },
	{ 30, 7, 6000, 8080, 1, 96, 4000, 80, false },
	{ 7, 30, 8080, 6000, 96, 1, 80, 4000, true },
	{ 96, 1, 80, 4000, 7, 30, 8080, 6000, false },
};

Test(translation, from_each_side)
{
	struct translation flow = { .there = true,
				    .original = tuple(1, 4000, 96, 80),
				    .reply = tuple(7, 8080, 30, 6000) };
	struct rst_tuple out, stranger = tuple(1, 4000, 7, 8080);

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct rst_tuple from = tuple(ways[i].source, ways[i].source_port, ways[i].target,
					      ways[i].target_port);
		struct rst_tuple to = tuple(ways[i].to_source, ways[i].to_source_port,
					    ways[i].to_target, ways[i].to_target_port);

		cr_assert(translation_other_side(&flow, &from, &out), "row %zu", i);
		cr_expect(tuple_same(&out, &to), "row %zu", i);
		cr_expect_eq(translation_is_before(&flow, &from), ways[i].before, "row %zu", i);
	}
	cr_expect(!translation_other_side(&flow, &stranger, &out));
	cr_expect(!translation_is_before(&flow, &stranger));
}
