/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* baseline.h: the counters of all network namespaces at one moment. */
#ifndef RSTTRACE_BASELINE_H
#define RSTTRACE_BASELINE_H

#include <stddef.h>
#include <stdint.h>

#include "model/counters.h"

struct baseline_netns {
	uint32_t netns;
	uint64_t cookie; /* tells it from a later one with the same number; 0: not known */
	int err;	 /* it cannot be entered or read: -errno */
	struct counters counters;
};

struct baseline {
	struct baseline_netns *v;
	size_t n, room;
};

/* Reads the counters of every namespace that can be found: it has a name or a process. The caller
 * frees with baseline_free(). Returns 0 or -ENOMEM. */
int baseline_take(struct baseline *b);
void baseline_free(struct baseline *b);

/* What was read of a namespace; NULL: it was not found. */
const struct baseline_netns *baseline_find(const struct baseline *b, uint32_t netns);

#endif
