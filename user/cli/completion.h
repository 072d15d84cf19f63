/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* completion.h: what a shell needs to complete command lines, made of the table of options. */
#ifndef RSTTRACE_COMPLETION_H
#define RSTTRACE_COMPLETION_H

#include <stdio.h>

void completion_bash(FILE *out);
void completion_zsh(FILE *out);

#endif
