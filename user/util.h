/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* util.h: locals that clean up after themselves, and a hand-over that can be seen. */
#ifndef RSTTRACE_UTIL_H
#define RSTTRACE_UTIL_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

#endif
