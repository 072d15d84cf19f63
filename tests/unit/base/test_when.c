/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_when.c: moments in systemd's words. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

#include "base/util.h"
#include "base/when.h"

#define S 1000000000ULL
/* 2026-11-29 08:06:19 UTC; nine hours later in Tokyo, which has no summer time. */
#define NOW (1795939579 * S)

static void in_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

Test(when, moments)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{ "now", NOW },
		{ "-1h", NOW - 3600 * S },
		{ "-1h30min", NOW - 5400 * S },
		{ "-1.5h", NOW - 5400 * S },
		{ "-90", NOW - 90 * S },
		{ "+5min", NOW + 300 * S },
		{ "2 days ago", NOW - 172800 * S },
		{ "1h 30min ago", NOW - 5400 * S },
		{ "-500ms", NOW - S / 2 },
		{ "@1795939579", NOW },
		{ "@1795939579.25", NOW + S / 4 },
		{ "2026-11-29 17:06:19", NOW },
		{ "2026-11-29T17:06:19", NOW },
		{ "2026-11-29T08:06:19Z", NOW },
		{ "2026-11-29 08:06:19 UTC", NOW },
		{ "2026-11-29 17:06:19.5", NOW + S / 2 },
		{ "2026-11-29 17:06", NOW - 19 * S },
		{ "17:06:19", NOW },
		{ "17:06", NOW - 19 * S },
		{ "08:06Z", NOW - 19 * S },
		{ "today", NOW - (17 * 3600 + 6 * 60 + 19) * S },
		{ "2026-11-29", NOW - (17 * 3600 + 6 * 60 + 19) * S },
		{ "yesterday", NOW - (41 * 3600 + 6 * 60 + 19) * S },
		{ "yesterday 18:00", NOW - (23 * 3600 + 6 * 60 + 19) * S },
		{ "tomorrow", NOW + (7 * 3600 - 6 * 60 - 19) * S },
	};

	in_zone("Asia/Tokyo");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t ns = 0;

		cr_expect_eq(when_parse(&ns, cases[i].text, NOW), 0, "%s", cases[i].text);
		cr_expect_eq(ns, cases[i].ns, "%s: %lld s beside", cases[i].text,
			     (long long)(ns - cases[i].ns) / 1000000000);
	}
}

Test(when, what_is_no_moment)
{
	static const char *const cases[] = {
		"",
		"yesterday at six",
		"18",
		"25:00",
		"18:60",
		"2026-02-30",
		"2026-13-01",
		"-1q",
		"1h",
		"-",
		"@",
		"@99999999999999",
		"-99y",
		"18:03 rain",
		"-9999999999999",
		"yesterday 1",
		"-999999999999y",
	};
	uint64_t ns;

	in_zone("UTC");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		cr_expect_neq(when_parse(&ns, cases[i], NOW), 0, "%s", cases[i]);
}

/* Over a change of the clock, a day is as long as the calendar says: 2026-10-25 has 25 hours in Berlin. */
Test(when, days_of_the_calendar)
{
	uint64_t midday = 1792926000 * S, ns; /* 2026-10-25 12:00 CET */

	in_zone("Europe/Berlin");
	cr_assert_eq(when_parse(&ns, "today", midday), 0);
	cr_expect_eq(midday - ns, 13 * 3600 * S);
}

/* Where it still is yesterday. */
Test(when, the_day_of_utc)
{
	uint64_t ns;

	in_zone("Pacific/Pago_Pago");
	cr_assert_eq(when_parse(&ns, "08:06Z", NOW), 0);
	cr_expect_eq(ns, NOW - 19 * S);
}

Test(when, spans)
{
	uint64_t ns;

	cr_expect(!when_span(&ns, "1h30min") && ns == 5400 * S);
	cr_expect(!when_span(&ns, "90") && ns == 90 * S);
	cr_expect(!when_span(&ns, "500ms") && ns == S / 2);
	cr_expect(when_span(&ns, ""));
	cr_expect(when_span(&ns, "5 apples"));
}

Test(when, as_text)
{
	char buf[WHEN_TEXT], utc[WHEN_UTC];

	in_zone("Asia/Tokyo");
	cr_expect_str_eq(when_utc(utc, NOW + 7), "2026-11-29T08:06:19.000000007Z");
	cr_expect_str_eq(when_utc(utc, UINT64_MAX), "2554-07-21T23:34:33.709551615Z");
	in_zone("UTC");
	cr_expect_str_eq(when_text(buf, NOW), "2026-11-29 08:06:19");
	cr_expect_str_eq(when_short(buf, NOW, NOW + 60 * S), "08:06:19");
	cr_expect_str_eq(when_short(buf, NOW, NOW + 86400 * S), "11-29 08:06");
}
