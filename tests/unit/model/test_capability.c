/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_capability.c: what is kept when. */
#include <criterion/criterion.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "model/capability.h"

#define BIT(name) (UINT64_C(1) << (name))
#define LOOK_UPS \
	(BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_PTRACE) | BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_SYS_ADMIN))
#define OWN BIT(CAP_NET_ADMIN)
#define BEGIN (LOOK_UPS | BIT(CAP_BPF) | BIT(CAP_PERFMON) | BIT(CAP_SYS_RESOURCE))

static const struct {
	const char *what;
	struct capability_run run;
	uint64_t wanted;
} wanted[] = {
	{ "begins", {}, BEGIN },
	{ "hears ICMP", { .refusals = true }, BEGIN | BIT(CAP_NET_RAW) },
	{ "records", { .files = true }, BEGIN | BIT(CAP_DAC_OVERRIDE) },
	{ "has begun", { .attached = true, .refusals = true, .files = true }, OWN },
	{ "records into what others own",
	  { .attached = true, .files = true, .files_by_force = true },
	  OWN | BIT(CAP_DAC_OVERRIDE) },
	{ "does not record", { .attached = true, .files_by_force = true }, OWN },
	{ "reads maps of a kernel before 5.19",
	  { .attached = true, .maps_by_force = true },
	  OWN | BIT(CAP_BPF) },
};

Test(capability, wanted)
{
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		cr_expect_eq(capability_wanted(&wanted[i].run), wanted[i].wanted, "%s: %#llx",
			     wanted[i].what, (unsigned long long)capability_wanted(&wanted[i].run));
}

/* What doctor warns of has an advice, and each is there once. */
Test(capability, table)
{
	uint64_t seen = 0;

	for (size_t i = 0; capability_row(i); i++) {
		const struct capability *c = capability_row(i);

		cr_expect_not(seen & BIT(c->number), "%s", c->name);
		seen |= BIT(c->number);
		cr_expect_eq(!c->loss, !c->todo, "%s", c->name);
		cr_expect(!c->needed || c->loss, "%s", c->name);
	}
	cr_expect_eq(seen, BEGIN | BIT(CAP_NET_RAW) | BIT(CAP_DAC_OVERRIDE));
}

Test(capability, clerks)
{
	cr_expect_eq(capability_clerks(), LOOK_UPS);
}

Test(capability, told)
{
	const struct capability_run run = { .attached = true };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert_not_null(out);
	capability_tell(BIT(CAP_BPF) | BIT(CAP_NET_ADMIN) | BIT(CAP_SYS_PTRACE), OWN, &run, 4711,
			out);
	fclose(out);
	cr_expect_not_null(strstr(text, "CAP_BPF                  given up: loads programs\n"));
	cr_expect_not_null(strstr(text, "CAP_NET_ADMIN            kept: -i"));
	cr_expect_not_null(
		strstr(text, "CAP_SYS_PTRACE           kept by process 4711 only: exec"));
	cr_expect_not_null(strstr(text, "CAP_SYS_ADMIN            missing: in other network"));
	/* Of no use any more, or never: nothing is said. */
	cr_expect_null(strstr(text, "CAP_PERFMON"));
	cr_expect_null(strstr(text, "CAP_NET_RAW"));
	free(text);
}
