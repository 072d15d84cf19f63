/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_value.c: numbers, words and names of a line, each within its bounds. */
#include <errno.h>
#include <string.h>

#include "record/line_keys.h"

int line_number(const struct line_value *v, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (v->kind != VALUE_NUMBER || !v->len)
		return -EINVAL;
	for (size_t i = 0; i < v->len; i++) {
		unsigned int digit = (unsigned char)v->text[i] - '0';

		if (digit > 9)
			return v->text[i] == '-' ? -ERANGE : -EINVAL;
		if (n > (UINT64_MAX - digit) / 10)
			return -ERANGE;
		n = n * 10 + digit;
	}
	*out = n;
	return n > max ? -ERANGE : 0;
}

int line_signed(const struct line_value *v, int64_t *out)
{
	bool negative = v->kind == VALUE_NUMBER && v->len && *v->text == '-';
	struct line_value digits = *v;
	uint64_t n;
	int err;

	/* Without text there is nothing to step over. */
	if (negative) {
		digits.text++;
		digits.len--;
	}
	err = line_number(&digits, (uint64_t)INT64_MAX + negative, &n);
	if (!err)
		*out = (int64_t)(negative ? -n : n);
	return err;
}

int line_bool(const struct line_value *v, bool *out)
{
	if (v->kind != VALUE_BOOL)
		return -EINVAL;
	*out = v->is_true;
	return 0;
}

const char *line_keep(struct line *l, const char *text, size_t len)
{
	char *at = l->text + l->used;

	if (len >= sizeof(l->text) - l->used)
		return NULL;
	memcpy(at, text, len);
	at[len] = '\0';
	l->used += len + 1;
	return at;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an escape at S stands for, and in *USED how long that is; -1: it is none. */
static int escaped_byte(const char *s, size_t n, size_t *used)
{
	int high, low;

	if (n >= 2 && s[1] == '\\') {
		*used = 2;
		return '\\';
	}
	if (n < 4 || s[1] != 'x')
		return -1;
	high = hex_digit(s[2]);
	low = hex_digit(s[3]);
	*used = 4;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

int line_unescape(char *at, size_t size, const struct line_value *v)
{
	size_t len = 0;

	if (v->kind != VALUE_STRING)
		return -EINVAL;
	if (v->len <= size && !memchr(v->text, '\\', v->len)) {
		memcpy(at, v->text, v->len);
		len = v->len;
	} else {
		for (size_t i = 0, used; i < v->len; i += used) {
			int byte = (unsigned char)v->text[i];

			used = 1;
			if (byte == '\\')
				byte = escaped_byte(v->text + i, v->len - i, &used);
			if (byte < 0)
				return -EINVAL;
			if (len == size)
				return -ERANGE;
			at[len++] = (char)byte;
		}
	}
	memset(at + len, 0, size - len);
	return 0;
}
