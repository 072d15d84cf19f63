/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* answers.c: hands each question to the module that knows. */
#include "cli/answers.h"

#include "base/clock.h"
#include "base/util.h"
#include "host/cgroup.h"
#include "host/netns.h"
#include "host/place.h"
#include "host/process.h"
#include "host/wire_look.h"
#include "kernel/sk_lookup.h"

/* The tracer is opened later than what asks it for symbols. */
static int name_symbols(void *context, const uint64_t *address, size_t n, char *text, size_t room)
{
	struct answers *a = context;

	return tracer_symbols(a->tracer, address, n, text, room);
}

int answers_open(struct answers *a)
{
	int err = diag_open(&a->diag);

	if (!err)
		err = conntrack_open(&a->conntrack);
	if (!err)
		err = ruleset_open(&a->ruleset);
	if (!err)
		err = route_open(&a->route);
	if (!err)
		err = addresses_open(&a->addresses);
	if (!err)
		err = icmp_open(&a->icmp);
	if (!err)
		err = symbols_open(&a->symbols, name_symbols, a);
	return err;
}

void answers_close(struct answers *a)
{
	diag_close(a->diag);
	conntrack_close(a->conntrack);
	ruleset_close(a->ruleset);
	route_close(a->route);
	addresses_close(a->addresses);
	icmp_close(a->icmp);
	symbols_free(a->symbols);
}

static uint64_t answer_now(void *context, clockid_t clock)
{
	return clock_ns(clock);
}

static void answer_stack(void *context, struct incident *in)
{
	struct answers *a = context;

	symbols_stack(a->symbols, in);
}

static bool answer_not_received(void *context, const struct rst_event *event, uint64_t *caller)
{
	struct answers *a = context;

	return symbols_not_received(a->symbols, event, caller);
}

static void answer_caller(void *context, uint64_t ip, enum rst_caller caller)
{
	struct answers *a = context;

	tracer_caller(a->tracer, ip, caller);
}

static void answer_counters(void *context, uint64_t counters[RST_CNT_MAX])
{
	struct answers *a = context;

	tracer_counters(a->tracer, counters);
}

static void answer_poll(void *context)
{
	struct answers *a = context;

	tracer_poll(a->tracer, 0);
}

static const struct listeners *answer_listeners(void *context)
{
	struct answers *a = context;

	return tracer_listeners(a->tracer);
}

static int answer_owners(void *context, const uint64_t *inode, struct rst_found *found, size_t n)
{
	struct answers *a = context;

	return tracer_find(a->tracer, inode, found, n);
}

static int answer_socket(void *context, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
			 struct diag_socket *found)
{
	struct answers *a = context;

	return diag_find(a->diag, netns, pid, tuple, found);
}

static int answer_anywhere(void *context, uint32_t but, const struct rst_tuple *tuple,
			   uint32_t *netns, struct diag_socket *found)
{
	struct answers *a = context;

	return diag_anywhere(a->diag, but, tuple, netns, found);
}

static int answer_alike(void *context, uint32_t netns, const struct rst_tuple *tuple,
			struct diag_connection *out, int max)
{
	struct answers *a = context;

	return diag_alike(a->diag, netns, 0, tuple, out, max);
}

static int answer_past(void *context, uint64_t net, const struct rst_tuple *tuple, bool is_syn,
		       struct rst_past *out)
{
	struct answers *a = context;

	return tracer_past(a->tracer, net, tuple, is_syn, out);
}

static void answer_peers(void *context, struct past_peer *q, size_t n)
{
	struct answers *a = context;

	tracer_past_peers(a->tracer, q, n);
}

static void answer_history(void *context, uint64_t *remembered, uint64_t *forgotten)
{
	struct answers *a = context;

	tracer_history(a->tracer, remembered, forgotten);
}

static bool answer_fold_told(void *context, struct rst_event *event)
{
	struct answers *a = context;

	return folds_told(&a->folds, event);
}

static bool answer_fold_next(void *context, uint32_t *at, bool force, struct rst_event *out)
{
	struct answers *a = context;

	return folds_next(&a->folds, at, force, out);
}

static int answer_address(void *context, uint32_t netns, uint8_t family, const uint8_t *address,
			  uint64_t *since_ns)
{
	struct answers *a = context;

	return addresses_since(a->addresses, netns, family, address, since_ns);
}

