/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* report_folded.c: of a line only its stack is read besides what the brief has. */
#include "cli/report_folded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/stacks.h"
#include "record/line_read.h"

struct report_folded {
	struct line_reader *reader;
	struct stacks *stacks;
	struct line line;
};

struct report_folded *report_folded_new(void)
{
	struct report_folded *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->stacks = stacks_new();
	if (!f->stacks || line_reader_open(&f->reader)) {
		report_folded_free(f);
		return NULL;
	}
	return f;
}

void report_folded_free(struct report_folded *f)
{
	if (!f)
		return;
	stacks_free(f->stacks);
	line_reader_close(f->reader);
	free(f);
}

int report_folded_add(struct report_folded *f, const struct brief *b, const char *text, size_t len)
{
	int err = line_read(f->reader, text, len, &f->line);

	if (err == -ENOMEM)
		return err;
	/* One that cannot be read as a whole still counts. */
	return stacks_add(f->stacks, b, f->line.in.frames, err ? 0 : f->line.in.nframes);
}

int report_folded_end(struct report_folded *f)
{
	struct buffer out = { 0 };
	int err;

	stacks_put(f->stacks, &out);
	err = buffer_write(&out, stdout);
	buffer_free(&out);
	return err;
}
