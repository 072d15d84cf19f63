/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* options.c: a command line of any words: each ends in a NUL. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options;
	char *text = malloc(size + 1), *complaint = NULL, *argv[WORDS + 1] = { "rsttrace" };
	size_t len = 0, at = 0;
	int argc = 1, err;
	FILE *out;

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (; at < size && argc < WORDS; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	out = open_memstream(&complaint, &len);
	if (!out)
		abort();
	err = options_parse(&options, argc, argv, out);
	fclose(out);
	/* One line that can be read, or none. */
	if (err ? !len || complaint[len - 1] != '\n' || memchr(complaint, '\n', len - 1) : 0)
		abort();
	for (size_t i = 0; err && i + 1 < len; i++)
		if ((unsigned char)complaint[i] < ' ')
			abort();
	free(complaint);
	free(text);
	return 0;
}
