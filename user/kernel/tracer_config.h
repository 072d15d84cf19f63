/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tracer_config.h: what is to be captured, as the kernel side and its loader need to know it. */
#ifndef RSTTRACE_TRACER_CONFIG_H
#define RSTTRACE_TRACER_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "model/wire.h"

#define TRACER_INTERFACES 16

#define TRACER_WHERE_MAX 256

struct tracer_interface {
	char name[RST_IFNAME_LEN];
	char where[TRACER_WHERE_MAX]; /* its network namespace, a name or a path; "": the own one */
	uint32_t netns; /* inode number of that; set before tracer_open, as the next */
	int netns_fd;	/* open on it, and the caller's */
	bool generic;	/* XDP in the stack, not in the driver */
};

struct tracer_config {
	uint32_t directions; /* enum rst_direction_bit */
	uint8_t family;	     /* 4, 6; 0: both */
	uint8_t local_ports, remote_ports, prefixes,
		interfaces; /* how many of each; 0: all, or none */
	uint16_t local_port[RST_FILTER_PORTS];
	uint16_t remote_port[RST_FILTER_PORTS];
	struct rst_prefix prefix[RST_FILTER_PREFIXES];
	struct tracer_interface interface[TRACER_INTERFACES];
	/* As netns_within: calls FN inside the namespace that FD is open on. */
	int (*within)(int fd, int (*fn)(void *context), void *context);
	bool dry_run;	     /* load and attach, but no XDP: that resets some network cards */
	enum wire_mode wire; /* whether packets that leave are looked at */
	bool every;	     /* nothing is folded */
	bool one_stack; /* the two events of one RST are told of together: the sender's has the stack */
	bool owners_apart; /* no fold mixes several owners: a filter asks for one of them */
	bool verbose;	   /* libbpf's own messages, and what is attached, on stderr */
	uint32_t ring_mib; /* memory for events not yet read; a power of two */
	uint32_t history;  /* how many ended connections are remembered, */
	uint32_t sockets;  /* and of sockets that live, at least; 0: by the host's memory */
	enum rst_controller controller; /* of cgroup v1 */
};

#endif
