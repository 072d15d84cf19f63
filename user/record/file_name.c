/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* file_name.c: written and read in one place. */
#include "record/file_name.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/util.h"

#define PREFIX "rsttrace-"
#define SUFFIX ".jsonl.zst"

#define US_PER_S UINT64_C(1000000)

/* "20261129T080042.123456Z", with zeros where digits are. */
#define PATTERN "00000000T000000.000000Z"

char *file_name(char buf[FILE_NAME_MAX], uint64_t start_ns)
{
	uint64_t us = start_ns / 1000;
	time_t at = (time_t)(us / US_PER_S);
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(date, sizeof(date), "%Y%m%dT%H%M%S", &tm);
	snprintf(buf, FILE_NAME_MAX, PREFIX "%s.%06uZ" SUFFIX, date, (unsigned int)(us % US_PER_S));
	return buf;
}

static bool fits(const char *text)
{
	for (const char *p = PATTERN; *p; p++, text++)
		if (*p == '0' ? *text < '0' || *text > '9' : *text != *p)
			return false;
	return true;
}

uint64_t file_name_time(const char *name)
{
	const char *at = name;
	struct tm tm = { 0 };
	unsigned int us;

	while ((at = strstr(at, PREFIX))) {
		at += strlen(PREFIX);
		if (!fits(at))
			continue;
		if (sscanf(at, "%4d%2d%2dT%2d%2d%2d.%6uZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
			   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &us) != 7)
			return 0;
		tm.tm_year -= 1900;
		tm.tm_mon--;
		return (uint64_t)timegm(&tm) * US_PER_S + us;
	}
	return 0;
}

bool file_name_is_own(const char *name)
{
	size_t prefix = strlen(PREFIX), pattern = strlen(PATTERN);

	return !strncmp(name, PREFIX, prefix) && fits(name + prefix) &&
	       !strcmp(name + prefix + pattern, SUFFIX);
}

bool file_name_is_lines(const char *name)
{
	static const char *const ends[] = { ".jsonl", ".jsonl.zst", ".jsonl.gz" };
	size_t len = strlen(name);

	for (size_t i = 0; *name != '.' && i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if (len > n && !strcmp(name + len - n, ends[i]))
			return true;
	}
	return false;
}
