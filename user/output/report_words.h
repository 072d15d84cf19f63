/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_words.h: what a report says in words, on a screen and in a page. Each adds to TEXT, without a newline but
 * where it is said. */
#ifndef RSTTRACE_REPORT_WORDS_H
#define RSTTRACE_REPORT_WORDS_H

#include "base/buffer.h"
#include "model/report.h"

/* S, from a file, as it can stand on a screen. Returns the columns. */
int report_words_name(struct buffer *text, const char *s);

/* "1,236 resets, 36 of them harmless; db1; 2026-11-29 08:06:19 to 2026-11-29 08:07:06 (47 s)". */
void report_words_head(struct buffer *text, const struct report *r);

/* "nginx 1,200, squid 34 and 3 more", behind LABEL; nothing when there are none. */
void report_words_names(struct buffer *text, const char *label, const struct tally_top *top);

/* "08:06:19 nginx: closed with 100 bytes unread"; nothing without a sentence. BASE: of that day no date is said. */
void report_words_sample(struct buffer *text, const struct tally_more *m, uint64_t base);

/* The first sentence of what `explain` recommends of the cause of that name; nothing if it is not known here. */
void report_words_advice(struct buffer *text, const char *name);

/* What this report could not see, a line each; nothing when it saw all. */
void report_words_limits(struct buffer *text, const struct report *r);

#endif
