/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_words.c: what a report says in words. Names and sentences come from files, so from outside. */
#include "output/report_words.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "model/causes.h"

#define ESCAPED(n) ((n)*4 + 1)
#define NAMES 4 /* of the processes and peers behind a cause */

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

int report_words_name(struct buffer *text, const char *s)
{
	char safe[ESCAPED(TALLY_NAME)];

	text_escape(safe, sizeof(safe), s, strlen(s));
	buffer_text(text, safe);
	return text_width(safe, strlen(safe));
}

static void put_count(struct buffer *text, uint64_t n)
{
	char buf[28];

	buffer_text(text, text_count(buf, n));
}

void report_words_names(struct buffer *text, const char *label, const struct tally_top *top)
{
	uint64_t rest = 0;

	if (!top->n)
		return;
	buffer_text(text, label);
	for (size_t i = 0; i < top->n; i++) {
		if (i >= NAMES) {
			rest++;
			continue;
		}
		if (i)
			buffer_text(text, ", ");
		report_words_name(text, top->of[i].name);
		buffer_char(text, ' ');
		if (top->of[i].error)
			buffer_text(text, "about ");
		put_count(text, top->of[i].count);
	}
	if (rest)
		buffer_format(text, " and %" PRIu64 "%s more", rest,
			      top->n == TALLY_TOP ? " or" : "");
}

void report_words_sample(struct buffer *text, const struct tally_more *m, uint64_t base)
{
	char why[ESCAPED(sizeof(m->why))], when[WHEN_TEXT];

	if (!*m->why)
		return;
	if (m->sample_ns)
		buffer_text(text, when_short(when, m->sample_ns, base));
	if (*m->process) {
		buffer_char(text, ' ');
		report_words_name(text, m->process);
	}
	text_escape(why, sizeof(why), m->why, strlen(m->why));
	buffer_text(text, ": ");
	buffer_text(text, why);
}

void report_words_advice(struct buffer *text, const char *name)
{
	int id = cause_find(name, strlen(name));
	const char *todo, *end;

	if (id < 0)
		return;
	todo = cause_get((enum cause_id)id)->todo;
	end = strstr(todo, ". ");
	buffer_put(text, todo, end ? (size_t)(end - todo + 1) : strlen(todo));
}

void report_words_head(struct buffer *text, const struct report *r)
{
	char from[WHEN_TEXT], to[WHEN_TEXT], span[32];
	const struct tally_sums *s = &r->sums;

	put_count(text, s->count);
	buffer_text(text, plural(s->count, " reset", " resets"));
	if (s->benign) {
		buffer_text(text, ", ");
		put_count(text, s->benign);
		buffer_text(text, " of them harmless");
	}
	if (*r->host) {
		buffer_text(text, "; ");
		report_words_name(text, r->host);
	} else if (r->hosts > 1) {
		buffer_format(text, "; %zu hosts", r->hosts);
	}
	if (s->first_ns)
		buffer_format(text, "; %s to %s (%s)", when_text(from, s->first_ns),
			      when_text(to, s->last_ns), text_span(span, s->last_ns - s->first_ns));
}

void report_words_limits(struct buffer *text, const struct report *r)
{
	char from[WHEN_TEXT], to[WHEN_TEXT], span[32];

	if (r->lost) {
		buffer_text(text, "lost: ");
		put_count(text, r->lost);
		buffer_text(text, plural(r->lost, " event that had", " events that had"));
		buffer_text(text, " no room in the ring, so no line\n");
	}
	if (r->unwatched_ns)
		buffer_format(text, "not watched: RSTs that TCP did not send, for %s (--wire)\n",
			      text_span(span, r->unwatched_ns));
	for (size_t i = 0; i < r->gaps && i < REPORT_GAPS; i++)
		buffer_format(text, "not recorded: %s to %s\n", when_text(from, r->gap[i].from_ns),
			      when_text(to, r->gap[i].to_ns));
	if (r->gaps > REPORT_GAPS)
		buffer_format(text, "not recorded: %zu times more\n", r->gaps - REPORT_GAPS);
	if (r->skipped)
		buffer_format(text, "not readable: %" PRIu64 " %s of the files; see above\n",
			      r->skipped, plural(r->skipped, "place", "places"));
	if (r->sums.corrected)
		buffer_format(text,
			      "%" PRIu64
			      " %s overturned by later evidence, and counted as that says\n",
			      r->sums.corrected,
			      plural(r->sums.corrected, "verdict was", "verdicts were"));
	if (r->sums.others)
		buffer_format(text, "(others): no room for more than %d groups\n", TALLY_GROUPS);
	if (r->refusals)
		buffer_format(text, "besides, %" PRIu64 " %s without a RST\n", r->refusals,
			      plural(r->refusals, "connect failed", "connects failed"));
}
