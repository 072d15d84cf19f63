/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* run_id.c: made once, at the start of a run. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/run_id.h"
#include "base/util.h"

/* 48 bits: so many that no two hosts of a fleet share them by chance. */
#define BOOT_DIGITS 12

char *run_id(char buf[RUN_ID_MAX], const char *boot, uint64_t started_ns)
{
	char digits[BOOT_DIGITS + 1] = "000000000000";

	for (int n = 0; *boot && n < BOOT_DIGITS; boot++)
		if (isxdigit((unsigned char)*boot))
			digits[n++] = (char)tolower((unsigned char)*boot);
	snprintf(buf, RUN_ID_MAX, "%s-%" PRIx64, digits, started_ns / 1000);
	return buf;
}

char *run_id_here(char buf[RUN_ID_MAX], uint64_t started_ns)
{
	_cleanup(fclosep) FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	char boot[64] = "";

	if (f && !fgets(boot, sizeof(boot), f))
		boot[0] = '\0';
	return run_id(buf, boot, started_ns);
}
