/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_filter.h: the filters of the command line, of a recorded line. Pure. */
#ifndef RSTTRACE_REPORT_FILTER_H
#define RSTTRACE_REPORT_FILTER_H

#include <stdbool.h>

#include "cli/options.h"
#include "model/brief.h"

/* A minute: firewalls' clocks and ours differ. */
#define REPORT_WITHIN_NS 60000000000ULL

/* Whether B, a reset or a refusal, is one that the options ask for. */
bool report_passes(const struct options *o, const struct brief *b);

/* Whether its time is: that alone tells whether a recording can hold it. A line without a time passes unless
 * a time is asked for. */
bool report_passes_time(const struct options *o, uint64_t ns);

/* Whether B's ends are those of --flow, either way round, translated or not. */
bool report_is_flow(const struct options *o, const struct brief *b);

/* The span that --since, --until and --at leave; UINT64_MAX as its end: open. */
void report_span(const struct options *o, uint64_t *from_ns, uint64_t *to_ns);

#endif
