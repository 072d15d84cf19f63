/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* why_denial.h: from the record of an attempt to connect that came to nothing to what is said of it. Pure. */
#ifndef RSTTRACE_WHY_DENIAL_H
#define RSTTRACE_WHY_DENIAL_H

#include "event.h"
#include "model/denial.h"

/* What the record itself says. */
void denial_fill(struct denial *d, const struct rst_denied *r);

/* Writes D's sentence, which rests on all else in it. */
void denial_why(struct denial *d);

#endif
