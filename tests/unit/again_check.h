/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* again_check.h: an incident, its line, the line read back, and explained again. */
#ifndef UNIT_AGAIN_CHECK_H
#define UNIT_AGAIN_CHECK_H

#include "model/incident.h"

/*
 * IN, which is finished, is written as a line and read back; the line written from that is the same, before and
 * after it was explained again. WHERE is said if not. Returns false, and checks nothing, where the line cannot be
 * read because a number in it stands for nothing.
 */
bool again_check(const struct incident *in, const char *where);

#endif
