/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_html.c: a report as one page. user/output/page/ has what is in it besides the data. */
#include "output/report_html.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "model/causes.h"
#include "model/measured.h"
#include "output/report_words.h"
#include "page.asset.h"

size_t report_html_frame(void)
{
	return sizeof(page_head) + sizeof(page_tail);
}

void report_html_seal(struct buffer *out, const char *json, size_t len)
{
	/* Markup begins with these. Outside of strings JSON has none of them, and in strings an escape means the same;
	 * nor has it the two line ends that JavaScript once knew and JSON did not. */
	static const char special[] = "<>&";
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)json[i];
		bool line_end = c == 0xe2 && len - i > 2 && (unsigned char)json[i + 1] == 0x80 &&
				((unsigned char)json[i + 2] | 1) == 0xa9;

		if (!line_end && !memchr(special, c, sizeof(special) - 1))
			continue;
		buffer_put(out, json + from, i - from);
		if (line_end)
			buffer_format(out, "\\u20%02x", ((unsigned char)json[i + 2] & 0x3fU));
		else
			buffer_format(out, "\\u%04x", c);
		i += line_end ? 2 : 0;
		from = i + 1;
	}
	buffer_put(out, json + from, len - from);
}

/* What TEXT holds becomes an element. */
static void put_text(struct json_out *o, struct buffer *text)
{
	json_out_bytes(o, NULL, text->data ?: "", text->len);
	o->line.failed |= text->failed;
	text->len = 0;
}

/* The cause that most of what is not harmless had; of all harmless ones, the most frequent. */
static const struct tally_group *main_cause(const struct report *r)
{
	const struct tally_group *most = NULL;

	for (size_t i = 0; i < r->groups; i++) {
		const struct tally_group *g = r->group[i];
		uint64_t bad = g->count - g->benign;

		if (!most || bad > most->count - most->benign ||
		    (bad == most->count - most->benign && g->count > most->count))
			most = g;
	}
	return most;
}

/* What happened: how much, what above all and by whom, and one of them. */
static void put_sentences(struct json_out *o, const struct report *r)
{
	const struct tally_group *g = main_cause(r);
	struct json_mark all = json_out_array(o, "sentences");
	struct buffer text = {};

	report_words_head(&text, r);
	buffer_char(&text, '.');
	put_text(o, &text);
	if (g) {
		char buf[28];
		int id = cause_find(g->name[0], strlen(g->name[0]));

		buffer_format(&text, "%s, %s (%.1f %%), %s ",
			      2 * g->count > r->sums.count ? "Most of them" : "Above all",
			      text_count(buf, g->count),
			      r->sums.count ? 100.0 * (double)g->count / (double)r->sums.count : 0,
			      g->count == 1 ? "is" : "are");
		report_words_name(&text, g->name[0]);
		if (id >= 0)
			buffer_format(&text, ": %s", cause_get((enum cause_id)id)->brief);
		if (g->more->processes.n || g->more->peers.n)
			buffer_text(&text, "; by ");
		report_words_names(&text, "", &g->more->processes);
		report_words_names(&text, g->more->processes.n ? "; peers " : "peers ",
				   &g->more->peers);
		buffer_char(&text, '.');
		put_text(o, &text);
		if (*g->more->why) {
			buffer_text(&text, "For example, ");
			report_words_sample(&text, g->more, r->sums.last_ns);
			buffer_char(&text, '.');
			put_text(o, &text);
		}
	}
	json_out_end_kept(o, all);
	buffer_free(&text);
}

/* What was lost, and what was not looked at. */
static void put_limits(struct json_out *o, const struct html_page *p)
{
	struct json_mark all = json_out_array(o, "limits");
	struct buffer text = {};
	size_t at = 0;

	report_words_limits(&text, p->report);
	while (at < text.len) {
		const char *end = memchr(text.data + at, '\n', text.len - at);
		size_t len = end ? (size_t)(end - text.data) - at : text.len - at;

		json_out_bytes(o, NULL, text.data + at, len);
		at += len + 1;
	}
	o->line.failed |= text.failed;
	buffer_free(&text);
	json_out_end_kept(o, all);
	all = json_out_array(o, "not_covered");
	for (uint32_t i = 0; i < p->not_covered->n; i++) {
		size_t len;
		const char *word = words_get(p->not_covered, i, &len);

		json_out_bytes(o, NULL, word, len);
	}
	json_out_end_kept(o, all);
}

