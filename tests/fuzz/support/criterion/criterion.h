/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * criterion.h: of the unit tests' library, what their builders and fakes use, for a fuzzer: what does not hold
 * ends it.
 */
#ifndef FUZZ_CRITERION_H
#define FUZZ_CRITERION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_HOLDS(condition)                                                            \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

#define cr_assert(condition, ...) FUZZ_HOLDS(condition)
#define cr_assert_eq(a, b, ...) FUZZ_HOLDS((a) == (b))
#define cr_assert_lt(a, b, ...) FUZZ_HOLDS((a) < (b))
#define cr_assert_geq(a, b, ...) FUZZ_HOLDS((a) >= (b))
#define cr_assert_str_eq(a, b, ...) FUZZ_HOLDS(!strcmp(a, b))
#define cr_assert_not_null(a, ...) FUZZ_HOLDS((a) != NULL)

#endif
