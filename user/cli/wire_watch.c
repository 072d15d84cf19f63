/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* wire_watch.c: brings together who looks, who decides, and who attaches. */
#include "cli/wire_watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "base/util.h"
#include "base/when.h"
#include "host/wire_look.h"

#define PAST_TCP "RSTs that TCP did not send (a firewall's, a program's, forwarded ones)"

int wire_watch_mode(enum wire_mode *mode, const struct features *f)
{
	if (*mode == WIRE_ALWAYS || f->have[FEATURE_RESET_REASON])
		return 0;
	if (*mode == WIRE_NEVER) {
		fprintf(stderr,
			"rsttrace: --wire=never: this kernel (before 6.10) shows most of TCP's own "
			"resets only when they leave; try without it\n");
		return -EOPNOTSUPP;
	}
	fprintf(stderr,
		"rsttrace: note: --wire=auto is --wire=always here: this kernel (before 6.10) shows "
		"most of TCP's own resets only when they leave\n");
	*mode = WIRE_ALWAYS;
	return 0;
}

static bool look(struct wire_watch *w)
{
	uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);
	/* Without memory for it, nobody knows. */
	bool needed = wire_look(&w->needs, w->netns, false) || wire_needs_any(&w->needs);

	wire_looked(&w->wire, began_ns, clock_ns(CLOCK_MONOTONIC), needed);
	return needed;
}

/* "18:03:20.123456" of a moment of CLOCK_MONOTONIC. */
static void put_time(char *buf, size_t size, uint64_t mono_ns)
{
	uint64_t ago = clock_ns(CLOCK_MONOTONIC) - mono_ns, wall = clock_ns(CLOCK_REALTIME) - ago;
	char text[WHEN_TEXT];

	snprintf(buf, size, "%s.%06u", when_text(text, wall),
		 (unsigned int)(wall / 1000 % 1000000));
}

static void say_span(const struct wire_watch *w, char *text, const struct wire_span *s)
{
	char at[WHEN_TEXT + 8], span[32], comm[4 * RST_COMM_LEN + 1], asked[sizeof(comm) + 80] = "";

	put_time(at, sizeof(at), s->from_ns);
	if (!*w->why && !w->asked.raw_first_ns)
		snprintf(asked, sizeof(asked), "what can write them was gone before it was named");
	else if (!*w->why)
		snprintf(asked, sizeof(asked), "%s/%u was allowed to open a raw socket",
			 text_escape(comm, sizeof(comm), w->asked.comm, RST_COMM_LEN),
			 w->asked.pid);
	snprintf(text, WIRE_WATCH_TEXT, PAST_TCP ", from %s on, for %s: %.280s (--wire=auto)", at,
		 text_span(span, s->to_ns - s->from_ns), *w->why ? w->why : asked);
}

static const char *tell_span(struct wire_watch *w, const struct wire_span *span, struct summary *s)
{
	uint64_t n = w->wire.spans;
	char together[32], number[28], at[WHEN_TEXT + 8];

	if (n <= WIRE_WATCH_TOLD) {
		say_span(w, w->told[n - 1], span);
		summary_not_covered(s, w->told[n - 1]);
		return NULL;
	}
	put_time(at, sizeof(at), span->from_ns);
	snprintf(w->more, sizeof(w->more),
		 PAST_TCP ": in all %s such moments, together %s, the last at %s (--wire=auto)",
		 text_count(number, n), text_span(together, w->wire.without_ns), at);
	summary_not_covered(s, w->more);
	return w->more;
}

/* Who it is, is asked once it is watched. Returns whether there are only sockets. */
static bool find_why(struct wire_watch *w)
{
	struct wire_needs all;
	bool sockets = true;

	*w->why = '\0';
	if (wire_look(&all, w->netns, true) || !wire_needs_any(&all))
		return true;
	wire_needs_text(w->why, sizeof(w->why), &all);
	for (enum wire_need i = 0; i < WIRE_NEEDS; i++)
		sockets &= !all.reason[i].count || i == WIRE_RAW || i == WIRE_PACKET;
	return sockets;
}

