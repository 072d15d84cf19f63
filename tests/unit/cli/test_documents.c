/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_documents.c: the files, functions and causes that the documents name are there. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "document.h"

static const char *const documents[] = { "docs/architecture.md", "README.md", "docs/rules.md" };

/* Whether LEN characters at NAME are the path of a file or folder of the sources. */
static bool is_path(const char *name, size_t len)
{
	static const char *const roots[] = { "user/", "bpf/", "tests/", "scripts/", "docs/" };

	if (strcspn(name, "*[]<> ") < len)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		if (!strncmp(name, roots[i], strlen(roots[i])))
			return true;
	return false;
}

Test(documents, every_path_between_backticks_exists)
{
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		char *text = document_read(documents[i]);

		for (char *p = text; (p = strchr(p, '`')); p++) {
			size_t len = strcspn(++p, "`\n");
			char path[256], here[512];

			if (p[len] == '`' && is_path(p, len) && len < sizeof(path)) {
				snprintf(path, sizeof(path), "%.*s", (int)len, p);
				cr_expect_eq(access(document_path(here, sizeof(here), path), F_OK),
					     0, "%s: there is no %s", documents[i], path);
				found++;
			}
			p += len;
			if (!*p)
				break;
		}
		free(text);
	}
	cr_expect_gt(found, 30);
}
