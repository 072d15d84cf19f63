/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_chinese.c: what explain says is said in both languages, sentence by sentence. */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cmd_explain.h"
#include "explain/attribute.h"
#include "model/measured.h"
#include "model/rules.h"

/* Ends of sentences: a full stop or a question mark before a space, a bracket or the end. */
static size_t sentences_en(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += strchr(".?", *text) && (!text[1] || text[1] == ' ' || text[1] == ')');
	return n;
}

static size_t sentences_zh(const char *text)
{
	size_t n = 0;

	for (const char *p = text; (p = strstr(p, "。")); p += strlen("。"))
		n++;
	for (const char *p = text; (p = strstr(p, "？")); p += strlen("？"))
		n++;
	return n;
}

static bool has_ideographs(const char *text)
{
	uint32_t c;
	size_t len;

	for (; *text; text += len ? len : 1) {
		len = text_utf8((const unsigned char *)text, strlen(text), &c);
		cr_assert_gt(len, 0, "no UTF-8: %s", text);
		if (c >= 0x4e00 && c <= 0x9fff)
			return true;
	}
	return false;
}

/* Words that both languages must name: options, settings, functions; those with one of these in them. */
static void same_names(const char *of, const char *en, const char *zh)
{
	char *copy = strdup(en), *save = NULL;

	for (char *w = strtok_r(copy, " ,;:()[]'\"", &save); w;
	     w = strtok_r(NULL, " ,;:()[]'\"", &save)) {
		size_t len = strlen(w);

		while (len && strchr(".?", w[len - 1]))
			w[--len] = '\0';
		if (len > 2 &&
		    (strchr(w, '_') || (strchr(w, '.') && strspn(w, "0123456789.") != len)))
			cr_expect_not_null(strstr(zh, w), "%s: '%s' is not in: %s", of, w, zh);
	}
	free(copy);
}

static void both(const char *of, const char *en, const char *zh, bool sentences)
{
	cr_assert(zh && *zh, "%s is not translated", of);
	cr_expect(has_ideographs(zh), "%s is not in Chinese: %s", of, zh);
	cr_expect_str_neq(en, zh, "%s", of);
	if (sentences)
		cr_expect_eq(sentences_en(en), sentences_zh(zh),
			     "%s has %zu sentences, in Chinese %zu: %s", of, sentences_en(en),
			     sentences_zh(zh), zh);
	same_names(of, en, zh);
	/* Chinese text is broken anywhere: no space is a slip between literals. */
	cr_expect_null(strstr(zh, "  "), "%s", of);
	cr_expect_null(strstr(zh, "， "), "%s", of);
	cr_expect_null(strstr(zh, "。 "), "%s", of);
}

Test(chinese, each_cause_has_both)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		struct cause_words en = cause_words(i, LANGUAGE_EN),
				   zh = cause_words(i, LANGUAGE_ZH);
		const char *name = cause_get(i)->name;

		cr_expect_str_eq(en.brief, cause_get(i)->brief);
		both(name, en.brief, zh.brief, false);
		both(name, en.seen, zh.seen, true);
		both(name, en.todo, zh.todo, true);
	}
}

Test(chinese, each_rule_has_both)
{
	size_t n = 0;

	for (; rule_get(n); n++) {
		struct rule_words en = rule_words(n, LANGUAGE_EN), zh = rule_words(n, LANGUAGE_ZH);

		cr_assert(zh.name, "%s is the last", en.name);
		cr_assert_str_eq(en.name, zh.name);
		both(en.name, en.title, zh.title, false);
		both(en.name, en.seen, zh.seen, true);
	}
	cr_expect_null(rules_zh[n].name);
	for (int i = 0; i < RULE_GROUPS; i++)
		both("group", rule_group_title(i, LANGUAGE_EN), rule_group_title(i, LANGUAGE_ZH),
		     false);
}

Test(chinese, each_reason_has_both)
{
	char en[160], zh[160];
	size_t n = 0;

	for (; cause_reason(en, sizeof(en), n, LANGUAGE_EN); n++) {
		cr_assert(cause_reason(zh, sizeof(zh), n, LANGUAGE_ZH));
		both(en, en, zh, false);
	}
	cr_expect_eq(n, 6);
}

