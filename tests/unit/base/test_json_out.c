/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_json_out.c: what is written is JSON: jansson reads back what was put. */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_out.h"

static struct json_out out;

/* Ends the line and reads it. */
static json_t *read_back(char **text)
{
	size_t size = 0;
	json_error_t error;
	json_t *o;
	FILE *f = open_memstream(text, &size);

	cr_assert_eq(json_out_write(&out, f), 0);
	fclose(f);
	cr_assert_eq((*text)[size - 1], '\n');
	o = json_loads(*text, JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(o, "%s: %s", error.text, *text);
	return o;
}

/* The line is exactly that. */
static void assert_line(const char *wanted)
{
	char *text = NULL;
	json_t *o = read_back(&text);

	text[strlen(text) - 1] = '\0';
	cr_assert_str_eq(text, wanted);
	json_decref(o);
	free(text);
}

Test(json_out, nothing)
{
	json_out_begin(&out);
	assert_line("{}");
}

Test(json_out, values)
{
	json_out_begin(&out);
	json_out_number(&out, "zero", 0);
	json_out_number(&out, "most", INT64_MAX);
	json_out_signed(&out, "least", INT64_MIN);
	json_out_signed(&out, "one", 1);
	json_out_bool(&out, "yes", true);
	json_out_bool(&out, "no", false);
	json_out_string(&out, "text", "a b");
	assert_line("{\"zero\":0,\"most\":9223372036854775807,\"least\":-9223372036854775808,"
		    "\"one\":1,\"yes\":true,\"no\":false,\"text\":\"a b\"}");
}

Test(json_out, nothing_in_an_object_or_array)
{
	struct json_mark outer, inner;

	json_out_begin(&out);
	outer = json_out_object(&out, "goes");
	inner = json_out_array(&out, "too");
	json_out_end(&out, inner);
	json_out_end(&out, outer);
	json_out_number(&out, "n", 1);
	inner = json_out_object(&out, "after");
	json_out_end(&out, inner);
	inner = json_out_array(&out, "kept");
	json_out_end_kept(&out, inner);
	inner = json_out_object(&out, "also");
	json_out_end_kept(&out, inner);
	assert_line("{\"n\":1,\"kept\":[],\"also\":{}}");
}

Test(json_out, inside_each_other)
{
	struct json_mark outer, inner;

	json_out_begin(&out);
	outer = json_out_array(&out, "a");
	json_out_string(&out, NULL, "{");
	inner = json_out_object(&out, NULL);
	json_out_end(&out, inner);
	for (uint64_t i = 1; i < 3; i++) {
		inner = json_out_object(&out, NULL);
		json_out_number(&out, "i", i);
		json_out_end(&out, inner);
	}
	json_out_end(&out, outer);
	assert_line("{\"a\":[\"{\",{\"i\":1},{\"i\":2}]}");
}

/* An object whose last value ends like an opened one is not an empty one. */
Test(json_out, brackets_in_strings)
{
	struct json_mark c;

	json_out_begin(&out);
	c = json_out_object(&out, "o");
	json_out_string(&out, "a", "[");
	json_out_string(&out, "b", "{");
	json_out_end(&out, c);
	assert_line("{\"o\":{\"a\":\"[\",\"b\":\"{\"}}");
}

Test(json_out, escapes_as_jansson)
{
	char text[130];

	for (int i = 1; i < 129; i++)
		text[i - 1] = (char)(i == 128 ? 0 : i);
	for (size_t at = 0; at < 127; at++) {
		char *line = NULL, *theirs;
		json_t *o, *same;

		json_out_begin(&out);
		cr_assert(json_out_string(&out, "k", text + at));
		o = read_back(&line);
		cr_assert_str_eq(json_string_value(json_object_get(o, "k")), text + at);
		same = json_pack("{s:s}", "k", text + at);
		theirs = json_dumps(same, JSON_COMPACT);
		line[strlen(line) - 1] = '\0';
		cr_assert_str_eq(line, theirs);
		json_decref(o);
		json_decref(same);
		free(theirs);
		free(line);
	}
}

/* Of random bytes, those strings are taken that jansson takes, and come back as they were. */
Test(json_out, random_bytes)
{
	static const unsigned char leads[] = { 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf8, 0xc0 };
	unsigned int taken = 0, seed = 1;

	for (int round = 0; round < 200000; round++) {
		char text[9] = "";
		size_t n = (size_t)rand_r(&seed) % sizeof(text);
		json_t *theirs, *o;
		char *line = NULL;
		bool ok;

		for (size_t i = 0; i < n; i++) {
			int how = rand_r(&seed) % 4;

			text[i] = (char)(how == 0   ? 1 + rand_r(&seed) % 255
					 : how == 1 ? leads[rand_r(&seed) % (int)sizeof(leads)]
						    : 0x80 + rand_r(&seed) % 0x40);
		}
		json_out_begin(&out);
		json_out_number(&out, "before", 1);
		ok = json_out_string(&out, "k", text);
		json_out_number(&out, "after", 2);
		theirs = json_string(text);
		cr_assert_eq(ok, theirs != NULL);
		json_decref(theirs);
		o = read_back(&line);
		cr_assert_eq(json_object_size(o), ok ? 3 : 2);
		if (ok)
			cr_assert_str_eq(json_string_value(json_object_get(o, "k")), text);
		taken += ok;
		json_decref(o);
		free(line);
	}
	cr_assert_gt(taken, 1000);
}

Test(json_out, a_line_of_any_length)
{
	size_t most = 300000;
	char *text = malloc(most + 1), *line = NULL;
	json_t *o;

	memset(text, '\1', most);
	text[most] = '\0';
	json_out_begin(&out);
	json_out_string(&out, "k", text);
	o = read_back(&line);
	cr_assert_eq(json_string_length(json_object_get(o, "k")), most);
	json_decref(o);
	free(line);
	free(text);
}

Test(json_out, full_disk)
{
	FILE *f = fopen("/dev/full", "w");

	cr_assert_not_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	json_out_begin(&out);
	cr_assert_eq(json_out_write(&out, f), -ENOSPC);
	/* It fails once and for all. */
	json_out_begin(&out);
	cr_assert_neq(json_out_write(&out, f), 0);
	fclose(f);
}

/* A line of which a part is missing is not written. */
Test(json_out, no_memory)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	json_out_begin(&out);
	json_out_number(&out, "n", 1);
	out.line.failed = true;
	cr_assert_eq(json_out_write(&out, f), -ENOMEM);
	json_out_begin(&out);
	cr_assert_eq(json_out_write(&out, f), 0);
	fclose(f);
	cr_assert_str_eq(text, "{}\n");
	free(text);
}
