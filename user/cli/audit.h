/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* audit.h: notes at the start what the kernel's counters say and what has been traced, and sets the
 * two against each other whenever it is asked to. */
#ifndef RSTTRACE_AUDIT_H
#define RSTTRACE_AUDIT_H

#include <stdint.h>

#include "host/baseline.h"
#include "explain/reconcile.h"
#include "cli/options.h"
#include "kernel/tracer.h"

struct audit {
	struct baseline baseline;
	struct totals before, after; /* what had been traced when the baseline was read */
	struct reconciliation result;
};

/* To be called once events are traced. Returns 0 or -ENOMEM. */
int audit_start(struct audit *a, struct tracer *t);

/* Keeps room to count what happens in new namespaces: to be called after each tracer_poll, NOW_NS being
 * CLOCK_MONOTONIC. */
void audit_keep(struct tracer *t, uint64_t now_ns);

/*
 * Sets all that was traced since then against the counters of now, of the namespace NETNS or of all
 * (0). Fills a->result, valid until the next call; S has the counters of the kernel side. Returns 0
 * or -ENOMEM; then there is no result.
 */
int audit_now(struct audit *a, struct tracer *t, const struct options *o,
	      const struct features *features, uint32_t netns, const struct summary *s);

void audit_free(struct audit *a);

#endif
