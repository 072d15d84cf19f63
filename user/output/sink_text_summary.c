/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink_text_summary.c: what people read at the end, and on SIGUSR1. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "output/sink_text.h"

static uint64_t total(const struct summary *s, enum direction direction)
{
	uint64_t sum = 0;

	for (int i = 0; i < CAUSE_COUNT; i++)
		sum += s->by_cause[direction][i];
	return sum + summary_without_details(s, direction);
}

/* The column of the causes' names: as wide as the longest that stands in it. */
static int names_width(const struct summary *s)
{
	size_t width = 18;

	for (int i = 0; i < CAUSE_COUNT; i++) {
		size_t len = strlen(cause_get(i)->name);

		for (int d = 0; d < DIRECTIONS; d++)
			if (s->by_cause[d][i] && len > width)
				width = len;
	}
	return (int)width;
}

/* One column of causes, the most frequent first: what is benign, or the rest. */
static void put_causes(struct buffer *text, const struct summary *s, enum direction direction,
		       const char *label, bool benign)
{
	uint64_t count[CAUSE_COUNT];
	bool done[CAUSE_COUNT] = { false };
	int width = names_width(s);
	char number[28];

	for (int i = 0; i < CAUSE_COUNT; i++) {
		count[i] = s->benign_of[direction][i];
		if (!benign)
			count[i] = s->by_cause[direction][i] - count[i];
	}
	for (;;) {
		int most = -1;

		for (int i = 0; i < CAUSE_COUNT; i++)
			if (!done[i] && count[i] && (most < 0 || count[i] > count[most]))
				most = i;
		if (most < 0)
			return;
		done[most] = true;
		buffer_format(text, "  %-18s  %-*s  %12s\n", label, width, cause_get(most)->name,
			      text_count(number, count[most]));
		label = "";
	}
}

/* What was counted only. */
static void put_without_details(struct buffer *text, bool every, const struct summary *s)
{
	char number[28];

	for (uint32_t i = 0; i < s->nkinds; i++) {
		const struct kind_sum *k = &s->kind[i];

		if (k->total.lost)
			buffer_format(text, "  %s more were counted only, %s: ring full; %s\n",
				      text_count(number, k->total.lost), kind_words(k),
				      every ? "leave out --every" : "try --ring-size 64");
	}
}

/* What the counters say that the table of causes does not. */
static void put_losses(struct buffer *text, const struct summary *s)
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
		{ RST_CNT_NO_STORAGE,
		  "sockets of which nothing was remembered: no room; try a larger --sockets" },
		{ RST_CNT_NO_LISTENER_ROOM, "listeners not remembered: the map was full" },
	};
	char number[28];

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++)
		if (s->counters[notes[i].counter])
			buffer_format(text, "  %s %s\n",
				      text_count(number, s->counters[notes[i].counter]),
				      notes[i].sentence);
	if (s->malformed)
		buffer_format(text, "  %s records refused: not what this version expects\n",
			      text_count(number, s->malformed));
	if (summary_filtered(s))
		buffer_format(text, "  %s left out by the filters\n",
			      text_count(number, summary_filtered(s)));
	if (summary_not_received(s))
		buffer_format(
			text,
			"  %s events that the kernel calls received resets were none (data after close)\n",
			text_count(number, summary_not_received(s)));
}

static void put_denied(struct buffer *text, const struct summary *s)
{
	char name[4 * RST_COMM_LEN + 1], end[TEXT_ENDPOINT_MAX], n[28];
	uint64_t told = 0;

	for (uint32_t i = 0; i < s->ndenied; i++) {
		const struct denied_sum *d = &s->denied[i];

		told += d->count;
		buffer_format(text, "  refused without a RST: %s connect%s",
			      text_count(n, d->count), d->count == 1 ? "" : "s");
		if (d->pid)
			buffer_format(text, " of %s/%u",
				      text_escape(name, sizeof(name), d->comm, RST_COMM_LEN),
				      d->pid);
		buffer_format(text, " to %s", text_endpoint(end, d->remote, d->family, d->port));
		buffer_format(text, ": %s, %s", denial_error(d->error), denial_words(d->error));
		if (d->icmp.there)
			buffer_format(text, " from %s", text_address(end, d->icmp.from, d->family));
		buffer_char(text, '\n');
	}
	if (s->denials > told)
		buffer_format(text, "  refused without a RST: %s more connects, to other places\n",
			      text_count(n, s->denials - told));
	if (s->counters[RST_CNT_LOST_DENIED])
		buffer_format(text,
			      "  refused without a RST: %s more were counted only, the ring was "
			      "full; try --ring-size 64\n",
			      text_count(n, s->counters[RST_CNT_LOST_DENIED]));
}

