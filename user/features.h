/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* features.h: what the running kernel offers, and its names for numbers. The only probing there
 * is on the user's side. */
#ifndef RSTTRACE_FEATURES_H
#define RSTTRACE_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

struct kbtf;

#define FEATURES_REASONS 64
#define FEATURES_REASON_LEN 48

struct features {
	bool send_reset; /* the tracepoints are there */
	bool receive_reset;
	bool reasons;		/* tcp_send_reset gives a reason, also without a full socket */
	uint64_t tick_ns;	/* length of a jiffy */
	int32_t netfilter_drop; /* the drop reason; 0: this kernel has none */
	uint8_t drop_ignored[RST_DROP_REASONS]; /* drops that are none of the packet's own */
	char reason[FEATURES_REASONS][FEATURES_REASON_LEN]; /* without SK_RST_REASON_ */
	char drop[RST_DROP_REASONS][FEATURES_REASON_LEN];   /* without SKB_DROP_REASON_ */
};

/* Asks BTF and the clock. Returns 0 or -errno. */
int features_probe(struct features *f, const struct kbtf *btf);

/* The name of a reason; NULL when the kernel gives none (VALUE < 0) or has no name for it. */
const char *features_reason(const struct features *f, int32_t value);

/* The same for a drop reason; NULL also for those that are numbered by a subsystem. */
const char *features_drop(const struct features *f, uint32_t value);

#endif
