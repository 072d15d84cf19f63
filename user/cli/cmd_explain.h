/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_explain.h: `rsttrace explain`. */
#ifndef RSTTRACE_CMD_EXPLAIN_H
#define RSTTRACE_CMD_EXPLAIN_H

#include "cli/options.h"

/* What O asks for, to OUT. */
void explain_print(FILE *out, const struct options *o);

/* The same to standard output. Returns 0. */
int cmd_explain(const struct options *o);

#endif
