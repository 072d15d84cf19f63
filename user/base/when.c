// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* when.c: moments as people write them, in systemd's words (systemd.time(7)). */
#include "base/when.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

#define NS_PER_S 1000000000ULL

/* The longest name of a unit first where one begins with another. */
static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "seconds", NS_PER_S },
	{ "second", NS_PER_S },
	{ "sec", NS_PER_S },
	{ "s", NS_PER_S },
	{ "minutes", 60 * NS_PER_S },
	{ "minute", 60 * NS_PER_S },
	{ "min", 60 * NS_PER_S },
	{ "months", 2629800 * NS_PER_S },
	{ "month", 2629800 * NS_PER_S },
	{ "M", 2629800 * NS_PER_S },
	{ "msec", 1000000 },
	{ "ms", 1000000 },
	{ "m", 60 * NS_PER_S },
	{ "hours", 3600 * NS_PER_S },
	{ "hour", 3600 * NS_PER_S },
	{ "hr", 3600 * NS_PER_S },
	{ "h", 3600 * NS_PER_S },
	{ "days", 86400 * NS_PER_S },
	{ "day", 86400 * NS_PER_S },
	{ "d", 86400 * NS_PER_S },
	{ "weeks", 604800 * NS_PER_S },
	{ "week", 604800 * NS_PER_S },
	{ "w", 604800 * NS_PER_S },
	{ "years", 31557600 * NS_PER_S },
	{ "year", 31557600 * NS_PER_S },
	{ "y", 31557600 * NS_PER_S },
	{ "usec", 1000 },
	{ "us", 1000 },
};

static const char *blanks(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

/* A unit at *S, which moves behind it; 0: there is none. */
static uint64_t unit_at(const char **s)
{
	size_t len = 0;

	while (isalpha((unsigned char)(*s)[len]))
		len++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) == len && !strncmp(units[i].name, *s, len)) {
			*s += len;
			return units[i].ns;
		}
	}
	return 0;
}

/* Digits at *S, which moves behind them. False: none, or too many. */
static bool number_at(const char **s, uint64_t *out)
{
	const char *begin = *s;

	*out = 0;
	while (isdigit((unsigned char)**s)) {
		if (*s - begin == 12)
			return false;
		*out = *out * 10 + (uint64_t)(*(*s)++ - '0');
	}
	return *s != begin;
}

/* ".25" at *S, in parts of UNIT. */
static uint64_t fraction_at(const char **s, uint64_t unit)
{
	uint64_t sum = 0;

	if (**s != '.' || !isdigit((unsigned char)(*s)[1]))
		return 0;
	for ((*s)++; isdigit((unsigned char)**s); (*s)++) {
		unit /= 10;
		sum += unit * (uint64_t)(**s - '0');
	}
	return sum;
}

/* "1h 30min" at *S; a number without a unit is of seconds. Returns 0, or -EINVAL. */
static int span_at(const char **s, uint64_t *ns)
{
	bool any = false;

	*ns = 0;
	for (*s = blanks(*s); isdigit((unsigned char)**s); *s = blanks(*s)) {
		const char *part;
		uint64_t n, unit, more;

		if (!number_at(s, &n))
			return -EINVAL;
		part = *s;
		fraction_at(s, 1);
		*s = blanks(*s);
		unit = unit_at(s) ?: NS_PER_S;
		more = fraction_at(&part, unit);
		if (n > UINT64_MAX / 2 / unit || *ns + n * unit + more > UINT64_MAX / 2)
			return -EINVAL;
		*ns += n * unit + more;
		any = true;
	}
	return any ? 0 : -EINVAL;
}

int when_span(uint64_t *ns, const char *text)
{
	int err = span_at(&text, ns);

	return err || *text ? -EINVAL : 0;
}

/* "18:03" or "18:03:20.5" at *S into *TM and *PART (ns, which it leaves alone without seconds). Returns 0, or -EINVAL. */
static int clock_at(const char **s, struct tm *tm, uint64_t *part)
{
	uint64_t hour, minute, second = 0;

	if (!number_at(s, &hour) || **s != ':')
		return -EINVAL;
	(*s)++;
	if (!number_at(s, &minute))
		return -EINVAL;
	if (**s == ':') {
		(*s)++;
		if (!number_at(s, &second))
			return -EINVAL;
		*part = fraction_at(s, NS_PER_S);
	}
	if (hour > 23 || minute > 59 || second > 60)
		return -EINVAL;
	tm->tm_hour = (int)hour;
	tm->tm_min = (int)minute;
	tm->tm_sec = (int)second;
	return 0;
}

