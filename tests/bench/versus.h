/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* versus.h: this build of rsttrace against another one, its baseline, under each load. */
#ifndef BENCH_VERSUS_H
#define BENCH_VERSUS_H

#include "measure.h"

/* Runs the two in turns under each load, until their ratio is known well enough, or b->limit or
 * ROUNDS_MAX is reached. LAB and PROBE are open. */
void versus_measure(struct bench *b);

/* A line for each load: the ratio of the rates, its interval, and whether this build keeps less. Prints
 * nothing when no baseline was measured. */
void versus_print(const struct bench *b);

/* The same, one JSON object a line. */
void versus_json(const struct bench *b);

#endif
