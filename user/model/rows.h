/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows.h: recorded lines, kept as they are for as long as there is room; then those of one kind and about the same
 * time become one, with their number. The room is bounded whatever comes. Pure: no clock, no files.
 */
#ifndef RSTTRACE_ROWS_H
#define RSTTRACE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "model/brief.h"

/* So coarsely at last: all of them one row. */
#define ROWS_LEVELS 6

struct row {
	uint64_t time_ns; /* the first one's, as all that follows; 0: its line has none */
	uint64_t last_ns;
	uint64_t count; /* resets: those that the lines stand for */
	uint64_t lines;
	uint64_t kind[ROWS_LEVELS]; /* a hash of what is the same in those that become one */
	uint32_t host;		    /* as rows_add was told */
	uint32_t rank;		    /* how many of its kind came before it; see rows_sort */
	uint32_t len;
	char *text; /* the line, not ended by NUL; NULL: corrected, and gone */
};

struct rows;

/* Keeps MOST lines, more than one. SEED: a number that whoever writes the lines cannot know. The caller's, until
 * rows_free; NULL: no memory. */
struct rows *rows_new(size_t most, uint64_t seed);
void rows_free(struct rows *r);

/* Takes the line of B, a reset, seen on the HOST of that number. One that corrects another takes its place, if that is not too long ago. Returns 0,
 * or -ENOMEM. */
int rows_add(struct rows *r, const struct brief *b, uint32_t host, const char *text, size_t len);

/* Folds them until there are N at most. Returns 0, or -ENOMEM. */
int rows_fold(struct rows *r, size_t n);

/* All of them by time, *N at *OUT: R's, until the next call. Their ranks are set; what comes later corrects none of
 * them. Returns 0, or -ENOMEM. */
int rows_sort(struct rows *r, const struct row **out, size_t *n);

#endif
