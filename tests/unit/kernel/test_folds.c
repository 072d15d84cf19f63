/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_folds.c: what the kernel side counted is told of once, whichever way it comes, and no reset
 * is left out. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explain/attribute.h"
#include "kernel/folds.h"
#include "sample.h"

#define SLOTS 8
#define TICK_NS 4000000U

static struct rst_fold fold[SLOTS];
static struct rst_event kept[SLOTS], out;
static struct folds f;

static void setup(void)
{
	memset(fold, 0, sizeof(fold));
	memset(kept, 0, sizeof(kept));
	cr_assert_eq(folds_init(&f, fold, kept, SLOTS, TICK_NS), 0);
}

static void teardown(void)
{
	folds_free(&f);
}

TestSuite(folds, .init = setup, .fini = teardown);

/* The kernel side has counted so many in a slot. */
static void counted(uint32_t slot, uint32_t window, uint64_t count)
{
	fold[slot].window = window;
	fold[slot].count = count;
	kept[slot].tuple.remote_port = (uint16_t)(1000 * slot + window);
}

/* What is left of a record that comes through the ring. */
static uint64_t record(uint32_t slot, uint32_t window, uint64_t count)
{
	struct rst_event event = { .folded = { .count = count, .slot = slot, .window = window } };
	bool left = folds_told(&f, &event);

	cr_assert_eq(left, event.folded.count != 0);
	return event.folded.count;
}

/* One look: how many resets it tells of. */
static uint64_t look(bool force)
{
	uint64_t sum = 0;
	uint32_t at = 0;

	while (folds_next(&f, &at, force, &out))
		sum += out.folded.count;
	cr_assert_eq(at, SLOTS);
	return sum;
}

/* ---- records */

Test(folds, what_is_no_sample_is_left_alone)
{
	struct rst_event event = { .folded = { .slot = 1, .window = 1 } };

	cr_assert(folds_told(&f, &event));
	cr_assert_eq(event.folded.count, 0);
}

Test(folds, a_record_tells_of_all)
{
	cr_expect_eq(record(3, 1, 500), 500);
	cr_expect_eq(record(3, 2, 600), 600);
	cr_expect_eq(record(4, 1, 700), 700, "each slot has its own windows");
	cr_expect_eq(record(3, 9, 800), 800, "what others had in between was none of ours");
}

Test(folds, a_slot_that_does_not_exist)
{
	cr_expect_eq(record(SLOTS, 1, 500), 500);
	cr_expect_eq(record(SLOTS, 1, 500), 500, "nothing is known of it");
	cr_expect_eq(record(UINT32_MAX, 1, 1), 1);
}

Test(folds, nothing_is_folded)
{
	struct folds none;
	struct rst_event event = { .folded = { .count = 2 } };
	uint32_t at = 0;

	cr_assert_eq(folds_init(&none, NULL, NULL, 0, TICK_NS), 0);
	cr_assert_not(folds_next(&none, &at, true, &out));
	cr_assert(folds_told(&none, &event));
	cr_assert_eq(event.folded.count, 2);
	folds_free(&none);
}

/* ---- looks */

Test(folds, one_that_goes_on_is_left_alone)
{
	for (uint64_t n = 1; n < 10; n++) {
		counted(2, 1, n * 100);
		cr_expect_eq(look(false), 0);
	}
	cr_expect_eq(look(false), 900, "it has stopped");
	cr_expect_eq(look(false), 0, "told once");
	cr_expect_eq(look(true), 0, "told once");
}

Test(folds, at_the_end_each_is_taken)
{
	counted(0, 1, 1);
	counted(2, 7, 20);
	counted(SLOTS - 1, 3, 300);
	cr_expect_eq(look(true), 321);
	cr_expect_eq(look(true), 0);
}

Test(folds, a_look_has_the_sample_and_what_it_stands_for)
{
	uint32_t at = 0;

	counted(5, 3, 12345);
	fold[5].begin = 1000;
	fold[5].last = 1249;
	fold[5].first_port = 80;
	fold[5].last_port = 443;
	fold[5].key.level = RST_FOLD_PREFIX;
	fold[5].remotes = 1;
	kept[5].folded.count = 77; /* of an earlier report */
	cr_assert(folds_next(&f, &at, true, &out));
	cr_expect_eq(at, 6);
	cr_expect_eq(out.tuple.remote_port, 5003);
	cr_expect_eq(out.folded.count, 12345);
	cr_expect_eq(out.folded.span_ns, 249ULL * TICK_NS);
	cr_expect_eq(out.folded.slot, 5);
	cr_expect_eq(out.folded.window, 3);
	cr_expect_eq(out.folded.first_port, 80);
	cr_expect_eq(out.folded.last_port, 443);
	cr_expect_eq(out.folded.level, RST_FOLD_PREFIX);
	cr_expect_eq(out.folded.remotes, 1);
	cr_assert_not(folds_next(&f, &at, true, &out));
}

