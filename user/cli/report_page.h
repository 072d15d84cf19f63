/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_page.h: a report as one page of HTML, to send to somebody. */
#ifndef RSTTRACE_REPORT_PAGE_H
#define RSTTRACE_REPORT_PAGE_H

#include <stddef.h>

#include "base/language.h"
#include "model/brief.h"
#include "model/report.h"

struct report_page;

/* Creates PATH, which must not be there yet ("-": standard output), a page that opens in LANGUAGE. Returns 0, or -errno after a line on stderr. */
int report_page_open(struct report_page **out, const char *path, enum language language);

/* A line of a reset that passed, seen on HOST. Returns 0, or -ENOMEM. */
int report_page_line(struct report_page *p, const struct brief *b, const char *host,
		     const char *line, size_t len);

/* A line that says what its recorder does not cover, or nothing of that kind. Returns as above. */
int report_page_about(struct report_page *p, const char *line, size_t len);

/* Writes the page, which says what R does. Returns 0, or -errno after a line on stderr. */
int report_page_end(struct report_page *p, const struct report *r);

void report_page_free(struct report_page *p);

#endif
