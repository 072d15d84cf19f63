/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* buffer.c: growing, numbers, and the write. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/buffer.h"
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
	if (!ferror(out))
		return 0;
	/* A stream that failed earlier has kept that, but not its errno. */
	return errno ? -errno : -EIO;
}

void buffer_format(struct buffer *b, const char *format, ...)
{
	va_list args, again;
	int n;

	if (!b->room && !buffer_grow(b, 1))
		return;
	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(b->data + b->len, b->room - b->len, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n >= b->room - b->len && buffer_grow(b, (size_t)n))
		n = vsnprintf(b->data + b->len, b->room - b->len, format, again);
	va_end(again);
	if (n < 0)
		b->failed = true;
	if (!b->failed)
		b->len += (size_t)n;
}

/* How many of the N bytes at S are whole words that take ROOM columns at most, 0: not even the first does; *COLUMNS
 * is what they take. */
static size_t fitting(const char *s, size_t n, int room, int *columns)
{
	size_t most = room < 0 ? 0 : (size_t)room + 1;
	size_t fit = 0;
	int at = 0;

	if (n < most) {
		*columns = text_width(s, n);
		return n;
	}
	/* As many bytes as columns. */
	if ((size_t)text_width(s, most) == most) {
		const char *space = memrchr(s, ' ', most);

		fit = space ? (size_t)(space - s) : 0;
		*columns = (int)fit;
		return fit;
	}
	*columns = 0;
	for (size_t i = 0; at <= room; i++) {
		if (s[i] == ' ' || !s[i]) {
			fit = i;
			*columns = at;
		}
		if (!s[i])
			break;
		at += (s[i] & 0xc0) != 0x80;
	}
	return fit;
}

int buffer_wrap(struct buffer *b, const char *sentence, int at, int indent, int width)
{
	const char *end = sentence + strlen(sentence);

	while (*sentence) {
		int columns;
		size_t len = fitting(sentence, (size_t)(end - sentence), width - at - 1, &columns);

		if (len) {
			buffer_char(b, ' ');
			at++;
		} else {
			buffer_char(b, '\n');
			buffer_fill(b, ' ', (size_t)indent);
			at = indent;
			len = fitting(sentence, (size_t)(end - sentence), width - at, &columns);
		}
		/* A word longer than a line. */
		if (!len) {
			len = strcspn(sentence, " ");
			columns = text_width(sentence, len);
		}
		buffer_put(b, sentence, len);
		at += columns;
		for (sentence += len; *sentence == ' ';)
			sentence++;
	}
	return at;
}
