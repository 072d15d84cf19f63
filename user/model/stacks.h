/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stacks.h: how many resets came by which kernel stack: folded stacks, as flame graphs are drawn from. A stack is
 * its frames, outermost first, with a semicolon between; nothing else in it is one, nor a space.
 */
#ifndef RSTTRACE_STACKS_H
#define RSTTRACE_STACKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "model/brief.h"
#include "model/incident.h"

struct stacks;

/* Returns none yet, the caller's until stacks_free; NULL: no memory. */
struct stacks *stacks_new(void);
void stacks_free(struct stacks *s);

/*
 * Adds the line of which B is the brief: direction, cause and owner are its outermost frames, then the N at FRAME,
 * which are innermost first. What B corrects is taken back, if it is not too many lines ago. Returns 0 or -ENOMEM.
 */
int stacks_add(struct stacks *s, const struct brief *b, const struct frame *frame, size_t n);

/* A line for each stack that has a count, sorted, into OUT: "sent;refused;curl;tcp_v4_rcv 17". Returns the sum of
 * them. */
uint64_t stacks_put(struct stacks *s, struct buffer *out);

#endif
