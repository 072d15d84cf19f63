/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_explain.h: `rsttrace explain`. */
#ifndef RSTTRACE_CMD_EXPLAIN_H
#define RSTTRACE_CMD_EXPLAIN_H

#include "cli/options.h"

/* The language that O asks for (explain, report --html), else that of the environment's locale. */
enum language explain_language(const struct options *o);

/* What O asks for, to OUT, in O's language. */
void explain_print(FILE *out, const struct options *o);

/* The same to standard output, in the language that explain_language gives. Returns 0. */
int cmd_explain(const struct options *o);

#endif
