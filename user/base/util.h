/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* util.h: locals that clean up after themselves, and a hand-over that can be seen. */
#ifndef RSTTRACE_UTIL_H
#define RSTTRACE_UTIL_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* asm-generic/socket.h; the C library's headers may be older than the kernel. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* The end of a line about why tracing cannot begin. */
#define DOCTOR_HINT "; see: rsttrace doctor"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define _cleanup(fn) __attribute__((cleanup(fn)))

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Hands *FD over to the caller: what cleans up afterwards finds nothing to close. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* A number that nobody outside can know. Early in boot there may be none; the time is better than
 * nothing. */
static inline uint64_t random_seed(void)
{
	uint64_t seed;

	struct timespec t;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed)) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		seed = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
	}
	return seed;
}

#endif
