/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/measured.h"

static char *explained(enum cause_id cause, enum language language)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	measured_explain(out, cause, language);
	fclose(out);
	return text;
}

/* Spaces and line breaks are the paragraph's. */
static char *joined(char *text)
{
	char *to = text;

	for (char *from = text; *from; from++)
		if (!strchr(" \n", *from) || (to > text && to[-1] != ' '))
			*to++ = *from == '\n' ? ' ' : *from;
	*to = '\0';
	return text;
}

Test(measured, rows_name_causes)
{
	for (const struct measured *m = measured_rows; m->row; m++) {
		char *copy = strdup(m->causes), *save = NULL;

		for (char *w = strtok_r(copy, ", ", &save); w; w = strtok_r(NULL, ", ", &save))
			cr_expect_geq(cause_find(w, strlen(w)), 0, "%s: %s", m->row, w);
		cr_expect(*m->program && *m->version && *m->situation, "%s", m->row);
		free(copy);
	}
}

Test(measured, who_does_it_when_and_what_changes_it)
{
	char *text = joined(explained(CAUSE_LINGER_ZERO, LANGUAGE_EN));

	cr_expect_not_null(strstr(text, "Measured Ordinarily done by:"));
	cr_expect_not_null(strstr(text, "MariaDB 10.11"));
	cr_expect_not_null(
		strstr(text, ", when a client idles; to change it: wait_timeout (8 hours)"), "%s",
		text);
	cr_expect_not_null(strstr(
		text, "when its health check (check) has its connection; no setting changes it: "));
	cr_expect_null(strstr(text, "none"), "%s", text);
	cr_expect_not_null(
		strstr(text, "Manuals What can be changed, by the manuals, not measured:"));
	cr_expect_gt(strstr(text, "option nolinger"), strstr(text, "not measured"));
	free(text);
	text = explained(CAUSE_LINGER_ZERO, LANGUAGE_ZH);
	cr_expect_not_null(strstr(text, "  实测      通常由以下程序造成："));
	cr_expect_not_null(strstr(text, "  手册      "));
	free(text);
}

/* Each row stands at its own causes, and at no other. */
Test(measured, a_row_stands_at_its_causes_only)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		char *text = joined(explained(i, LANGUAGE_EN));
		const char *name = cause_get(i)->name;
		char *manuals = strstr(text, "Manuals ");

		if (manuals)
			*manuals = '\0';
		for (const struct measured *m = measured_rows; m->row; m++) {
			char row[512];
			char list[256];
			char own[64];

			snprintf(row, sizeof(row), "%s %s, when %s", m->program, m->version,
				 m->situation);
			snprintf(list, sizeof(list), ", %s, ", m->causes);
			snprintf(own, sizeof(own), ", %s, ", name);
			cr_expect_eq(strstr(text, row) != NULL, strstr(list, own) != NULL,
				     "%s at %s", m->row, name);
		}
		free(text);
	}
}

Test(measured, nothing_where_nothing_was_measured)
{
	char *text = explained(CAUSE_SUSPECTED_INJECTION, LANGUAGE_EN);

	cr_expect_str_eq(text, "");
	free(text);
}

/* They stand together, in the order of the causes. */
Test(measured, manuals_are_in_order)
{
	const struct manual *m;
	enum cause_id last = 0;

	for (size_t i = 0; (m = measured_manual(i)); i++) {
		cr_expect_geq(m->cause, last, "%s", m->text);
		cr_expect(m->text[strlen(m->text) - 1] == '.', "%s", m->text);
		cr_expect(m->checked && strpbrk(m->checked, "0123456789"),
			  "%s was looked up nowhere: %s", m->program, m->text);
		last = m->cause;
	}
}
