/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* hint.h: which setting of which real program resets just so. A guess, apart from the evidence. Pure. */
#ifndef RSTTRACE_HINT_H
#define RSTTRACE_HINT_H

#include <stddef.h>

#include "model/incident.h"

/* What IN looks like, of what tests/who-resets has measured: "as haproxy's health checks do". NULL: nothing, or not
 * all of it fits: the name, who connected, what was exchanged, how long it lasted. Needs the verdict and the owner.
 * Static storage. */
const char *hint_of(const struct incident *in);

/* Row I of the table: its definition in tests/who-resets/rows and the cause; false behind the last. */
bool hint_row(size_t i, const char **row, enum cause_id *cause);

#endif
