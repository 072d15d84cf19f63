/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* table.h: tables that are Markdown, and aligned for those who read them as they are. */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#define TABLE_CELL 96
#define TABLE_COLUMNS 12
#define TABLE_ROWS 64

struct table {
	int columns, rows; /* the first row is the head */
	int filled;	   /* cells of the last row */
	char cell[TABLE_ROWS][TABLE_COLUMNS][TABLE_CELL];
};

/* Empties the table and begins its head; each cell of the head makes a column. */
void table_begin(struct table *t);

/* Begins a row. What is left of the row before stays empty. */
void table_row(struct table *t);

/* Adds a cell to the row; one too many is dropped. */
void table_cell(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the table below a title and a sentence, unless it has nothing but a head. */
void table_print(struct table *t, const char *title, const char *sentence);

#endif
