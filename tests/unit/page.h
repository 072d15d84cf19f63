/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* page.h: what the text output prints, line by line. */
#ifndef UNIT_PAGE_H
#define UNIT_PAGE_H

#include <stddef.h>

#include "sample.h"

#define LINES_MAX 128

/* The rendered text and its lines. */
struct page {
	char *text;
	char *line[LINES_MAX];
	size_t lines;
};

struct page page_render(const struct sink_style *style, const struct incident *in,
			const struct summary *sum);

/* Where WORD begins in LINE; it must be there. */
int page_column(const char *line, const char *word);

/* The first line that has WORD; NULL: none. */
const char *page_find(const struct page *page, const char *word);

#endif
