/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void table_begin(struct table *t)
{
	memset(t, 0, sizeof(*t));
	t->rows = 1;
}

void table_row(struct table *t)
{
	if (t->rows == 1)
		t->columns = t->filled;
	if (t->rows < TABLE_ROWS)
		t->rows++;
	memset(t->cell[t->rows - 1], 0, sizeof(t->cell[0]));
	t->filled = 0;
}

void table_cell(struct table *t, const char *format, ...)
{
	va_list ap;

	if (t->filled == (t->rows == 1 ? TABLE_COLUMNS : t->columns))
		return;
	va_start(ap, format);
	vsnprintf(t->cell[t->rows - 1][t->filled++], TABLE_CELL, format, ap);
	va_end(ap);
}

/* Columns on the screen. */
static int width_of(const char *s)
{
	int width = 0;

	for (; *s; s++)
		width += (*s & 0xc0) != 0x80;
	return width;
}

static int column_width(const struct table *t, int column)
{
	int width = 3;

	for (int i = 0; i < t->rows; i++)
		if (width_of(t->cell[i][column]) > width)
			width = width_of(t->cell[i][column]);
	return width;
}

static void print_row(const struct table *t, int row)
{
	for (int i = 0; i < t->columns; i++) {
		const char *cell = t->cell[row][i];
		int gap = column_width(t, i) - width_of(cell);

		/* Numbers to the right, what they are about to the left. */
		if (i)
			printf("| %*s%s ", gap, "", cell);
		else
			printf("| %s%*s ", cell, gap, "");
	}
	puts("|");
}

void table_print(struct table *t, const char *title, const char *sentence)
{
	static const char dashes[] = "------------------------------------------------"
				     "------------------------------------------------";

	if (t->rows < 2)
		return;
	printf("\n### %s\n\n%s\n\n", title, sentence);
	print_row(t, 0);
	for (int i = 0; i < t->columns; i++)
		printf("| %.*s%s ", column_width(t, i) - (i > 0), dashes, i ? ":" : "");
	puts("|");
	for (int i = 1; i < t->rows; i++)
		print_row(t, i);
}
