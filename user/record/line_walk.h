/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_walk.h: all that a recorded line has, of this version or another, piece by piece as it stands there. */
#ifndef RSTTRACE_LINE_WALK_H
#define RSTTRACE_LINE_WALK_H

#include <stdbool.h>
#include <stddef.h>

/* Deeper than that is no line of ours. */
#define LINE_WALK_DEPTH 32

/* A piece and where it stands: KEY, KEY_LEN bytes, is its own; empty for an element of an array, and for the line
 * itself. DEPTH: of the line itself 0, of its keys 1. Words are the walk's, until the next piece. */
struct line_piece {
	enum line_piece_kind {
		PIECE_OBJECT,
		PIECE_ARRAY,
		PIECE_END, /* of either; without a key */
		PIECE_STRING,
		PIECE_NUMBER, /* TEXT is how it is written */
		PIECE_TRUE,
		PIECE_FALSE,
		PIECE_NULL,
	} kind;
	int depth;
	const char *key, *text;
	size_t key_len, len;
};

struct line_walker;

/* The caller's until line_walker_free; NULL: no memory. */
struct line_walker *line_walker_new(void);
void line_walker_free(struct line_walker *w);

/* Calls EACH for every piece of the LEN bytes at LINE, one JSON object, in its order. Returns 0; -EINVAL: it is none,
 * or nested too deep, which is known only at that place; -ENOMEM. */
int line_walk(struct line_walker *w, const char *line, size_t len,
	      void (*each)(void *context, const struct line_piece *piece), void *context);

#endif
