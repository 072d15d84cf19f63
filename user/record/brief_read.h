/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* brief_read.h: the few facts of a recorded line, by yajl's events, without a tree. */
#ifndef RSTTRACE_BRIEF_READ_H
#define RSTTRACE_BRIEF_READ_H

#include <stddef.h>

#include "model/brief.h"

struct brief_reader;

/* Returns a reader, the caller's until brief_reader_free; NULL: no memory. */
struct brief_reader *brief_reader_new(void);
void brief_reader_free(struct brief_reader *r);

/*
 * Reads the LEN bytes at LINE, one JSON object without its newline, into *OUT. Returns 0; -EINVAL: it is no
 * JSON object, or one nested deeper than any line of ours; -ENOMEM.
 */
int brief_read(struct brief_reader *r, const char *line, size_t len, struct brief *out);

#endif
