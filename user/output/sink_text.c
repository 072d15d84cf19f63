/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_text.c: what people read. One line a reset, and a second one when the sentence does not fit
 * behind the columns. Nothing is ever cut: an address or a sentence without its end is no evidence.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "base/buffer.h"
#include "output/sink_text.h"
#include "output/who_text.h"
#include "model/tuple.h"
#include "model/words.h"
#include "base/text.h"

#define INDENT 14 /* of sentences and other continuations: below DIR */
#define STACK_INDENT 16

/* Of a hint, all of them; one that was read may be longer, and is cut. */
#define HINT_MAX 160

#define NS_PER_US 1000
#define NS_PER_MS 1000000
#define NS_PER_S INT64_C(1000000000)

enum column_id {
	COLUMN_TIME,
	COLUMN_DIR,
	COLUMN_LOCAL,
	COLUMN_REMOTE,
	COLUMN_CAUSE,
	COLUMN_PROCESS,
	COLUMN_WHY,
	COLUMNS,
};

/* Every IPv4 endpoint and every cause fits; a longer cell borrows from the ones behind it. */
static const struct column {
	const char *title;
	int width;  /* of TIME: with TIME_CLOCK */
	bool ascii; /* its cells take as many columns as they have bytes */
} columns[COLUMNS] = {
	[COLUMN_TIME] = { "TIME", 12, true },	[COLUMN_DIR] = { "DIR", 4, true },
	[COLUMN_LOCAL] = { "LOCAL", 21, true }, [COLUMN_REMOTE] = { "REMOTE", 21, true },
	[COLUMN_CAUSE] = { "CAUSE", 18, true }, [COLUMN_PROCESS] = { "PROCESS", 14, false },
	[COLUMN_WHY] = { "WHY", 0, false },
};

static const int time_widths[] = {
	[TIME_CLOCK] = 12,
	[TIME_FULL] = 31,
	[TIME_SINCE] = 12,
};

/* A line that is narrower than all columns but the last has PROCESS and WHY on a second one. */
#define NARROW 100

/* What is the same in all times of one second: asking for the time zone takes long. */
struct second {
	time_t at;
	enum time_format format;
	char date[48]; /* with the point; empty: there is none yet */
	char zone[8];
};

/* Kept from event to event: what it has allocated serves the next one. */
struct text_state {
	struct buffer text;
	struct second second;
};

int sink_text_width(const struct sink_style *style)
{
	return style->width ? style->width : TEXT_LINE_WIDTH;
}

/* ---- colours: of the terminal's own palette, so that they can be read on its background */

#define COLOR_END "\033[0m"

static const char *direction_color(enum direction direction)
{
	static const char *const colors[DIRECTIONS] = {
		[DIR_SENT] = "\033[36m",
		[DIR_RECEIVED] = "\033[35m",
		[DIR_PASSING] = "\033[34m",
	};

	return colors[direction];
}

/* Benign ones are faint, whatever their group. */
static const char *cause_color(const struct cause *cause, bool benign)
{
	static const struct {
		const char *group, *color;
	} colors[] = {
		{ "closed-socket", "\033[33m" },
		{ "abort", "\033[31m" },
		{ "timeout", "\033[34m" },
		{ "resource", "\033[1;31m" },
		{ "backlog-overflow", "\033[1;31m" },
		{ "protocol", "\033[35m" },
		{ "policy", "\033[1;33m" },
		{ "peer", "\033[36m" },
	};

	if (benign)
		return "\033[2m";
	for (size_t i = 0; i < ARRAY_SIZE(colors); i++)
		if (!strcmp(colors[i].group, cause->group))
			return colors[i].color;
	return NULL;
}

#define OWNER_COLOR "\033[1m"

/* ---- lines */

/* Where the next cell goes on the line being written. */
struct line {
	struct buffer *text;
	int max;     /* 0: no limit */
	int at;	     /* columns written */
	int target;  /* where the next cell would begin if nothing had been too long */
	bool empty;  /* nothing but the indent so far */
	bool second; /* it is not the first of its event */
};

