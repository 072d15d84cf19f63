/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "balance.h"

#include <stdio.h>
#include <string.h>

#include "expect.h"

static const char *text(json_t *event, const char *key)
{
	const char *value = json_string_value(json_object_get(event, key));

	return value ? value : "";
}

/* "192.0.2.1:80 to 192.0.2.2:1024" */
static void flow_of(char *buf, size_t size, json_t *event)
{
	bool received = !strcmp(text(event, "direction"), "received");
	json_t *from = json_object_get(event, received ? "remote" : "local");
	json_t *to = json_object_get(event, received ? "local" : "remote");

	snprintf(buf, size, "%s:%lld to %s:%lld", text(from, "address"),
		 json_integer_value(json_object_get(from, "port")), text(to, "address"),
		 json_integer_value(json_object_get(to, "port")));
}

static void add(json_t *flows, json_t *event, const char *what)
{
	char flow[128];
	json_t *entry;

	flow_of(flow, sizeof(flow), event);
	entry = json_object_get(flows, flow);
	if (!entry) {
		entry = json_object();
		json_object_set_new(flows, flow, entry);
	}
	json_object_set_new(entry, what,
			    json_integer(1 + json_integer_value(json_object_get(entry, what))));
}

static bool is_ignored(json_t *event)
{
	return !strcmp(text(event, "cause"), "ignored");
}

/* What another program or the firewall sent is not in OutRsts. */
static bool is_by_tcp(json_t *event)
{
	return strcmp(text(event, "cause"), "crafted") &&
	       strcmp(text(event, "cause"), "firewall-reject");
}

static long take_side(struct run *run, enum side side, json_t *flows)
{
	long by_tcp = 0;
	json_t *event;
	size_t i;

	json_array_foreach(run->tracer.events, i, event) {
		if (expect_is(run, event, side, "sent")) {
			by_tcp += is_by_tcp(event);
			add(flows, event, "sent");
		} else if (expect_is(run, event, side, "received") ||
			   (expect_is(run, event, side, "passing") && is_ignored(event))) {
			add(flows, event, "came");
		}
	}
	return by_tcp;
}

void balance_check(struct run *run)
{
	json_t *flows = json_object(), *entry;
	const char *flow;

	for (int side = SIDE_SERVER; side <= SIDE_CLIENT; side++) {
		long kernel = netlab_counter(&run->lab, side, "Tcp", "OutRsts");
		long by_tcp = take_side(run, side, flows);

		if (kernel != by_tcp)
			run_fail("the %s's kernel counts %ld resets sent, the tracer %ld",
				 netlab_side_name(side), kernel, by_tcp);
	}
	json_object_foreach(flows, flow, entry) {
		long long sent = json_integer_value(json_object_get(entry, "sent"));
		long long came = json_integer_value(json_object_get(entry, "came"));

		if (sent != came)
			run_fail("%s: %lld resets sent, %lld received or ignored", flow, sent,
				 came);
	}
	json_decref(flows);
}
