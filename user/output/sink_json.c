/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_json.c: version 1 of the JSON contract, one object a line. The keys stand in the order of
 * docs/rsttrace.schema.json. A key that is absent means "not known": a zero is written only where
 * zero was measured.
 */
#include "output/sink_json.h"

#include <errno.h>
#include <stdlib.h>

#include "output/json_parts.h"

/* Kept from line to line: what it has allocated serves the next one. */
struct json_state {
	struct json_out out;
	struct json_clock clock;
	struct json_kept kept;
};

static int json_open(struct sink *sink)
{
	sink->state = calloc(1, sizeof(struct json_state));
	return sink->state ? 0 : -ENOMEM;
}

static void json_close(struct sink *sink)
{
	struct json_state *j = sink->state;

	buffer_free(&j->out.line);
	free(j);
}

static int put_line(struct sink *sink)
{
	struct json_state *j = sink->state;

	return writer_add(sink->out, json_out_line(&j->out));
}

static int event(struct sink *sink, const struct incident *in)
{
	struct json_state *j = sink->state;

	if (sink->style.quiet)
		return 0;
	json_out_begin(&j->out);
	json_event_put(&j->out, &j->clock, &j->kept, sink->style.run, in);
	return put_line(sink);
}

static int attack(struct sink *sink, const struct attack_report *r)
{
	struct json_state *j = sink->state;

	if (sink->style.quiet)
		return 0;
	json_out_begin(&j->out);
	json_attack_put(&j->out, &j->clock, sink->style.run, r);
	return put_line(sink);
}

static int denial(struct sink *sink, const struct denial *d)
{
	struct json_state *j = sink->state;

	if (sink->style.quiet)
		return 0;
	json_out_begin(&j->out);
	json_denial_put(&j->out, &j->clock, sink->style.run, d);
	return put_line(sink);
}

static int summary(struct sink *sink, const struct summary *s)
{
	struct json_state *j = sink->state;
	struct json_out *o = &j->out;
	struct json_mark c;

	json_out_begin(o);
	json_out_number(o, "v", JSON_VERSION);
	c = json_out_object(o, "summary");
	json_summary_put(o, s);
	json_out_end_kept(o, c);
	return put_line(sink);
}

const struct sink_ops sink_json = {
	.name = "json",
	.open = json_open,
	.close = json_close,
	.event = event,
	.attack = attack,
	.denial = denial,
	.summary = summary,
};
