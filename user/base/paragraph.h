/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* paragraph.h: what `explain` prints: a label, and text beside it. */
#ifndef RSTTRACE_PARAGRAPH_H
#define RSTTRACE_PARAGRAPH_H

#include <stdio.h>

/* Prints TEXT beside LABEL (at most 9 characters), broken at spaces within 80 columns. */
void paragraph_print(FILE *out, const char *label, const char *text);

#endif
