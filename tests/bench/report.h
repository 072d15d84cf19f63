/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report.h: what was measured, as tables or for machines; on standard output. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "measure.h"

/* On what, when and how it was measured, then a table for each question. */
void report_print(const struct bench *b);

/* Each number that was measured, one JSON object a line. */
void report_json(const struct bench *b);

#endif
