/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_json.c: the groups of a report, one JSON object a line. */
#include "output/report_json.h"

#include "base/json_out.h"
#include "base/when.h"

static void put_time(struct json_out *o, const char *key, uint64_t ns)
{
	char text[WHEN_UTC];

	if (ns && when_utc(text, ns))
		json_out_string(o, key, text);
}

void report_json(struct buffer *text, const struct report *r)
{
	size_t shown = r->top && r->top < r->groups ? r->top : r->groups;
	struct json_out o = {};

	for (size_t i = 0; i < shown; i++) {
		const struct tally_group *g = r->group[i];
		struct json_mark names;
		struct buffer *line;

		json_out_begin(&o);
		json_out_number(&o, "v", 1);
		names = json_out_object(&o, "group");
		for (size_t k = 0; k < r->keys; k++)
			json_out_string(&o, tally_key_name(r->by[k]), g->name[k]);
		json_out_end(&o, names);
		json_out_number(&o, "count", g->count);
		json_out_number(&o, "benign", g->benign);
		put_time(&o, "first", g->first_ns);
		put_time(&o, "last", g->last_ns);
		line = json_out_line(&o);
		buffer_put(text, line->data, line->len);
		text->failed |= line->failed;
	}
	buffer_free(&o.line);
}
