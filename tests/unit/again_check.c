/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "again_check.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "explain/again.h"
#include "record/line_read.h"
#include "sample.h"

static const struct sink_style with_run = { .run = "5f3a9c0d1b2e-2c1f0a3b" };

static void same(const char *wanted, const struct incident *in, const char *where, const char *when)
{
	_cleanup(freep) char *got = sample_render(&sink_json, &with_run, in, NULL);

	if (strcmp(got, wanted) != 0)
		fprintf(stderr, "%s%s", got, wanted);
	cr_assert_str_eq(got, wanted, "%s: the line differs when it is %s", where, when);
}

/* Numbers of a segment that there is not. */
static bool is_made_up(const struct rst_packet *p)
{
	return !p->valid && (p->seq || p->ack || p->length || p->flags || p->ttl);
}

/* Ends that no socket has, and that a line does not tell of. */
static bool is_nowhere(const struct rst_tuple *t)
{
	static const struct rst_tuple nowhere;

	return t->family && !memcmp(t->local, nowhere.local, sizeof(t->local)) &&
	       !memcmp(t->remote, nowhere.remote, sizeof(t->remote)) && !t->local_port &&
	       !t->remote_port;
}

bool again_check(const struct incident *in, const char *where)
{
	_cleanup(freep) char *line = sample_render(&sink_json, &with_run, in, NULL);
	static struct line_reader *reader;
	static struct line l;
	int err;

	if (is_made_up(&in->packet) || is_made_up(&in->rst) || is_nowhere(&in->pair.tuple))
		return false;
	if (!reader)
		cr_assert_eq(line_reader_open(&reader), 0);
	err = line_read(reader, line, strlen(line), &l);
	if (err == -ERANGE)
		return false;
	cr_assert_eq(err, 0, "%s: %s: %s", where, l.problem, line);
	cr_assert(l.complete, "%s: no evidence: %s", where, line);
	cr_assert_str_eq(l.run, in->id ? with_run.run : "");
	/* What follows from the rest, the line's own reader does not take from it. */
	again_explain(&l.in);
	same(line, &l.in, where, "explained again");
	return true;
}
