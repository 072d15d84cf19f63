/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* paragraph.c: fills lines. */
#include "base/paragraph.h"

#include <stdbool.h>
#include <string.h>

#define WIDTH 80
#define INDENT 12

void paragraph_print(FILE *out, const char *label, const char *text)
{
	int column = fprintf(out, "  %-*s", INDENT - 2, label);
	bool first = true;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (!first && column + 1 + len > WIDTH) {
			column = fprintf(out, "\n%*s", INDENT, "") - 1;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", len, text);
		first = false;
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}