/* "2026-11-28" at *S. Returns 0; -EINVAL: it is no date, and *S has not moved. */
static int date_at(const char **s, struct tm *tm)
{
	const char *at = *s;
	uint64_t year, month, day;

	if (!number_at(&at, &year) || *at++ != '-' || !number_at(&at, &month) || *at++ != '-' ||
	    !number_at(&at, &day))
		return -EINVAL;
	if (year < 1970 || year > 2500 || !month || month > 12 || !day || day > 31)
		return -EINVAL;
	tm->tm_year = (int)year - 1900;
	tm->tm_mon = (int)month - 1;
	tm->tm_mday = (int)day;
	*s = at;
	return 0;
}

/* "today" and the like at *S, as so many days from now. False: another word. */
static bool day_at(const char **s, int *days)
{
	static const struct {
		const char *name;
		int days;
	} words[] = { { "today", 0 }, { "yesterday", -1 }, { "tomorrow", 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t len = strlen(words[i].name);

		if (!strncasecmp(*s, words[i].name, len)) {
			*s += len;
			*days = words[i].days;
			return true;
		}
	}
	return false;
}

/* "UTC" or "Z", the end of S. */
static bool is_utc(const char *s)
{
	s = blanks(s);
	return !strcmp(s, "Z") || !strcasecmp(s, "UTC");
}

/* A day, a time of day, or both. */
static int calendar(uint64_t *ns, const char *s, uint64_t now)
{
	time_t begin = (time_t)(now / NS_PER_S), t;
	bool utc = strlen(s) && is_utc(s + strcspn(s, "ZzUu"));
	bool day, date;
	uint64_t part = 0;
	struct tm tm, given;
	int days = 0;

	if (!(utc ? gmtime_r(&begin, &tm) : localtime_r(&begin, &tm)))
		return -EINVAL;
	day = day_at(&s, &days);
	date = !day && !date_at(&s, &tm);
	if (day || date) {
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_mday += days;
	}
	if ((day || date) && (*s == ' ' || *s == 'T'))
		s = *s == 'T' ? s + 1 : blanks(s);
	if (!(day || date) || isdigit((unsigned char)*s)) {
		if (clock_at(&s, &tm, &part))
			return -EINVAL;
	}
	if (*blanks(s) && !is_utc(s))
		return -EINVAL;
	tm.tm_isdst = -1;
	given = tm;
	t = utc ? timegm(&tm) : mktime(&tm);
	/* 31 February is none; mktime would make March of it. */
	if (t < 0 || (date && given.tm_mday != tm.tm_mday))
		return -EINVAL;
	*ns = (uint64_t)t * NS_PER_S + part;
	return 0;
}

int when_parse(uint64_t *ns, const char *text, uint64_t now)
{
	const char *s = blanks(text);
	uint64_t span;
	char sign = *s;

	if (!strcasecmp(s, "now")) {
		*ns = now;
		return 0;
	}
	if (sign == '@') {
		s++;
		if (!number_at(&s, &span) || span > UINT64_MAX / 2 / NS_PER_S)
			return -EINVAL;
		*ns = span * NS_PER_S + fraction_at(&s, NS_PER_S);
		return *s ? -EINVAL : 0;
	}
	if (sign == '-' || sign == '+') {
		s++;
		if (when_span(&span, s))
			return -EINVAL;
	} else {
		if (!calendar(ns, s, now))
			return 0;
		if (span_at(&s, &span) || strcasecmp(s, "ago"))
			return -EINVAL;
		sign = '-';
	}
	if (sign == '-' && span > now)
		return -EINVAL;
	*ns = sign == '-' ? now - span : now + span;
	return 0;
}

char *when_utc(char *buf, uint64_t ns)
{
	time_t t = (time_t)(ns / NS_PER_S);
	struct tm tm;
	size_t n;

	if (!gmtime_r(&t, &tm))
		return NULL;
	n = strftime(buf, WHEN_UTC, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + n, WHEN_UTC - n, ".%09uZ", (unsigned int)(ns % NS_PER_S));
	return buf;
}

char *when_text(char *buf, uint64_t ns)
{
	time_t t = (time_t)(ns / NS_PER_S);
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, WHEN_TEXT, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(buf, WHEN_TEXT, "?");
	return buf;
}

char *when_short(char *buf, uint64_t ns, uint64_t base)
{
	time_t t = (time_t)(ns / NS_PER_S), b = (time_t)(base / NS_PER_S);
	struct tm tm, day;
	bool same;

	if (!localtime_r(&t, &tm) || !localtime_r(&b, &day)) {
		snprintf(buf, WHEN_TEXT, "?");
		return buf;
	}
	same = tm.tm_year == day.tm_year && tm.tm_yday == day.tm_yday;
	if (!strftime(buf, WHEN_TEXT, same ? "%H:%M:%S" : "%m-%d %H:%M", &tm))
		snprintf(buf, WHEN_TEXT, "?");
	return buf;
}
