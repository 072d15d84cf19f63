// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* build_symbols.c: names addresses as the kernel's %pB does. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "build_symbols.h"

size_t build_symbols_asked;

/* The kernel finds the function of the byte before, however far behind its begin that is. */
static void name_one(const char *text, uint64_t address, FILE *out)
{
	unsigned long start, found = 0;
	char name[128], module[80], best[128] = "", best_module[80] = "";

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		int n;

		module[0] = '\0';
		n = sscanf(line, "%lx %127[^ \n] %79[^\n]", &start, name, module);
		if (n < 2 || start >= address)
			break;
		found = start;
		strcpy(best, name);
		strcpy(best_module, n == 3 && module[0] == '[' ? module : "");
	}
	if (found)
		fprintf(out, "%s+0x%lx/0x%x%s%s\n", best, (unsigned long)address - found, 0x100,
			best_module[0] ? " " : "", best_module);
	else
		fprintf(out, "0x%lx\n", (unsigned long)address);
}

static int name(void *context, const uint64_t *address, size_t n, char *text, size_t room)
{
	FILE *out = fmemopen(text, room, "w");

	cr_assert_leq(n, RST_STACK_MAX);
	for (size_t i = 0; i < n; i++)
		name_one(context, address[i], out);
	build_symbols_asked += n;
	fclose(out);
	return 0;
}

struct symbols *build_symbols(const char *text)
{
	struct symbols *s = NULL;

	cr_assert_eq(symbols_open(&s, name, (void *)text), 0);
	return s;
}
