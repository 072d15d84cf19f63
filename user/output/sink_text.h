/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink_text.h: the output for people, and what its files share. */
#ifndef RSTTRACE_SINK_TEXT_H
#define RSTTRACE_SINK_TEXT_H

#include "base/buffer.h"
#include "model/reconciliation.h"
#include "output/sink.h"

extern const struct sink_ops sink_text;

/* The columns of a line. */
int sink_text_width(const struct sink_style *style);

/* The summary into TEXT. */
void sink_text_summary(struct buffer *text, const struct sink_style *style,
		       const struct summary *s);

/* Its lines that set the kernel's counters against what was seen. */
void sink_text_counters(struct buffer *text, int width, const struct reconciliation *r);

#endif
