/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_options_help.c: what --help and the man page say of the options. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/options.h"
#include "document.h"

static char *help_text(void)
{
	return document_printed(options_help);
}

Test(options_help, help_fits)
{
	char *text = help_text();

	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n");

		cr_assert_leq(len, 100, "%.*s", (int)len, p);
		p += len + 1;
	}
	cr_assert_not_null(strstr(text, "Examples:\n"));
	cr_assert_not_null(strstr(text, "Exit codes: 0 "));
	free(text);
}

/* The man page as --help would say it: "\-" is "-", font changes are nothing. */
static char *man_page(void)
{
	char *source = document_read("docs/rsttrace.8"), *text = calloc(1, strlen(source) + 1);
	size_t n = 0;

	for (const char *p = source; *p; p++) {
		/* \\fB, \\fP are fonts; \\- is a dash. */
		if (*p == '\\' && *++p == 'f') {
			p++;
			continue;
		}
		text[n++] = *p;
	}
	free(source);
	return text;
}

/* Is WORD in TEXT, with no character of an option's name behind it? */
static bool has_word(const char *text, const char *word, size_t len)
{
	for (const char *p = text; (p = strchr(p, word[0])) != NULL; p++)
		if (!strncmp(p, word, len) && !isalnum((unsigned char)p[len]) && p[len] != '-')
			return true;
	return false;
}

/* Calls CHECK for every option, "-x" or "--xxx", that TEXT mentions. */
static size_t assert_options_of(const char *text, const char *other, const char *where)
{
	size_t found = 0;

	for (const char *p = text; *p; p++) {
		size_t len;

		if (*p != '-' || (p > text && !strchr(" \n\"[(", p[-1])))
			continue;
		len = strspn(p, "-") + strspn(p + strspn(p, "-"), "abcdefghijklmnopqrstuvwxyz"
								  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
								  "0123456789-");
		if (len == strspn(p, "-"))
			continue;
		cr_assert(has_word(other, p, len), "%.*s is not in the %s", (int)len, p, where);
		found++;
		p += len - 1;
	}
	return found;
}

Test(options_help, help_and_man_page_agree)
{
	char *help = help_text(), *page = man_page(), *options, *end;

	cr_assert_gt(assert_options_of(help, page, "man page"), 40);
	options = strstr(page, ".SH OPTIONS");
	end = strstr(page, ".SH CAUSES");
	cr_assert(options && end && end > options);
	*end = '\0';
	cr_assert_gt(assert_options_of(options, help, "help"), 40);
	free(help);
	free(page);
}

Test(options_help, every_option_of_the_help_is_understood)
{
	char *help = help_text();

	for (const char *p = help; (p = strstr(p, "--")) != NULL; p += 2) {
		size_t len = 2 + strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-0123456789");
		char option[64], name[] = "rsttrace", *argv[] = { name, option, NULL };
		struct options o;
		char *message = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&message, &size);

		snprintf(option, sizeof(option), "%.*s", (int)len, p);
		options_parse(&o, 2, argv, out);
		fclose(out);
		cr_assert_null(strstr(message, "unknown"), "%s: %s", option, message);
		free(message);
	}
	free(help);
}

static char *readme(void)
{
	return document_read("README.md");
}

Test(options_help, readme_has_every_option_of_the_help)
{
	char *help = help_text(), *text = readme();

	cr_assert_gt(assert_options_of(help, text, "README"), 40);
	free(help);
	free(text);
}

/* What is honest in one must not be missing in the other. */
Test(options_help, readme_and_man_page_tell_the_limits)
{
	static const char *const limits[] = { "256 bytes", "native XDP program of somebody else",
					      "leaves no trace", "--every", "--passing" };
	char *page = man_page(), *text = readme();

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		cr_expect_not_null(strstr(page, limits[i]), "man page: %s", limits[i]);
		cr_expect_not_null(strstr(text, limits[i]), "README: %s", limits[i]);
	}
	cr_expect_not_null(strstr(page, ".SH INJECTION"));
	cr_expect_not_null(strstr(page, ".B pass\n"));
	cr_expect_not_null(strstr(text, "(`pass`)"));
	free(page);
	free(text);
}

Test(options_help, man_page_has_the_version)
{
	char *page = man_page();

	cr_assert_not_null(strstr(page, "\"rsttrace " RSTTRACE_VERSION "\""));
	free(page);
}
