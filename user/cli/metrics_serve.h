/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * metrics_serve.h: answers whoever asks for the metrics by HTTP. In the tracer's own thread: nothing here waits for
 * anybody, and who is slow, or there too often, is hung up on.
 */
#ifndef RSTTRACE_METRICS_SERVE_H
#define RSTTRACE_METRICS_SERVE_H

#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "cli/options.h"
#include "output/metrics.h"

struct metrics_serve;

/* Makes the text of an answer, in OUT, which is empty. */
typedef void (*metrics_serve_fn)(void *context, struct buffer *out, enum metrics_format format);

/* Listens at AT. Returns 0, or -errno after a line on ERR. */
int metrics_serve_open(struct metrics_serve **out, const struct listen_address *at,
		       metrics_serve_fn answer, void *context, FILE *err);

/* Can be read when there is something to do; -1 without S. */
int metrics_serve_fd(const struct metrics_serve *s);

/* Does what there is to do at NOW_NS, CLOCK_MONOTONIC; S may be NULL. To be called when the descriptor can be read,
 * and once a second. */
void metrics_serve_run(struct metrics_serve *s, uint64_t now_ns);

/* NULL is none. */
void metrics_serve_close(struct metrics_serve *s);

#endif
