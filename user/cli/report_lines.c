/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_lines.c: a line read back, explained again if that is wanted, to the sink that it is for. */
#include "cli/report_lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "explain/again.h"
#include "explain/attack_tally.h"
#include "explain/why_denial.h"
#include "output/sink_json.h"
#include "output/sink_text.h"
#include "record/line_read.h"

struct report_lines {
	bool json, again;
	struct writer out;
	struct sinks sinks;
	struct line_reader *reader;
	struct buffer raw;
	uint64_t unread, older;
	const char *problem; /* of the first that could not be read */
	struct line line;
	struct attack_report attack;
	struct denial denial;
};

int report_lines_open(struct report_lines **out, const struct options *o, struct packets *packets)
{
	struct report_lines *l = calloc(1, sizeof(*l));
	struct sink_style style = o->style;
	int err;

	if (!l)
		return -ENOMEM;
	l->json = o->json;
	l->again = o->explain_again;
	l->out.fd = STDOUT_FILENO;
	/* Each line has its own. */
	style.run = l->line.run;
	style.width = terminal_width(STDOUT_FILENO);
	style.colored = terminal_colored(STDOUT_FILENO, o->color);
	err = line_reader_open(&l->reader);
	/* What follows a recording has to show what is there. */
	style.in_order = !o->follow;
	if (!err && packets && packets->path)
		err = packets_add(packets, &l->sinks, &style);
	else if (!err)
		err = sinks_add(&l->sinks, l->json ? &sink_json : &sink_text, &l->out, &style);
	if (!err)
		err = sinks_begin(&l->sinks);
	if (err) {
		report_lines_free(l);
		return err;
	}
	*out = l;
	return 0;
}

static int put_raw(struct report_lines *l, const char *text, size_t len)
{
	buffer_put(&l->raw, text, len);
	buffer_char(&l->raw, '\n');
	return writer_add(&l->out, &l->raw);
}

/* Puts the line into what its sink takes, with its sentence anew if that is wanted. Returns whether it was. */
static bool explain(struct report_lines *l)
{
	enum line_type type = l->line.type;
	bool reset = type == LINE_RESET || type == LINE_CORRECTION;

	if (type == LINE_ATTACK)
		line_to_attack(&l->line, &l->attack);
	else if (type == LINE_REFUSAL)
		line_to_refusal(&l->line, &l->denial);
	else if (!reset)
		return false;
	if (!l->again)
		return false;
	if (!l->line.complete) {
		l->older++;
		return false;
	}
	if (reset)
		again_explain(&l->line.in);
	else if (type == LINE_ATTACK)
		attack_why(&l->attack);
	else
		denial_why(&l->denial);
	return true;
}

int report_lines_put(struct report_lines *l, const char *text, size_t len)
{
	int err = l->json && !l->again ? 0 : line_read(l->reader, text, len, &l->line);
	uint64_t *start = &l->sinks.sink[0].style.start_ns;

	if (err == -ENOMEM)
		return err;
	if (err && !l->unread++)
		l->problem = l->line.problem;
	/* What nothing is changed of, also has what only a later version knows. */
	if (l->json && (err || !l->again))
		return put_raw(l, text, len);
	if (err)
		return 0;
	if (!explain(l) && l->json)
		return put_raw(l, text, len);
	/* Times are since the first line. */
	if (!*start)
		*start = l->line.in.wall_ns;
	switch (l->line.type) {
	case LINE_ATTACK:
		return sinks_attack(&l->sinks, &l->attack);
	case LINE_REFUSAL:
		return sinks_denial(&l->sinks, &l->denial);
	case LINE_RESET:
	case LINE_CORRECTION:
		return sinks_event(&l->sinks, &l->line.in);
	default:
		return 0;
	}
}

int report_lines_lost(struct report_lines *l, uint64_t n)
{
	return sinks_lost(&l->sinks, n);
}

int report_lines_flush(struct report_lines *l)
{
	return sinks_flush(&l->sinks);
}

int report_lines_end(struct report_lines *l)
{
	if (l->unread)
		fprintf(stderr,
			"rsttrace: %" PRIu64 " line%s could not be read back; of the first: %s\n",
			l->unread, l->unread == 1 ? "" : "s", l->problem);
	if (l->older)
		fprintf(stderr,
			"rsttrace: %" PRIu64
			" line%s too little to explain again (an older version's), and stay as they "
			"were\n",
			l->older, l->older == 1 ? " has" : "s have");
	return report_lines_flush(l);
}

void report_lines_free(struct report_lines *l)
{
	if (!l)
		return;
	sinks_close(&l->sinks);
	line_reader_close(l->reader);
	writer_free(&l->out);
	buffer_free(&l->raw);
	free(l);
}
