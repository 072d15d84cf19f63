/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_out.c: commas, quotes and escapes. */
#include "base/json_out.h"
#include "base/text.h"

/* What a \u escape takes; the longest that one byte can become. */
#define ESCAPE_MAX 6

void json_out_begin(struct json_out *o)
{
	o->line.len = 0;
	o->line.failed = false;
	buffer_char(&o->line, '{');
}

int json_out_write(struct json_out *o, FILE *out)
{
	return buffer_write(json_out_line(o), out);
}

struct buffer *json_out_line(struct json_out *o)
{
	buffer_put(&o->line, "}\n", 2);
	return &o->line;
}

/* The comma after what stands before, and the key. Makes room for N bytes behind. */
static char *begin_value(struct json_out *o, struct json_key key, size_t n)
{
	struct buffer *b = &o->line;
	char *p;

	if (b->room - b->len < key.len + n + 4 && !buffer_grow(b, key.len + n + 4))
		return NULL;
	p = b->data + b->len;
	if (b->len && p[-1] != '{' && p[-1] != '[')
		*p++ = ',';
	if (key.name) {
		*p++ = '"';
		memcpy(p, key.name, key.len);
		p += key.len;
		*p++ = '"';
		*p++ = ':';
	}
	return p;
}

static void end_value(struct json_out *o, const char *end)
{
	o->line.len = (size_t)(end - o->line.data);
}

struct json_mark json_out_open(struct json_out *o, struct json_key key, char first, char last)
{
	struct json_mark mark = { o->line.len, last };
	char *p = begin_value(o, key, 1);

	if (p) {
		*p++ = first;
		end_value(o, p);
	}
	return mark;
}

void json_out_end_kept(struct json_out *o, struct json_mark mark)
{
	buffer_char(&o->line, mark.end);
}

void json_out_end(struct json_out *o, struct json_mark mark)
{
	struct buffer *b = &o->line;

	if (!b->failed && (b->data[b->len - 1] == '{' || b->data[b->len - 1] == '['))
		b->len = mark.begin;
	else
		json_out_end_kept(o, mark);
}

void json_out_put_number(struct json_out *o, struct json_key key, uint64_t n)
{
	char *p = begin_value(o, key, TEXT_NUMBER_MAX);

	if (p)
		end_value(o, p + text_number(p, n));
}

void json_out_signed(struct json_out *o, const char *key, int64_t n)
{
	char *p = begin_value(o, json_key(key), 1 + TEXT_NUMBER_MAX);

	if (!p)
		return;
	if (n < 0)
		*p++ = '-';
	end_value(o, p + text_number(p, n < 0 ? -(uint64_t)n : (uint64_t)n));
}

void json_out_bool(struct json_out *o, const char *key, bool value)
{
	size_t len = value ? 4 : 5;
	char *p = begin_value(o, json_key(key), len);

	if (!p)
		return;
	memcpy(p, value ? "true" : "false", len);
	end_value(o, p + len);
}

/* A character that must not stand in a string as it is, and is no part of a longer one. */
static char *put_escaped(char *p, unsigned char c)
{
	static const char hex[] = "0123456789ABCDEF", letters[] = "\b\f\n\r\t\"\\",
			  words[] = "bfnrt\"\\";
	const char *letter = memchr(letters, c, sizeof(letters) - 1);

	*p++ = '\\';
	if (letter) {
		*p++ = words[letter - letters];
		return p;
	}
	*p++ = 'u';
	*p++ = '0';
	*p++ = '0';
	*p++ = hex[c >> 4];
	*p++ = hex[c & 15];
	return p;
}

/* The rest of a string that has more than plain characters; NULL: it is no UTF-8. */
static char *put_rest(char *p, const unsigned char *s, size_t n)
{
	while (n) {
		uint32_t c;
		size_t length = text_utf8(s, n, &c);

		if (!length)
			return NULL;
		n -= length;
		if (*s < 0x20 || *s == '"' || *s == '\\') {
			p = put_escaped(p, *s++);
			continue;
		}
		for (; length; length--)
			*p++ = (char)*s++;
	}
	return p;
}

void json_out_plain(struct json_out *o, const char *key, const char *text, size_t n)
{
	char *p = begin_value(o, json_key(key), n + 2);

	if (!p)
		return;
	*p = '"';
	memcpy(p + 1, text, n);
	p[n + 1] = '"';
	end_value(o, p + n + 2);
}

bool json_out_put_bytes(struct json_out *o, struct json_key key, const char *text, size_t n)
{
	size_t plain = text_plain(text, n);
	char *p = begin_value(o, key, plain + (n - plain) * ESCAPE_MAX + 2);

	if (!p)
		return true;
	*p++ = '"';
	memcpy(p, text, plain);
	p += plain;
	if (plain < n)
		p = put_rest(p, (const unsigned char *)text + plain, n - plain);
	if (!p)
		return false;
	*p++ = '"';
	end_value(o, p);
	return true;
}
