/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* doctor_price.c: rates of this host by times of another. */
#include "doctor/doctor_price.h"

#include <stddef.h>
#include <stdio.h>

#include "base/text.h"
#include "base/util.h"

/* From rates with and without tracing, and docs/performance.md says how: the time that a part adds to one of its
 * units, in ns. */
static const struct {
	const char *name, *unit;
	size_t field; /* of struct rates */
	uint32_t ns;
} parts[] = {
	{ "connections", "connections", offsetof(struct rates, connections), 710 },
	{ "packets that leave", "packets", offsetof(struct rates, packets), 30 },
	{ "resets", "resets", offsetof(struct rates, resets), 2900 },
};

void doctor_check_wire(struct doctor *d, const struct features *f, const struct wire_needs *n)
{
	static const char name[] = "packets that leave";
	char why[640];

	if (f && !f->have[FEATURE_RESET_REASON])
		doctor_add(d, DOCTOR_PRICE, name, DOCTOR_OK,
			   "looked at: before 6.10 most of TCP's own resets are seen only there");
	else if (wire_needs_any(n))
		doctor_add(d, DOCTOR_PRICE, name, DOCTOR_OK, "have to be looked at: %.280s",
			   wire_needs_text(why, sizeof(why), n));
	else
		doctor_todo(
			doctor_add(
				d, DOCTOR_PRICE, name, DOCTOR_OK,
				"nothing here can put a RST among them that TCP did not send; looking at them "
				"costs some 2%% of request/response"),
			"--wire=auto looks at them only when that changes");
}

#define MB 1e6

void doctor_check_memory(struct doctor *d, uint64_t ring, uint64_t others)
{
	if (!others)
		return;
	/* From 5.11 to 6.3 what is said of a map is its size, whether it is all used or not, and nothing of a ring. */
	if (!ring) {
		doctor_add(d, DOCTOR_PRICE, "kernel memory", DOCTOR_OK,
			   "this kernel does not tell what maps take (those since 6.4 do)");
		return;
	}
	doctor_add(
		d, DOCTOR_PRICE, "kernel memory", DOCTOR_OK,
		"%.1f MB, most of it for open connections (--sockets) and ended ones (--history), and %.1f MB "
		"for events (--ring-size)",
		(double)others / MB, (double)ring / MB);
}

static uint64_t per_second(const struct rates *r, size_t field)
{
	uint64_t n = *(const uint64_t *)((const char *)r + field);

	return r->at_ns ? (uint64_t)((double)n * 1e9 / (double)r->at_ns + 0.5) : 0;
}

/* "0.05": hundredths of a percent of one CPU. */
static double percent(uint64_t per_s, uint32_t ns)
{
	return (double)per_s * ns / 1e9 * 100;
}

void doctor_check_price(struct doctor *d, const struct rates *r)
{
	char text[DOCTOR_TEXT] = "", number[28];
	double all = 0;
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		uint64_t n = per_second(r, parts[i].field);

		all += percent(n, parts[i].ns);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s %s/s: %.2f%%",
				       i ? ", " : "", text_count(number, n), parts[i].unit,
				       percent(n, parts[i].ns));
	}
	doctor_add(
		d, DOCTOR_PRICE, "price", DOCTOR_OK,
		"about %.2f%% of one CPU at the rates of this moment (%s), by the times of another machine: "
		"docs/performance.md",
		all, text);
}
