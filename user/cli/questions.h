/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * questions.h: what the pipeline asks of the kernel and of this machine, as one table of functions, so
 * that a test can answer in their place. answers.c has the real ones.
 */
#ifndef RSTTRACE_QUESTIONS_H
#define RSTTRACE_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "host/diag.h"
#include "host/ruleset.h"
#include "kernel/past.h"
#include "model/denial.h"
#include "model/incident.h"
#include "model/listeners.h"

/* Each takes the `context` that stands beside the table. What a function returns a pointer to is good
 * until `release`, unless it says otherwise. */
struct questions {
	/* A clock's time in ns. */
	uint64_t (*now)(void *context, clockid_t clock);

	/* Fills frames, emitter and what else symbols_stack does, from IN's event. */
	void (*stack)(void *context, struct incident *in);

	/* As symbols_not_received. What the code at CALLER calls tcp_reset for, the kernel side is
	 * told by `caller`. */
	bool (*not_received)(void *context, const struct rst_event *event, uint64_t *caller);
	void (*caller)(void *context, uint64_t ip, enum rst_caller caller);

	/* The kernel side's counters. */
	void (*counters)(void *context, uint64_t counters[RST_CNT_MAX]);

	/* Hands out the records that wait in the ring, by pipeline_record, without waiting for any. */
	void (*poll)(void *context);

	/* The listeners of every namespace as of now; good until the next call. */
	const struct listeners *(*listeners)(void *context);

	/* As tracer_find: who has the files with these inode numbers, whoever FOUND means before others. */
	int (*owners)(void *context, const uint64_t *inode, struct rst_found *found, size_t n);

	/* As diag_find: the socket for exactly these two ends. */
	int (*socket)(void *context, uint32_t netns, uint32_t pid, const struct rst_tuple *tuple,
		      struct diag_socket *found);

	/* As route_is_vrf: whether segments that come in on that interface do so by a VRF. */
	bool (*vrf)(void *context, uint32_t netns, uint32_t ifindex);

	/* As diag_anywhere: the same in another namespace than BUT. */
	int (*anywhere)(void *context, uint32_t but, const struct rst_tuple *tuple, uint32_t *netns,
			struct diag_socket *found);

	/* As diag_alike: connections that share one end with a tuple. */
	int (*alike)(void *context, uint32_t netns, const struct rst_tuple *tuple,
		     struct diag_connection *out, int max);

	/* As tracer_past: what is remembered by now of these two ends. */
	int (*past)(void *context, uint64_t net, const struct rst_tuple *tuple, bool is_syn,
		    struct rst_past *out);

	/* As past_peers: ended connections that N segments' peers had with other local ends. */
	void (*peers)(void *context, struct past_peer *q, size_t n);

	/* As tracer_history: how many ended connections were remembered, and pushed out. */
	void (*history)(void *context, uint64_t *remembered, uint64_t *forgotten);

	/* As folds_told, folds_next: which of the resets that the kernel side only counted are not told of. */
	bool (*fold_told)(void *context, struct rst_event *event);
	bool (*fold_next)(void *context, uint32_t *at, bool force, struct rst_event *out);

	/* As addresses_since: when this host was given an address. */
	int (*address)(void *context, uint32_t netns, uint8_t family, const uint8_t *address,
		       uint64_t *since_ns);

	/* As conntrack_find: how the flow of a packet from the local to the remote end is translated. */
	bool (*translation)(void *context, uint32_t netns, const struct rst_tuple *packet,
			    struct translation *out);

	/* As icmp_find: who sent the ICMP error that refused a connection. */
	void (*icmp)(void *context, uint32_t netns, const struct rst_tuple *tuple,
		     struct denial_icmp *out);

	/* As ruleset_find: which rule of a firewall it was. */
	void (*rule)(void *context, uint32_t netns, const struct ruleset_query *q,
		     struct ruleset_answer *out);

	/* As route_find, route_down: whether there is a way to the remote end; the interface that is down. */
	int (*route)(void *context, uint32_t netns, const struct rst_tuple *tuple,
		     uint32_t ifindex);
	uint32_t (*down)(void *context, uint32_t netns, const struct rst_tuple *tuple,
			 uint32_t ifindex);

	/* As route_holds: whether namespace NETNS has an address of TUPLE. */
	bool (*holds)(void *context, uint32_t netns, const struct rst_tuple *tuple, bool local);

	/* As sk_lookup_find, of namespace NETNS. */
	int (*program)(void *context, uint32_t netns, uint32_t *id, char *name, size_t size);

	/* The name of an interface: of one given with -i, good for the whole run; of any namespace's.
	 * NULL: not known. */
	const char *(*watched)(void *context, uint32_t netns, uint32_t ifindex);
	const char *(*interface)(void *context, uint32_t netns, uint32_t ifindex);

	/* As tracer_process: what was noted of a process; as process_runs: whether it is there yet. */
	int (*noted)(void *context, uint64_t start_ns, struct rst_process *out);
	bool (*runs)(void *context, uint32_t pid, uint64_t start_ns);

	/* As place_find: what people call a network namespace. */
	void (*place)(void *context, uint32_t netns, struct netns_place *out);

	/* As cgroup_removed: a cgroup is gone, whose path may be asked for yet. */
	void (*cgroup_removed)(void *context, const struct rst_cgroup *cgroup);

	/* As process_fill, process_tcp_memory. */
	void (*process)(void *context, struct process *p);
	void (*memory)(void *context, struct tcp_memory *m);

	/* The batch is over: closes what stands open in namespaces. */
	void (*release)(void *context);
};

#endif
