/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_trace.h: rsttrace trace, live. */
#ifndef RSTTRACE_CMD_TRACE_H
#define RSTTRACE_CMD_TRACE_H

#include "cli/options.h"

/* Traces until a signal, the count or the time is reached. Returns 0 or -errno after its line on
 * stderr; a reader of stdout that went away is 0. */
int cmd_trace(const struct options *o);

#endif
