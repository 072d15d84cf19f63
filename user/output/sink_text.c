/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_text.c: what people read. One line a reset, and a second one when the sentence does not fit
 * behind the columns. Nothing is ever cut: an address or a sentence without its end is no evidence.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "base/buffer.h"
#include "output/sink.h"
#include "base/stream.h"
#include "output/sink_text.h"
#include "model/words.h"
#include "base/text.h"

#define LINE_WIDTH 120
#define INDENT 14 /* of sentences and other continuations: below DIR */
#define STACK_INDENT 16

/* A name of N bytes with every byte escaped. */
#define ESCAPED(n) ((n)*4 + 1)
#define PROCESS_TEXT_MAX (ESCAPED(RST_COMM_LEN) + sizeof("/4294967295"))

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
static const struct {
	const char *title;
	int width; /* of TIME: with TIME_CLOCK */
} columns[COLUMNS] = {
	[COLUMN_TIME] = { "TIME", 12 },	  [COLUMN_DIR] = { "DIR", 4 },
	[COLUMN_LOCAL] = { "LOCAL", 21 }, [COLUMN_REMOTE] = { "REMOTE", 21 },
	[COLUMN_CAUSE] = { "CAUSE", 18 }, [COLUMN_PROCESS] = { "PROCESS", 14 },
	[COLUMN_WHY] = { "WHY", 0 },
};

static const int time_widths[] = {
	[TIME_CLOCK] = 12,
	[TIME_FULL] = 31,
	[TIME_SINCE] = 12,
};

/* Columns on the screen. Wide characters count as one: only an alignment depends on it. */
static int text_width(const char *s)
{
	int width = 0;

	for (; *s; s++)
		width += (*s & 0xc0) != 0x80;
	return width;
}

/* Kept from event to event: what it has allocated serves the next one. */
static struct buffer text;

/* Where the next cell goes on the line being written. */
struct line {
	int max;    /* 0: no limit */
	int at;	    /* columns written */
	int target; /* where the next cell would begin if nothing had been too long */
	bool empty; /* nothing but the indent so far */
};

static void line_break(struct line *line)
{
	buffer_char(&text, '\n');
	buffer_fill(&text, ' ', INDENT);
	line->at = line->target = INDENT;
	line->empty = true;
}

/* Writes one cell of a column WIDTH wide: at its place, or two columns behind a longer one. */
static void put_cell(struct line *line, const char *cell, int width)
{
	int length = text_width(cell);
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
	buffer_fill(&text, ' ', (size_t)gap);
	buffer_text(&text, cell);
	line->at += gap + length;
	line->target += width + 2;
	line->empty = false;
}

int sink_text_wrap(struct buffer *b, const char *sentence, int at, int indent)
{
	while (*sentence) {
		size_t len;
		int width = 0;

		for (len = 0; sentence[len] && sentence[len] != ' '; len++)
			width += (sentence[len] & 0xc0) != 0x80;
		if (at + 1 + width > LINE_WIDTH) {
			buffer_char(b, '\n');
			buffer_fill(b, ' ', (size_t)indent);
			at = indent;
		} else {
			buffer_char(b, ' ');
			at++;
		}
		buffer_put(b, sentence, len);
		at += width;
		for (sentence += len; *sentence == ' ';)
			sentence++;
	}
	return at;
}

/* What is the same in all times of one second: asking for the time zone takes long. */
struct second {
	time_t at;
	enum time_format format;
	char date[48]; /* with the point; empty: there is none yet */
	char zone[8];
};

static const struct second *second_of(time_t at, enum time_format format)
{
	static struct second s;
	bool full = format == TIME_FULL;
	struct tm tm;

	if (*s.date && s.at == at && s.format == format)
		return &s;
	if (!localtime_r(&at, &tm))
		return NULL;
	s.at = at;
	s.format = format;
	strftime(s.date, sizeof(s.date), full ? "%Y-%m-%dT%H:%M:%S." : "%H:%M:%S.", &tm);
	*s.zone = '\0';
	if (full)
		strftime(s.zone, sizeof(s.zone), "%z", &tm);
	return &s;
}

/* BUF holds 64 bytes at least. */
static void format_time(char *buf, size_t size, const struct sink_style *style, uint64_t wall_ns)
{
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
	second = second_of((time_t)(wall_ns / NS_PER_S), style->time);
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
	static const uint8_t zero[16];

	/* A listener's socket has no peer; "0.0.0.0:0" would be made up. */
	if (!port && !memcmp(address, zero, sizeof(zero)))
		strcpy(buf, "?");
	else
		text_endpoint(buf, address, family, port);
}

