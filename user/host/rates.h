/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rates.h: how much this host does of what tracing is called for, over all of its network namespaces. */
#ifndef RSTTRACE_RATES_H
#define RSTTRACE_RATES_H

#include <stdint.h>
#include <stdio.h>

struct rates {
	uint64_t at_ns;	      /* CLOCK_MONOTONIC */
	uint64_t connections; /* ends of them: ActiveOpens and PassiveOpens */
	uint64_t packets;     /* that left by an interface, the loopback one's included */
	uint64_t resets;      /* OutRsts */
};

/* Sums up what the namespaces count by now that can be entered. */
void rates_read(struct rates *r);

/* What has come between FROM and TO; 0 of what has shrunk, for a namespace has gone. */
struct rates rates_between(const struct rates *from, const struct rates *to);

/* Adds what a file like /proc/net/snmp, and one like /proc/net/dev, has. */
void rates_parse_snmp(struct rates *r, FILE *f);
void rates_parse_dev(struct rates *r, FILE *f);

#endif