static void put_reasons(struct json_out *o, const struct cause *c, enum language language)
{
	struct json_mark reasons = json_out_array(o, "reasons");
	char en[160], reason[160];

	for (size_t i = 0; cause_reason(en, sizeof(en), i, LANGUAGE_EN) &&
			   cause_reason(reason, sizeof(reason), i, language);
	     i++) {
		en[strcspn(en, ":")] = '\0';
		if (strstr(c->users, en))
			json_out_string(o, NULL, reason);
	}
	json_out_end_kept(o, reasons);
}

/* Who ordinarily does it, and what can be changed: as `explain` has it. */
static void put_programs(struct json_out *o, enum cause_id id, enum language language)
{
	struct json_mark all = json_out_array(o, "measured");
	const struct manual *manual;
	struct buffer text = {};

	for (const struct measured *m = measured_rows; m->row; m++) {
		if (!measured_is_of(m, id))
			continue;
		measured_put(&text, m, language);
		put_text(o, &text);
	}
	json_out_end_kept(o, all);
	all = json_out_array(o, "manuals");
	for (size_t i = 0; (manual = measured_manual(i)); i++) {
		if (manual->cause != id)
			continue;
		measured_put_manual(&text, manual, language);
		put_text(o, &text);
	}
	json_out_end_kept(o, all);
	buffer_free(&text);
}

static void put_explanation(struct json_out *o, enum cause_id id)
{
	static const char *const names[LANGUAGES] = { [LANGUAGE_EN] = "en", [LANGUAGE_ZH] = "zh" };
	const struct cause *c = cause_get(id);

	json_out_string(o, "group", c->group);
	json_out_bool(o, "benign", c->benign);
	for (unsigned int i = 0; i < LANGUAGES; i++) {
		struct json_mark one = json_out_object(o, names[i]);
		struct cause_words words = cause_words(id, (enum language)i);

		json_out_string(o, "what", words.brief);
		json_out_string(o, "seen", words.seen);
		json_out_string(o, "todo", words.todo);
		put_reasons(o, c, (enum language)i);
		put_programs(o, id, (enum language)i);
		json_out_end_kept(o, one);
	}
}

/* Each that there is, the most frequent first, as `explain` has it. */
static void put_causes(struct json_out *o, const struct html_page *p)
{
	struct json_mark all = json_out_array(o, "causes");
	const struct report *r = p->report;

	for (size_t i = 0; i < r->groups; i++) {
		const struct tally_group *g = r->group[i];
		struct json_mark one = json_out_object(o, NULL);
		int id = cause_find(g->name[0], strlen(g->name[0]));

		json_out_number(o, "name", page_string(p->strings, g->name[0], strlen(g->name[0])));
		json_out_number(o, "count", g->count);
		json_out_number(o, "harmless", g->benign);
		if (id >= 0)
			put_explanation(o, (enum cause_id)id);
		json_out_end_kept(o, one);
	}
	json_out_end_kept(o, all);
}

void report_html(struct buffer *out, const struct html_page *p)
{
	const struct report *r = p->report;
	struct json_out o = {};
	char made[WHEN_UTC];
	struct buffer host = {};

	json_out_begin(&o);
	json_out_number(&o, "v", 1);
	json_out_string(&o, "version", p->version);
	json_out_string(&o, "language", p->language == LANGUAGE_ZH ? "zh" : "en");
	if (when_utc(made, p->made_ns))
		json_out_string(&o, "made", made);
	json_out_signed(&o, "utc_offset_s", p->utc_offset_s);
	report_words_name(&host, r->host);
	json_out_bytes(&o, "host", host.data ?: "", host.len);
	json_out_number(&o, "resets", r->sums.count);
	json_out_number(&o, "harmless", r->sums.benign);
	json_out_number(&o, "lines", p->lines);
	json_out_number(&o, "lost", r->lost);
	put_sentences(&o, r);
	put_limits(&o, p);
	put_causes(&o, p);
	page_rows_put(&o, p->rows);
	page_tree_put(&o, p->tree);
	page_strings_put(&o, "strings", p->strings);
	json_out_line(&o);

	buffer_put(out, page_head, sizeof(page_head));
	report_html_seal(out, o.line.data ?: "", o.line.len);
	buffer_put(out, page_tail, sizeof(page_tail));
	out->failed |= o.line.failed || host.failed;
	buffer_free(&host);
	buffer_free(&o.line);
}
