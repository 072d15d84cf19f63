/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"

int64_t clock_ahead_ns[CLOCK_BOOTTIME + 1];

/* Lines "monotonic    100000    0" of seconds and ns (fs/proc/base.c, timens_offsets_show). Before 5.11 it has
 * numbers in place of the names. */
static void take_line(const char *line)
{
	static const struct {
		const char *name;
		clockid_t clock;
	} names[] = {
		{ "monotonic", CLOCK_MONOTONIC },
		{ "boottime", CLOCK_BOOTTIME },
		{ "1", CLOCK_MONOTONIC },
		{ "7", CLOCK_BOOTTIME },
	};
	int64_t seconds, ns;
	char name[32];

	if (sscanf(line, "%31s %" SCNd64 " %" SCNd64, name, &seconds, &ns) != 3)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i].name))
			clock_ahead_ns[names[i].clock] =
				(int64_t)((uint64_t)seconds * 1000000000 + (uint64_t)ns);
}

void clock_begin(FILE *f)
{
	_cleanup(fclosep) FILE *own = f ? NULL : fopen("/proc/self/timens_offsets", "re");
	char line[128];

	memset(clock_ahead_ns, 0, sizeof(clock_ahead_ns));
	f = f ?: own;
	while (f && fgets(line, sizeof(line), f))
		take_line(line);
}
