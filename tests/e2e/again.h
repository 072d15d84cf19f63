/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* again.h: what the tracer has printed, explained once more from its lines alone. */
#ifndef E2E_AGAIN_H
#define E2E_AGAIN_H

#include "run.h"

/* `report -j --explain-again` makes of the lines in LINES, the tracer's output, what they are; else the run has
 * failed. */
void again_check(struct run *run, int lines);

#endif
