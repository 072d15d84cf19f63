/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_explain.c: the vocabulary: causes, and the rules that give them. */
#include "cli/cmd_explain.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/paragraph.h"
#include "explain/attribute.h"
#include "model/measured.h"
#include "model/rules.h"

/* Calls EACH for every cause that RULE can give, once. Returns how many. */
static int for_each_cause(const struct rule_record *rule, FILE *out, enum language language,
			  void (*each)(FILE *out, enum cause_id cause, enum language language,
				       bool first))
{
	bool given[CAUSE_COUNT] = { false };
	const char *name;
	enum cause_id cause;
	int count = 0;

	for (size_t i = 0; attribute_rule(i, &name, &cause); i++) {
		if (given[cause] || strcmp(name, rule->name) != 0)
			continue;
		given[cause] = true;
		each(out, cause, language, !count++);
	}
	return count;
}

static void put_cause(FILE *out, enum cause_id cause, enum language language, bool first)
{
	bool zh = language == LANGUAGE_ZH;
	char line[240];

	snprintf(line, sizeof(line), zh ? "%s：%s" : "%s: %s", cause_get(cause)->name,
		 cause_words(cause, language).brief);
	paragraph_print(out, !first ? "" : zh ? "原因" : "Cause", line);
}

static void put_cell(FILE *out, enum cause_id cause, enum language language, bool first)
{
	fprintf(out, "%s`%s`", first ? "" : ", ", cause_get(cause)->name);
}

static void explain_rule(FILE *out, size_t i, enum language language)
{
	const struct rule_record *rule = rule_get(i);
	struct rule_words words = rule_words(i, language);
	const char *group = rule_group_title(rule->group, language);
	bool zh = language == LANGUAGE_ZH;

	fprintf(out, zh ? "规则 %s（%s）\n\n" : "rule %s (%s)\n\n", rule->name, group);
	paragraph_print(out, zh ? "含义" : "What", words.title);
	paragraph_print(out, zh ? "识别依据" : "Seen as", words.seen);
	for_each_cause(rule, out, language, put_cause);
	paragraph_print(
		out, zh ? "处理" : "To do",
		zh ? "rsttrace explain CAUSE 说明如何处理；docs/rules.md 有内核一侧的情况：函数、版本、计数器。"
		   : "rsttrace explain CAUSE says what to do; docs/rules.md has the kernel's side: "
		     "functions, versions, counters.");
}

static void explain_cause(FILE *out, enum cause_id cause, enum language language)
{
	cause_explain(out, cause, language);
	measured_explain(out, cause, language);
}

static void list_causes(FILE *out, enum language language)
{
	cause_list(out, language);
	fputs(language == LANGUAGE_ZH
		      ? "\nrsttrace explain CAUSE 说明如何识别、如何处理；rsttrace explain rules 列出 JSON 中\n"
			"(\"rule\") 所写的规则。\n"
		      : "\nrsttrace explain CAUSE says how it is recognised and what to do; rsttrace explain rules "
			"lists\nthe rules that JSON names (\"rule\").\n",
	      out);
}

static void list_rules(FILE *out, enum language language)
{
	const struct rule_record *rule;
	enum rule_group group = RULE_GROUPS;

	for (size_t i = 0; (rule = rule_get(i)); i++) {
		if (rule->group != group)
			fprintf(out, "%s%s%s\n", i ? "\n" : "",
				rule_group_title(rule->group, language),
				language == LANGUAGE_ZH ? "：" : ":");
		group = rule->group;
		fprintf(out, "  %-12s  %s\n", rule->name, rule_words(i, language).title);
	}
}

static void markdown_rules(FILE *out)
{
	const struct rule_record *rule;

	fputs("| rule | what happened | causes |\n| --- | --- | --- |\n", out);
	for (size_t i = 0; (rule = rule_get(i)); i++) {
		fprintf(out, "| [%s](#", rule->name);
		/* GitHub's anchors are in small letters. */
		for (const char *c = rule->name; *c; c++)
			fputc(tolower((unsigned char)*c), out);
		fprintf(out, ") | %s | ", rule->title);
		for_each_cause(rule, out, LANGUAGE_EN, put_cell);
		fputs(" |\n", out);
	}
}

void explain_print(FILE *out, const struct options *o)
{
	if (o->explain_rules && o->explain_markdown)
		markdown_rules(out);
	else if (o->explain_rules)
		list_rules(out, o->language);
	else if (o->explain_markdown)
		cause_markdown(out);
	else if (o->explain < 0 && o->rule < 0)
		list_causes(out, o->language);
	/* A few words are both. */
	if (o->explain >= 0)
		explain_cause(out, (enum cause_id)o->explain, o->language);
	if (o->explain >= 0 && o->rule >= 0)
		fputc('\n', out);
	if (o->rule >= 0)
		explain_rule(out, (size_t)o->rule, o->language);
}

enum language explain_language(const struct options *o)
{
	if (o->language_given)
		return o->language;
	return language_of_locale(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"));
}

int cmd_explain(const struct options *o)
{
	struct options said = *o;

	said.language = explain_language(o);
	explain_print(stdout, &said);
	return 0;
}
