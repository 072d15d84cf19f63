/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdint.h>
#include <string.h>

#include "base/util.h"
#include "model/words.h"
#include "base/text.h"

/* Criterion copies parameters into another process, where pointers in them would dangle. */
#define INDEXES(suite, name, table)                                             \
	ParameterizedTestParameters(suite, name)                                \
	{                                                                       \
		static size_t indexes[ARRAY_SIZE(table)];                       \
		for (size_t i = 0; i < ARRAY_SIZE(table); i++)                  \
			indexes[i] = i;                                         \
		return cr_make_param_array(size_t, indexes, ARRAY_SIZE(table)); \
	}

static const struct {
	uint64_t n;
	const char *text;
} counts[] = {
	{ 0, "0" },
	{ 999, "999" },
	{ 1000, "1,000" },
	{ 48211, "48,211" },
	{ 100000, "100,000" },
	{ 1000000, "1,000,000" },
	{ UINT64_MAX, "18,446,744,073,709,551,615" },
};

INDEXES(text, count, counts)
ParameterizedTest(size_t *i, text, count)
{
	char buf[28];

	cr_assert_str_eq(text_count(buf, counts[*i].n), counts[*i].text);
}

static const struct {
	uint64_t ns;
	const char *text;
} spans[] = {
	{ 0, "0 ns" },
	{ 999, "999 ns" },
	{ 1000, "1 us" },
	{ 850000, "850 us" },
	{ 999999, "999 us" },
	{ 1000000, "1 ms" },
	{ 1250000, "1.2 ms" },
	{ 9999999, "9.9 ms" },
	{ 12000000, "12 ms" },
	{ 999999999, "999 ms" },
	{ 1000000000, "1 s" },
	{ 1050000000, "1.05 s" },
	{ 1250000000, "1.25 s" },
	{ 1500000000, "1.5 s" },
	{ 59999999999, "59.99 s" },
	{ 60000000000, "1 min" },
	{ 200000000000, "3 min 20 s" },
	{ 3599999999999, "59 min 59 s" },
	{ 3600000000000, "1 h" },
	{ 7500000000000, "2 h 5 min" },
	{ 86399000000000, "23 h 59 min" },
	{ 86400000000000, "1 d" },
	{ 97200000000000, "1 d 3 h" },
	{ UINT64_MAX, "213503 d 23 h" },
};

INDEXES(text, span, spans)
ParameterizedTest(size_t *i, text, span)
{
	char buf[32];

	cr_assert_str_eq(text_span(buf, spans[*i].ns), spans[*i].text);
}

Test(text, addresses)
{
	uint8_t v4[16] = { 10, 0, 0, 1 }, v6[16];
	char buf[TEXT_ENDPOINT_MAX];

	cr_assert_str_eq(text_address(buf, v4, 4), "10.0.0.1");
	cr_assert_str_eq(text_endpoint(buf, v4, 4, 65535), "10.0.0.1:65535");
	inet_pton(AF_INET6, "2001:db8::1", v6);
	cr_assert_str_eq(text_address(buf, v6, 6), "2001:db8::1");
	cr_assert_str_eq(text_endpoint(buf, v6, 6, 80), "[2001:db8::1]:80");
	cr_assert_str_eq(text_address(buf, v4, 0), "?");
	cr_assert_str_eq(text_address(buf, v4, 5), "?");
	cr_assert_str_eq(text_endpoint(buf, v4, 0, 80), "?:80");
}

Test(text, longest_endpoint_fits)
{
	/* The longest text inet_ntop writes: six groups and a dotted quad. */
	char buf[TEXT_ENDPOINT_MAX];
	uint8_t v6[16];

	inet_pton(AF_INET6, "1111:2222:3333:4444:5555:6666:7777:8888", v6);
	text_endpoint(buf, v6, 6, 65535);
	cr_assert_str_eq(buf, "[1111:2222:3333:4444:5555:6666:7777:8888]:65535");
}

