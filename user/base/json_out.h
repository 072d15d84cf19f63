/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * json_out.h: writes a JSON object as it comes, key by key, into one line. jansson, which was here
 * before, makes a tree of each event first, a hundred allocations and hashes, and prints it token
 * by token: 26 to 35 us an event, where all else about one takes 5. No packaged library writes
 * without a tree and fast (yajl prints its numbers by sprintf, and nobody keeps it). The unit tests
 * have jansson read back what is written here.
 *
 * Keys are words of ours: ASCII, nothing to escape, each once in its object. Nothing that is put
 * can make the line invalid: a string that is no UTF-8 is not put, and the caller is told.
 */
#ifndef RSTTRACE_JSON_OUT_H
#define RSTTRACE_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"

struct json_out {
	struct buffer line;
};

/* An object or array that is being filled. */
struct json_mark {
	size_t begin; /* the line's length without it */
	char end;     /* its last character */
};

/* Begins the line's object; what was in the line is dropped. */
void json_out_begin(struct json_out *o);

/* Ends it and the line, and returns that, still in O. */
struct buffer *json_out_line(struct json_out *o);

/* Ends it and the line, and writes that to OUT. Returns as buffer_write does. */
int json_out_write(struct json_out *o, FILE *out);

/* A key and its length, which the compiler knows of a literal. */
struct json_key {
	const char *name;
	size_t len;
};

/* KEY NULL: an element of an array, which has none. */
static inline __attribute__((always_inline)) struct json_key json_key(const char *key)
{
	return (struct json_key){ key, key ? strlen(key) : 0 };
}

/* What the functions below do, of which each is one of these with json_key. */
struct json_mark json_out_open(struct json_out *o, struct json_key key, char first, char last);
void json_out_put_number(struct json_out *o, struct json_key key, uint64_t n);
bool json_out_put_bytes(struct json_out *o, struct json_key key, const char *text, size_t n);

/* Begins an object or array inside; KEY NULL: as an element of an array. */
static inline struct json_mark json_out_object(struct json_out *o, const char *key)
{
	return json_out_open(o, json_key(key), '{', '}');
}

static inline struct json_mark json_out_array(struct json_out *o, const char *key)
{
	return json_out_open(o, json_key(key), '[', ']');
}

/* Ends it. One with nothing in it goes again, with its key. */
void json_out_end(struct json_out *o, struct json_mark mark);

/* Ends it, also with nothing in it. */
void json_out_end_kept(struct json_out *o, struct json_mark mark);

static inline void json_out_number(struct json_out *o, const char *key, uint64_t n)
{
	json_out_put_number(o, json_key(key), n);
}

void json_out_signed(struct json_out *o, const char *key, int64_t n);
void json_out_bool(struct json_out *o, const char *key, bool value);

/* The N bytes at TEXT, with no NUL among them. KEY NULL: an element. Returns false, and puts nothing,
 * if it is no UTF-8. */
/* The same of what text_plain finds nothing in. */
void json_out_plain(struct json_out *o, const char *key, const char *text, size_t n);

static inline bool json_out_bytes(struct json_out *o, const char *key, const char *text, size_t n)
{
	return json_out_put_bytes(o, json_key(key), text, n);
}

static inline bool json_out_string(struct json_out *o, const char *key, const char *text)
{
	return json_out_bytes(o, key, text, strlen(text));
}

#endif
