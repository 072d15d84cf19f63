/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* demo.h: ten resets, each beside what rsttrace says about it. */
#ifndef E2E_DEMO_H
#define E2E_DEMO_H

#include "run.h"

/* Prints to stdout; ends the process if a step fails. */
void demo(struct run *run);

#endif
