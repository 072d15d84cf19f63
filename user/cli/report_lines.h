/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_lines.h: recorded lines as `trace` printed them, as recorded, or explained again. */
#ifndef RSTTRACE_REPORT_LINES_H
#define RSTTRACE_REPORT_LINES_H

#include <stddef.h>

#include "cli/options.h"
#include "cli/packets.h"

struct report_lines;

/* Prints to standard output, as O says; or into PACKETS, if that is not NULL and open. Returns 0 or -errno. */
int report_lines_open(struct report_lines **out, const struct options *o, struct packets *packets);

/* One line of LEN bytes, of a reset, an attack or a refusal. Returns 0, or -errno: that of a write, -ENOMEM. What
 * cannot be read is counted, and as JSON printed as it is. */
int report_lines_put(struct report_lines *l, const char *text, size_t len);

/* Before the next one, N events were lost. Returns as report_lines_put. */
int report_lines_lost(struct report_lines *l, uint64_t n);

/* Writes what waits. Returns as report_lines_put. */
int report_lines_flush(struct report_lines *l);

/* The same, and says on standard error what could not be read. Returns as report_lines_put. */
int report_lines_end(struct report_lines *l);

void report_lines_free(struct report_lines *l);

#endif