/* BUF: PROCESS_TEXT_MAX bytes. */
static void format_process(char *buf, const struct process *p)
{
	size_t len;

	if (!p->pid) {
		strcpy(buf, "-");
		return;
	}
	text_escape(buf, ESCAPED(RST_COMM_LEN), p->comm, sizeof(p->comm));
	if (!*buf)
		strcpy(buf, "?");
	len = strlen(buf);
	buf[len++] = '/';
	len += text_number(buf + len, p->pid);
	buf[len] = '\0';
}

static void put_stack(const struct incident *in)
{
	for (uint32_t i = 0; i < in->nframes; i++) {
		const struct frame *f = &in->frames[i];
		char symbol[256];

		buffer_fill(&text, ' ', STACK_INDENT);
		if (f->symbol)
			buffer_text(&text, text_escape(symbol, sizeof(symbol), f->symbol,
						       strlen(f->symbol)));
		buffer_text(&text, f->symbol ? "+0x" : "0x");
		buffer_hex(&text, f->symbol ? f->offset : f->ip);
		buffer_char(&text, '\n');
	}
}

static int begin(struct sink *sink)
{
	struct line line = { .empty = true };

	if (sink->style.quiet)
		return 0;
	for (int i = 0; i < COLUMNS; i++)
		put_cell(&line, columns[i].title,
			 i == COLUMN_TIME ? time_widths[sink->style.time] : columns[i].width);
	buffer_char(&text, '\n');
	return buffer_write(&text, sink->out);
}

/* The columns, and the last of them below when it does not fit beside. */
static void put_cells(const struct sink *sink, const char *const *cells)
{
	const char *sentence = cells[COLUMN_WHY];
	struct line line = {
		.max = sink->style.wide ? 0 : LINE_WIDTH,
		.empty = true,
	};

	for (int i = 0; i < COLUMN_WHY; i++)
		put_cell(&line, cells[i],
			 i == COLUMN_TIME ? time_widths[sink->style.time] : columns[i].width);
	if (!line.max || line.at + 2 + text_width(sentence) <= line.max)
		put_cell(&line, sentence, columns[COLUMN_WHY].width);
	else
		sink_text_wrap(&text, sentence, LINE_WIDTH, INDENT);
	buffer_char(&text, '\n');
}

static int event(struct sink *sink, const struct incident *in)
{
	const struct rst_tuple *t = &in->ev->tuple;
	const struct verdict *v = &in->verdict;
	const char *cause = cause_get(v->cause)->name;
	char sentence[WHY_MAX + sizeof("probably: ")];
	char process[PROCESS_TEXT_MAX];
	char local[TEXT_ENDPOINT_MAX], remote[TEXT_ENDPOINT_MAX], when[64];
	const char *cells[COLUMNS] = {
		[COLUMN_TIME] = when,	[COLUMN_DIR] = words_direction(in->direction, true),
		[COLUMN_LOCAL] = local, [COLUMN_REMOTE] = remote,
		[COLUMN_CAUSE] = cause, [COLUMN_PROCESS] = process,
		[COLUMN_WHY] = v->why,
	};

	if (sink->style.quiet)
		return 0;
	format_time(when, sizeof(when), &sink->style, in->wall_ns);
	format_endpoint(local, t->local, t->family, t->local_port);
	format_endpoint(remote, t->remote, t->family, t->remote_port);
	format_process(process, &in->owner);
	if (v->certainty == CERTAINTY_UNKNOWN)
		cells[COLUMN_CAUSE] = cause_get(CAUSE_UNKNOWN)->name;
	if (v->certainty == CERTAINTY_INFERRED)
		cells[COLUMN_WHY] = strcat(strcpy(sentence, "probably: "), v->why);
	put_cells(sink, cells);
	if (sink->style.stack)
		put_stack(in);
	return buffer_write(&text, sink->out);
}

/* An end of many resets: "*" for what is not the same in all. */
static void format_ends(char *buf, const uint8_t *address, uint8_t family, uint16_t port)
{
	static const uint8_t zero[16];

	if (!memcmp(address, zero, sizeof(zero)) && port)
		snprintf(buf, TEXT_ENDPOINT_MAX, "*:%u", port);
	else if (!memcmp(address, zero, sizeof(zero)))
		strcpy(buf, "*");
	else if (port)
		text_endpoint(buf, address, family, port);
	else
		text_address(buf, address, family);
}

