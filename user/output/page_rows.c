/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* page_rows.c: the rows of a page, column by column. */
#include "output/page_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/tally.h"

/* JavaScript's numbers are exact up to here. */
#define EXACT_MAX ((UINT64_C(1) << 53) - 1)
#define DIGITS 15
#define MARK '#'

static const char *const column_names[PAGE_COLUMNS] = {
	[PAGE_TIME] = "time",
	[PAGE_VERDICT] = "verdict",
	[PAGE_OWNER] = "owner",
	[PAGE_LOCAL] = "local",
	[PAGE_LOCAL_PORT] = "local_port",
	[PAGE_REMOTE] = "remote",
	[PAGE_REMOTE_PORT] = "remote_port",
	[PAGE_STACK] = "stack",
	[PAGE_DETAIL] = "detail",
	[PAGE_NUMBERS] = "numbers",
	[PAGE_COUNT] = "count",
	[PAGE_LAST] = "last",
};

void page_rows_init(struct page_rows *r, struct page_strings *strings, uint64_t seed)
{
	*r = (struct page_rows){ .strings = strings };
	words_init(&r->verdicts, seed);
	words_init(&r->owners, seed);
	words_init(&r->stacks, seed);
}

void page_rows_free(struct page_rows *r)
{
	for (int i = 0; i < PAGE_COLUMNS; i++)
		free(r->column[i].of);
	words_free(&r->verdicts);
	words_free(&r->owners);
	words_free(&r->stacks);
}

static void push(struct page_rows *r, enum page_column_id id, uint64_t value)
{
	struct page_column *c = &r->column[id];

	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 1024;
		uint64_t *of = realloc(c->of, room * sizeof(*of));

		if (!of) {
			r->failed = true;
			return;
		}
		c->of = of;
		c->room = room;
	}
	c->of[c->n++] = value < EXACT_MAX ? value : EXACT_MAX;
}

static uint32_t string(struct page_rows *r, const char *s)
{
	return page_string(r->strings, s, strlen(s));
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * WHY without its numbers, which are pushed: sentences of one kind are one string then. PATTERN holds as many bytes
 * as WHY. Returns how many numbers; none: WHY stays as it is.
 */
static uint32_t take_numbers(struct page_rows *r, const char *why, char *pattern)
{
	size_t before = r->column[PAGE_NUMBERS].n;

	/* Then nothing could be told apart. */
	while (*why && *why != MARK) {
		size_t n = 0;

		while (n <= DIGITS && is_digit(why[n]))
			n++;
		if (!n) {
			*pattern++ = *why++;
		} else if (n > DIGITS || (n > 1 && *why == '0')) {
			/* They would not come back as they were. */
			while (is_digit(*why))
				*pattern++ = *why++;
		} else {
			push(r, PAGE_NUMBERS, strtoull(why, NULL, 10));
			*pattern++ = MARK;
			why += n;
		}
	}
	*pattern = '\0';
	if (*why)
		r->column[PAGE_NUMBERS].n = before;
	return (uint32_t)(r->column[PAGE_NUMBERS].n - before);
}

static uint32_t verdict(struct page_rows *r, const struct page_row *row)
{
	const struct brief *b = row->brief;
	char pattern[sizeof(b->why)];
	struct buffer text = {};
	uint32_t numbers, id;

	numbers = take_numbers(r, b->why, pattern);
	buffer_format(&text, "%u,%u,%u,%u,%u,%u", string(r, b->direction), string(r, b->cause),
		      string(r, row->certainty), b->benign, string(r, numbers ? pattern : b->why),
		      numbers);
	id = words_add(&r->verdicts, text.data ?: "", text.len, NULL);
	r->failed |= text.failed;
	buffer_free(&text);
	return id;
}

static uint32_t owner(struct page_rows *r, const struct page_row *row)
{
	static const enum tally_key places[] = { TALLY_POD, TALLY_CONTAINER };
	const struct brief *b = row->brief;
	struct buffer text = {};
	char place[TALLY_NAME] = "-";
	uint32_t id;

	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !strcmp(place, "-"); i++)
		tally_name(place, places[i], b, "");
	/* A namespace's name, not its number: that is in the details. */
	if (!strcmp(place, "-") &&
	    (*b->netns_name || *b->netns_container || *b->netns_container_name))
		tally_name(place, TALLY_NETNS, b, "");
	buffer_format(&text, "%u,%u,%u,%u", string(r, b->comm), b->pid,
		      string(r, strcmp(place, "-") ? place : ""), string(r, row->host ?: ""));
	id = words_add(&r->owners, text.data ?: "", text.len, NULL);
	r->failed |= text.failed;
	buffer_free(&text);
	return id;
}

static uint64_t stack(struct page_rows *r, const struct page_row *row)
{
	struct buffer text = {};
	uint64_t id;

	if (!row->stack_len)
		return 0;
	for (size_t at = 0; at < row->stack_len; at += strlen(row->stack + at) + 1)
		buffer_format(&text, "%s%u", at ? "," : "", string(r, row->stack + at));
	id = words_add(&r->stacks, text.data ?: "", text.len, NULL) + UINT64_C(1);
	r->failed |= text.failed;
	buffer_free(&text);
	return id;
}

void page_rows_add(struct page_rows *r, const struct page_row *row)
{
	const struct brief *b = row->brief;
	size_t i = r->column[PAGE_TIME].n;
	uint64_t us = row->time_ns / 1000;

	if (!i)
		r->begin_us = r->before_us = us;
	push(r, PAGE_TIME, us - r->before_us);
	r->before_us = us;
	push(r, PAGE_VERDICT, verdict(r, row));
	push(r, PAGE_OWNER, owner(r, row));
	push(r, PAGE_LOCAL, string(r, b->local.address));
	push(r, PAGE_LOCAL_PORT, b->local.port);
	push(r, PAGE_REMOTE, string(r, b->remote.address));
	push(r, PAGE_REMOTE_PORT, b->remote.port);
	push(r, PAGE_STACK, stack(r, row));
	push(r, PAGE_DETAIL, 0);
	if (row->count != 1) {
		push(r, PAGE_COUNT, i);
		push(r, PAGE_COUNT, row->count);
	}
	if (row->last_ns / 1000 > us) {
		push(r, PAGE_LAST, i);
		push(r, PAGE_LAST, row->last_ns / 1000 - us);
	}
}

void page_rows_detail(struct page_rows *r, size_t i, uint32_t object)
{
	if (i < r->column[PAGE_DETAIL].n)
		r->column[PAGE_DETAIL].of[i] = object + UINT64_C(1);
}

void page_rows_put(struct json_out *o, const struct page_rows *r)
{
	page_words_put(o, "verdicts", &r->verdicts);
	page_words_put(o, "owners", &r->owners);
	page_words_put(o, "stacks", &r->stacks);
	json_out_number(o, "begin", r->begin_us);
	for (int i = 0; i < PAGE_COLUMNS; i++) {
		struct json_mark column = json_out_array(o, column_names[i]);

		for (size_t n = 0; n < r->column[i].n; n++)
			json_out_number(o, NULL, r->column[i].of[n]);
		json_out_end_kept(o, column);
	}
}

bool page_rows_failed(const struct page_rows *r)
{
	return r->failed || r->verdicts.failed || r->owners.failed || r->stacks.failed ||
	       r->strings->words.failed;
}
