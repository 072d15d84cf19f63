/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "quick.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool there(const struct bench *b, enum metric m, int load, int tool)
{
	return b->v[m][load][tool][0] > 0;
}

/* Returns what is wrong with what a tool did under a load, or NULL. */
static const char *fault(const struct bench *b, int load, int tool)
{
	if (!there(b, M_RATE, load, tool))
		return "the load did nothing";
	if (tool == TOOL_NONE || tool == TOOL_AGAIN || tools[tool].silent || !loads[load].resets)
		return NULL;
	if (!there(b, M_PRINTED, load, tool))
		return "it printed nothing";
	return there(b, M_SENT, load, tool) ? NULL : "it told of no reset";
}

/* The kernel's account finds programs by their names, in the runs that are made for it. */
static const char *account_fault(const struct bench *b, int tool)
{
	if ((tool == TOOL_EVERY || tool == TOOL_FLOOR) && measure_wants(b, LOAD_RAW, tool) &&
	    !there(b, M_HOOK, LOAD_RAW, tool))
		return "the account has no program of it at tcp_send_reset";
	if (tool == TOOL_XDP && measure_wants(b, LOAD_RR, tool) &&
	    !(there(b, M_XDP, LOAD_RR, tool) && there(b, M_PASS, LOAD_RR, tool)))
		return "the account has no XDP program of it";
	return NULL;
}

static const char *check(const struct bench *b, int tool, char under[64])
{
	const char *why = account_fault(b, tool);
	int ran = 0;

	under[0] = '\0';
	for (int load = 0; load < LOADS; load++) {
		size_t len = strlen(under);

		if (isnan(b->v[M_RATE][load][tool][0]))
			continue;
		ran++;
		snprintf(under + len, 64 - len, "%s%s", len ? "," : "", loads[load].key);
		why = why ?: fault(b, load, tool);
	}
	return why ?: ran ? NULL : "it did not run";
}

int quick_print(const struct bench *b)
{
	int passed = 0, failed = 0, skipped = 0;

	for (int tool = 0; tool < TOOLS; tool++) {
		const char *name = tools[tool].title, *why;
		char under[64];

		if (!(b->tools & 1U << tool))
			continue;
		why = check(b, tool, under);
		if (b->missing[tool] && !*b->why[tool]) {
			printf("skipped: %s: %s\n", name, b->missing[tool]);
			skipped++;
		} else if (why) {
			printf("FAIL %s: %s\n", name, b->missing[tool] ?: why);
			failed++;
		} else {
			printf("ok %s: %s\n", name, under);
			passed++;
		}
	}
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed;
}
