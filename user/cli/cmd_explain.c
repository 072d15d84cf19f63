/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cmd_explain.c: the vocabulary: causes, and the rules that give them. */
#include "cli/cmd_explain.h"

#include <ctype.h>
#include <string.h>

#include "base/paragraph.h"
#include "explain/attribute.h"
#include "model/rules.h"

/* Calls EACH for every cause that RULE can give, once. Returns how many. */
static int for_each_cause(const struct rule_record *rule, FILE *out,
			  void (*each)(FILE *out, const struct cause *cause, bool first))
{
	bool given[CAUSE_COUNT] = { false };
	const char *name;
	enum cause_id cause;
	int count = 0;

	for (size_t i = 0; attribute_rule(i, &name, &cause); i++) {
		if (given[cause] || strcmp(name, rule->name) != 0)
			continue;
		given[cause] = true;
		each(out, cause_get(cause), !count++);
	}
	return count;
}

static void put_cause(FILE *out, const struct cause *cause, bool first)
{
	char line[160];

	snprintf(line, sizeof(line), "%s: %s", cause->name, cause->brief);
	paragraph_print(out, first ? "Cause" : "", line);
}

static void put_cell(FILE *out, const struct cause *cause, bool first)
{
	fprintf(out, "%s`%s`", first ? "" : ", ", cause->name);
}

static void explain_rule(FILE *out, const struct rule_record *rule)
{
	fprintf(out, "rule %s (%s)\n\n", rule->name, rule_group_title(rule->group));
	paragraph_print(out, "What", rule->title);
	paragraph_print(out, "Seen as", rule->seen);
	for_each_cause(rule, out, put_cause);
	paragraph_print(
		out, "To do",
		"rsttrace explain CAUSE says what to do; docs/rules.md has the kernel's side: "
		"functions, versions, counters.");
}

static void list_causes(FILE *out)
{
	cause_list(out);
	fputs("\nrsttrace explain CAUSE says how it is recognised and what to do; rsttrace explain rules "
	      "lists\nthe rules that JSON names (\"rule\").\n",
	      out);
}

static void list_rules(FILE *out)
{
	const struct rule_record *rule;
	enum rule_group group = RULE_GROUPS;

	for (size_t i = 0; (rule = rule_get(i)); i++) {
		if (rule->group != group)
			fprintf(out, "%s%s:\n", i ? "\n" : "", rule_group_title(rule->group));
		group = rule->group;
		fprintf(out, "  %-12s  %s\n", rule->name, rule->title);
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
		for_each_cause(rule, out, put_cell);
		fputs(" |\n", out);
	}
}

void explain_print(FILE *out, const struct options *o)
{
	if (o->explain_rules)
		(o->explain_markdown ? markdown_rules : list_rules)(out);
	else if (o->explain_markdown)
		cause_markdown(out);
	else if (o->explain < 0 && o->rule < 0)
		list_causes(out);
	/* A few words are both. */
	if (o->explain >= 0)
		cause_explain(out, (enum cause_id)o->explain);
	if (o->explain >= 0 && o->rule >= 0)
		fputc('\n', out);
	if (o->rule >= 0)
		explain_rule(out, rule_get((size_t)o->rule));
}

int cmd_explain(const struct options *o)
{
	explain_print(stdout, o);
	return 0;
}
