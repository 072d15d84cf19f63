/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_run_id.c: which run a line is from. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/run_id.h"

Test(run_id, boot_and_start)
{
	char id[RUN_ID_MAX];

	cr_assert_str_eq(run_id(id, "5F3a9c0d-1b2e-4d5f-8a90-aabbccddeeff\n", 0x2c1f0a3bULL * 1000),
			 "5f3a9c0d1b2e-2c1f0a3b");
	/* Whatever stands there, it is one word of hexadecimal digits. */
	cr_assert_str_eq(run_id(id, "\"12\x1b[31m\n", 1999), "123100000000-1");
	cr_assert_str_eq(run_id(id, "", UINT64_MAX), "000000000000-4189374bc6a7ef");
}

Test(run_id, here)
{
	char a[RUN_ID_MAX], b[RUN_ID_MAX];

	run_id_here(a, 5000);
	run_id_here(b, 6000);
	cr_assert_str_neq(a, b);
	cr_assert_eq(strncmp(a, b, 13), 0, "%s and %s are of one boot", a, b);
	cr_assert_eq(strspn(a, "0123456789abcdef"), 12);
	cr_assert_str_eq(a + 12, "-5");
}
