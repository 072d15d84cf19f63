/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * buffer.h: a line that is put together in memory and written at once. stdio's own calls, one a
 * cell or number, cost more than all else about a line. It grows to the longest line that there
 * was, and stays so: no allocation for an ordinary one.
 */
#ifndef RSTTRACE_BUFFER_H
#define RSTTRACE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct buffer {
	char *data; /* not terminated */
	size_t len, room;
	bool failed; /* no memory: something is missing */
};

void buffer_free(struct buffer *b);

/* Makes room for N bytes more. False: there is no memory, and the buffer has failed. */
bool buffer_grow(struct buffer *b, size_t n);

/* N in hexadecimal digits, without 0x. */
void buffer_hex(struct buffer *b, uint64_t n);

/* As printf does. */
void buffer_format(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds SENTENCE, broken at spaces, behind the AT columns of a line that is to end at WIDTH; further
 * lines begin with INDENT spaces. Returns the columns of the last line. */
int buffer_wrap(struct buffer *b, const char *sentence, int at, int indent, int width);

/* Writes what is in the buffer to OUT, and empties it. Returns 0 or -errno: that of the write (also
 * when OUT had failed before), or -ENOMEM when the buffer had failed: then nothing is written. */
int buffer_write(struct buffer *b, FILE *out);

static inline void buffer_put(struct buffer *b, const void *data, size_t n)
{
	if (b->room - b->len <= n && !buffer_grow(b, n))
		return;
	memcpy(b->data + b->len, data, n);
	b->len += n;
}

static inline void buffer_text(struct buffer *b, const char *text)
{
	buffer_put(b, text, strlen(text));
}

static inline void buffer_char(struct buffer *b, char c)
{
	if (b->room == b->len && !buffer_grow(b, 1))
		return;
	b->data[b->len++] = c;
}

/* C, N times. */
static inline void buffer_fill(struct buffer *b, char c, size_t n)
{
	if (b->room - b->len <= n && !buffer_grow(b, n))
		return;
	memset(b->data + b->len, c, n);
	b->len += n;
}

#endif
