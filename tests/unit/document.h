/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* document.h: texts to look into: the repository's own, and what a function prints. */
#ifndef UNIT_DOCUMENT_H
#define UNIT_DOCUMENT_H

#include <stdio.h>

/* All of a file, whose path is that in the repository. To be freed. */
char *document_read(const char *path);

/* Its path here, into BUF of SIZE bytes. */
const char *document_path(char *buf, size_t size, const char *path);

/* What PRINT prints. To be freed. */
char *document_printed(void (*print)(FILE *out));

#endif
