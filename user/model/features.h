/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* features.h: what the running kernel offers, what is lost without it, and its names for numbers. kernel/probe.h fills
 * it. */
#ifndef RSTTRACE_FEATURES_H
#define RSTTRACE_FEATURES_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

#define FEATURES_REASONS 64
#define FEATURES_REASON_LEN 48

/* What is used of a kernel, and not there in all of 5.10 to 7.x. */
enum feature {
	/* Tracepoints. */
	FEATURE_SEND_RESET,
	FEATURE_RECEIVE_RESET,
	FEATURE_SET_STATE,
	FEATURE_DESTROY_SOCK,
	FEATURE_DEV_QUEUE,
	FEATURE_KFREE_SKB,
	FEATURE_PROCESS_EXEC,
	FEATURE_PROCESS_EXIT,
	FEATURE_SIGNAL,
	FEATURE_CGROUP_RMDIR,
	FEATURE_CAPABLE,
	/* Iterators. */
	FEATURE_ITER_FILES,
	FEATURE_ITER_NAMES,
	/* What tracepoints tell. */
	FEATURE_RESET_REASON, /* and tcp_send_reset is raised for resets without a full socket, too */
	FEATURE_DROP_REASON,
	FEATURE_DROP_SOCKET,
	FEATURE_DROP_OVERFLOW,
	FEATURE_DROP_REFUSED,
	/* What programs may call. */
	FEATURE_CURRENT_TASK,
	FEATURE_SOCKET_COOKIE,
	FEATURE_SOCKET_OF_FILE,
	/* What the kernel tells of itself. */
	FEATURE_MISSES,
	FEATURE_NETNS_COOKIE,
	FEATURES
};

/* A feature in words, for `rsttrace doctor`, the summary and the documentation. */
struct feature_about {
	const char *name;
	const char *since; /* the first kernel that has it, "5.12" */
	const char *loss;  /* what is not seen without it, or how it is found instead */
	bool needed;	   /* rsttrace cannot work without it */
	bool replaced;	   /* LOSS names a substitute: nothing that a user would miss */
};

struct features {
	bool have[FEATURES];
	uint64_t tick_ns;			/* length of a jiffy */
	int32_t netfilter_drop;			/* the drop reason; 0: this kernel has none */
	int32_t drop_unspecified;		/* the drop reason for want of a better one */
	uint8_t drop_ignored[RST_DROP_REASONS]; /* drops that are none of the packet's own */
	char reason[FEATURES_REASONS][FEATURES_REASON_LEN]; /* without SK_RST_REASON_ */
	char drop[RST_DROP_REASONS][FEATURES_REASON_LEN];   /* without SKB_DROP_REASON_ */
};

/* Static text; never NULL. */
const struct feature_about *feature_about(enum feature feature);

/* The name of the first feature that is missing and that nothing works without; NULL: none is. */
const char *features_missing(const struct features *f);

/* The name of a reason; NULL when the kernel gives none (VALUE < 0) or has no name for it. */
const char *features_reason(const struct features *f, int32_t value);

/* The same for a drop reason; NULL also for those that are numbered by a subsystem. */
const char *features_drop(const struct features *f, uint32_t value);

#endif
