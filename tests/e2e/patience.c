/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "patience.h"

#include <stdlib.h>

int patience(int time)
{
	const char *text = getenv("RSTTRACE_TEST_PATIENCE");
	int factor = text ? atoi(text) : 1;

	return time * (factor > 1 ? factor : 1);
}