static void line_break(struct line *line)
{
	buffer_char(line->text, '\n');
	buffer_fill(line->text, ' ', INDENT);
	line->at = line->target = INDENT;
	line->empty = true;
	line->second = true;
}

/* Writes one CELL of N bytes, which takes LENGTH columns, of a column WIDTH wide: at its place, or two columns
 * behind a longer one. COLOR may be NULL. */
static void put_cell(struct line *line, const char *cell, size_t n, int length, int width,
		     const char *color)
{
	int gap = line->empty ? 0 : 2;

	if (!line->empty && line->at + gap < line->target)
		gap = line->target - line->at;
	/* Room before looks: give the padding up before the line. */
	if (line->max && line->at + gap + length > line->max)
		gap = line->empty ? 0 : 2;
	if (line->max && !line->empty && line->at + gap + length > line->max) {
		line_break(line);
		gap = 0;
	}
	buffer_fill(line->text, ' ', (size_t)gap);
	if (color)
		buffer_text(line->text, color);
	buffer_put(line->text, cell, n);
	if (color)
		buffer_text(line->text, COLOR_END);
	line->at += gap + length;
	line->target += width + 2;
	line->empty = false;
}

/* The columns before the last. */
static struct line put_columns(struct buffer *text, const struct sink_style *style,
			       const char *const *cells, const char *const *colors)
{
	struct line line = {
		.text = text,
		.max = style->wide ? 0 : sink_text_width(style),
		.empty = true,
	};

	for (int i = 0; i < COLUMN_WHY; i++) {
		size_t n;

		if (i == COLUMN_PROCESS && line.max && line.max <= NARROW)
			line_break(&line);
		n = strlen(cells[i]);
		put_cell(&line, cells[i], n, columns[i].ascii ? (int)n : text_width(cells[i], n),
			 i == COLUMN_TIME ? time_widths[style->time] : columns[i].width,
			 style->colored ? colors[i] : NULL);
	}
	return line;
}

/* The columns, and the last of them below when it does not fit beside. */
static void put_cells(struct buffer *text, const struct sink_style *style, const char *const *cells,
		      const char *const *colors)
{
	struct line line = put_columns(text, style, cells, colors);
	const char *sentence = cells[COLUMN_WHY];
	size_t n = strlen(sentence);
	int length = text_width(sentence, n);

	if (!line.max || line.at + 2 + length <= line.max) {
		put_cell(&line, sentence, n, length, columns[COLUMN_WHY].width, NULL);
	} else {
		/* Beside a process that has come below, so that it is not alone there. */
		if (line.second)
			buffer_char(text, ' ');
		buffer_wrap(text, sentence, line.second ? line.at + 1 : line.max, INDENT, line.max);
	}
	buffer_char(text, '\n');
}

static const struct second *second_of(struct second *s, time_t at, enum time_format format)
{
	bool full = format == TIME_FULL;
	struct tm tm;

	if (*s->date && s->at == at && s->format == format)
		return s;
	if (!localtime_r(&at, &tm))
		return NULL;
	s->at = at;
	s->format = format;
	strftime(s->date, sizeof(s->date), full ? "%Y-%m-%dT%H:%M:%S." : "%H:%M:%S.", &tm);
	*s->zone = '\0';
	if (full)
		strftime(s->zone, sizeof(s->zone), "%z", &tm);
	return s;
}

/* BUF holds 64 bytes at least. */
static void format_time(char *buf, size_t size, struct sink *sink, uint64_t wall_ns)
{
	const struct sink_style *style = &sink->style;
	struct text_state *state = sink->state;
	const struct second *second;
	uint32_t rest = (uint32_t)(wall_ns % NS_PER_S);
	char fraction[8];

	if (style->time == TIME_SINCE) {
		/* The wall clock may have been set back since the start. */
		int64_t since = (int64_t)(wall_ns - style->start_ns);
		uint64_t span = since < 0 ? -(uint64_t)since : (uint64_t)since;
		char plain[48];

		snprintf(plain, sizeof(plain), "%s%" PRIu64 ".%06" PRIu64, since < 0 ? "-" : "",
			 span / NS_PER_S, span % NS_PER_S / NS_PER_US);
		snprintf(buf, size, "%*s", time_widths[TIME_SINCE], plain);
		return;
	}
	second = second_of(&state->second, (time_t)(wall_ns / NS_PER_S), style->time);
	if (!second) {
		snprintf(buf, size, "?");
		return;
	}
	if (style->time == TIME_FULL)
		text_digits(fraction, rest / NS_PER_US, 6);
	else
		text_digits(fraction, rest / NS_PER_MS, 3);
	strcat(strcat(strcpy(buf, second->date), fraction), second->zone);
}

