/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* features.c: the table of what kernels differ in. */
#include <stddef.h>

#include "model/features.h"

static const struct feature_about about[FEATURES] = {
	[FEATURE_SEND_RESET] = {
		.name = "tcp_send_reset",
		.since = "4.15",
		.loss = "the resets that this host's TCP sends",
	},
	[FEATURE_RECEIVE_RESET] = {
		.name = "tcp_receive_reset",
		.since = "4.15",
		.loss = "the resets that end a socket of this host",
	},
	[FEATURE_SET_STATE] = {
		.name = "inet_sock_set_state",
		.since = "4.16",
		.loss = "who owns a socket and what became of it before: most resets without a socket "
			"cannot be explained",
	},
	[FEATURE_DESTROY_SOCK] = {
		.name = "tcp_destroy_sock",
		.since = "4.17",
		.loss = "the owner of an accepted connection that was reset and closed at once",
	},
	[FEATURE_DEV_QUEUE] = {
		.name = "net_dev_queue",
		.since = "2.6.37",
		.loss = "resets by a firewall, by raw sockets, and forwarded ones",
	},
	[FEATURE_KFREE_SKB] = {
		.name = "kfree_skb",
		.since = "2.6.30",
		.loss = "resets that ended nothing, what a firewall answered, and handshakes that met a "
			"full accept queue",
	},
	[FEATURE_PROCESS_EXEC] = {
		.name = "sched_process_exec",
		.since = "3.4",
		.loss = "which program a process that is gone had changed to with its sockets open",
	},
	[FEATURE_PROCESS_EXIT] = {
		.name = "sched_process_exit",
		.since = "2.6.29",
		.loss = "how a process ended that had opened a socket which others held longer",
	},
	[FEATURE_SIGNAL] = {
		.name = "signal_generate",
		.since = "2.6.33",
		.loss = "who sent the signal that a process was killed by, or ended after",
	},
	[FEATURE_CGROUP_RMDIR] = {
		.name = "cgroup_rmdir",
		.since = "4.11",
		.loss = "the cgroup and container of a process that is gone together with them",
	},
	[FEATURE_CAPABLE] = {
		.name = "cap_capable",
		.since = "6.14",
		.loss = "that somebody may open a raw socket: --wire=auto only looks once a second",
		.replaced = true,
	},
	[FEATURE_ITER_FILES] = {
		.name = "iter/task_file",
		.since = "5.8",
		.loss = "the owners of sockets that are older than the tracer",
		.needed = true,
	},
	[FEATURE_ITER_NAMES] = {
		.name = "iter/bpf_map",
		.since = "5.8",
		.loss = "the names of the functions on the stack, by which causes are told apart",
		.needed = true,
	},
	[FEATURE_RESET_REASON] = {
		.name = "reset-reason",
		.since = "6.10",
		.loss = "the kernel's own reason. Resets of a closed port and of TIME_WAIT are taken from "
			"net_dev_queue: of one that does not get there (no route, a firewall) there is no event",
		.replaced = true,
	},
	[FEATURE_DROP_REASON] = {
		.name = "drop-reason",
		.since = "5.17",
		.loss = "which check refused a reset that ended nothing",
	},
	[FEATURE_DROP_SOCKET] = {
		.name = "drop-socket",
		.since = "6.12",
		.loss = "which socket refused a reset: it is asked for afterwards. Listeners are found by "
			"address and port",
		.replaced = true,
	},
	[FEATURE_DROP_OVERFLOW] = {
		.name = "drop-overflow",
		.since = "6.18",
		.loss = "that the accept queue was full is taken from its length",
		.replaced = true,
	},
	[FEATURE_DROP_REFUSED] = {
		.name = "drop-refused",
		.since = "5.18",
		.loss = "resets that a connection refused (challenge ACK, out of window): only -i shows "
			"that they came",
	},
	[FEATURE_CURRENT_TASK] = {
		.name = "current-task",
		.since = "5.11",
		.loss = "what runs is read field by field",
		.replaced = true,
	},
	[FEATURE_SOCKET_COOKIE] = {
		.name = "socket-cookie",
		.since = "5.12",
		.loss = "sockets are told apart by their address in memory",
		.replaced = true,
	},
	[FEATURE_SOCKET_OF_FILE] = {
		.name = "socket-of-file",
		.since = "5.11",
		.loss = "a file's socket is read from the file itself",
		.replaced = true,
	},
	[FEATURE_MISSES] = {
		.name = "recursion-misses",
		.since = "5.12",
		.loss = "how often the kernel left a program out; the reconciliation with the kernel's "
			"counters still shows what is missing",
	},
	[FEATURE_NETNS_COOKIE] = {
		.name = "netns-cookie",
		.since = "5.14",
		.loss = "that a network namespace's number was given to another one meanwhile",
	},
};

const struct feature_about *feature_about(enum feature feature)
{
	return &about[feature];
}

const char *features_missing(const struct features *f)
{
	for (enum feature i = 0; i < FEATURES; i++)
		if (!f->have[i] && about[i].needed)
			return about[i].name;
	if (!f->have[FEATURE_SEND_RESET] && !f->have[FEATURE_RECEIVE_RESET])
		return about[FEATURE_SEND_RESET].name;
	return NULL;
}

const char *features_reason(const struct features *f, int32_t value)
{
	if (value < 0 || value >= FEATURES_REASONS || !f->reason[value][0])
		return NULL;
	return f->reason[value];
}

const char *features_drop(const struct features *f, uint32_t value)
{
	return value < RST_DROP_REASONS && f->drop[value][0] ? f->drop[value] : NULL;
}
