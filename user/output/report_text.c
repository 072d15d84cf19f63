// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * report_text.c: a report of recordings, for people: what there was most of, when, who had to do with it, and
 * what to do. Names and sentences come from files, so from outside.
 */
#include "output/report_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "base/when.h"
#include "output/report_words.h"

#define INDENT 4
#define COUNT_WIDTH 10
#define SHARE_WIDTH 6
#define TIME_WIDTH 11
#define NAME_WIDTH 26

#define BOLD "\033[1m"
#define FAINT "\033[2m"
#define PLAIN "\033[0m"

static void color(struct buffer *text, const struct report_style *style, const char *code)
{
	if (style->colored)
		buffer_text(text, code);
}

static void put_padded(struct buffer *text, const char *s, int width)
{
	int used = report_words_name(text, s);

	buffer_fill(text, ' ', used < width ? (size_t)(width - used) : 0);
}

/* The slots that the timeline has in use: a run of one second has one. */
static size_t slots_used(const struct tally_sums *s)
{
	size_t n;

	if (!s->slot_ns || s->last_ns < s->begin_ns)
		return 0;
	n = (s->last_ns - s->begin_ns) / s->slot_ns + 1;
	return n < TALLY_SLOTS ? n : TALLY_SLOTS;
}

/* One character a slot, as high as its share of the highest one of this line: what is rare keeps its shape. */
static void put_timeline(struct buffer *text, const struct report_style *style,
			 const struct tally_sums *sums, const uint64_t *slot)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ":", "-", "=", "+", "*", "#", "@" };
	const char *const *marks = style->blocks ? blocks : ascii;
	size_t n = slots_used(sums);
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++)
		most = slot[i] > most ? slot[i] : most;
	buffer_char(text, '|');
	for (size_t i = 0; i < n; i++) {
		size_t level = 0;

		/* Rounded up: one reset is to be seen beside a thousand. */
		if (slot[i])
			level = (size_t)((double)slot[i] / (double)most * 7.999) + 1;
		buffer_text(text, marks[level < 9 ? level : 8]);
	}
	buffer_char(text, '|');
}

/* A line of its own for S, which may be long. */
static void put_sentence(struct buffer *text, const struct report_style *style, const char *label,
			 const char *s)
{
	buffer_fill(text, ' ', INDENT);
	buffer_text(text, label);
	buffer_wrap(text, s, INDENT + (int)strlen(label), INDENT + 2, style->width);
	buffer_char(text, '\n');
}

/* Frees WORDS; there may be none. */
static void put_words(struct buffer *text, const struct report_style *style, const char *label,
		      struct buffer *words)
{
	if (words->len) {
		buffer_char(words, '\0');
		if (!words->failed)
			put_sentence(text, style, label, words->data);
	}
	text->failed |= words->failed;
	buffer_free(words);
}

static void put_sample(struct buffer *text, const struct report_style *style,
		       const struct tally_more *m, uint64_t base)
{
	struct buffer sample = {};

	report_words_sample(&sample, m, base);
	put_words(text, style, "e.g.", &sample);
}

static void put_advice(struct buffer *text, const struct report_style *style, const char *name)
{
	struct buffer advice = {};

	report_words_advice(&advice, name);
	put_words(text, style, "do:", &advice);
}

static void put_share(struct buffer *text, uint64_t part, uint64_t all)
{
	double share = all ? 100.0 * (double)part / (double)all : 0;

	buffer_format(text, "%*.1f%%", SHARE_WIDTH, share);
}

static void put_times(struct buffer *text, const struct tally_group *g, uint64_t base)
{
	char first[WHEN_TEXT] = "-", last[WHEN_TEXT] = "-";

	if (g->first_ns) {
		when_short(first, g->first_ns, base);
		when_short(last, g->last_ns, base);
	}
	buffer_format(text, "  %-*s  %-*s", TIME_WIDTH, first, TIME_WIDTH, last);
}

static void put_group(struct buffer *text, const struct report_style *style, const struct report *r,
		      const struct tally_group *g)
{
	char buf[28];
	bool benign = g->benign == g->count;

	color(text, style, benign ? FAINT : BOLD);
	buffer_format(text, "%*s", COUNT_WIDTH, text_count(buf, g->count));
	put_share(text, g->count, r->sums.count);
	buffer_text(text, "  ");
	for (size_t i = 0; i < r->keys; i++)
		put_padded(text, g->name[i], NAME_WIDTH);
	color(text, style, PLAIN);
	put_times(text, g, r->sums.last_ns);
	if (benign)
		buffer_text(text, "  harmless");
	else if (g->benign)
		buffer_format(text, "  %s harmless", text_count(buf, g->benign));
	buffer_char(text, '\n');
}

static void put_more(struct buffer *text, const struct report_style *style, const struct report *r,
		     const struct tally_group *g)
{
	const struct tally_more *m = g->more;

	buffer_fill(text, ' ', INDENT);
	put_timeline(text, style, &r->sums, m->slot);
	buffer_char(text, '\n');
	if (m->processes.n || m->peers.n) {
		struct buffer names = {};

		report_words_names(&names, "", &m->processes);
		report_words_names(&names, m->processes.n ? "; peers " : "peers ", &m->peers);
		buffer_char(&names, '\0');
		if (!names.failed)
			put_sentence(text, style, "by", names.data);
		text->failed |= names.failed;
		buffer_free(&names);
	}
	put_sample(text, style, m, r->sums.last_ns);
	if (g->benign < g->count)
		put_advice(text, style, g->name[0]);
}

static void put_titles(struct buffer *text, const struct report_style *style,
		       const struct report *r)
{
	color(text, style, FAINT);
	buffer_format(text, "%*s%*s  ", COUNT_WIDTH, "COUNT", SHARE_WIDTH + 1, "SHARE");
	for (size_t i = 0; i < r->keys; i++) {
		char title[TALLY_NAME];
		size_t n = strlen(tally_key_name(r->by[i]));

		for (size_t c = 0; c <= n; c++) {
			char letter = tally_key_name(r->by[i])[c];

			title[c] = letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A')
								  : letter;
		}
		put_padded(text, title, NAME_WIDTH);
	}
	buffer_format(text, "  %-*s  %s\n", TIME_WIDTH, "FIRST", "LAST");
	color(text, style, PLAIN);
}

void report_text(struct buffer *text, const struct report_style *style, const struct report *r)
{
	size_t shown = r->top && r->top < r->groups ? r->top : r->groups;
	uint64_t rest = 0;

	report_words_head(text, r);
	buffer_char(text, '\n');
	if (r->groups) {
		buffer_char(text, '\n');
		put_titles(text, style, r);
	}
	for (size_t i = 0; i < r->groups; i++) {
		if (i >= shown) {
			rest += r->group[i]->count;
			continue;
		}
		put_group(text, style, r, r->group[i]);
		if (r->more)
			put_more(text, style, r, r->group[i]);
	}
	if (shown < r->groups) {
		char buf[28];

		buffer_format(text, "%*s", COUNT_WIDTH, text_count(buf, rest));
		put_share(text, rest, r->sums.count);
		buffer_format(text, "  %zu more; --top %zu shows all\n", r->groups - shown,
			      r->groups);
	}
	if (r->groups)
		buffer_char(text, '\n');
	report_words_limits(text, r);
}
