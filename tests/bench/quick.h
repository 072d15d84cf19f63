/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* quick.h: whether every load and every tool works; no number is judged. */
#ifndef BENCH_QUICK_H
#define BENCH_QUICK_H

#include "measure.h"

/* A line for each tool, of what it did in the round that was measured, and one with the totals. Returns
 * how many of them do not work. */
int quick_print(const struct bench *b);

#endif
