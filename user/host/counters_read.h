/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counters_read.h: the counters of model/counters.h, as they are now. */
#ifndef RSTTRACE_COUNTERS_READ_H
#define RSTTRACE_COUNTERS_READ_H

#include "model/counters.h"

/* Reads those of the network namespace that the calling thread is in. Returns 0 or -errno. */
int counters_read(struct counters *c);

#endif
