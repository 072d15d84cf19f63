/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_rules.c: the rules that match, the records that explain them and the document are the same. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_explain.h"
#include "document.h"
#include "explain/attribute.h"
#include "model/rules.h"

Test(rules, each_that_matches_has_a_record)
{
	const char *name;
	enum cause_id cause;
	size_t n = 0;

	for (; attribute_rule(n, &name, &cause); n++)
		cr_expect_geq(rule_find(name, strlen(name)), 0, "%s", name);
	cr_expect_gt(n, 60);
}

Test(rules, no_record_is_left_over)
{
	const struct rule_record *rule;

	for (size_t k = 0; (rule = rule_get(k)); k++) {
		const char *name;
		enum cause_id cause;
		bool used = false;

		for (size_t i = 0; attribute_rule(i, &name, &cause); i++)
			used |= !strcmp(name, rule->name);
		cr_expect(used, "%s", rule->name);
		cr_expect_eq(rule_find(rule->name, strlen(rule->name)), (int)k, "%s twice",
			     rule->name);
		cr_expect(*rule->title && *rule->seen);
	}
}

/* A section a rule, in the same order, and no other. */
Test(rules, the_document_has_the_same)
{
	char *text = document_read("docs/rules.md"), *at = text;
	size_t k = 0;

	while ((at = strstr(at, "\n### "))) {
		const struct rule_record *rule = rule_get(k++);
		size_t len = strcspn(at += 5, "\n");

		cr_assert_not_null(rule, "the section %.*s is of no rule", (int)len, at);
		cr_expect(strlen(rule->name) == len && !strncmp(at, rule->name, len),
			  "the section %.*s stands where %s should", (int)len, at, rule->name);
	}
	cr_expect_null(rule_get(k));
	free(text);
}

static char *explained(const struct options *o)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	explain_print(out, o);
	fclose(out);
	return text;
}

Test(rules, explain_says_what_and_which_causes)
{
	struct options o = { .explain = -1, .rule = rule_find("P12", 3) };
	char *text = explained(&o);

	cr_expect_not_null(strstr(text, "rule P12 ("));
	cr_expect_not_null(strstr(text, "Cause     accept-queue-full: "));
	cr_expect_not_null(strstr(text, "\n            out-of-memory: "));
	free(text);
	o = (struct options){ .explain = CAUSE_REFUSED, .rule = rule_find("refused", 7) };
	text = explained(&o);
	cr_expect_eq(strncmp(text, "refused (", 9), 0);
	cr_expect_not_null(strstr(text, "\n\nrule refused ("));
	free(text);
}

Test(rules, explain_lists_them)
{
	struct options o = { .explain = -1, .rule = -1 };
	const struct rule_record *rule;
	char *text = explained(&o), *table;

	cr_expect_not_null(strstr(text, "rsttrace explain rules"));
	free(text);
	o.explain_rules = true;
	text = explained(&o);
	o.explain_markdown = true;
	table = explained(&o);
	for (size_t i = 0; (rule = rule_get(i)); i++) {
		cr_expect_not_null(strstr(text, rule->title), "%s", rule->name);
		cr_expect_not_null(strstr(table, rule->title), "%s", rule->name);
	}
	free(text);
	free(table);
}
