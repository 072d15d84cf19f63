/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_features.c: reasons by number, and the running kernel's answers where it has BTF. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "features.h"
#include "kbtf.h"

Test(features, reasons_by_number)
{
	static struct features f;

	strcpy(f.reason[0], "NOT_SPECIFIED");
	strcpy(f.reason[FEATURES_REASONS - 1], "LAST");
	cr_expect_str_eq(features_reason(&f, 0), "NOT_SPECIFIED");
	cr_expect_str_eq(features_reason(&f, FEATURES_REASONS - 1), "LAST");
	cr_expect_null(features_reason(&f, -1), "the kernel gives none");
	cr_expect_null(features_reason(&f, 1), "no name for it");
	cr_expect_null(features_reason(&f, FEATURES_REASONS));
	cr_expect_null(features_reason(&f, INT32_MAX));
	cr_expect_null(features_reason(&f, INT32_MIN));
}

Test(features, drops_by_number)
{
	static struct features f;

	strcpy(f.drop[2], "NOT_SPECIFIED");
	strcpy(f.drop[RST_DROP_REASONS - 1], "LAST");
	cr_expect_str_eq(features_drop(&f, 2), "NOT_SPECIFIED");
	cr_expect_str_eq(features_drop(&f, RST_DROP_REASONS - 1), "LAST");
	cr_expect_null(features_drop(&f, 0), "no name for it");
	cr_expect_null(features_drop(&f, RST_DROP_REASONS), "a subsystem's");
	cr_expect_null(features_drop(&f, 1U << 16 | 2));
	cr_expect_null(features_drop(&f, UINT32_MAX));
}

/* What is none of the packet's own, by this kernel's numbers. */
static void assert_drops(const struct features *f)
{
	static const char *const names[] = { "SKB_CONSUMED", "OTHERHOST",    "SOCKET_CLOSE",
					     "QUEUE_PURGE",  "TCP_FASTOPEN", "PACKET_SOCK_ERROR" };

	for (uint32_t i = 0; i < RST_DROP_REASONS; i++) {
		const char *name = features_drop(f, i);
		bool ignored = false;

		for (size_t k = 0; name && k < sizeof(names) / sizeof(names[0]); k++)
			ignored |= !strcmp(name, names[k]);
		cr_expect_eq(!!f->drop_ignored[i], ignored, "%s", name);
		if (name)
			cr_expect(strncmp(name, "SKB_DROP_REASON_", 16) != 0, "%s", name);
		cr_expect_eq(name && !strcmp(name, "NETFILTER_DROP"),
			     f->netfilter_drop && (uint32_t)f->netfilter_drop == i, "%s", name);
	}
}

Test(features, of_this_kernel)
{
	static struct features f;
	struct kbtf *btf;

	if (access("/sys/kernel/btf/vmlinux", R_OK))
		cr_skip_test("this kernel has no BTF");
	cr_assert_eq(kbtf_open(&btf, NULL), 0);
	cr_expect_eq(features_probe(&f, btf), 0);
	kbtf_close(btf);
	/* HZ is between 24 and 1024 on every architecture. */
	cr_expect_geq(f.tick_ns, 900000);
	cr_expect_leq(f.tick_ns, 45000000);
	if (f.have[FEATURE_RESET_REASON]) {
		cr_expect_str_eq(features_reason(&f, 0), "NOT_SPECIFIED");
		cr_expect_str_eq(features_reason(&f, 1), "NO_SOCKET");
	}
	assert_drops(&f);
	if (f.have[FEATURE_RESET_REASON])
		cr_expect_gt(f.netfilter_drop, 0);
}