static void format_endpoint(char *buf, const uint8_t *address, uint8_t family, uint16_t port)
{
	/* A listener's socket has no peer; "0.0.0.0:0" would be made up. */
	if (!port && address_is_any(address))
		strcpy(buf, "?");
	else
		text_endpoint(buf, address, family, port);
}

static void put_stack(struct buffer *text, const struct incident *in)
{
	if (in->ev->sock.flags & RST_SF_SENT_HERE) {
		buffer_fill(text, ' ', STACK_INDENT);
		buffer_text(text, "(the stack of its sender, on this host, stands there)\n");
	}
	for (uint32_t i = 0; i < in->nframes; i++) {
		const struct frame *f = &in->frames[i];
		char symbol[256];

		buffer_fill(text, ' ', STACK_INDENT);
		if (f->symbol)
			buffer_text(text, text_escape(symbol, sizeof(symbol), f->symbol,
						      strlen(f->symbol)));
		buffer_text(text, f->symbol ? "+0x" : "0x");
		buffer_hex(text, f->symbol ? f->offset : f->ip);
		buffer_char(text, '\n');
	}
}

static int text_open(struct sink *sink)
{
	sink->state = calloc(1, sizeof(struct text_state));
	return sink->state ? 0 : -ENOMEM;
}

static void text_close(struct sink *sink)
{
	struct text_state *state = sink->state;

	buffer_free(&state->text);
	free(state);
}

static int begin(struct sink *sink)
{
	static const char *const colors[COLUMNS];
	struct text_state *state = sink->state;
	const char *titles[COLUMNS];

	if (sink->style.quiet)
		return 0;
	for (int i = 0; i < COLUMNS; i++)
		titles[i] = columns[i].title;
	put_cells(&state->text, &sink->style, titles, colors);
	return writer_add(sink->out, &state->text);
}

static int event(struct sink *sink, const struct incident *in)
{
	const struct rst_tuple *t = &in->ev->tuple;
	const struct verdict *v = &in->verdict;
	const struct cause *cause =
		cause_get(v->certainty == CERTAINTY_UNKNOWN ? CAUSE_UNKNOWN : v->cause);
	struct text_state *state = sink->state;
	char sentence[WHY_MAX + HINT_MAX + sizeof("probably: ; hint: ")];
	char process[PROCESS_TEXT_MAX + PLACE_TEXT_MAX];
	char local[TEXT_ENDPOINT_MAX], remote[TEXT_ENDPOINT_MAX], when[64];
	const char *cells[COLUMNS] = {
		[COLUMN_TIME] = when,	      [COLUMN_DIR] = words_direction(in->direction, true),
		[COLUMN_LOCAL] = local,	      [COLUMN_REMOTE] = remote,
		[COLUMN_CAUSE] = cause->name, [COLUMN_PROCESS] = process,
		[COLUMN_WHY] = v->why,
	};
	const char *colors[COLUMNS] = {
		[COLUMN_DIR] = direction_color(in->direction),
		[COLUMN_CAUSE] = cause_color(cause, v->benign),
		[COLUMN_PROCESS] = in->owner.pid ? OWNER_COLOR : NULL,
	};

	if (sink->style.quiet)
		return 0;
	format_time(when, sizeof(when), sink, in->wall_ns);
	format_endpoint(local, t->local, t->family, t->local_port);
	format_endpoint(remote, t->remote, t->family, t->remote_port);
	process_text(process, &in->owner);
	place_text_of(process + strlen(process), in);
	if (v->certainty == CERTAINTY_INFERRED || v->hint) {
		snprintf(sentence, sizeof(sentence), "%s%s%s%s",
			 v->certainty == CERTAINTY_INFERRED ? "probably: " : "", v->why,
			 v->hint ? "; hint: " : "", v->hint ? v->hint : "");
		cells[COLUMN_WHY] = sentence;
	}
	put_cells(&state->text, &sink->style, cells, colors);
	if (sink->style.stack)
		put_stack(&state->text, in);
	return writer_add(sink->out, &state->text);
}

