/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_report.h: `rsttrace report`: what recordings hold. */
#ifndef RSTTRACE_CMD_REPORT_H
#define RSTTRACE_CMD_REPORT_H

#include "cli/options.h"

/* Returns 0, or -errno after a line on stderr. */
int cmd_report(const struct options *o);

#endif
