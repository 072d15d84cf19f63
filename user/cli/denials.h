/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* denials.h: attempts to connect that came to nothing without a RST: counted, and shown with --refusals. */
#ifndef RSTTRACE_DENIALS_H
#define RSTTRACE_DENIALS_H

#include "cli/pipeline.h"

/* Takes one such record through the filters into the summary and, if they are wanted, to the outputs. */
void denials_take(struct pipeline *p, const struct rst_denied *r);

#endif
