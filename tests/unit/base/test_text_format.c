/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_text_format.c: what the sentences are put together with, beside printf. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/text.h"

__attribute__((format(printf, 3, 4))) static size_t ours(char *buf, size_t size, const char *format,
							 ...)
{
	va_list args;
	size_t n;

	va_start(args, format);
	n = text_format(buf, size, format, args);
	va_end(args);
	return n;
}

/* The same as printf's, and in any room the beginning of it. */
#define ASSERT_SAME(...)                                                    \
	do {                                                                \
		char a[128], b[128];                                        \
		size_t n = (size_t)snprintf(b, sizeof(b), __VA_ARGS__);     \
                                                                            \
		cr_assert_eq(ours(a, sizeof(a), __VA_ARGS__), n);           \
		cr_assert_str_eq(a, b);                                     \
		for (size_t room = 1; room <= n + 1; room++) {              \
			memset(a, 'x', sizeof(a));                          \
			snprintf(b, room, __VA_ARGS__);                     \
			cr_assert_eq(ours(a, room, __VA_ARGS__), room - 1); \
			cr_assert_str_eq(a, b);                             \
			cr_assert_eq(a[room], 'x');                         \
		}                                                           \
	} while (0)

Test(text_format, as_printf)
{
	ASSERT_SAME("nothing to put in");
	ASSERT_SAME("%s", "a");
	ASSERT_SAME("%s", "");
	ASSERT_SAME("%s/%u closed", "nginx", 12U);
	ASSERT_SAME("%u%u", 0U, UINT_MAX);
	ASSERT_SAME("%d %d %d %d", 0, 1, INT_MIN, INT_MAX);
	ASSERT_SAME("100 %% of %s%%", "it");
}

Test(text_format, a_conversion_it_does_not_know_stands_as_it_is)
{
	static const char *const formats[] = { "%x", "a%lu", "%", "100%" };
	char buf[32];

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
		ours(buf, sizeof(buf), formats[i]);
#pragma GCC diagnostic pop
		cr_assert_str_eq(buf, formats[i]);
	}
}

Test(text_format, numbers)
{
	unsigned int seed = 1;
	char a[32], b[32];

	for (int i = 0; i < 100000; i++) {
		uint64_t n = ((uint64_t)(unsigned int)rand_r(&seed) << 42 ^
			      (uint64_t)(unsigned int)rand_r(&seed) << 21 ^
			      (unsigned int)rand_r(&seed)) >>
			     rand_r(&seed) % 64;

		if (i < 2)
			n = i ? UINT64_MAX : 0;
		a[text_number(a, n)] = '\0';
		snprintf(b, sizeof(b), "%" PRIu64, n);
		cr_assert_str_eq(a, b);
		a[text_hex(a, n)] = '\0';
		snprintf(b, sizeof(b), "%" PRIx64, n);
		cr_assert_str_eq(a, b);
		text_digits(a, (uint32_t)(n % 1000000), 6);
		snprintf(b, sizeof(b), "%06" PRIu64, n % 1000000);
		cr_assert_str_eq(a, b);
	}
}

/* Where a number gets one digit more. */
Test(text_format, numbers_of_every_length)
{
	char a[32], b[32];

	for (uint64_t power = 1;; power *= 10) {
		for (uint64_t n = power - 1; n <= power + 1; n++) {
			a[text_number(a, n)] = '\0';
			snprintf(b, sizeof(b), "%" PRIu64, n);
			cr_assert_str_eq(a, b);
		}
		if (power > UINT64_MAX / 10)
			break;
	}
}

/* Every byte at every place of a short string: what is behind it is not looked at. */
Test(text_format, plain_of_every_length)
{
	char s[24];

	for (int c = 0; c < 256; c++) {
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		for (size_t n = 1; n <= 20; n++) {
			for (size_t at = 0; at < n; at++) {
				memset(s, '"', sizeof(s));
				memset(s, 'x', n);
				s[at] = (char)c;
				cr_assert_eq(text_plain(s, n), plain ? n : at, "%d %zu", c, n);
			}
		}
	}
}

/* Every byte at every place of a string, against the definition. */
Test(text_format, plain)
{
	char s[40];

	for (int c = 0; c < 256; c++) {
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		for (size_t at = 0; at < sizeof(s); at++) {
			memset(s, c == 'x' ? 'y' : 'x', sizeof(s));
			s[at] = (char)c;
			cr_assert_eq(text_plain(s, sizeof(s)), plain ? sizeof(s) : at, "%d", c);
			cr_assert_eq(text_plain(s, at), at, "%d", c);
			memset(s + at, c, sizeof(s) - at);
			cr_assert_eq(text_plain(s, sizeof(s)), plain ? sizeof(s) : at, "%d", c);
		}
	}
}
