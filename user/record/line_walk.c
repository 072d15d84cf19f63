// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* line_walk.c: yajl's events, each with its key. */
#include "record/line_walk.h"

#include <errno.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "base/buffer.h"

struct line_walker {
	yajl_handle yajl; /* NULL: the next line makes one */
	void (*each)(void *context, const struct line_piece *piece);
	void *context;
	int depth;
	bool ended;
	struct buffer key;
};

/* Returns what yajl wants to hear: whether to go on. */
static int tell(struct line_walker *w, enum line_piece_kind kind, const void *text, size_t len)
{
	struct line_piece piece = {
		.kind = kind,
		.depth = w->depth,
		.key = w->key.data,
		.key_len = w->key.len,
		.text = text,
		.len = len,
	};

	/* The line is an object, and nothing else is beside it. */
	if (!w->depth && (kind != PIECE_OBJECT || w->ended))
		return 0;
	w->each(w->context, &piece);
	w->key.len = 0;
	return !w->key.failed;
}

static int on_null(void *ctx)
{
	return tell(ctx, PIECE_NULL, NULL, 0);
}

static int on_boolean(void *ctx, int value)
{
	return tell(ctx, value ? PIECE_TRUE : PIECE_FALSE, NULL, 0);
}

static int on_number(void *ctx, const char *s, size_t n)
{
	return tell(ctx, PIECE_NUMBER, s, n);
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
	return tell(ctx, PIECE_STRING, s, n);
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
	struct line_walker *w = ctx;

	w->key.len = 0;
	buffer_put(&w->key, s, n);
	return !w->key.failed;
}

static int begin(struct line_walker *w, enum line_piece_kind kind)
{
	int more = tell(w, kind, NULL, 0);

	return more && ++w->depth < LINE_WALK_DEPTH;
}

static int on_map(void *ctx)
{
	return begin(ctx, PIECE_OBJECT);
}

static int on_array(void *ctx)
{
	return begin(ctx, PIECE_ARRAY);
}

static int on_end(void *ctx)
{
	struct line_walker *w = ctx;
	struct line_piece piece = { .kind = PIECE_END, .depth = --w->depth };

	w->key.len = 0;
	w->ended = !w->depth;
	w->each(w->context, &piece);
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

struct line_walker *line_walker_new(void)
{
	return calloc(1, sizeof(struct line_walker));
}

static void handle_free(struct line_walker *w)
{
	if (w->yajl)
		yajl_free(w->yajl);
	w->yajl = NULL;
}

void line_walker_free(struct line_walker *w)
{
	if (!w)
		return;
	handle_free(w);
	buffer_free(&w->key);
	free(w);
}

int line_walk(struct line_walker *w, const char *line, size_t len,
	      void (*each)(void *context, const struct line_piece *piece), void *context)
{
	/* One handle reads line after line, each a value of its own: to make one takes as long as to read a line. */
	if (!w->yajl) {
		w->yajl = yajl_alloc(&callbacks, NULL, w);
		if (!w->yajl)
			return -ENOMEM;
		yajl_config(w->yajl, yajl_allow_multiple_values, 1);
	}
	w->each = each;
	w->context = context;
	w->depth = 0;
	w->ended = false;
	w->key.len = 0;
	if (yajl_parse(w->yajl, (const unsigned char *)line, len) == yajl_status_ok && w->ended &&
	    !w->depth)
		return 0;
	/* It may be in the midst of something. */
	handle_free(w);
	return w->key.failed ? -ENOMEM : -EINVAL;
}
