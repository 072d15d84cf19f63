/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sink_text_counters.c: the kernel's counters in the text summary. What is explained is summed up
 * over all network namespaces, so that it stays short; what is not has a line of its own.
 */
#include <inttypes.h>
#include <stdarg.h>

#include "output/sink_text.h"
#include "base/text.h"

/* Of several namespaces with the same trouble; --json has all of them. */
#define UNEXPLAINED_SHOWN 16
#define UNKNOWN_SHOWN 4

/* A sentence being written. */
struct pen {
	struct buffer *text;
	int at, indent, width;
};

static void say(struct pen *pen, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct pen *pen, const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	pen->at = buffer_wrap(pen->text, words, pen->at, pen->indent, pen->width);
}

static void say_comma(struct pen *pen)
{
	buffer_char(pen->text, ',');
	pen->at++;
}

static struct pen begin(struct buffer *text, int width)
{
	static const char label[] = "  counters:";

	buffer_text(text, label);
	return (struct pen){ text, sizeof(label) - 1, sizeof(label), width };
}

static void end(struct pen *pen)
{
	buffer_char(pen->text, '\n');
}

/* Of whom: NETNS, if there is but one. */
static void say_whose(struct pen *pen, uint32_t netns, size_t namespaces)
{
	if (namespaces == 1)
		say(pen, "netns %" PRIu32 ":", netns);
	else
		say(pen, "%zu network namespaces:", namespaces);
}

static void say_parts(struct pen *pen, const struct reconcile_line *line)
{
	char number[28];

	say(pen, "%s %s:", counters_name(line->counter), text_count(number, line->kernel));
	say(pen, "%s seen", text_count(number, line->events));
	for (uint32_t i = 0; i < line->parts; i++) {
		const struct reconcile_part *part = &line->part[i];
		uint64_t n = (uint64_t)(part->count < 0 ? -part->count : part->count);

		say_comma(pen);
		say(pen, "%s%s%s %s", part->certain ? "" : "likely ",
		    part->count < 0 ? "less " : "", text_count(number, n), part->why);
	}
}

/* ---- explained */

static void add_part(struct reconcile_line *sum, const struct reconcile_part *part)
{
	for (uint32_t i = 0; i < sum->parts; i++)
		if (sum->part[i].why == part->why && sum->part[i].certain == part->certain) {
			sum->part[i].count += part->count;
			return;
		}
	if (sum->parts < RECONCILE_PARTS)
		sum->part[sum->parts++] = *part;
}

static void add_line(struct reconcile_line *sum, const struct reconcile_line *line)
{
	sum->counter = line->counter;
	sum->kernel += line->kernel;
	sum->events += line->events;
	for (uint32_t i = 0; i < line->parts; i++)
		add_part(sum, &line->part[i]);
}

static void put_explained(struct buffer *text, int width, const struct reconciliation *r)
{
	struct reconcile_line sum[COUNTERS] = { 0 };
	uint32_t netns = 0;
	size_t namespaces = 0, same = 0;
	struct pen pen;
	char number[28];

	for (size_t i = 0; i < r->lines; i++) {
		if (r->line[i].unexplained)
			continue;
		add_line(&sum[r->line[i].counter], &r->line[i]);
		/* The lines of one namespace stand together. */
		namespaces += r->line[i].netns != netns;
		netns = r->line[i].netns;
	}
	for (size_t i = 0; i < COUNTERS; i++) {
		if (!sum[i].kernel || sum[i].parts)
			continue;
		if (!same++) {
			pen = begin(text, width);
			say_whose(&pen, netns, namespaces);
		} else {
			say_comma(&pen);
		}
		say(&pen, "%s %s", counters_name(sum[i].counter),
		    text_count(number, sum[i].kernel));
	}
	if (same) {
		buffer_char(text, ':');
		pen.at++;
		say(&pen, "as seen");
		end(&pen);
	}
	for (size_t i = 0; i < COUNTERS; i++) {
		if (!sum[i].parts)
			continue;
		pen = begin(text, width);
		say_whose(&pen, netns, namespaces);
		say_parts(&pen, &sum[i]);
		end(&pen);
	}
}

/* ---- not explained */

static void put_unexplained(struct buffer *text, int width, const struct reconciliation *r)
{
	size_t n = 0;
	struct pen pen;
	char number[28];

	for (size_t i = 0; i < r->lines; i++) {
		const struct reconcile_line *line = &r->line[i];
		int64_t rest = line->unexplained;

		if (!rest || n++ >= UNEXPLAINED_SHOWN)
			continue;
		pen = begin(text, width);
		say_whose(&pen, line->netns, 1);
		say_parts(&pen, line);
		say_comma(&pen);
		say(&pen, "%s %s NOT EXPLAINED",
		    text_count(number, (uint64_t)(rest < 0 ? -rest : rest)),
		    rest < 0 ? "too many," : "more,");
		if (line->advice)
			say(&pen, "(%s)", line->advice);
		end(&pen);
	}
	if (n > UNEXPLAINED_SHOWN) {
		pen = begin(text, width);
		say(&pen, "%zu more are not explained; --json shows all", n - UNEXPLAINED_SHOWN);
		end(&pen);
	}
}

/* ---- not known */

static void put_unknown(struct buffer *text, int width, const struct reconciliation *r,
			enum reconcile_state state, const char *sentence)
{
	size_t n = 0;
	struct pen pen = { .text = text };

	for (size_t i = 0; i < r->unknowns; i++) {
		if (r->unknown[i].state != state)
			continue;
		if (!n++) {
			pen = begin(text, width);
			say(&pen, "netns");
		}
		if (n <= UNKNOWN_SHOWN)
			say(&pen, "%" PRIu32, r->unknown[i].netns);
	}
	if (!n)
		return;
	if (n > UNKNOWN_SHOWN)
		say(&pen, "and %zu more", n - UNKNOWN_SHOWN);
	say(&pen, "%s", sentence);
	end(&pen);
}

void sink_text_counters(struct buffer *text, int width, const struct reconciliation *r)
{
	put_explained(text, width, r);
	put_unexplained(text, width, r);
	put_unknown(text, width, r, RECONCILE_GONE, "not compared: no longer to be found");
	put_unknown(text, width, r, RECONCILE_REPLACED,
		    "not compared: the number is another namespace's now than at the start");
	put_unknown(text, width, r, RECONCILE_DENIED,
		    "not compared: they cannot be entered, which takes CAP_SYS_ADMIN");
}
