/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_at_once.c: each share is done once, by threads that take no signal, and their errors are told. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/at_once.h"

struct work {
	int done[AT_ONCE_MAX];
	int err[AT_ONCE_MAX];
	bool deaf[AT_ONCE_MAX]; /* SIGINT is blocked */
	pthread_t thread[AT_ONCE_MAX];
};

static int share(void *context, size_t i)
{
	struct work *w = context;
	sigset_t blocked;

	w->done[i]++;
	w->thread[i] = pthread_self();
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	w->deaf[i] = sigismember(&blocked, SIGINT);
	return w->err[i];
}

Test(at_once, each_share_once)
{
	for (size_t n = 0; n <= AT_ONCE_MAX; n++) {
		struct work w = { 0 };

		cr_assert_eq(at_once(n, share, &w), 0);
		for (size_t i = 0; i < AT_ONCE_MAX; i++)
			cr_expect_eq(w.done[i], i < n, "share %zu of %zu", i, n);
	}
}

Test(at_once, signals_are_the_callers)
{
	struct work w = { 0 };

	cr_assert_eq(at_once(3, share, &w), 0);
	cr_expect(pthread_equal(w.thread[0], pthread_self()));
	cr_expect_not(w.deaf[0]);
	cr_expect(w.deaf[1] && w.deaf[2]);
	cr_expect_not(pthread_equal(w.thread[1], pthread_self()));
}

Test(at_once, error_of_the_lowest)
{
	struct work w = { .err = { 0, -2, -3, 0 } };

	cr_expect_eq(at_once(4, share, &w), -2);
	cr_expect_eq(w.done[3], 1, "the others are done none the less");
	cr_expect_eq(at_once(1, share, &w), 0);
}

static int meet(void *context, size_t i)
{
	pthread_barrier_wait(context);
	return 0;
}

Test(at_once, at_the_same_time, .timeout = 20)
{
	pthread_barrier_t barrier;

	pthread_barrier_init(&barrier, NULL, AT_ONCE_MAX);
	cr_expect_eq(at_once(AT_ONCE_MAX, meet, &barrier), 0);
	pthread_barrier_destroy(&barrier);
}

Test(at_once, cpus)
{
	cr_expect_geq(at_once_cpus(), 1);
	cr_expect_leq(at_once_cpus(), AT_ONCE_MAX);
}
