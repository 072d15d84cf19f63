/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counters.h: the kernel's own counters of a network namespace, those that resets have to do with,
 * as /proc/net/snmp, netstat and snmp6 show them. */
#ifndef RSTTRACE_COUNTERS_H
#define RSTTRACE_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum counter {
	/* What events are set against. */
	COUNTER_OUT_RSTS,
	COUNTER_ESTAB_RESETS,
	COUNTER_ATTEMPT_FAILS,
	COUNTER_EMBRYONIC_RSTS,
	COUNTER_ABORT_ON_DATA,
	COUNTER_ABORT_ON_CLOSE,
	COUNTER_ABORT_ON_MEMORY,
	COUNTER_ABORT_ON_TIMEOUT,
	COUNTER_ABORT_ON_LINGER,
	COUNTER_ABORT_FAILED,
	COUNTER_LISTEN_OVERFLOWS,
	/* What explains differences. */
	COUNTER_LISTEN_DROPS,
	COUNTER_CHALLENGE_ACK,
	COUNTER_FAST_OPEN_PASSIVE,
	COUNTER_MP_FASTCLOSE_TX,
	COUNTER_MP_RST_TX,
	COUNTER_OUT_NO_ROUTES6,
	COUNTER_REQ_QUEUE_DROPS,
	COUNTER_ICMP_UNREACHABLE,
	COUNTER_ICMP_TIME_EXCEEDED,
	COUNTER_ICMP_PARAMETER,
	COUNTER_ICMP6_UNREACHABLE,
	COUNTER_ICMP6_PARAMETER,
	COUNTERS,
};

struct counters {
	uint64_t value[COUNTERS];
	bool have[COUNTERS]; /* this kernel has it */
};

/* "OutRsts"; the name that nstat(8) puts its protocol before. Static storage. */
const char *counters_name(enum counter counter);

/*
 * Adds what F has: pairs of lines of names and of values, "Tcp: OutRsts" and "Tcp: 5", or lines of a
 * name and a value, "Ip6OutNoRoutes 5". What is not understood is passed over.
 */
void counters_parse(struct counters *c, FILE *f);

/* How much a counter has grown from FROM to TO. False: one of them has none, or it has shrunk. */
bool counters_grown(uint64_t *by, const struct counters *from, const struct counters *to,
		    enum counter counter);

#endif
