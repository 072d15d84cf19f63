/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * join.h: brings together what belongs together, by holding records back for a moment: the RST that
 * XDP saw and the socket that took it; the two ends of a connection when both are on this host; a
 * reset and the owner that closes its socket soon after. Pure: the caller brings the time.
 */
#ifndef RSTTRACE_JOIN_H
#define RSTTRACE_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "incident.h"

/* The two ends of a reset on one host are raised within microseconds, in either order. */
#define JOIN_PAIR_NS 20000000ULL

/* A socket that is locked by its owner takes the RST from its backlog, when the lock is released:
 * within a scheduling delay. */
#define JOIN_ARRIVAL_NS 250000000ULL

#define JOIN_MAX 2048
#define JOIN_BUCKETS 4096

struct join_entry {
	struct rst_event event; /* of an arrival: made up from it, without a socket */
	struct rst_arrival arrival;
	enum direction direction;
	bool have_arrival; /* `arrival` is the RST that this socket took, or that nobody took */
	bool taken;	   /* an arrival whose event has it now */
	uint64_t due_ns;
	uint64_t mate; /* number of the other end's entry; 0: none */
	uint64_t next; /* number of the next older entry in the bucket; 0: none */
};

struct join {
	struct join_entry entry[JOIN_MAX]; /* number N stands at N % JOIN_MAX, numbers from 1 */
	uint64_t bucket[JOIN_BUCKETS];	   /* number of the newest entry; 0: none */
	uint64_t first;			   /* the oldest that is held */
	uint64_t last;			   /* the newest; first > last: none is held */
};

void join_init(struct join *j);
bool join_full(const struct join *j);
bool join_empty(const struct join *j);

/* Adds an event, an arrival (of namespace NETNS). There must be room: see join_full. */
void join_event(struct join *j, const struct rst_event *event, enum direction direction);
void join_arrival(struct join *j, const struct rst_arrival *arrival, uint32_t netns);

/* Gives the owner that closed a socket to the held event of that socket, if there is one. */
void join_owner(struct join *j, const struct rst_closed *closed);

/* Takes the oldest entry when its time is over at NOW_NS; FORCE: whatever its time. NULL: none.
 * Valid until the next record is added. */
const struct join_entry *join_next(struct join *j, uint64_t now_ns, bool force);

/* The entry of the other end, held or only just taken; NULL: none is known. */
const struct join_entry *join_mate(const struct join *j, const struct join_entry *entry);

#endif
