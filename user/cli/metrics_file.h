/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* metrics_file.h: the metrics in a file, for the textfile collector of node_exporter: always a whole one. */
#ifndef RSTTRACE_METRICS_FILE_H
#define RSTTRACE_METRICS_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buffer.h"

struct metrics_file {
	const char *path; /* borrowed; NULL: there is none */
	int folder;
	const char *name; /* in it */
	char fresh[NAME_MAX + 1];
	int failed; /* what has been said of it last, -errno; 0: it works */
	FILE *err;
};

/* Makes sure that PATH can be written. Returns 0, or -errno after a line on ERR, on which is also said later what goes
 * wrong. */
int metrics_file_open(struct metrics_file *f, const char *path, FILE *err);

/* Whether it could be written, by what the process may do now. */
bool metrics_file_makes(const struct metrics_file *f);

/* Puts what is in TEXT in the place of what was there, and empties it. */
void metrics_file_write(struct metrics_file *f, struct buffer *text);

void metrics_file_close(struct metrics_file *f);

#endif
