/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* schema.h: JSON lines held against docs/rsttrace.schema.json. */
#ifndef E2E_SCHEMA_H
#define E2E_SCHEMA_H

#include "run.h"

/* Each line of the file is one of the schema's; else the scenario ends as failed, with the first lines
 * of what is wrong. It is skipped where there is no schema, or no python3-jsonschema. */
void schema_check(struct run *run, const char *lines);

#endif
