/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * report_html.h: a report as one page, to be sent to somebody: its style, its programs and its data are all in it, and
 * it asks nobody for anything. Whatever the data holds is data there: nothing of it becomes markup.
 */
#ifndef RSTTRACE_REPORT_HTML_H
#define RSTTRACE_REPORT_HTML_H

#include "base/buffer.h"
#include "base/language.h"
#include "model/report.h"
#include "output/page_rows.h"
#include "output/page_tree.h"

struct html_page {
	const struct report *report; /* by cause, with what is said of each */
	const char *version;
	enum language language;		 /* in which it opens; both are in it */
	uint64_t made_ns;		 /* CLOCK_REALTIME */
	int64_t utc_offset_s;		 /* in whose time the sentences are, as the rows shall be */
	const struct words *not_covered; /* sentences of the recorders */
	uint64_t lines;			 /* that the rows stand for */
	struct page_strings *strings;
	struct page_rows *rows;
	struct page_tree *tree;
};

/* What a page takes besides its data. */
size_t report_html_frame(void);

/* The whole page into OUT. */
void report_html(struct buffer *out, const struct html_page *p);

/* JSON, LEN bytes, into OUT so that it can stand in a script of HTML: it means the same. */
void report_html_seal(struct buffer *out, const char *json, size_t len);

#endif