Test(chinese, each_measured_row_has_both)
{
	size_t n = 0;

	for (const struct measured *m = measured_rows; m->row; m++, n++) {
		both(m->row, m->situation, m->situation_zh, false);
		if (m->setting && !strncmp(m->setting, "none", 4))
			cr_expect(m->setting_zh && !strncmp(m->setting_zh, "无", strlen("无")),
				  "%s", m->row);
		if (m->setting && m->setting_zh)
			same_names(m->row, m->setting, m->setting_zh);
	}
	cr_expect_gt(n, 10);
}

Test(chinese, each_manual_has_both)
{
	const struct manual *m;

	for (size_t i = 0; (m = measured_manual(i)); i++) {
		cr_assert(m->text && *m->text && m->text_zh && *m->text_zh, "%s %zu", m->program,
			  i);
		/* Some are names and figures alone; how it ends tells. */
		cr_expect(strstr(m->text_zh, "。"), "%s is not in Chinese: %s", m->program,
			  m->text_zh);
		cr_expect_eq(sentences_en(m->text), sentences_zh(m->text_zh), "%s: %s", m->program,
			     m->text_zh);
		same_names(m->program, m->text, m->text_zh);
	}
}

static char *explained(int cause, int rule, bool rules, enum language language)
{
	struct options o = {
		.explain = cause, .rule = rule, .explain_rules = rules, .language = language
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	explain_print(out, &o);
	fclose(out);
	return text;
}

static int columns(const char *line, size_t len)
{
	int n = 0;
	uint32_t c;

	for (size_t i = 0; i < len;) {
		size_t k = text_utf8((const unsigned char *)line + i, len - i, &c);

		cr_assert_gt(k, 0);
		n += c >= 0x2e80 ? 2 : 1;
		i += k;
	}
	return n;
}

/* Of what explain prints no line is too wide, none is English, and none begins with a comma. */
Test(chinese, explain_speaks_it_throughout)
{
	static const char *const labels[] = { "What  ",	  "Seen as", "To do",  "Reason", "Cause ",
					      "Measured", "Manuals", "benign", "rule " };

	for (int i = 0; i < CAUSE_COUNT + (int)RULE_GROUPS; i++) {
		char *text = i < CAUSE_COUNT ? explained(i, -1, false, LANGUAGE_ZH)
					     : explained(-1, i, false, LANGUAGE_ZH);

		for (size_t k = 0; k < sizeof(labels) / sizeof(*labels); k++)
			cr_expect_null(strstr(text, labels[k]), "%s: %s", labels[k], text);
		for (const char *line = text; *line;) {
			size_t len = strcspn(line, "\n"), at = strspn(line, " ");

			cr_expect_leq(columns(line, len), 82, "%.*s", (int)len, line);
			cr_expect(strncmp(line + at, "，", 3) != 0 &&
					  strncmp(line + at, "。", 3) != 0,
				  "%.*s", (int)len, line);
			line += len + 1;
		}
		free(text);
	}
}

Test(chinese, lists_speak_it)
{
	char *causes = explained(-1, -1, false, LANGUAGE_ZH),
	     *rules = explained(-1, -1, true, LANGUAGE_ZH);

	for (int i = 0; i < CAUSE_COUNT; i++)
		cr_expect_not_null(strstr(causes, cause_words(i, LANGUAGE_ZH).brief));
	cr_expect_null(strstr(causes, "says how"));
	for (size_t i = 0; rule_get(i); i++)
		cr_expect_not_null(strstr(rules, rules_zh[i].title));
	cr_expect_null(strstr(rules, rule_group_title(RULE_WIRE, LANGUAGE_EN)));
	free(causes);
	free(rules);
}

Test(chinese, an_option_goes_before_the_locale)
{
	struct options o = { .language = LANGUAGE_EN };

	cr_assert_eq(unsetenv("LC_ALL") | unsetenv("LC_MESSAGES"), 0);
	cr_assert_eq(setenv("LANG", "zh_CN.UTF-8", 1), 0);
	cr_expect_eq(explain_language(&o), LANGUAGE_ZH);
	o.language_given = true;
	cr_expect_eq(explain_language(&o), LANGUAGE_EN);
	cr_assert_eq(setenv("LC_MESSAGES", "en_US.UTF-8", 1), 0);
	o = (struct options){ .language = LANGUAGE_ZH, .language_given = true };
	cr_expect_eq(explain_language(&o), LANGUAGE_ZH);
	o.language_given = false;
	cr_expect_eq(explain_language(&o), LANGUAGE_EN);
}
