/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* balance.h: nothing twice, nothing missing: what was sent and what came of it, side by side. */
#ifndef E2E_BALANCE_H
#define E2E_BALANCE_H

#include "run.h"

/*
 * Checks, once the tracer has ended, that each RST that one end sent to another has exactly one
 * event where it came to: received, or ignored; for each pair of ends, in each direction. And that
 * TCP has sent, by the kernel's own count since the lab was made, what is shown as sent by TCP. Not
 * for RSTs that get lost on the way, nor for a tracer that shows only some of them.
 */
void balance_check(struct run *run);

#endif