static int attack(struct sink *sink, const struct attack_report *r)
{
	const struct rst_tuple *t = &r->tuple;
	char process[PROCESS_TEXT_MAX];
	char local[TEXT_ENDPOINT_MAX], remote[TEXT_ENDPOINT_MAX], when[64];
	const char *cells[COLUMNS] = {
		[COLUMN_TIME] = when,
		[COLUMN_DIR] = words_direction(r->direction, true),
		[COLUMN_LOCAL] = local,
		[COLUMN_REMOTE] = remote,
		[COLUMN_CAUSE] = cause_get(r->cause)->name,
		[COLUMN_PROCESS] = process,
		[COLUMN_WHY] = r->why,
	};

	if (sink->style.quiet)
		return 0;
	format_time(when, sizeof(when), &sink->style, r->wall_ns);
	format_ends(local, t->local, t->family, t->local_port);
	format_ends(remote, t->remote, t->family, t->remote_port);
	format_process(process, &r->owner);
	put_cells(sink, cells);
	return buffer_write(&text, sink->out);
}

static int flush(struct sink *sink)
{
	return sink_io_flush(sink->out);
}

static uint64_t total(const struct summary *s, enum direction direction)
{
	uint64_t sum = 0;

	for (int i = 0; i < CAUSE_COUNT; i++)
		sum += s->by_cause[direction][i];
	return sum + summary_without_details(s, direction);
}

/* One column of causes, the most frequent first; SKIP_BENIGN or only those. */
static void put_causes(FILE *out, const uint64_t *by_cause, const char *label, bool benign)
{
	bool done[CAUSE_COUNT] = { false };
	char number[28];

	for (;;) {
		int most = -1;

		for (int i = 0; i < CAUSE_COUNT; i++)
			if (!done[i] && by_cause[i] && cause_get(i)->benign == benign &&
			    (most < 0 || by_cause[i] > by_cause[most]))
				most = i;
		if (most < 0)
			return;
		done[most] = true;
		fprintf(out, "  %-18s  %-18s  %12s\n", label, cause_get(most)->name,
			text_count(number, by_cause[most]));
		label = "";
	}
}

/* What was counted only. */
static void put_without_details(const struct sink *sink, const struct summary *s)
{
	char number[28];

	for (uint32_t i = 0; i < s->nkinds; i++) {
		const struct kind_sum *k = &s->kind[i];

		if (k->total.lost)
			fprintf(sink->out, "  %s more were counted only, %s: ring full; %s\n",
				text_count(number, k->total.lost), kind_words(k),
				sink->style.every ? "leave out --every" : "try --ring-size 64");
	}
}

/* What the counters say that the table of causes does not. */
static void put_losses(FILE *out, const struct summary *s)
{
	static const struct {
		enum rst_counter counter;
		const char *sentence;
	} notes[] = {
		{ RST_CNT_LOST_ARRIVED,
		  "resets seen at XDP lost: the ring was full; try --ring-size 64" },
		{ RST_CNT_NO_TOTAL, "counted by class only, not by kind: there are too many" },
		{ RST_CNT_MISSED_RESETS,
		  "resets missed: an interrupt raised them while another was being recorded" },
		{ RST_CNT_MISSED_STATES,
		  "changes of a socket's state missed: its owner or end may not be known" },
		{ RST_CNT_NOT_REMEMBERED, "ended connections not remembered: no room" },
		{ RST_CNT_NO_STACK, "resets without a kernel stack: their cause is less certain" },
		{ RST_CNT_NO_STORAGE, "sockets whose owner could not be remembered: no memory" },
		{ RST_CNT_NO_LISTENER_ROOM, "listeners not remembered: the map was full" },
	};
	char number[28];

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (s->counters[notes[i].counter])
			fprintf(out, "  %s %s\n", text_count(number, s->counters[notes[i].counter]),
				notes[i].sentence);
	if (s->malformed)
		fprintf(out, "  %s records refused: not what this version expects\n",
			text_count(number, s->malformed));
	if (s->counters[RST_CNT_FILTERED])
		fprintf(out, "  %s left out by the filters in the kernel\n",
			text_count(number, s->counters[RST_CNT_FILTERED]));
	if (summary_not_received(s))
		fprintf(out,
			"  %s events that the kernel calls received resets were none (data after close)\n",
			text_count(number, summary_not_received(s)));
}

