/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_event.h: event records made by hand, with the kernel stack given by names. */
#ifndef UNIT_BUILD_EVENT_H
#define UNIT_BUILD_EVENT_H

#include "model/incident.h"

#define BUILD_NOW_NS 100000000000ULL /* hdr.mono_ns of every built event */
#define BUILD_NETNS 4026531840U

struct built {
	struct rst_event ev;
	struct incident in;
	char names[1024]; /* what the frames' symbols point into */
};

/*
 * Begins an event: IPv4, 10.0.0.1:80 here, 10.0.0.2:40000 there, no socket, no packet, no owner, a
 * bystander on the CPU, no reason (an old kernel). STACK is "innermost < caller < its caller"; the
 * first name is the emitter if it can be one. IN points into B: do not copy it.
 */
void build_event(struct built *b, enum direction direction, const char *stack);

void build_socket(struct built *b, enum rst_socket_kind kind, enum rst_tcp_state state,
		  uint32_t flags);
void build_packet(struct built *b, uint8_t flags, uint32_t length);
void build_owner(struct built *b, const char *comm, uint32_t pid, enum rst_known_by known_by);
/* COMM sent the FIN so many ms before the event. */
void build_closer(struct built *b, const char *comm, uint32_t pid, uint64_t ago_ms);
void build_cpu_task(struct built *b, const char *comm, uint32_t pid);
/* The task on the CPU is inside do_exit, with CODE as wait(2) would report it. */
void build_exiting(struct built *b, int code);

/* The record is of a RST that left without TCP, where it came in at interface IN_IFINDEX (0: it did
 * not). Needs the stack, the socket and the packet, which is the RST; fills emitter, firewall, origin
 * and direction as the tracer does. Of a firewall's, the packet becomes `rst`. */
void build_wire(struct built *b, uint32_t in_ifindex);
/* The same of a RST that the first function of the stack dropped; REASON NULL: none. */
void build_dropped(struct built *b, const char *reason);
/* What XDP knows of the RST's sender: so many packets, the last so many ms ago, of this TTL. */
void build_peer(struct built *b, uint16_t packets, uint32_t last_ms, uint8_t ttl);

/* What is remembered, so many ms before the event; the segments of build_packet continue it. Nobody
 * owned it and nobody closed it until the other two say so. */
void build_past(struct built *b, enum rst_past_kind kind, enum rst_end end, uint64_t ago_ms);
void build_past_owner(struct built *b, const char *comm, uint32_t pid, enum rst_known_by known_by);
void build_past_closer(struct built *b, const char *comm, uint32_t pid, uint64_t ago_ms);

/* The stages in their order: cause, owner, sentence. An earlier call leaves nothing behind. */
void build_attribute(struct built *b);

#endif
