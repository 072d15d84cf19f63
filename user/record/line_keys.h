/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_keys.h: which keys a line has, and where what they say belongs. */
#ifndef RSTTRACE_LINE_KEYS_H
#define RSTTRACE_LINE_KEYS_H

#include "record/line_read.h"

enum line_value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_NUMBER, /* a whole one: its text */
	VALUE_STRING, /* decoded; without its quotes; not terminated */
};

struct line_value {
	enum line_value_kind kind;
	bool is_true;
	const char *text;
	size_t len;
};

enum line_field {
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_TRUE,   /* bool: the key is there */
	FIELD_WORD,   /* const char *: a copy in the line's text */
	FIELD_NAME,   /* an array of `size` bytes: the name itself, without its escapes */
	FIELD_TEXT,   /* an array of `size` bytes: as it stands */
	FIELD_MS,     /* ns in the line, ms in 64 bits */
	FIELD_MS32,   /* the same in 32 bits */
	FIELD_TAKE,   /* by `take` */
	FIELD_OBJECT, /* of `object`, whose fields are relative to `offset` */
	FIELD_ARRAY, /* each element by `take`, or each an object of `object` at what `element` returns */
};

struct line_object;

/* A key of an object. */
struct line_key {
	const char *key;
	uint8_t len;
	enum line_field field;
	uint16_t size;
	size_t offset; /* in what the object stands for */
	const struct line_object *object;
	/* Returns 0 or -EINVAL, -E2BIG, -ERANGE. AT is the object's base and OFFSET. */
	int (*take)(struct line *l, void *at, const struct line_value *v);
	void *(*element)(struct line *l);
	/* Called when an object begins. */
	void (*begin)(struct line *l, void *at);
};

struct line_object {
	const struct line_key *key;
	size_t n;
};

/* Of a whole line; relative to struct line. */
extern const struct line_object line_keys;

/* The same of a struct rst_tuple. */
extern const struct line_object line_tuple;

/*
 * What follows once all keys are there: SEEN has a bit for each field of each section of the evidence that the
 * line had (model/evidence.h), THERE the sections. Returns 0, or -ERANGE: a number stands for nothing.
 */
int line_settle(struct line *l, const uint32_t *seen, const bool *there);

/* Parts that several files need: see line_value.c. */

/* V as a number of at most MAX. */
int line_number(const struct line_value *v, uint64_t max, uint64_t *out);
int line_signed(const struct line_value *v, int64_t *out);

int line_bool(const struct line_value *v, bool *out);

/* A copy in L's text, with its NUL; NULL: no room. */
const char *line_keep(struct line *l, const char *text, size_t len);

/* Takes away what text_escape has added; AT holds SIZE bytes, and a NUL if there is room. */
int line_unescape(char *at, size_t size, const struct line_value *v);

#endif
