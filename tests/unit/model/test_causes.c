/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/causes.h"
#include "document.h"

#ifndef RST_SRCDIR
#define RST_SRCDIR "."
#endif

/* Every line of TEXT is at most WIDTH columns of printable ASCII. */
static void assert_lines(const char *text, size_t width)
{
	cr_assert_eq(text[strlen(text) - 1], '\n');
	while (*text) {
		size_t len = strcspn(text, "\n");

		cr_assert_leq(len, width, "too long: %.*s", (int)len, text);
		cr_assert(!len || text[len - 1] != ' ', "trailing space: %.*s", (int)len, text);
		for (size_t i = 0; i < len; i++)
			cr_assert(text[i] >= ' ' && text[i] <= '~');
		text += len + 1;
	}
}

Test(causes, every_record_is_complete)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct cause *c = cause_get(i);

		cr_assert(c->name && *c->name, "cause %d has no name", i);
		cr_assert_eq(strspn(c->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
			     strlen(c->name));
		cr_assert(c->group && *c->group, "%s: group", c->name);
		cr_assert(c->brief && *c->brief && strlen(c->brief) <= 80, "%s: brief", c->name);
		cr_assert(c->seen && strlen(c->seen) > 80, "%s: seen", c->name);
		cr_assert(c->todo && strlen(c->todo) > 80, "%s: todo", c->name);
		cr_assert(c->users && (*c->users == 'S' || i == CAUSE_UNKNOWN), "%s", c->name);
		cr_assert_null(strstr(c->users, "S2"), "%s: there is no S2", c->name);
	}
}

Test(causes, a_literal_is_not_glued_together)
{
	/* Forgotten spaces between string literals: "endof sentence.Next". */
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct cause *c = cause_get(i);

		cr_assert_null(strstr(c->seen, "  "), "%s", c->name);
		cr_assert_null(strstr(c->todo, "  "), "%s", c->name);
		for (const char *p = c->todo; (p = strchr(p, '.')) != NULL; p++)
			cr_assert(!(p[1] >= 'A' && p[1] <= 'Z'), "%s: %.20s", c->name, p);
	}
}

Test(causes, find)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const char *name = cause_get(i)->name;

		cr_assert_eq(cause_find(name, strlen(name)), i, "%s", name);
	}
	cr_assert_eq(cause_find("close-unread,refused", 12), CAUSE_CLOSE_UNREAD);
	cr_assert_eq(cause_find("close-unread", 11), -1);
	cr_assert_eq(cause_find("close-unreads", 13), -1);
	cr_assert_eq(cause_find("", 0), -1);
}

Test(causes, what_hides_trouble_is_not_benign)
{
	cr_assert(!cause_get(CAUSE_DATA_AFTER_CLOSE)->benign);
	cr_assert(!cause_get(CAUSE_REFUSED)->benign);
	cr_assert(!cause_get(CAUSE_NO_LISTENER)->benign);
	cr_assert(!cause_get(CAUSE_SUSPECTED_INJECTION)->benign);
	cr_assert(!cause_get(CAUSE_FIREWALL_REJECT)->benign);
	cr_assert(!cause_get(CAUSE_CRAFTED)->benign);
	cr_assert(!cause_get(CAUSE_REJECTED_LOCALLY)->benign);
	cr_assert(cause_get(CAUSE_FORWARDED)->benign);
	cr_assert(cause_get(CAUSE_IGNORED)->benign);
	cr_assert(!cause_get(CAUSE_UNKNOWN)->benign);
}

Test(causes, unknown_is_its_own_group)
{
	cr_assert_str_eq(cause_get(CAUSE_UNKNOWN)->name, "unknown");
	cr_assert_str_eq(cause_get(CAUSE_UNKNOWN)->group, "unknown");
}