Test(text, tcp_flags)
{
	char buf[40];

	cr_assert_str_eq(words_tcp_flags(buf, 0), "none");
	cr_assert_str_eq(words_tcp_flags(buf, RST_FLAG_SYN), "SYN");
	cr_assert_str_eq(words_tcp_flags(buf, RST_FLAG_ACK | RST_FLAG_SYN), "SYN,ACK");
	cr_assert_str_eq(words_tcp_flags(buf, 0xff), "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR");
}

Test(text, tcp_states)
{
	cr_assert_str_eq(words_tcp_state(RST_TCP_ESTABLISHED), "ESTABLISHED");
	cr_assert_str_eq(words_tcp_state(RST_TCP_NEW_SYN_RECV), "NEW_SYN_RECV");
	cr_assert_str_eq(words_tcp_state(0), "?");
	cr_assert_str_eq(words_tcp_state(13), "?");
	cr_assert_str_eq(words_tcp_state(255), "?");
	for (uint8_t i = RST_TCP_ESTABLISHED; i <= RST_TCP_NEW_SYN_RECV; i++)
		cr_assert_str_neq(words_tcp_state(i), "?");
}

Test(text, signals)
{
	char buf[16];

	cr_assert_str_eq(text_signal(buf, 11), "SIGSEGV");
	cr_assert_str_eq(text_signal(buf, 9), "SIGKILL");
	cr_assert_str_eq(text_signal(buf, 31), "SIGSYS");
	cr_assert_str_eq(text_signal(buf, 99), "signal 99");
	cr_assert_str_eq(text_signal(buf, 0), "signal 0");
	cr_assert_str_eq(text_signal(buf, -1), "signal -1");
}

