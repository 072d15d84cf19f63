/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_folded.h: the kernel stacks of what is recorded, folded, for flame graphs. */
#ifndef RSTTRACE_REPORT_FOLDED_H
#define RSTTRACE_REPORT_FOLDED_H

#include <stddef.h>

#include "model/brief.h"

struct report_folded;

/* Returns none yet, the caller's until report_folded_free; NULL: no memory. */
struct report_folded *report_folded_new(void);
void report_folded_free(struct report_folded *f);

/* Adds a reset's line, of LEN bytes, and its brief. Returns 0 or -ENOMEM. */
int report_folded_add(struct report_folded *f, const struct brief *b, const char *text, size_t len);

/* Writes all of them to standard output. Returns 0 or -errno. */
int report_folded_end(struct report_folded *f);

#endif
