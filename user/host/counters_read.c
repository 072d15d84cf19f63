/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counters_read.c: opens the files of a network namespace that have the counters. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "host/counters_read.h"
#include "host/netns.h"

int counters_read(struct counters *c)
{
	static const char *const names[] = {
		"snmp", "netstat", "snmp6", /* absent without IPv6 */
	};

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup(fclosep) FILE *f = netns_fopen_here(names[i]);

		if (!f && i < 2)
			return -errno;
		if (f)
			counters_parse(c, f);
	}
	return 0;
}
