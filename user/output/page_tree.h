/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * page_tree.h: objects and arrays for a page, each that is like another once. An object is its shape, which is its
 * keys and of what kind each value is, and its values; strings and objects in it are numbers in tables.
 */
#ifndef RSTTRACE_PAGE_TREE_H
#define RSTTRACE_PAGE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_out.h"
#include "base/words.h"

#define PAGE_TREE_DEPTH 32

/* Strings, as they can stand on a screen. */
struct page_strings {
	struct words words;
	struct buffer safe;
	uint64_t bytes; /* what they take in the page, about */
};

void page_strings_init(struct page_strings *s, uint64_t seed);
void page_strings_free(struct page_strings *s);

/* The number of the N bytes at TEXT, which may hold anything. */
uint32_t page_string(struct page_strings *s, const char *text, size_t n);

/* All of them as the array KEY. */
void page_strings_put(struct json_out *o, const char *key, const struct page_strings *s);

/* W as the array KEY of arrays: of each word what stands between the brackets. */
void page_words_put(struct json_out *o, const char *key, const struct words *w);

/* How a value is to be read; a shape has 8 times the string of the key, and this. */
enum page_kind {
	PAGE_STRING,
	PAGE_NUMBER,
	PAGE_BOOL,
	PAGE_NULL,
	PAGE_OBJECT,
};

struct page_tree {
	struct page_strings *strings; /* borrowed */
	struct words shapes, objects;
	uint64_t bytes; /* what these take in the page */
	int depth;
	struct page_open {
		struct buffer shape, values;
	} open[PAGE_TREE_DEPTH];
};

void page_tree_init(struct page_tree *t, struct page_strings *strings, uint64_t seed);
void page_tree_free(struct page_tree *t);

/* Each puts a value in what was begun last; KEY: N bytes, ignored in an array. Deeper than PAGE_TREE_DEPTH nothing is
 * put. */
void page_tree_begin(struct page_tree *t, const char *key, size_t n, bool array);
void page_tree_string(struct page_tree *t, const char *key, size_t n, const char *s, size_t len);
/* S: a number as JSON has it. One that JavaScript would round is put as a string. */
void page_tree_number(struct page_tree *t, const char *key, size_t n, const char *s, size_t len);
void page_tree_bool(struct page_tree *t, const char *key, size_t n, bool value);
void page_tree_null(struct page_tree *t, const char *key, size_t n);

/* Ends what was begun last. Returns its number, which means something to whoever began it outermost. */
uint32_t page_tree_end(struct page_tree *t);

/* What was begun and not ended goes. */
void page_tree_drop(struct page_tree *t);

/* All as the arrays "shapes" and "objects". */
void page_tree_put(struct json_out *o, const struct page_tree *t);

bool page_tree_failed(const struct page_tree *t);

#endif
