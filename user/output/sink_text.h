/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink_text.h: what the files of the text output share. Not for others. */
#ifndef RSTTRACE_SINK_TEXT_H
#define RSTTRACE_SINK_TEXT_H

#include "base/buffer.h"
#include "model/reconciliation.h"

/* Writes SENTENCE, broken at spaces, behind the AT columns of the line; further lines get INDENT.
 * Returns the columns of the last line. */
int sink_text_wrap(struct buffer *text, const char *sentence, int at, int indent);

/* The lines of the summary that set the kernel's counters against what was seen. */
void sink_text_counters(struct buffer *text, const struct reconciliation *r);

#endif
