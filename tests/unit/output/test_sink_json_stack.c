/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_json_stack.c: stacks that are written out once, and again in other lines. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "json_check.h"
#include "output/json_put.h"
#include "sample.h"

#define LINES 8

static struct sample sample;
static struct sink sink;
static const struct sink_style style = { .run = "5f3a9c0d1b2e-2c1f0a3b" };

static void setup(void)
{
	sample_fill(&sample);
	sample_open(&sink, &sink_json, &style, memfd_create("sink", MFD_CLOEXEC));
}

TestSuite(sink_json_stack, .init = setup);

static void put(uint64_t stack, const char *symbol, uint32_t n)
{
	sample.in.stack = stack;
	sample.in.nframes = n;
	for (uint32_t i = 0; i < n; i++)
		sample.in.frames[i] = (struct frame){ .ip = i, .symbol = symbol, .offset = i };
	cr_assert_eq(sink_json.event(&sink, &sample.in), 0);
}

/* The lines so far, of which there are N. */
static void take(json_t **line, size_t n)
{
	char *text = calloc(1, 1 << 20), *at = text;

	cr_assert_eq(writer_flush(sink.out), 0);
	cr_assert_geq(pread(sink.out->fd, text, (1 << 20) - 1, 0), 0);
	for (size_t i = 0; i < n; i++) {
		char *end = strchr(at, '\n');
		char *one = strndup(at, (size_t)(end + 1 - at));

		line[i] = json_line(one);
		free(one);
		at = end + 1;
	}
	free(text);
	sample_close(&sink);
}

static void assert_stack(json_t *o, const char *first, size_t n)
{
	json_t *stack = json_at(o, "kernel.stack");

	cr_assert_eq(json_array_size(stack), n);
	if (n)
		cr_expect_str_eq(json_string_value(json_array_get(stack, 0)), first);
	json_decref(o);
}

Test(sink_json_stack, again)
{
	json_t *line[LINES];

	put(7, "one", 3);
	put(7, "one", 3);
	put(0, "two", 4);
	put(0, "three", 4);
	put(8, "four", 1);
	put(7, "one", 3);
	/* Where the seventh would be kept as well. */
	put(7 + JSON_STACKS, "five", 2);
	put(7, "one", 3);
	take(line, 8);
	assert_stack(line[0], "one+0x0", 3);
	assert_stack(line[1], "one+0x0", 3);
	assert_stack(line[2], "two+0x0", 4);
	assert_stack(line[3], "three+0x0", 4);
	assert_stack(line[4], "four+0x0", 1);
	assert_stack(line[5], "one+0x0", 3);
	assert_stack(line[6], "five+0x0", 2);
	assert_stack(line[7], "one+0x0", 3);
}

/* With and without other keys before it. */
Test(sink_json_stack, first_or_not)
{
	json_t *line[LINES];

	for (int i = 0; i < 2; i++) {
		sample_fill(&sample);
		put(9 + (uint64_t)i, "one", 2);
		sample.in.reason = sample.in.drop_reason = sample.in.verdict.rule = NULL;
		sample.in.emitter = -1;
		sample.in.missed_states = 0;
		put(9 + (uint64_t)i, "one", 2);
		put(11 + (uint64_t)i, "one", 2);
		sample_fill(&sample);
		put(11 + (uint64_t)i, "one", 2);
	}
	take(line, 8);
	for (int i = 0; i < 8; i++)
		assert_stack(line[i], "one+0x0", 2);
}

/* What finds no room is written out each time. */
Test(sink_json_stack, long_and_empty)
{
	char name[200];
	json_t *line[LINES];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put(4, "four", 2);
	put(3, name, RST_STACK_MAX);
	put(3, name, RST_STACK_MAX);
	/* It has not grown into its neighbour; nor does the last one beyond the end. */
	put(4, "four", 2);
	put(JSON_STACKS - 1, name, RST_STACK_MAX);
	put(5, "none", 0);
	put(5, "none", 0);
	take(line, 7);
	assert_stack(line[0], "four+0x0", 2);
	assert_stack(line[3], "four+0x0", 2);
	for (int i = 1; i < 3; i++) {
		json_t *stack = json_at(line[i], "kernel.stack");

		cr_expect_eq(json_array_size(stack), RST_STACK_MAX);
		json_decref(line[i]);
	}
	json_decref(line[4]);
	json_assert_absent(line[5], "kernel.stack");
	json_assert_absent(line[6], "kernel.stack");
	json_decref(line[5]);
	json_decref(line[6]);
}

Test(sink_json_stack, of_its_sender)
{
	json_t *line[2];

	put(0, "one", 0);
	sample.ev.sock.flags |= RST_SF_SENT_HERE;
	put(0, "one", 0);
	take(line, 2);
	cr_expect_null(json_at(line[0], "kernel.stack_at"));
	cr_expect_str_eq(json_string_value(json_at(line[1], "kernel.stack_at")), "sender");
	json_decref(line[0]);
	json_decref(line[1]);
}
