/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_out.c: commas, quotes and escapes. */
#include "base/json_out.h"
#include "base/text.h"

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

static void end_value(struct json_out *o, const char *end)
{
	o->line.len = (size_t)(end - o->line.data);
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

void json_out_end_number(struct json_out *o, char *p, uint64_t n)
{
	if (!p)
		return;
	/* Most are so short. */
	if (n < 10) {
		*p = (char)('0' + n);
		end_value(o, p + 1);
		return;
	}
	end_value(o, p + text_number(p, n));
}

void json_out_signed(struct json_out *o, const char *key, int64_t n)
{
	char *p = json_out_begin_value(o, json_key(key), 1 + TEXT_NUMBER_MAX);

	if (p && n < 0)
		*p++ = '-';
	json_out_end_number(o, p, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void json_out_bool(struct json_out *o, const char *key, bool value)
{
	size_t len = value ? 4 : 5;
	char *p = json_out_begin_value(o, json_key(key), len);

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

void json_out_end_plain(struct json_out *o, char *p, const char *text, size_t n)
{
	if (!p)
		return;
	*p = '"';
	memcpy(p + 1, text, n);
	p[n + 1] = '"';
	end_value(o, p + n + 2);
}

bool json_out_end_bytes(struct json_out *o, char *p, const char *text, size_t n)
{
	size_t plain = text_plain(text, n);

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