static void put_pressure(FILE *out, const struct summary *s)
{
	char name[4 * RST_COMM_LEN + 1], end[TEXT_ENDPOINT_MAX], n[2][28];

	for (uint32_t i = 0; i < s->npressure; i++) {
		const struct pressure *p = &s->pressure[i];
		const struct listener_ref *l = &p->listener;

		fprintf(out, "  pressure: %s", text_endpoint(end, l->address, l->family, l->port));
		if (l->pid)
			fprintf(out, " (%s/%u)",
				text_escape(name, sizeof(name), l->comm, RST_COMM_LEN), l->pid);
		fprintf(out,
			"%s dropped %s handshake segments without a RST, %s of them for a full "
			"accept queue\n",
			p->ended ? ", ended," : "", text_count(n[0], p->dropped),
			text_count(n[1], p->overflowed));
	}
	if (summary_forgotten(s))
		fprintf(out,
			"  history: %s ended connections, %s of them forgotten; try --history\n",
			text_count(n[0], s->remembered), text_count(n[1], summary_forgotten(s)));
}

/* Nothing on the screen needs a reason: a silent tool looks the same as a broken one. */
static void put_nothing(FILE *out, const struct summary *s, uint64_t events)
{
	if (events && !s->shown)
		fputs("  none shown: --cause, --abnormal, --pid, --sent, --received or --passing left them out\n",
		      out);
	else if (events || summary_lost(s) || s->malformed)
		return;
	else if (s->counters[RST_CNT_FILTERED])
		fputs("  no reset passed the filters: check ports, addresses, -4/-6 and --netns\n",
		      out);
	else
		fputs("  no reset was seen. Check that the connections end on this host or pass through "
		      "it,\n"
		      "  that they really end with a RST (a timeout does not), and try: "
		      "curl http://127.0.0.1:1/\n",
		      out);
}

static int put_summary(struct sink *sink, const struct summary *s)
{
	uint64_t sent = total(s, DIR_SENT), received = total(s, DIR_RECEIVED);
	uint64_t passing = total(s, DIR_PASSING), all = sent + received + passing;
	char span[32], n[4][28];
	FILE *out = sink->out;
	int err;

	errno = 0;
	fprintf(out, "\n%s%s, %s reset%s: %s sent, %s received", text_span(span, s->duration_ns),
		s->interim ? " so far" : "", text_count(n[0], all), all == 1 ? "" : "s",
		text_count(n[1], sent), text_count(n[2], received));
	if (passing)
		fprintf(out, ", %s passing", text_count(n[3], passing));
	if (s->benign)
		fprintf(out, "; %s of them benign", text_count(n[3], s->benign));
	if (s->shown != all && s->shown)
		fprintf(out, "; %s shown", text_count(n[3], s->shown));
	if (s->waiting)
		fprintf(out, "; %s more are being looked into", text_count(n[3], s->waiting));
	if (s->folded)
		fprintf(out, "; %s folded into other lines", text_count(n[3], s->folded));
	fputc('\n', out);

	put_causes(out, s->by_cause[DIR_SENT], "sent", false);
	put_causes(out, s->by_cause[DIR_RECEIVED], "received", false);
	put_causes(out, s->by_cause[DIR_PASSING], "passing", false);
	put_causes(out, s->by_cause[DIR_SENT], "sent, benign", true);
	put_causes(out, s->by_cause[DIR_RECEIVED], "received, benign", true);
	put_causes(out, s->by_cause[DIR_PASSING], "passing, benign", true);
	put_nothing(out, s, all);
	put_without_details(sink, s);
	put_losses(out, s);
	put_pressure(out, s);
	if (s->reconciliation)
		sink_text_counters(&text, s->reconciliation);
	for (uint32_t i = 0; i < s->nnot_covered; i++) {
		static const char label[] = "  not covered:";
		int at = sizeof(label) - 1;

		buffer_text(&text, label);
		sink_text_wrap(&text, s->not_covered[i], at, at + 1);
		buffer_char(&text, '\n');
	}
	err = sink_io_result(out);
	if (!err)
		err = buffer_write(&text, out);
	return err ? err : sink_io_flush(out);
}

const struct sink_ops sink_text = {
	.name = "text",
	.begin = begin,
	.event = event,
	.attack = attack,
	.flush = flush,
	.summary = put_summary,
};
