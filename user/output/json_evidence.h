/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_evidence.h: the key `evidence` of a line, by model/evidence.h's table. */
#ifndef RSTTRACE_JSON_EVIDENCE_H
#define RSTTRACE_JSON_EVIDENCE_H

#include "base/json_out.h"
#include "model/incident.h"

void json_evidence_put(struct json_out *o, const struct incident *in);

#endif
