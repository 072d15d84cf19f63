/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* terminal.h: what the terminal behind a file descriptor can show. */
#ifndef RSTTRACE_TERMINAL_H
#define RSTTRACE_TERMINAL_H

#include <stdbool.h>

enum color_mode {
	COLOR_AUTO, /* if it is a terminal that has them, and the user has not set NO_COLOR */
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* Its columns, within what a table can be read in; 0: it is no terminal, or does not know. */
int terminal_width(int fd);

/* Whether to write colours to it. */
bool terminal_colored(int fd, enum color_mode mode);

#endif
