/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* stayed.c: by the kernel's reason, and where it gives none by the functions on the stack. */
#include "explain/stayed.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"

/* "*" at the end: whatever follows. */
static const struct {
	const char *reason, *by;
} by_reason[] = {
	{ "NETFILTER_DROP", "firewall" },
	{ "QDISC_*", "qdisc" },
	{ "FQ_*", "qdisc" },
	{ "CAKE_*", "qdisc" },
	{ "DUALPI2_*", "qdisc" },
	{ "TC_EGRESS", "traffic-control" },
	{ "BPF_CGROUP_EGRESS", "cgroup-bpf" },
	{ "NEIGH_*", "neighbour" },
	{ "DEV_READY", "interface-down" },
	{ "IP_OUTNOROUTES", "no-route" },
};

/* A queueing discipline drops below __dev_queue_xmit, or when it sends what had waited. */
static const struct {
	enum kernel_function fn;
	const char *by;
} by_function[] = {
	{ FN_NF_HOOK_SLOW, "firewall" }, { FN_NEIGH_FAILED, "neighbour" },
	{ FN_QDISC, "qdisc" },		 { FN_TC_EGRESS, "traffic-control" },
	{ FN_DEV_QUEUE_XMIT, "qdisc" },
};

static bool is_like(const char *reason, const char *pattern)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? !strncmp(reason, pattern, n - 1) : !strcmp(reason, pattern);
}

static const char *find_by(const struct incident *at)
{
	for (size_t i = 0; at->drop_reason && i < ARRAY_SIZE(by_reason); i++)
		if (is_like(at->drop_reason, by_reason[i].reason))
			return by_reason[i].by;
	for (size_t i = 0; i < ARRAY_SIZE(by_function); i++)
		if (at->location.fn == by_function[i].fn)
			return by_function[i].by;
	/* IPv6's answers have no headers of IP yet when they look for their route. */
	if (at->location.fn == FN_TCP_V6_SEND_RESPONSE || at->location.fn == FN_TCP_V6_SEND_RESET)
		return "no-route";
	/* A program decided about what had waited in its queue. */
	if (at->location.fn == FN_LATER)
		return "firewall";
	for (uint32_t f = 0; f < at->nframes && !kernel_function_is_boundary(at->frames[f].fn); f++)
		for (size_t i = 0; i < ARRAY_SIZE(by_function); i++)
			if (at->frames[f].fn == by_function[i].fn)
				return by_function[i].by;
	return "other";
}

void stayed_dropped(struct stayed *s, const struct incident *at)
{
	s->what = RST_UNSENT_DROPPED;
	s->by = find_by(at);
	if (!strcmp(s->by, "no-route"))
		s->what = RST_UNSENT_NO_ROUTE;
	s->reason = at->drop_reason;
	s->location = at->location;
	if (!strcmp(s->by, "firewall"))
		s->firewall = at->firewall;
}

void stayed_without_way(struct stayed *s, enum rst_unsent what)
{
	s->what = what;
	s->by = what == RST_UNSENT_DOWN ? "interface-down" : "no-route";
}

bool stayed_may_lack_route(const struct incident *in)
{
	const struct rst_event *ev = in->ev;

	return in->direction == DIR_SENT && !in->stayed.what && ev->hdr.type == RST_REC_SENT &&
	       ev->tuple.family == 4 && ev->packet.valid && !ev->packet.answer &&
	       ev->sock.kind != RST_SOCK_FULL && !in->listener.bound_ifindex;
}

/* By the types of routes; see fib_props in net/ipv4/fib_semantics.c and ip6_rt_type_to_error. */
static const struct {
	int err;
	const char *kind;
} refusals[] = {
	{ -ENETUNREACH, NULL },
	{ -EHOSTUNREACH, "unreachable" },
	{ -EACCES, "prohibit" },
	{ -EINVAL, "blackhole" },
};

bool stayed_without_route(struct stayed *s, int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		if (refusals[i].err != err)
			continue;
		s->route = refusals[i].kind;
		if (!s->what) {
			stayed_without_way(s, RST_UNSENT_NO_ROUTE);
			s->inferred = true;
		}
		return true;
	}
	return false;
}