/* The line goes on with what the listener lost. */
static void put_listener(struct buffer *text, const char *label, const struct pressure *p)
{
	char name[4 * RST_COMM_LEN + 1], end[TEXT_ENDPOINT_MAX];
	const struct listener_ref *l = &p->listener;

	buffer_format(text, "  %s: %s", label, text_endpoint(end, l->address, l->family, l->port));
	if (l->pid)
		buffer_format(text, " (%s/%u)",
			      text_escape(name, sizeof(name), l->comm, RST_COMM_LEN), l->pid);
	if (p->ended)
		buffer_format(text, ", ended,");
}

static void put_pressure(struct buffer *text, const struct summary *s)
{
	char n[2][28];

	for (uint32_t i = 0; i < s->npressure; i++) {
		const struct pressure *p = &s->pressure[i];

		if (p->dropped) {
			put_listener(text, "pressure", p);
			buffer_format(text,
				      " dropped %s handshake segments without a RST, %s of them "
				      "for a full accept queue\n",
				      text_count(n[0], p->dropped),
				      text_count(n[1], p->overflowed));
		}
		if (p->by_icmp) {
			put_listener(text, "half-open", p);
			buffer_format(text,
				      " lost %s half-open connections, likely by ICMP: their "
				      "SYN-ACKs found no way to the client\n",
				      text_count(n[0], p->by_icmp));
		}
	}
	if (summary_forgotten(s))
		buffer_format(
			text,
			"  history: %s of %s remembered connections were pushed out; try --history\n",
			text_count(n[0], summary_forgotten(s)), text_count(n[1], s->remembered));
}

/* Nothing on the screen needs a reason: a silent tool looks the same as a broken one. */
static void put_nothing(struct buffer *text, const struct summary *s, uint64_t events)
{
	if (events || summary_lost(s) || s->malformed)
		return;
	else if (summary_filtered(s))
		buffer_text(
			text,
			"  no reset passed the filters: check that they name what you look for\n");
	else
		buffer_text(
			text,
			"  no reset was seen. Check that the connections end on this host or pass through "
			"it,\n"
			"  that they really end with a RST (a timeout does not), and try: "
			"curl http://127.0.0.1:1/\n");
}

void sink_text_summary(struct buffer *text, const struct sink_style *style, const struct summary *s)
{
	uint64_t sent = total(s, DIR_SENT), received = total(s, DIR_RECEIVED);
	uint64_t passing = total(s, DIR_PASSING), all = sent + received + passing;
	char span[32], n[4][28];

	buffer_format(text, "\n%s%s, %s reset%s: %s sent, %s received",
		      text_span(span, s->duration_ns), s->interim ? " so far" : "",
		      text_count(n[0], all), all == 1 ? "" : "s", text_count(n[1], sent),
		      text_count(n[2], received));
	if (passing)
		buffer_format(text, ", %s passing", text_count(n[3], passing));
	if (s->benign)
		buffer_format(text, "; %s of them benign", text_count(n[3], s->benign));
	if (s->shown != all && s->shown)
		buffer_format(text, "; %s shown", text_count(n[3], s->shown));
	if (s->waiting)
		buffer_format(text, "; %s more are being looked into",
			      text_count(n[3], s->waiting));
	if (s->folded)
		buffer_format(text, "; %s folded into other lines", text_count(n[3], s->folded));
	buffer_char(text, '\n');

	put_causes(text, s, DIR_SENT, "sent", false);
	put_causes(text, s, DIR_RECEIVED, "received", false);
	put_causes(text, s, DIR_PASSING, "passing", false);
	put_causes(text, s, DIR_SENT, "sent, benign", true);
	put_causes(text, s, DIR_RECEIVED, "received, benign", true);
	put_causes(text, s, DIR_PASSING, "passing, benign", true);
	put_nothing(text, s, all);
	put_without_details(text, style->every, s);
	put_losses(text, s);
	put_denied(text, s);
	put_pressure(text, s);
	if (s->reconciliation)
		sink_text_counters(text, sink_text_width(style), s->reconciliation);
	for (uint32_t i = 0; i < s->nnot_covered; i++) {
		static const char label[] = "  not covered:";
		int at = sizeof(label) - 1;

		buffer_text(text, label);
		buffer_wrap(text, s->not_covered[i], at, at + 1, sink_text_width(style));
		buffer_char(text, '\n');
	}
}