Test(causes, explain_loses_no_word)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		const struct cause *c = cause_get(i);
		char *text = NULL, *words, *save = NULL, *at;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		cause_explain(out, i, LANGUAGE_EN);
		fclose(out);
		assert_lines(text, 80);
		cr_assert_eq(strncmp(text, c->name, strlen(c->name)), 0);
		words = strdup(c->todo);
		at = strstr(text, "To do");
		for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
			at = strstr(at, w);
			cr_assert_not_null(at, "%s: lost '%s'", c->name, w);
			at += strlen(w);
		}
		free(words);
		free(text);
	}
}

Test(causes, explain_names_the_reasons)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cause_explain(out, CAUSE_CLOSE_UNREAD, LANGUAGE_EN);
	fclose(out);
	cr_assert_not_null(strstr(text, "S4: "));
	cr_assert_not_null(strstr(text, "S7: "));
	cr_assert_null(strstr(text, "S1: "));
	free(text);
}

static void list(FILE *out)
{
	cause_list(out, LANGUAGE_EN);
}

Test(causes, list_and_markdown_have_every_cause_once)
{
	char *listed = document_printed(list), *markdown = document_printed(cause_markdown);
	size_t lines = 0;

	assert_lines(listed, 100);
	for (const char *p = markdown; *p; p++)
		lines += *p == '\n';
	cr_assert_eq(lines, CAUSE_COUNT + 2);
	for (int i = 0; i < CAUSE_COUNT; i++) {
		char row[64];

		snprintf(row, sizeof(row), "| `%s` | %s", cause_get(i)->name, cause_get(i)->group);
		cr_assert_not_null(strstr(markdown, row), "%s", row);
		cr_assert_not_null(strstr(listed, cause_get(i)->name));
	}
	free(listed);
	free(markdown);
}

/* The schema and the man page name the same causes; a new one must be added to both. */
Test(causes, schema_agrees)
{
	json_error_t error;
	json_t *schema = json_load_file(RST_SRCDIR "/docs/rsttrace.schema.json", 0, &error);
	json_t *names, *groups;

	cr_assert_not_null(schema, "%s", error.text);
	names = json_object_get(json_object_get(json_object_get(schema, "$defs"), "cause"), "enum");
	groups = json_object_get(
		json_object_get(
			json_object_get(json_object_get(json_object_get(schema, "$defs"), "event"),
					"properties"),
			"group"),
		"enum");
	cr_assert_eq(json_array_size(names), CAUSE_COUNT);
	for (size_t i = 0; i < CAUSE_COUNT; i++) {
		bool found = false;

		cr_assert_str_eq(json_string_value(json_array_get(names, i)), cause_get(i)->name);
		for (size_t k = 0; k < json_array_size(groups); k++)
			found |= !strcmp(json_string_value(json_array_get(groups, k)),
					 cause_get(i)->group);
		cr_assert(found, "group %s is not in the schema", cause_get(i)->group);
	}
	json_decref(schema);
}

Test(causes, man_page_agrees)
{
	char *page = document_read("docs/rsttrace.8");

	for (int i = 0; i < CAUSE_COUNT; i++)
		cr_assert_not_null(strstr(page, cause_get(i)->name), "%s", cause_get(i)->name);
	free(page);
}

/* What JSON calls the checks that refuse a RST, the man page explains, in its own spelling. */
Test(causes, man_page_has_the_reasons_of_ignored_resets)
{
	static const char *const details[] = {
		"challenge\\-ack",
		"out\\-of\\-window",
		"old\\-sequence",
		"bad\\-ack",
		"no\\-ack",
		"no\\-socket",
		"listener",
		"time\\-wait",
		"request\\-socket",
		"checksum",
		"firewall",
		"rp\\-filter",
		"not\\-routed",
		"min\\-ttl",
		"authentication",
		"backlog",
		"xdp",
		"traffic\\-control",
		"other",
	};
	char *page = document_read("docs/rsttrace.8");
	char *begin = strstr(page, ".SH IGNORED RESETS");

	cr_assert_not_null(begin);
	*strstr(begin, ".SH INJECTION") = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(details); i++)
		cr_expect_not_null(strstr(begin, details[i]), "%s", details[i]);
	free(page);
}