Test(folds, a_look_goes_on_where_it_was)
{
	uint32_t at = 0;

	counted(1, 1, 10);
	counted(2, 1, 20);
	cr_assert(folds_next(&f, &at, true, &out));
	cr_expect_eq(out.folded.count, 10);
	cr_assert(folds_next(&f, &at, true, &out));
	cr_expect_eq(out.folded.count, 20);
	cr_assert_not(folds_next(&f, &at, true, &out));
}

Test(folds, one_that_is_being_changed_waits)
{
	counted(1, 1, 500);
	fold[1].seq = 7;
	cr_expect_eq(look(true), 0);
	fold[1].seq = 8;
	cr_expect_eq(look(true), 500);
}

/* What belongs to the new number may not be seen yet, and so look as before. */
Test(folds, one_that_was_just_changed_waits)
{
	counted(1, 1, 50);
	cr_expect_eq(look(false), 0);
	fold[1].seq = 2;
	cr_expect_eq(look(false), 0, "changed since the look before");
	cr_expect_eq(look(false), 50);
}

/* An interrupt began the interval after the one that it interrupted had looked at the clock. */
Test(folds, one_whose_last_was_before_its_begin)
{
	counted(1, 1, 50);
	fold[1].begin = 10;
	fold[1].last = 9;
	cr_expect_eq(look(true), 50);
	cr_expect_eq(out.folded.span_ns, 0);
}

Test(folds, one_without_a_sample_is_none)
{
	fold[1].window = 5;
	fold[1].details = 99;
	cr_expect_eq(look(true), 0);
}

/* ---- both */

Test(folds, a_record_after_a_look_tells_the_rest)
{
	counted(1, 1, 500);
	look(false);
	cr_assert_eq(look(false), 500);
	/* The ring was full, so that the window went on. */
	cr_expect_eq(record(1, 1, 650), 150);
	cr_expect_eq(record(1, 2, 40), 40);
}

Test(folds, a_record_of_what_was_told_is_nothing)
{
	counted(1, 1, 500);
	cr_assert_eq(look(true), 500);
	cr_expect_eq(record(1, 1, 500), 0);
	cr_expect_eq(record(1, 2, 1), 1);
}

Test(folds, a_look_after_a_record_tells_the_rest)
{
	cr_assert_eq(record(1, 1, 500), 500);
	counted(1, 1, 500);
	cr_expect_eq(look(true), 0);
	counted(1, 2, 3);
	cr_expect_eq(look(true), 3, "a new window");
}

Test(folds, a_look_tells_the_rest_of_a_window)
{
	counted(1, 4, 500);
	cr_assert_eq(look(true), 500);
	counted(1, 4, 507);
	cr_expect_eq(look(false), 0, "it goes on");
	cr_expect_eq(look(false), 7);
}

Test(folds, as_many_in_the_next_window_are_others)
{
	counted(1, 1, 500);
	look(false);
	cr_assert_eq(look(false), 500);
	counted(1, 2, 500);
	cr_expect_eq(look(false), 0, "it has just begun");
	cr_expect_eq(look(false), 500);
	counted(1, 3, 500);
	cr_expect_eq(look(true), 500);
}

/* The kernel side begins a window between the last read of the ring and the look. */
Test(folds, a_look_overtakes_a_record)
{
	counted(1, 4, 500);
	look(false);
	cr_assert_eq(look(false), 500);
	counted(1, 5, 30);
	cr_assert_eq(look(false), 0);
	cr_expect_eq(record(1, 4, 510), 10, "500 were told of");
	cr_expect_eq(look(false), 30, "still known from the look before");
	cr_expect_eq(record(1, 5, 30), 0);
}

Test(folds, a_look_overtakes_records_of_two_windows)
{
	counted(1, 4, 500);
	cr_assert_eq(look(true), 500);
	counted(1, 6, 30);
	cr_assert_eq(look(true), 30);
	cr_expect_eq(record(1, 4, 500), 0);
	cr_expect_eq(record(1, 5, 77), 77);
	cr_expect_eq(record(1, 6, 31), 1);
}

