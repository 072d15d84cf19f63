/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_json.h: the groups of a report, one JSON object a line (docs/rsttrace.schema.json, "group"). */
#ifndef RSTTRACE_REPORT_JSON_H
#define RSTTRACE_REPORT_JSON_H

#include "base/buffer.h"
#include "model/report.h"

/* Those of the first r->top groups into TEXT. */
void report_json(struct buffer *text, const struct report *r);

#endif
