/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * frames.h: lines in, frames of zstd out. In one frame a line takes a fifteenth of its size, in a frame of
 * its own more than half; what was flushed can be read, whether the frame is ended or not. But behind one
 * that was not ended nothing may follow.
 */
#ifndef RSTTRACE_FRAMES_H
#define RSTTRACE_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct frames {
	void *zstd;
	struct buffer out; /* what is to be written, in this order; taken from it by the caller */
	bool open;	   /* a frame is begun, and not ended */
	bool unflushed;	   /* something was put that is not in OUT as a whole */
};

/* Each returns 0 or -ENOMEM. What has failed once is of no further use: the frame lacks something. */
int frames_init(struct frames *f);
int frames_put(struct frames *f, const void *data, size_t n);
int frames_flush(struct frames *f);
int frames_end(struct frames *f);

void frames_free(struct frames *f);

#endif