/* Nothing twice, nothing missing, whatever the order of looks, windows and records. */
Test(folds, everything_is_told_once)
{
	uint64_t real = 0, told = 0;
	uint32_t window[SLOTS];

	srand(5);
	for (uint32_t i = 0; i < SLOTS; i++)
		counted(i, window[i] = 1, 1), real++;
	for (int i = 0; i < 100000; i++) {
		uint32_t slot = (uint32_t)rand() % SLOTS;
		struct rst_folded ended = { .slot = slot };

		switch (rand() % 4) {
		case 0: {
			uint64_t n = (uint64_t)(rand() % 3);

			fold[slot].count += n;
			real += n;
			break;
		}
		case 1:
			ended.count = fold[slot].count;
			ended.window = window[slot];
			counted(slot, ++window[slot], 1);
			real++;
			/* Before or behind the next look. */
			if (rand() % 2)
				told += look(false);
			told += record(slot, ended.window, ended.count);
			break;
		default:
			told += look(rand() % 50 == 0);
		}
		cr_assert_leq(told, real);
	}
	told += look(true);
	cr_assert_eq(told, real, "%lu of %lu", (unsigned long)told, (unsigned long)real);
}

/* ---- the words */

static struct sample sample;

static const char *said(uint64_t count)
{
	sample.ev.folded.count = count;
	snprintf(sample.in.verdict.why, sizeof(sample.in.verdict.why), "512 bytes unread");
	attribute_folded(&sample.in);
	return sample.in.verdict.why;
}

Test(folds, a_single_reset_says_nothing)
{
	sample_fill(&sample);
	cr_expect_str_eq(said(0), "512 bytes unread");
	cr_expect_str_eq(said(1), "512 bytes unread");
}

Test(folds, says_how_many_and_from_where)
{
	struct rst_folded *folded = &sample.ev.folded;

	sample_fill(&sample);
	folded->first_port = folded->last_port = 8080;
	cr_expect_str_eq(said(2), "\u00d72, remote 10.0.0.2; this one: 512 bytes unread");
	folded->span_ns = 998000000;
	cr_expect_str_eq(said(12345), "\u00d712,345 in 998 ms, remote 10.0.0.2; this one: 512 "
				      "bytes unread");
	folded->remotes = 1;
	cr_expect_str_eq(said(12345), "\u00d712,345 in 998 ms, remote 10.0.0.0/24; this one: 512 "
				      "bytes unread");
	folded->level = RST_FOLD_PREFIX;
	folded->first_port = 7;
	folded->last_port = 65535;
	cr_expect_str_eq(said(12345),
			 "\u00d712,345 in 998 ms, remote 10.0.0.0/24, local ports 7 to "
			 "65535; this one: 512 bytes unread");
	folded->level = RST_FOLD_KIND;
	cr_expect_str_eq(said(12345), "\u00d712,345 in 998 ms, remote any, local ports 7 to 65535; "
				      "this one: 512 bytes unread");
	folded->level = RST_FOLD_PORT;
	folded->last_port = 7;
	cr_expect_str_eq(said(3), "\u00d73 in 998 ms, remote any; this one: 512 bytes unread");
}

Test(folds, says_ipv6)
{
	struct rst_folded *folded = &sample.ev.folded;

	sample_fill(&sample);
	sample_long_ipv6(&sample);
	cr_expect_str_eq(said(2), "\u00d72, remote 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff; this "
				  "one: 512 bytes unread");
	folded->remotes = 1;
	cr_expect_str_eq(said(2), "\u00d72, remote 2001:db8:aaaa:bbbb::/64; this one: 512 bytes "
				  "unread");
}

/* Every place in a sentence of two-byte characters is where it may have to end. */
Test(folds, a_long_sentence_is_cut_between_characters)
{
	for (size_t ascii = 0; ascii < 4; ascii++) {
		char *why = sample.in.verdict.why;
		size_t len = 0;

		sample_fill(&sample);
		sample.ev.folded.count = 2;
		while (len < ascii)
			why[len++] = 'x';
		while (len + 2 < WHY_MAX) {
			memcpy(why + len, "\u00e9", 2);
			len += 2;
		}
		why[len] = '\0';
		attribute_folded(&sample.in);
		len = strlen(why);
		cr_expect_lt(len, WHY_MAX);
		cr_expect_gt(len, WHY_MAX - 4, "no more is cut than has to be");
		cr_expect_str_eq(why + len - 2, "\u00e9");
	}
}

Test(folds, the_longest_sentence_fits)
{
	sample_fill(&sample);
	sample_long_ipv6(&sample);
	memset(sample.in.verdict.why, 'w', WHY_MAX - 1);
	sample.in.verdict.why[WHY_MAX - 1] = '\0';
	sample.ev.folded = (struct rst_folded){
		.count = UINT64_MAX, .span_ns = UINT64_MAX, .last_port = 65535, .remotes = 1
	};
	attribute_folded(&sample.in);
	cr_assert_eq(strlen(sample.in.verdict.why), WHY_MAX - 1);
	cr_assert_not_null(
		strstr(sample.in.verdict.why, ", local ports 0 to 65535; this one: www"));
}
