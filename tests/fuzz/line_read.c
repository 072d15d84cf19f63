/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* line_read.c: a line from anywhere is read back, explained again, and printed in both forms. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "explain/again.h"
#include "explain/attack_tally.h"
#include "explain/why_denial.h"
#include "output/sink_json.h"
#include "output/sink_text.h"
#include "record/line_read.h"

static struct line_reader *reader;
static struct line line;
static struct writer out;
static struct sinks sinks;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sink_style style = { .run = line.run, .stack = true };

	out.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (out.fd < 0 || line_reader_open(&reader) ||
	    sinks_add(&sinks, &sink_json, &out, &style) ||
	    sinks_add(&sinks, &sink_text, &out, &style))
		abort();
	return 0;
}

static void print(void)
{
	static struct attack_report attack;
	static struct denial denial;

	switch (line.type) {
	case LINE_ATTACK:
		line_to_attack(&line, &attack);
		attack_why(&attack);
		sinks_attack(&sinks, &attack);
		break;
	case LINE_REFUSAL:
		line_to_refusal(&line, &denial);
		denial_why(&denial);
		sinks_denial(&sinks, &denial);
		break;
	default:
		sinks_event(&sinks, &line.in);
		if (!line.complete)
			break;
		again_explain(&line.in);
		sinks_event(&sinks, &line.in);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its own size, so that a byte beyond it is noticed. */
	char *text = malloc(size ? size : 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	if (!line_read(reader, text, size, &line))
		print();
	free(text);
	return 0;
}
