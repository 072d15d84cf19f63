/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* page.c: renders into memory and cuts into lines. */
#include "page.h"

#include <criterion/criterion.h>
#include <string.h>

struct page page_render(const struct sink_style *style, const struct incident *in,
			const struct summary *sum)
{
	struct page page = { .text = sample_render(&sink_text, style, in, sum) };
	char *p = page.text;

	while (*p) {
		char *end = strchr(p, '\n');

		cr_assert_not_null(end, "no newline at the end");
		cr_assert_lt(page.lines, LINES_MAX);
		page.line[page.lines++] = p;
		*end = '\0';
		p = end + 1;
	}
	return page;
}

int page_column(const char *line, const char *word)
{
	const char *p = strstr(line, word);

	cr_assert_not_null(p, "'%s' is not in: %s", word, line);
	return (int)(p - line);
}

const char *page_find(const struct page *page, const char *word)
{
	for (size_t i = 0; i < page->lines; i++)
		if (strstr(page->line[i], word))
			return page->line[i];
	return NULL;
}
