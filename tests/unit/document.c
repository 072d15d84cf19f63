/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "document.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Where the tests are started from, unless the build says otherwise. */
#ifndef RST_SRCDIR
#define RST_SRCDIR "."
#endif

#define DOCUMENT_MAX 262144

const char *document_path(char *buf, size_t size, const char *path)
{
	snprintf(buf, size, "%s/%s", RST_SRCDIR, path);
	return buf;
}

char *document_read(const char *path)
{
	char here[512], *text = calloc(1, DOCUMENT_MAX);
	FILE *f = fopen(document_path(here, sizeof(here), path), "r");

	cr_assert(f && text, "%s", path);
	cr_assert_lt(fread(text, 1, DOCUMENT_MAX - 1, f), DOCUMENT_MAX - 1, "%s", path);
	fclose(f);
	return text;
}

char *document_printed(void (*print)(FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	print(out);
	fclose(out);
	return text;
}
