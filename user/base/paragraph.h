/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* paragraph.h: what `explain` prints: a label, and text beside it. */
#ifndef RSTTRACE_PARAGRAPH_H
#define RSTTRACE_PARAGRAPH_H

#include <stdio.h>

/* Prints TEXT beside LABEL (at most 9 columns), broken within 80 columns: at spaces, and between Chinese
 * characters, which take two columns each. */
void paragraph_print(FILE *out, const char *label, const char *text);

#endif