static const char *turn_on(struct wire_watch *w, struct summary *s)
{
	int err = tracer_wire(w->tracer, true);
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	const struct wire_span *span;

	if (err) {
		fprintf(stderr, "rsttrace: packets that leave cannot be looked at any more: %s\n",
			strerror(-err));
		if (s)
			summary_not_covered(s, PAST_TCP);
		w->wire.mode = WIRE_NEVER;
		return NULL;
	}
	span = wire_switched(&w->wire, now_ns, true, find_why(w));
	if (w->verbose)
		fprintf(stderr, "rsttrace: wire: watched from now on: %s\n",
			*w->why ? w->why : "somebody was allowed to open a raw socket");
	return span && s ? tell_span(w, span, s) : NULL;
}

static void turn_off(struct wire_watch *w)
{
	tracer_wire(w->tracer, false);
	wire_switched(&w->wire, clock_ns(CLOCK_MONOTONIC), false, false);
	if (w->verbose)
		fprintf(stderr, "rsttrace: wire: not watched any more: nothing needs it\n");
}

static const char *turn(struct wire_watch *w, struct summary *s)
{
	bool wants = wire_wants(&w->wire, clock_ns(CLOCK_MONOTONIC));

	if (wants == w->wire.watched)
		return NULL;
	if (wants)
		return turn_on(w, s);
	turn_off(w);
	return NULL;
}

static void hear(struct wire_watch *w)
{
	struct tracer_asked asked = tracer_asked(w->tracer);

	if (!asked.first_ns)
		return;
	wire_asked(&w->wire, asked.first_ns, false);
	if (!asked.raw_first_ns)
		return;
	wire_asked(&w->wire, asked.raw_first_ns, true);
	wire_asked(&w->wire, asked.raw_last_ns, true);
	w->asked = asked;
}

const char *wire_watch_step(struct wire_watch *w, struct summary *s)
{
	const char *sentence;

	if (w->wire.mode != WIRE_AUTO)
		return NULL;
	hear(w);
	/* Who may write to a raw socket by now is not looked for first. */
	sentence = turn(w, s);
	if (clock_ns(CLOCK_MONOTONIC) >= w->wire.look_ns) {
		look(w);
		if (!sentence)
			sentence = turn(w, s);
	}
	return sentence;
}

void wire_watch_begin(struct wire_watch *w, struct tracer *t, enum wire_mode mode,
		      const struct features *f, uint32_t netns, bool verbose)
{
	w->tracer = t;
	w->netns = netns;
	w->verbose = verbose;
	wire_begin(&w->wire, mode, f->have[FEATURE_CAPABLE], clock_ns(CLOCK_MONOTONIC));
	if (mode != WIRE_AUTO)
		return;
	look(w);
	/* Nothing was missed yet. */
	turn(w, NULL);
	if (!w->wire.watched && verbose)
		fprintf(stderr, "rsttrace: wire: not watched: nothing needs it\n");
}

void wire_watch_tell(struct wire_watch *w, struct summary *s)
{
	if (w->wire.mode == WIRE_ALWAYS)
		return;
	s->wire = (struct wire_told){
		.mode = wire_modes[w->wire.mode],
		.watched = w->wire.watched,
		.spans = w->wire.spans,
		.without_ns = w->wire.mode == WIRE_NEVER ? s->duration_ns : w->wire.without_ns,
		.why = *w->why ? w->why : NULL,
	};
	if (w->wire.mode == WIRE_NEVER)
		summary_not_covered(s, PAST_TCP
				    ", and so whether one that came in was made on this host: "
				    "--wire=never");
	else if (!w->wire.told)
		summary_not_covered(
			s, "a raw socket that is opened and closed between two looks, a second "
			   "apart: before 6.14 the kernel tells nobody of it (--wire=auto)");
}
