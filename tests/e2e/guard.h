/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * guard.h: puts back what does not go away by itself. A process that outlives this one, however it
 * ends (also by SIGKILL), waits for that end and then undoes.
 */
#ifndef E2E_GUARD_H
#define E2E_GUARD_H

#include <sys/types.h>

struct guard {
	pid_t pid;
	int line; /* its end of file is the signal */
};

/* UNDO is called with ARG once this process, and each of its children that has not executed
 * another program, is gone. Returns 0 or -errno. */
int guard_start(struct guard *g, void (*undo)(const void *arg), const void *arg);

/* Has it done now, and waits until it is. */
void guard_end(struct guard *g);

#endif
