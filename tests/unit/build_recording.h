/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_recording.h: the bytes of recordings, as they come from this and other programs. */
#ifndef BUILD_RECORDING_H
#define BUILD_RECORDING_H

#include "base/buffer.h"

/* Adds to B the lines from FIRST to LAST as text. */
void build_lines(struct buffer *b, int first, int last);

/* The same as one frame of zstd with a checksum, flushed after every line; ENDED: or left open. */
void build_zstd(struct buffer *b, int first, int last, bool ended);

/* The same as one member of gzip. */
void build_gzip(struct buffer *b, int first, int last);

/* A file in memory with what is in B. */
int build_file(const struct buffer *b);

/* The number of a line that build_lines made; -1: it is none, or not as it was. */
int build_line_number(const char *text, size_t len);

#endif
