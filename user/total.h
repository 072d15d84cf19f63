/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* total.h: what the kernel side has counted, summed up over the CPUs. */
#ifndef RSTTRACE_TOTAL_H
#define RSTTRACE_TOTAL_H

#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* How many of one kind there were, before any filter. */
struct total {
	struct rst_kind kind;
	uint64_t n;
};

struct totals {
	struct total *v; /* in no order; no kind twice */
	size_t n;
};

#endif
