/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* page_tree.c: objects and arrays for a page, each that is like another once. */
#include "output/page_tree.h"

#include <string.h>

#include "base/text.h"

/* Doubles hold whole numbers of so many digits, whichever they are. */
#define EXACT_DIGITS 15

void page_strings_init(struct page_strings *s, uint64_t seed)
{
	*s = (struct page_strings){ 0 };
	words_init(&s->words, seed);
}

void page_strings_free(struct page_strings *s)
{
	words_free(&s->words);
	buffer_free(&s->safe);
}

/* How long the N bytes at S are in JSON that can stand in HTML. */
static uint64_t cost(const char *s, size_t n)
{
	uint64_t bytes = 3;

	if (text_plain(s, n) == n && !memchr(s, '<', n) && !memchr(s, '>', n) && !memchr(s, '&', n))
		return bytes + n;
	for (size_t i = 0; i < n; i++)
		bytes += strchr("<>&", s[i]) ? 6 : strchr("\"\\", s[i]) ? 2 : 1;
	return bytes;
}

uint32_t page_string(struct page_strings *s, const char *text, size_t n)
{
	const char *nul = memchr(text, '\0', n);
	uint32_t id;
	bool new;

	n = nul ? (size_t)(nul - text) : n;
	if (text_plain(text, n) != n && !text_is_printable(text, n)) {
		s->safe.len = 0;
		if (s->safe.room <= 4 * n + 1 && !buffer_grow(&s->safe, 4 * n + 1)) {
			s->words.failed = true;
			return 0;
		}
		text_escape(s->safe.data, 4 * n + 1, text, n);
		text = s->safe.data;
		n = strlen(text);
	}
	id = words_add(&s->words, text, n, &new);
	if (new)
		s->bytes += cost(text, n);
	return id;
}

void page_strings_put(struct json_out *o, const char *key, const struct page_strings *s)
{
	struct json_mark all = json_out_array(o, key);

	for (uint32_t i = 0; i < s->words.n; i++) {
		size_t len;
		const char *word = words_get(&s->words, i, &len);

		/* Its number must stay its place. */
		if (!json_out_bytes(o, NULL, word, len))
			json_out_string(o, NULL, "?");
	}
	json_out_end_kept(o, all);
}

void page_tree_init(struct page_tree *t, struct page_strings *strings, uint64_t seed)
{
	*t = (struct page_tree){ .strings = strings };
	words_init(&t->shapes, seed);
	words_init(&t->objects, seed);
}

void page_tree_free(struct page_tree *t)
{
	for (int i = 0; i < PAGE_TREE_DEPTH; i++) {
		buffer_free(&t->open[i].shape);
		buffer_free(&t->open[i].values);
	}
	words_free(&t->shapes);
	words_free(&t->objects);
}

static void put_number(struct buffer *b, uint64_t n)
{
	char text[TEXT_NUMBER_MAX];

	buffer_char(b, ',');
	buffer_put(b, text, text_number(text, n));
}

/* The key, and of what kind its value is, which the caller puts next. NULL: nothing is begun, or too deep. */
static struct buffer *put_key(struct page_tree *t, const char *key, size_t n, enum page_kind kind)
{
	struct page_open *in;
	uint64_t id;

	if (!t->depth || t->depth > PAGE_TREE_DEPTH)
		return NULL;
	in = &t->open[t->depth - 1];
	/* An array's begins with a 1. */
	id = in->shape.len && in->shape.data[0] == '1' ? 0 : page_string(t->strings, key, n);
	put_number(&in->shape, id * 8 + kind);
	return &in->values;
}

void page_tree_begin(struct page_tree *t, const char *key, size_t n, bool array)
{
	struct page_open *new;

	put_key(t, key, n, PAGE_OBJECT);
	if (++t->depth > PAGE_TREE_DEPTH)
		return;
	new = &t->open[t->depth - 1];
	new->shape.len = new->values.len = 0;
	buffer_char(&new->shape, array ? '1' : '0');
}

void page_tree_string(struct page_tree *t, const char *key, size_t n, const char *s, size_t len)
{
	struct buffer *values = put_key(t, key, n, PAGE_STRING);

	if (values)
		put_number(values, page_string(t->strings, s, len));
}

void page_tree_number(struct page_tree *t, const char *key, size_t n, const char *s, size_t len)
{
	struct buffer *values;

	if (len > EXACT_DIGITS) {
		page_tree_string(t, key, n, s, len);
		return;
	}
	values = put_key(t, key, n, PAGE_NUMBER);
	if (values) {
		buffer_char(values, ',');
		buffer_put(values, s, len);
	}
}

void page_tree_bool(struct page_tree *t, const char *key, size_t n, bool value)
{
	struct buffer *values = put_key(t, key, n, PAGE_BOOL);

	if (values)
		put_number(values, value);
}

void page_tree_null(struct page_tree *t, const char *key, size_t n)
{
	struct buffer *values = put_key(t, key, n, PAGE_NULL);

	if (values)
		put_number(values, 0);
}

static uint32_t add(struct page_tree *t, struct words *words, const struct buffer *b)
{
	bool new;
	uint32_t id = words_add(words, b->data, b->len, &new);

	words->failed |= b->failed;
	if (new)
		t->bytes += b->len + 3;
	return id;
}

uint32_t page_tree_end(struct page_tree *t)
{
	struct buffer object = {};
	struct page_open *in;
	char text[TEXT_NUMBER_MAX];
	uint32_t id;

	if (!t->depth)
		return 0;
	if (t->depth-- > PAGE_TREE_DEPTH)
		return 0;
	in = &t->open[t->depth];
	id = add(t, &t->shapes, &in->shape);
	buffer_put(&object, text, text_number(text, id));
	if (in->values.len)
		buffer_put(&object, in->values.data, in->values.len);
	object.failed |= in->values.failed;
	id = add(t, &t->objects, &object);
	buffer_free(&object);
	if (t->depth)
		put_number(&t->open[t->depth - 1].values, id);
	return id;
}

void page_tree_drop(struct page_tree *t)
{
	t->depth = 0;
}

void page_words_put(struct json_out *o, const char *key, const struct words *w)
{
	struct json_mark all = json_out_array(o, key);

	for (uint32_t i = 0; i < w->n; i++) {
		struct json_mark one = json_out_array(o, NULL);
		size_t len;
		const char *word = words_get(w, i, &len);

		json_out_again(o, word, len);
		json_out_end_kept(o, one);
	}
	json_out_end_kept(o, all);
}

void page_tree_put(struct json_out *o, const struct page_tree *t)
{
	page_words_put(o, "shapes", &t->shapes);
	page_words_put(o, "objects", &t->objects);
}

bool page_tree_failed(const struct page_tree *t)
{
	return t->shapes.failed || t->objects.failed || t->strings->words.failed;
}
