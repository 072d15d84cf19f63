/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counters_read.c: opens the files of a network namespace that have the counters. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/counters_read.h"

int counters_read(struct counters *c)
{
	static const char *const paths[] = {
		"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat",
		"/proc/thread-self/net/snmp6", /* absent without IPv6 */
	};

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup(fclosep) FILE *f = fopen(paths[i], "re");

		if (!f && i < 2)
			return -errno;
		if (f)
			counters_parse(c, f);
	}
	return 0;
}
