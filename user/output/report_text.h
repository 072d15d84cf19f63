/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_text.h: a report of recordings, for people. */
#ifndef RSTTRACE_REPORT_TEXT_H
#define RSTTRACE_REPORT_TEXT_H

#include "base/buffer.h"
#include "model/report.h"

struct report_style {
	int width;    /* columns */
	bool colored; /* the terminal has them */
	bool blocks; /* it shows U+2581 to U+2588: the timeline is drawn with them, else with ASCII */
	bool abnormal; /* only what is not benign was asked for */
};

/* The whole report into TEXT. */
void report_text(struct buffer *text, const struct report_style *style, const struct report *r);

#endif
