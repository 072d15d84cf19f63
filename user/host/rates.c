/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* rates.c: two files a namespace. */
#include "host/rates.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/util.h"
#include "host/netns.h"

void rates_parse_snmp(struct rates *r, FILE *f)
{
	char names[2048], values[2048];

	/* A line of names, and one of their values. */
	while (fgets(names, sizeof(names), f) && fgets(values, sizeof(values), f)) {
		char *at_name = NULL, *at_value = NULL;
		char *name = strtok_r(names, " \n", &at_name);
		char *value = strtok_r(values, " \n", &at_value);

		if (!name || strcmp(name, "Tcp:") != 0)
			continue;
		while (name && value) {
			uint64_t n = strtoull(value, NULL, 10);

			if (!strcmp(name, "ActiveOpens") || !strcmp(name, "PassiveOpens"))
				r->connections += n;
			if (!strcmp(name, "OutRsts"))
				r->resets += n;
			name = strtok_r(NULL, " \n", &at_name);
			value = strtok_r(NULL, " \n", &at_value);
		}
	}
}

void rates_parse_dev(struct rates *r, FILE *f)
{
	char line[512];
	uint64_t n;

	/* Behind the name eight numbers of what was received, then bytes and packets of what was sent. */
	while (fgets(line, sizeof(line), f)) {
		const char *colon = strchr(line, ':');

		if (colon &&
		    sscanf(colon + 1, "%*u %*u %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &n) == 1)
			r->packets += n;
	}
}

static int read_here(void *context)
{
	_cleanup(fclosep) FILE *snmp = netns_fopen_here("snmp");
	_cleanup(fclosep) FILE *dev = netns_fopen_here("dev");

	if (snmp)
		rates_parse_snmp(context, snmp);
	if (dev)
		rates_parse_dev(context, dev);
	return 0;
}

static int read_one(int fd, uint32_t netns, void *context)
{
	/* Entering even the own namespace takes CAP_SYS_ADMIN. */
	if (netns == netns_own())
		return read_here(context);
	netns_within(fd, read_here, context);
	return 0;
}

void rates_read(struct rates *r)
{
	*r = (struct rates){ .at_ns = clock_ns(CLOCK_MONOTONIC) };
	netns_each(read_one, r);
}

static uint64_t grown(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

struct rates rates_between(const struct rates *from, const struct rates *to)
{
	return (struct rates){
		.at_ns = to->at_ns - from->at_ns,
		.connections = grown(from->connections, to->connections),
		.packets = grown(from->packets, to->packets),
		.resets = grown(from->resets, to->resets),
	};
}
