/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* measured.c: what explain says of real programs; the rows are measured_rows.c's, the manuals manuals.c's. */
#include "model/measured.h"

#include <string.h>

#include "base/buffer.h"
#include "base/paragraph.h"

/* Whether WORD is one of the comma-separated LIST. */
static bool has(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strspn(list, ", ")) {
		size_t n = strcspn(list, ",");

		if (n == len && !memcmp(list, word, n))
			return true;
		list += n;
	}
	return false;
}

static void put_row(FILE *out, const char *label, const struct measured *m, enum language language)
{
	bool zh = language == LANGUAGE_ZH;
	const char *setting = zh && m->setting_zh ? m->setting_zh : m->setting;
	static const char *const none[] = { "none", "无" };
	size_t skip = strlen(none[zh]);
	struct buffer b = { 0 };

	buffer_format(&b, zh ? "%s %s：%s" : "%s %s, when %s", m->program, m->version,
		      zh ? m->situation_zh : m->situation);
	if (setting && !strncmp(setting, none[zh], skip)) {
		buffer_text(&b, zh ? "；没有可改的设置" : "; no setting changes it");
		buffer_text(&b, setting + skip);
	} else if (setting) {
		buffer_format(&b, zh ? "；要改变它：%s" : "; to change it: %s", setting);
	}
	buffer_text(&b, zh ? "。" : ".");
	buffer_char(&b, '\0');
	if (!b.failed)
		paragraph_print(out, label, b.data);
	buffer_free(&b);
}

static void put_manual(FILE *out, const char *label, const struct manual *m, enum language language)
{
	struct buffer b = { 0 };

	if (language == LANGUAGE_ZH)
		buffer_format(&b, "%s：%s", m->program, m->text_zh);
	else
		buffer_format(&b, "%s: %s", m->program, m->text);
	buffer_char(&b, '\0');
	if (!b.failed)
		paragraph_print(out, label, b.data);
	buffer_free(&b);
}

void measured_explain(FILE *out, enum cause_id cause, enum language language)
{
	bool zh = language == LANGUAGE_ZH;
	const struct manual *manual;
	const char *label;

	label = zh ? "实测" : "Measured";
	for (const struct measured *m = measured_rows; m->row; m++) {
		if (!has(m->causes, cause_get(cause)->name))
			continue;
		if (*label)
			paragraph_print(out, label,
					zh ? "通常由以下程序造成：" : "Ordinarily done by:");
		label = "";
		put_row(out, label, m, language);
	}
	label = zh ? "手册" : "Manuals";
	for (size_t i = 0; (manual = measured_manual(i)); i++) {
		if (manual->cause != cause)
			continue;
		if (*label)
			paragraph_print(out, label,
					zh ? "以下出自各程序手册，未经测量："
					   : "What can be changed, by the manuals, not measured:");
		label = "";
		put_manual(out, label, manual, language);
	}
}
