/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* record_lines.c: version 1 of the contract, as in docs/rsttrace.schema.json. */
#include "record/record_lines.h"

#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "base/when.h"

#define JSON_VERSION 1

/* A word from outside, escaped: an option may be as long as a path. */
#define WORD_MAX 8192

static void put_word(struct json_out *o, const char *key, const char *word)
{
	char escaped[WORD_MAX];

	if (word && (*word || !key))
		json_out_string(o, key, text_escape(escaped, sizeof(escaped), word, strlen(word)));
}

static void put_time(struct json_out *o, const char *key, uint64_t wall_ns)
{
	char text[WHEN_UTC];

	if (when_utc(text, wall_ns))
		json_out_string(o, key, text);
}

static void put_words(struct json_out *o, const char *key, const char *const *words, uint32_t n)
{
	struct json_mark all = json_out_array(o, key);

	for (uint32_t i = 0; i < n; i++)
		put_word(o, NULL, words[i]);
	json_out_end_kept(o, all);
}

static uint32_t count(const char *const *words)
{
	uint32_t n = 0;

	while (words && words[n])
		n++;
	return n;
}

void record_line_header(struct json_out *o, const struct record_header *h)
{
	struct json_mark c;

	json_out_begin(o);
	json_out_number(o, "v", JSON_VERSION);
	c = json_out_object(o, "record");
	put_time(o, "start", h->wall_ns);
	json_out_number(o, "realtime_ns", h->wall_ns);
	json_out_number(o, "mono_ns", h->mono_ns);
	json_out_number(o, "boottime_ns", h->boot_ns);
	put_word(o, "host", h->host);
	put_word(o, "kernel", h->kernel);
	put_word(o, "machine", h->machine);
	put_word(o, "boot_id", h->boot);
	put_word(o, "version", h->version);
	put_word(o, "run", h->run);
	json_out_number(o, "file", h->file);
	put_words(o, "options", h->options, count(h->options));
	put_words(o, "not_covered", h->not_covered, h->n_not_covered);
	json_out_end_kept(o, c);
	json_out_line(o);
}

static void begin(struct json_out *o, uint64_t wall_ns, uint64_t mono_ns)
{
	json_out_begin(o);
	json_out_number(o, "v", JSON_VERSION);
	put_time(o, "time", wall_ns);
	json_out_number(o, "mono_ns", mono_ns);
}

void record_line_lost(struct json_out *o, const struct record_loss *l)
{
	const struct {
		const char *key;
		uint64_t n;
	} parts[] = {
		{ "sent", l->sent },	       { "received", l->received },
		{ "arrived", l->arrived },     { "wire", l->wire },
		{ "dropped", l->dropped },     { "missed", l->missed },
		{ "unwritten", l->unwritten },
	};
	struct json_mark c;
	uint64_t total = 0;

	begin(o, l->wall_ns, l->mono_ns);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		total += parts[i].n;
	c = json_out_object(o, "lost");
	json_out_number(o, "total", total);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].n)
			json_out_number(o, parts[i].key, parts[i].n);
	json_out_number(o, "span_ns", l->span_ns);
	json_out_end_kept(o, c);
	json_out_line(o);
}

void record_line_not_covered(struct json_out *o, uint64_t wall_ns, uint64_t mono_ns,
			     const char *const *sentences, uint32_t n)
{
	begin(o, wall_ns, mono_ns);
	put_words(o, "not_covered", sentences, n);
	json_out_line(o);
}
