/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* paragraph.c: a label, and lines beside it. */
#include "base/paragraph.h"

#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"

#define WIDTH 80
#define INDENT 12

/* What terminals show two columns wide, of what our texts have: ideographs and their punctuation. */
static bool is_wide(uint32_t c)
{
	return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xff00 && c <= 0xff60);
}

static bool among(uint32_t c, const uint32_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == c)
			return true;
	return false;
}

/* No line begins with one of these. */
static bool closes(uint32_t c)
{
	static const uint32_t list[] = { 0x3001, 0x3002, 0x300b, 0x300d, 0xff01,
					 0xff09, 0xff0c, 0xff1a, 0xff1b, 0xff1f,
					 ')',	 ',',	 '.',	 ';',	 ':' };

	return among(c, list, ARRAY_SIZE(list));
}

/* No line ends with one of these. */
static bool opens(uint32_t c)
{
	static const uint32_t list[] = { 0x300a, 0x300c, 0xff08, '(' };

	return among(c, list, ARRAY_SIZE(list));
}

/* The character at S, which ends in a NUL. What is no UTF-8 counts as itself. Returns its length. */
static size_t take(const char *s, uint32_t *c)
{
	size_t len = text_utf8((const unsigned char *)s, strlen(s), c);

	if (!len)
		*c = (unsigned char)*s;
	return len ? len : 1;
}

/* How many bytes of TEXT must stay on one line, and the columns they take: up to a space, or to where a wide
 * character lets a line end. */
static size_t piece(const char *text, int *columns)
{
	uint32_t before = 0, c;
	size_t len = 0;

	*columns = 0;
	while (text[len] && text[len] != ' ') {
		size_t n = take(text + len, &c);

		if (len && (is_wide(before) || is_wide(c)) && !closes(c) && !opens(before))
			break;
		*columns += is_wide(c) ? 2 : 1;
		before = c;
		len += n;
	}
	return len;
}

static int columns_of(const char *s)
{
	int columns = 0;
	uint32_t c;

	while (*s) {
		s += take(s, &c);
		columns += is_wide(c) ? 2 : 1;
	}
	return columns;
}

void paragraph_print(FILE *out, const char *label, const char *text)
{
	struct buffer b = { 0 };
	int at = 2 + columns_of(label), columns;

	buffer_format(&b, "  %s", label);
	buffer_fill(&b, ' ', at < INDENT ? (size_t)(INDENT - at) : 1);
	at = at < INDENT ? INDENT : at + 1;
	while (*text) {
		size_t spaces = strspn(text, " ");
		size_t len = piece(text + spaces, &columns);

		if (at > INDENT && at + (int)spaces + columns > WIDTH) {
			buffer_char(&b, '\n');
			buffer_fill(&b, ' ', INDENT);
			at = INDENT;
		} else if (len) {
			buffer_fill(&b, ' ', spaces);
			at += (int)spaces;
		}
		buffer_put(&b, text + spaces, len);
		at += columns;
		text += spaces + len;
	}
	buffer_char(&b, '\n');
	(void)!buffer_write(&b, out);
	buffer_free(&b);
}
