/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_export.h: an excerpt of recordings that is a recording itself, to attach to a ticket. */
#ifndef RSTTRACE_REPORT_EXPORT_H
#define RSTTRACE_REPORT_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "record/frames.h"

struct report_export {
	const char *path; /* NULL: nothing is exported */
	int fd;		  /* -1: not open */
	bool packed;	  /* in zstd; not when the name ends in .jsonl */
	struct frames frames;
	struct buffer header; /* of the recording that is read, until it has given a line */
	uint64_t lines;
};

/* Creates PATH, which must not be there yet ("-": standard output). Returns 0, or -errno after a line on
 * stderr. */
int report_export_open(struct report_export *e, const char *path);

/* A recording begins, without a first line; and has that. */
void report_export_begin(struct report_export *e);
int report_export_header(struct report_export *e, const char *line, size_t len);

/* A line that passed. Returns 0 or -errno. */
int report_export_line(struct report_export *e, const char *line, size_t len);

/* All of it is written. Returns 0, or -errno after a line on stderr. */
int report_export_end(struct report_export *e);

void report_export_free(struct report_export *e);

#endif