/* An end of many resets: "*" for what is not the same in all. */
static void format_ends(char *buf, const uint8_t *address, uint8_t family, uint16_t port)
{
	if (address_is_any(address) && port)
		snprintf(buf, TEXT_ENDPOINT_MAX, "*:%u", port);
	else if (address_is_any(address))
		strcpy(buf, "*");
	else if (port)
		text_endpoint(buf, address, family, port);
	else
		text_address(buf, address, family);
}

static int attack(struct sink *sink, const struct attack_report *r)
{
	const struct cause *cause = cause_get(r->cause);
	const struct rst_tuple *t = &r->tuple;
	struct text_state *state = sink->state;
	char process[PROCESS_TEXT_MAX];
	char local[TEXT_ENDPOINT_MAX], remote[TEXT_ENDPOINT_MAX], when[64];
	const char *cells[COLUMNS] = {
		[COLUMN_TIME] = when,	      [COLUMN_DIR] = words_direction(r->direction, true),
		[COLUMN_LOCAL] = local,	      [COLUMN_REMOTE] = remote,
		[COLUMN_CAUSE] = cause->name, [COLUMN_PROCESS] = process,
		[COLUMN_WHY] = r->why,
	};
	const char *colors[COLUMNS] = {
		[COLUMN_DIR] = direction_color(r->direction),
		[COLUMN_CAUSE] = cause_color(cause, r->benign),
		[COLUMN_PROCESS] = r->owner.pid ? OWNER_COLOR : NULL,
	};

	if (sink->style.quiet)
		return 0;
	format_time(when, sizeof(when), sink, r->wall_ns);
	format_ends(local, t->local, t->family, t->local_port);
	format_ends(remote, t->remote, t->family, t->remote_port);
	process_text(process, &r->owner);
	put_cells(&state->text, &sink->style, cells, colors);
	return writer_add(sink->out, &state->text);
}

static int denial(struct sink *sink, const struct denial *d)
{
	const struct rst_tuple *t = &d->tuple;
	struct text_state *state = sink->state;
	char process[PROCESS_TEXT_MAX];
	char local[TEXT_ENDPOINT_MAX], remote[TEXT_ENDPOINT_MAX], when[64];
	const char *cells[COLUMNS] = {
		[COLUMN_TIME] = when,
		[COLUMN_DIR] = "fail",
		[COLUMN_LOCAL] = local,
		[COLUMN_REMOTE] = remote,
		[COLUMN_CAUSE] = denial_kind(d->error),
		[COLUMN_PROCESS] = process,
		[COLUMN_WHY] = d->why,
	};
	const char *colors[COLUMNS] = { [COLUMN_PROCESS] = d->owner.pid ? OWNER_COLOR : NULL };

	if (sink->style.quiet)
		return 0;
	format_time(when, sizeof(when), sink, d->wall_ns);
	format_endpoint(local, t->local, t->family, t->local_port);
	format_endpoint(remote, t->remote, t->family, t->remote_port);
	process_text(process, &d->owner);
	put_cells(&state->text, &sink->style, cells, colors);
	return writer_add(sink->out, &state->text);
}

static int summary(struct sink *sink, const struct summary *s)
{
	struct text_state *state = sink->state;

	sink_text_summary(&state->text, &sink->style, s);
	return writer_add(sink->out, &state->text);
}

const struct sink_ops sink_text = {
	.name = "text",
	.open = text_open,
	.close = text_close,
	.begin = begin,
	.event = event,
	.attack = attack,
	.denial = denial,
	.summary = summary,
};
