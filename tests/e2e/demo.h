/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* demo.h: ten resets, each beside what rsttrace says about it. */
#ifndef E2E_DEMO_H
#define E2E_DEMO_H

#include <signal.h>

#include "run.h"

/* Prints to stdout. Returns 0, or 1 when a step failed; ends early once *STOP is set. */
int demo(struct run *run, volatile sig_atomic_t *stop);

#endif