static const struct {
	const char *in, *out;
} escapes[] = {
	{ "", "" },
	{ "nginx", "nginx" },
	{ "Web Content", "Web Content" },
	{ "back\\slash", "back\\\\slash" },
	{ "quote\"s", "quote\"s" },
	{ "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m" },
	{ "a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd" },
	{ "\x7f", "\\x7f" },
	{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7" },
	/* invalid UTF-8: a stray continuation, overlong, a surrogate, too high, cut off */
	{ "\x80", "\\x80" },
	{ "\xff\xfe", "\\xff\\xfe" },
	{ "\xc0\xaf", "\\xc0\\xaf" },
	{ "\xc1\xbf", "\\xc1\\xbf" },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
	{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
	{ "\xc3", "\\xc3" },
	{ "\xe2\x82", "\\xe2\\x82" },
	{ "\xf0\x9f\x90", "\\xf0\\x9f\\x90" },
	{ "\xe2\x28\xa1", "\\xe2(\\xa1" },
	/* valid and harmful */
	{ "\xc2\x9b"
	  "31m",
	  "\\xc2\\x9b31m" },
	{ "\xe2\x80\xae"
	  "txt",
	  "\\xe2\\x80\\xaetxt" },
	{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },
	{ "\xe2\x80\xa9", "\\xe2\\x80\\xa9" },
	{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },
	{ "\xe2\x80\x8b", "\\xe2\\x80\\x8b" },
	{ "\xd8\x9c", "\\xd8\\x9c" },
	{ "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },
	{ "\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81" },
	/* their neighbours are not */
	{ "\xc2\xa0", "\xc2\xa0" },
	{ "\xe2\x80\xa7", "\xe2\x80\xa7" },
	{ "\xe2\x80\xaf", "\xe2\x80\xaf" },
};

INDEXES(text, escape, escapes)
ParameterizedTest(size_t *i, text, escape)
{
	char buf[64];

	cr_assert_eq(text_escape(buf, sizeof(buf), escapes[*i].in, strlen(escapes[*i].in)), buf);
	cr_assert_str_eq(buf, escapes[*i].out);
}

Test(text, escape_reads_no_further_than_told)
{
	static const char comm[4] = { 'a', 'b', 'c', 'd' };
	char buf[16];

	cr_assert_str_eq(text_escape(buf, sizeof(buf), comm, sizeof(comm)), "abcd");
	cr_assert_str_eq(text_escape(buf, sizeof(buf), comm, 2), "ab");
	cr_assert_str_eq(text_escape(buf, sizeof(buf), comm, 0), "");
	cr_assert_str_eq(text_escape(buf, sizeof(buf), "ab\0cd", 5), "ab");
	/* A character that N cuts is not one. */
	cr_assert_str_eq(text_escape(buf, sizeof(buf), "\xc3\xa4", 1), "\\xc3");
}

static const struct {
	const char *in;
	size_t size;
	const char *out;
} ends[] = {
	{ "abc", 1, "" },
	{ "abc", 3, "ab" },
	{ "abc", 4, "abc" },
	{ "\x1b", 4, "" },
	{ "\x1b", 5, "\\x1b" },
	{ "a\\", 3, "a" },
	{ "a\\", 4, "a\\\\" },
	{ "a\xe2\x82\xac", 4, "a" },
	{ "a\xe2\x82\xac", 5, "a\xe2\x82\xac" },
	/* What no longer fits ends the text: nothing later may close up to it. */
	{ "a\xe2\x82\xac"
	  "b",
	  4, "a" },
};

INDEXES(text, escape_ends_whole, ends)
ParameterizedTest(size_t *i, text, escape_ends_whole)
{
	char buf[16];

	memset(buf, '#', sizeof(buf));
	text_escape(buf, ends[*i].size, ends[*i].in, strlen(ends[*i].in));
	cr_assert_str_eq(buf, ends[*i].out);
	for (size_t k = ends[*i].size; k < sizeof(buf); k++)
		cr_assert_eq(buf[k], '#', "byte %zu behind the buffer was written", k);
}

Test(text, escape_into_nothing)
{
	char buf[2] = "#";

	cr_assert_eq(text_escape(buf, 0, "abc", 3), buf);
	cr_assert_eq(buf[0], '#');
}

/* As much as fits, and never a part of a character. */
Test(text, ends_in)
{
	cr_expect(text_ends_in("a.zst", ".zst"));
	cr_expect(text_ends_in(".zst", ".zst"));
	cr_expect_not(text_ends_in("zst", ".zst"));
	cr_expect_not(text_ends_in("a.zst.old", ".zst"));
}

Test(text, cut)
{
	static const struct {
		const char *text, *cut;
		size_t size;
	} cases[] = {
		{ "", "", 1 },
		{ "abc", "", 1 },
		{ "abc", "ab", 3 },
		{ "abc", "abc", 4 },
		{ "abc", "abc", 9 },
		{ "a\u00e9b", "a", 3 },
		{ "a\u00e9b", "a\u00e9", 4 },
		{ "\u20ac", "", 3 },
		{ "\u20ac", "\u20ac", 4 },
		{ "\x80\x80\x80", "", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[16];

		memset(buf, '#', sizeof(buf));
		cr_expect_str_eq(text_cut(buf, cases[i].size, cases[i].text, strlen(cases[i].text)),
				 cases[i].cut, "%zu", i);
		cr_expect_eq(buf[strlen(cases[i].cut) + 1], '#');
	}
}

Test(text, directions)
{
	cr_assert_str_eq(words_direction(DIR_SENT, false), "sent");
	cr_assert_str_eq(words_direction(DIR_SENT, true), "sent");
	cr_assert_str_eq(words_direction(DIR_RECEIVED, false), "received");
	cr_assert_str_eq(words_direction(DIR_RECEIVED, true), "recv");
	cr_assert_str_eq(words_direction(DIR_PASSING, false), "passing");
	cr_assert_str_eq(words_direction(DIR_PASSING, true), "pass");
}
