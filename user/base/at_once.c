/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* at_once.c: a thread for each share but the first. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>

#include "base/at_once.h"

struct share {
	at_once_fn *fn;
	void *context;
	size_t i;
	int err;
	pthread_t thread;
	bool apart; /* in a thread of its own */
};

size_t at_once_cpus(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 1;
	n = CPU_COUNT(&set);
	return n < 1 ? 1 : n < AT_ONCE_MAX ? (size_t)n : AT_ONCE_MAX;
}

static void *run(void *context)
{
	struct share *s = context;

	s->err = s->fn(s->context, s->i);
	return NULL;
}

int at_once(size_t n, at_once_fn *fn, void *context)
{
	struct share share[AT_ONCE_MAX] = { 0 };
	sigset_t all, before;
	int err = 0;

	/* The process's handlers are for the thread that waits for what they tell. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; i < n; i++) {
		share[i] = (struct share){ .fn = fn, .context = context, .i = i };
		share[i].apart = i && !pthread_create(&share[i].thread, NULL, run, &share[i]);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	for (size_t i = 0; i < n; i++)
		if (!share[i].apart)
			run(&share[i]);
	for (size_t i = 0; i < n; i++) {
		if (share[i].apart)
			pthread_join(share[i].thread, NULL);
		if (!err)
			err = share[i].err;
	}
	return err;
}
