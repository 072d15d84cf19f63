/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_features.c: reasons by number, and the running kernel's answers where it has BTF. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "features.h"

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

Test(features, of_this_kernel)
{
	static struct features f;
	char *text = NULL;
	size_t n = 0;
	FILE *err = open_memstream(&text, &n);
	int ret = features_probe(&f, err);

	fclose(err);
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		cr_expect_lt(ret, 0);
		cr_expect_eq(strchr(text, '\n'), text + n - 1, "one line");
		free(text);
		cr_skip_test("this kernel has no BTF");
	}
	cr_expect_eq(ret, 0);
	cr_expect_eq(n, 0, "%s", text);
	free(text);
	/* HZ is between 24 and 1024 on every architecture. */
	cr_expect_geq(f.tick_ns, 900000);
	cr_expect_leq(f.tick_ns, 45000000);
	if (f.reasons) {
		cr_expect_str_eq(features_reason(&f, 0), "NOT_SPECIFIED");
		cr_expect_str_eq(features_reason(&f, 1), "NO_SOCKET");
	}
}
