/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* goals.h: what rsttrace promises about its cost, each promise beside what was measured. */
#ifndef BENCH_GOALS_H
#define BENCH_GOALS_H

#include "measure.h"

/* Prints the table. */
void goals_print(const struct bench *b);

#endif
