/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * file_read.h: the lines of one file, as they were recorded or as a log shipper kept them: zstd, gzip
 * or plain text, told apart by the first bytes, also one behind another. The file may be cut, damaged,
 * still written, or no recording at all: what can be read comes out, and what was passed over is said.
 * Takes no more than a few MB, whatever is in the file; trusts nothing in it.
 */
#ifndef RSTTRACE_FILE_READ_H
#define RSTTRACE_FILE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A longer line is passed over. */
#define FILE_LINE_MAX (1 << 20)

enum file_item_kind {
	FILE_END, /* nothing more; see file_read_follow */
	FILE_LINE, /* a line that begins with '{', without its newline; nothing else is known of it */
	FILE_SKIP, /* something was passed over here, between the lines before and behind */
};

struct file_item {
	enum file_item_kind kind;
	const char *text; /* of a line: LEN bytes, until the next call */
	size_t len;
	uint64_t
		at; /* byte of the file: where it is packed, or its frame begins; where what was skipped does */
	uint64_t bytes;	 /* skipped, of the file or of what is packed in it; 0: not known */
	const char *why; /* of a skip: what was wrong there; static storage */
};

struct file_read;

/* A reader of FD, which it takes over and closes in the end. NAME, for messages, is borrowed. It reads
 * nothing yet. NULL: out of memory; then FD stays the caller's. */
struct file_read *file_read_new(int fd, const char *name);
void file_read_free(struct file_read *f);

/* The file may grow: at its end, FILE_END means that there is nothing more now, and what is not
 * complete waits for the rest. Switched off again, the next call brings that out. */
void file_read_follow(struct file_read *f, bool follow);

/* What comes next. Returns 0, -ENOMEM, or -errno of a read. */
int file_read_next(struct file_read *f, struct file_item *item);

/* How much of the file has been read, and how much there is; 0: not known (a pipe). */
uint64_t file_read_position(const struct file_read *f);
uint64_t file_read_size(const struct file_read *f);

/* What it was like so far. */
struct file_read_state {
	const char *name;
	uint64_t lines;
	uint64_t places;  /* where something was skipped */
	uint64_t skipped; /* bytes */
	uint64_t at;	  /* the first of those places */
	const char *why;  /* there */
	bool unended;	  /* at its end a frame is open: still written, or the writer was killed */
	bool cut;	  /* the last line was not complete, and is counted nowhere else */
};

const struct file_read_state *file_read_state(const struct file_read *f);

/* One line on ERR about what was skipped, if anything was. */
void file_read_tell(const struct file_read *f, FILE *err);

#endif
