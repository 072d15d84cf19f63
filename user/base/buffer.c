/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* buffer.c: growing, numbers, and the write. */
#include <errno.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/stream.h"
#include "base/text.h"

#define ROOM_FIRST 4096

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ 0 };
}

bool buffer_grow(struct buffer *b, size_t n)
{
	size_t room = b->room ? b->room * 2 : ROOM_FIRST;
	char *data;

	while (room - b->len <= n)
		room *= 2;
	data = realloc(b->data, room);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void buffer_hex(struct buffer *b, uint64_t n)
{
	char digits[TEXT_HEX_MAX];

	buffer_put(b, digits, text_hex(digits, n));
}

int buffer_write(struct buffer *b, FILE *out)
{
	bool failed = b->failed;
	size_t len = b->len;

	b->len = 0;
	b->failed = false;
	if (failed)
		return -ENOMEM;
	errno = 0;
	if (len)
		fwrite_unlocked(b->data, 1, len, out);
	return sink_io_result(out);
}