static void answer_icmp(void *context, uint32_t netns, const struct rst_tuple *tuple,
			struct denial_icmp *out)
{
	struct answers *a = context;

	icmp_find(a->icmp, netns, tuple, out);
}

static bool answer_translation(void *context, uint32_t netns, const struct rst_tuple *packet,
			       struct translation *out)
{
	struct answers *a = context;

	return conntrack_find(a->conntrack, netns, 0, packet, out);
}

static void answer_rule(void *context, uint32_t netns, const struct ruleset_query *q,
			struct ruleset_answer *out)
{
	struct answers *a = context;

	ruleset_find(a->ruleset, netns, 0, q, out);
}

static int answer_route(void *context, uint32_t netns, const struct rst_tuple *tuple,
			uint32_t ifindex)
{
	struct answers *a = context;

	return route_find(a->route, netns, 0, tuple, ifindex);
}

static uint32_t answer_down(void *context, uint32_t netns, const struct rst_tuple *tuple,
			    uint32_t ifindex)
{
	struct answers *a = context;

	return route_down(a->route, netns, 0, tuple, ifindex);
}

static bool answer_holds(void *context, uint32_t netns, const struct rst_tuple *tuple, bool local)
{
	struct answers *a = context;

	return route_holds(a->route, netns, 0, tuple, local);
}

static bool answer_vrf(void *context, uint32_t netns, uint32_t ifindex)
{
	struct answers *a = context;

	return route_is_vrf(a->route, netns, 0, ifindex);
}

static int answer_program(void *context, uint32_t netns, uint32_t *id, char *name, size_t size)
{
	_cleanup(closep) int fd = netns_open(netns, 0);

	int err = fd < 0 ? fd : sk_lookup_find(fd, id);

	*name = '\0';
	if (!err)
		wire_program_name(*id, name, size);
	return err;
}

static const char *answer_watched(void *context, uint32_t netns, uint32_t ifindex)
{
	struct answers *a = context;

	return tracer_interface(a->tracer, netns, ifindex);
}

static const char *answer_interface(void *context, uint32_t netns, uint32_t ifindex)
{
	struct answers *a = context;

	return diag_interface(a->diag, netns, 0, ifindex);
}

static void answer_cgroup_removed(void *context, const struct rst_cgroup *cgroup)
{
	cgroup_removed(cgroup->hierarchy, cgroup->id, cgroup->path);
}

static int answer_noted(void *context, uint64_t start_ns, struct rst_process *out)
{
	struct answers *a = context;

	return tracer_process(a->tracer, start_ns, out);
}

static void answer_process(void *context, struct process *p)
{
	process_fill(p, p->start_ns, p->cgroup_id, answer_noted, context);
}

static bool answer_runs(void *context, uint32_t pid, uint64_t start_ns)
{
	return process_runs(pid, start_ns);
}

static void answer_place(void *context, uint32_t netns, struct netns_place *out)
{
	place_find(out, netns);
}

static void answer_memory(void *context, struct tcp_memory *m)
{
	process_tcp_memory(m);
}

static void answer_release(void *context)
{
	struct answers *a = context;

	diag_release(a->diag);
	conntrack_release(a->conntrack);
	ruleset_release(a->ruleset);
	route_release(a->route);
	addresses_release(a->addresses);
	icmp_drain(a->icmp);
}

const struct questions answers_questions = {
	.now = answer_now,
	.stack = answer_stack,
	.not_received = answer_not_received,
	.caller = answer_caller,
	.counters = answer_counters,
	.poll = answer_poll,
	.listeners = answer_listeners,
	.owners = answer_owners,
	.socket = answer_socket,
	.anywhere = answer_anywhere,
	.alike = answer_alike,
	.past = answer_past,
	.peers = answer_peers,
	.history = answer_history,
	.fold_told = answer_fold_told,
	.fold_next = answer_fold_next,
	.address = answer_address,
	.icmp = answer_icmp,
	.translation = answer_translation,
	.rule = answer_rule,
	.route = answer_route,
	.down = answer_down,
	.holds = answer_holds,
	.program = answer_program,
	.vrf = answer_vrf,
	.watched = answer_watched,
	.interface = answer_interface,
	.cgroup_removed = answer_cgroup_removed,
	.noted = answer_noted,
	.runs = answer_runs,
	.place = answer_place,
	.process = answer_process,
	.memory = answer_memory,
	.release = answer_release,
};
