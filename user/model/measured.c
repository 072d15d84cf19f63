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

bool measured_is_of(const struct measured *m, enum cause_id cause)
{
	return has(m->causes, cause_get(cause)->name);
}

void measured_put(struct buffer *out, const struct measured *m, enum language language)
{
	bool zh = language == LANGUAGE_ZH;
	const char *setting = zh && m->setting_zh ? m->setting_zh : m->setting;
	static const char *const none[] = { "none", "无" };
	size_t skip = strlen(none[zh]);

	buffer_format(out, zh ? "%s %s：%s" : "%s %s, when %s", m->program, m->version,
		      zh ? m->situation_zh : m->situation);
	if (setting && !strncmp(setting, none[zh], skip)) {
		buffer_text(out, zh ? "；没有可改的设置" : "; no setting changes it");
		buffer_text(out, setting + skip);
	} else if (setting) {
		buffer_format(out, zh ? "；要改变它：%s" : "; to change it: %s", setting);
	}
	buffer_text(out, zh ? "。" : ".");
}

void measured_put_manual(struct buffer *out, const struct manual *m, enum language language)
{
	if (language == LANGUAGE_ZH)
		buffer_format(out, "%s：%s", m->program, m->text_zh);
	else
		buffer_format(out, "%s: %s", m->program, m->text);
}

/* What stands in B, behind LABEL; B is empty then. */
static void print(FILE *out, const char *label, struct buffer *b)
{
	buffer_char(b, '\0');
	if (!b->failed)
		paragraph_print(out, label, b->data);
	b->len = 0;
}

void measured_explain(FILE *out, enum cause_id cause, enum language language)
{
	bool zh = language == LANGUAGE_ZH;
	const struct manual *manual;
	struct buffer b = { 0 };
	const char *label;

	label = zh ? "实测" : "Measured";
	for (const struct measured *m = measured_rows; m->row; m++) {
		if (!measured_is_of(m, cause))
			continue;
		if (*label)
			paragraph_print(out, label,
					zh ? "通常由以下程序造成：" : "Ordinarily done by:");
		label = "";
		measured_put(&b, m, language);
		print(out, label, &b);
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
		measured_put_manual(&b, manual, language);
		print(out, label, &b);
	}
	buffer_free(&b);
}
