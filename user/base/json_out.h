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
#include "base/text.h"

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

/* What a \u escape takes; the longest that one byte can become. */
#define JSON_ESCAPE_MAX 6

/*
 * The comma after what stands before, and the key; in the line with the first byte of what follows it, which is
 * where the value goes. There is room for N bytes. NULL: there is no memory. Inlined, since the copy of a key whose
 * length is known is a few instructions.
 */
static inline __attribute__((always_inline)) char *json_out_begin_value(struct json_out *o,
									struct json_key key,
									size_t n)
{
	struct buffer *b = &o->line;
	char *p;

	if (b->room - b->len < key.len + n + 4 && !buffer_grow(b, key.len + n + 4))
		return NULL;
	p = b->data + b->len;
	*p = ',';
	/* Only the letters that open an object or an array are the same but for this bit. */
	p += b->len && (p[-1] | 0x20) != '{';
	if (key.name) {
		*p++ = '"';
		memcpy(p, key.name, key.len);
		p += key.len;
		*p++ = '"';
		*p++ = ':';
	}
	return p;
}

/* Put the value at P, which json_out_begin_value has returned with room for it: TEXT_NUMBER_MAX bytes; N + 2; each
 * of N escaped and 2 more. The last returns false, and puts neither value nor key, if it is no UTF-8. */
void json_out_end_number(struct json_out *o, char *p, uint64_t n);
void json_out_end_plain(struct json_out *o, char *p, const char *text, size_t n);
bool json_out_end_bytes(struct json_out *o, char *p, const char *text, size_t n);

/* What the functions below do, of which each is one of these with json_key. */
static inline struct json_mark json_out_open(struct json_out *o, struct json_key key, char first,
					     char last)
{
	struct json_mark mark = { o->line.len, last };
	char *p = json_out_begin_value(o, key, 1);

	if (p) {
		*p = first;
		o->line.len = (size_t)(p + 1 - o->line.data);
	}
	return mark;
}

static inline void json_out_put_number(struct json_out *o, struct json_key key, uint64_t n)
{
	json_out_end_number(o, json_out_begin_value(o, key, TEXT_NUMBER_MAX), n);
}

static inline bool json_out_put_bytes(struct json_out *o, struct json_key key, const char *text,
				      size_t n)
{
	return json_out_end_bytes(o, json_out_begin_value(o, key, n * JSON_ESCAPE_MAX + 2), text,
				  n);
}

/* The N bytes at TEXT: a key and its value, as they were written before, without the comma before them. */
static inline void json_out_again(struct json_out *o, const char *text, size_t n)
{
	char *p = json_out_begin_value(o, json_key(NULL), n);

	if (!p)
		return;
	memcpy(p, text, n);
	o->line.len = (size_t)(p + n - o->line.data);
}

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

/* The N bytes at TEXT, in which text_plain finds nothing. KEY NULL: an element. */
static inline void json_out_plain(struct json_out *o, const char *key, const char *text, size_t n)
{
	json_out_end_plain(o, json_out_begin_value(o, json_key(key), n + 2), text, n);
}

/* The same with no NUL among them. Returns false, and puts nothing, if it is no UTF-8. */
static inline bool json_out_bytes(struct json_out *o, const char *key, const char *text, size_t n)
{
	return json_out_put_bytes(o, json_key(key), text, n);
}

static inline bool json_out_string(struct json_out *o, const char *key, const char *text)
{
	return json_out_bytes(o, key, text, strlen(text));
}

#endif
