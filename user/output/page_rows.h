/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* page_rows.h: the rows of a page, column by column: what its table, timeline and flame graph show. */
#ifndef RSTTRACE_PAGE_ROWS_H
#define RSTTRACE_PAGE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/brief.h"
#include "output/page_tree.h"

struct page_column {
	uint64_t *of;
	size_t n, room;
};

enum page_column_id {
	PAGE_TIME, /* us since the row before */
	PAGE_VERDICT,
	PAGE_OWNER,
	PAGE_LOCAL,
	PAGE_LOCAL_PORT,
	PAGE_REMOTE,
	PAGE_REMOTE_PORT,
	PAGE_STACK,   /* plus 1; 0: none */
	PAGE_DETAIL,  /* the same */
	PAGE_NUMBERS, /* of the sentences, one after another */
	PAGE_COUNT,   /* row and number of each that stands for several */
	PAGE_LAST,    /* row and us since its first */
	PAGE_COLUMNS,
};

struct page_rows {
	struct page_strings *strings; /* borrowed */
	struct words verdicts, owners, stacks;
	struct page_column column[PAGE_COLUMNS];
	uint64_t begin_us, before_us;
	bool failed;
};

/* Besides the line's own facts. */
struct page_row {
	const struct brief *brief;
	uint64_t time_ns, last_ns, count; /* of all that it stands for */
	const char *host;		  /* NULL: not to be told */
	char certainty[16];
	const char *stack; /* the frames' names, the innermost first, each ended by NUL */
	size_t stack_len;  /* of all of it */
};

void page_rows_init(struct page_rows *r, struct page_strings *strings, uint64_t seed);
void page_rows_free(struct page_rows *r);

/* The next row, in order of time. */
void page_rows_add(struct page_rows *r, const struct page_row *row);

/* The object in which row I is told in full. */
void page_rows_detail(struct page_rows *r, size_t i, uint32_t object);

/* All of it, into the object that is open. */
void page_rows_put(struct json_out *o, const struct page_rows *r);

bool page_rows_failed(const struct page_rows *r);

#endif
