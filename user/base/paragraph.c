/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* paragraph.c: a label, and lines beside it. */
#include "base/paragraph.h"

#include "base/buffer.h"

#define WIDTH 80
#define INDENT 12

void paragraph_print(FILE *out, const char *label, const char *text)
{
	struct buffer b = { 0 };

	/* buffer_wrap puts the last space before the text. */
	buffer_format(&b, "  %-*s", INDENT - 3, label);
	buffer_wrap(&b, text, INDENT - 1, INDENT, WIDTH);
	buffer_char(&b, '\n');
	(void)!buffer_write(&b, out);
	buffer_free(&b);
}
