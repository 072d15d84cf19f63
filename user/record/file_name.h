/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_name.h: the names of recordings: "rsttrace-20261129T080042.123456Z.jsonl.zst", the moment in UTC at
 * which it was begun. Their order is that of time. */
#ifndef RSTTRACE_FILE_NAME_H
#define RSTTRACE_FILE_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* With the NUL. */
#define FILE_NAME_MAX 64

/* The name of one that begins at START_NS, since 1970. Returns BUF. */
char *file_name(char buf[FILE_NAME_MAX], uint64_t start_ns);

/* The time in a name, in us since 1970, also where something stands before it; 0: there is none. */
uint64_t file_name_time(const char *name);

/* Whether a recorder has given that name: what it may remove. */
bool file_name_is_own(const char *name);

/* Whether the name is that of a file of JSON lines: *.jsonl, *.jsonl.zst, *.jsonl.gz. Hidden ones are
 * none. */
bool file_name_is_lines(const char *name);

#endif
