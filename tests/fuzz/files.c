/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* files.c: what is read of /proc, of cgroups, and of the files that runtimes keep of their containers. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "given.h"
#include "host/container.h"
#include "host/counters_read.h"
#include "host/names.h"
#include "host/process.h"
#include "host/rates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_process(struct given *g)
{
	struct process p = { .pid = 7 };
	char cgroup[PROCESS_CGROUP_MAX];
	struct tcp_memory memory;

	process_fill(&p, 0, 0, NULL, NULL);
	process_cgroup(cgroup, sizeof(cgroup), 7);
	process_runs(7, 0);
	process_tcp_memory(&memory);
}

static void take_names(struct given *g)
{
	struct container_names names;
	char cgroup[PROCESS_CGROUP_MAX] = "", text[PROCESS_CONTAINER_MAX];
	size_t len = 0;

	/* A path first, then what the files have. */
	while (len < sizeof(cgroup) - 1 && g->at < g->end && *g->at != GIVEN_END)
		cgroup[len++] = (char)*g->at++;
	g->at += g->at < g->end;
	container_name(text, sizeof(text), cgroup);
	names_root("/nowhere");
	names_find(&names, cgroup);
	names_find(&names, cgroup);
}

static void take_counters(struct given *g)
{
	struct counters counters = { 0 };
	struct rates rates = { 0 };
	_cleanup(fclosep) FILE *snmp = NULL, *dev = NULL;

	counters_read(&counters);
	snmp = fmemopen((void *)g->at, (size_t)(g->end - g->at), "r");
	if (snmp)
		rates_parse_snmp(&rates, snmp);
	dev = fmemopen((void *)g->at, (size_t)(g->end - g->at), "r");
	if (dev)
		rates_parse_dev(&rates, dev);
}

static void take_exists(struct given *g)
{
	static FILE *err;

	given_files(NULL);
	if (!err)
		err = fopen("/dev/null", "we");
	given_files(g);
	process_exists(7, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const takes[])(struct given *) = { take_process, take_names, take_counters,
							 take_exists };
	struct given g = { data, data + size };
	uint8_t which = given_byte(&g);

	given_files(&g);
	takes[which % ARRAY_SIZE(takes)](&g);
	given_files(NULL);
	return 0;
}
