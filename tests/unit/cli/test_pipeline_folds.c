/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_pipeline_folds.c: when the pipeline looks for resets that the kernel side only counted, and what it
 * makes of those that it finds. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "fake_questions.h"

static struct fake *f;

static void begin(void)
{
	f = fake_begin();
	f->fold = fake_syn(1000);
	f->fold.folded.count = 300;
}

static void end(void)
{
	fake_end(f);
}

TestSuite(pipeline_folds, .init = begin, .fini = end);

static void look(bool force, int wanted)
{
	cr_assert_eq(pipeline_folds(&f->pipeline, force), wanted);
}

static void assert_says(const struct fake_line *line, const char *begin)
{
	cr_assert_eq(strncmp(line->why, begin, strlen(begin)), 0, "%s", line->why);
}

Test(pipeline_folds, what_stopped_is_told)
{
	f->folds = 2;
	look(true, 0);
	cr_assert(f->asked.forced);
	cr_assert_eq(f->asked.folds, 3, "until there is no more");
	fake_run(f);
	cr_assert_eq(f->lines, 2);
	cr_assert_eq(f->line[0].remote_port, 1000);
	cr_assert_eq(f->line[1].remote_port, 1001);
	assert_says(&f->line[0], "×300");
}

Test(pipeline_folds, one_look_a_second)
{
	look(false, 0);
	cr_assert_eq(f->asked.folds, 1);
	f->now_ns += 999999999;
	look(false, 0);
	cr_assert_eq(f->asked.folds, 1);
	f->now_ns++;
	look(false, 0);
	cr_assert_eq(f->asked.folds, 2);
	cr_assert_not(f->asked.forced);
	look(true, 0);
	cr_assert_eq(f->asked.folds, 3, "at the end at once");
}

Test(pipeline_folds, a_look_goes_on_where_there_was_no_room)
{
	f->folds = JOIN_MAX + 10;
	look(true, -ENOBUFS);
	cr_assert_eq(f->asked.folds, JOIN_MAX);
	f->options.count = FAKE_LINES;
	fake_run(f);
	/* The second is not over, but the look is not either. */
	look(false, 0);
	cr_assert_eq(f->asked.folds, JOIN_MAX + 11);
	cr_assert_eq(join_held(&f->pipeline.join), 10 * 300);
}

Test(pipeline_folds, a_sample_through_the_ring_counts_what_is_not_told_of)
{
	f->fold_before = 100;
	fake_put(f, &f->fold);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
	assert_says(&f->line[0], "×200");
}

Test(pipeline_folds, a_sample_all_of_which_was_told_of_is_no_line)
{
	f->fold_before = 300;
	fake_put(f, &f->fold);
	fake_run(f);
	cr_assert_eq(f->lines, 0);
}

Test(pipeline_folds, what_is_no_sample_is_not_asked_about)
{
	f->fold.folded.count = 0;
	fake_put(f, &f->fold);
	fake_run(f);
	cr_assert_eq(f->lines, 1);
}
