/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attack.h: finds the resets that come in masses, so that one line can stand for a thousand.
 *
 * Everything has its own line until a source or a socket has brought too many within a window of
 * time. From then on its further resets are swallowed and counted, and each interval is reported,
 * until one of them brought only few. An incident is counted in one report only, and the lines and
 * the reports' counts add up to the number of incidents.
 *
 *   port-scan   SYNs of one remote address: more than 16 different closed local ports within a
 *               second, or more than 32 within a minute
 *   rst-flood   RSTs received: more than 16 a second at one connection, or ignored ones at one local
 *               address and port
 *   reset-rate  resets of one remote address and direction: more than 100 a second
 *
 * A window begins with the first reset after the last one's end. Pure: the caller brings the time.
 * All memory is in the struct; of its 11 MB only what is used is ever touched.
 */
#ifndef RSTTRACE_ATTACK_H
#define RSTTRACE_ATTACK_H

#include <stdbool.h>
#include <stdint.h>

#include "explain/attack_tally.h"
#include "model/incident.h"

#define ATTACK_FAST_NS 1000000000ULL
#define ATTACK_SLOW_NS 60000000000ULL

/* How often an attack is reported; that of a slow scan would else be a line for every SYN. */
#define ATTACK_REPORT_NS 1000000000ULL
#define ATTACK_SLOW_REPORT_NS 10000000000ULL

#define ATTACK_FAST_PORTS 16
#define ATTACK_SLOW_PORTS 32
#define ATTACK_FLOOD 16 /* at most ATTACK_FAST_PORTS */
#define ATTACK_RATE 100

#define ATTACK_ENTRIES 4096 /* suspects: the least recently used makes room */
#define ATTACK_BUCKETS 4096
#define ATTACK_RUNNING 1024 /* attacks at one time; further ones have their own lines */

struct attack_key {
	uint8_t local[16];
	uint8_t remote[16];
	uint16_t local_port;
	uint16_t remote_port;
	uint32_t netns;
	uint8_t family;
	uint8_t direction;
	uint8_t detector;
	uint8_t pad[5];
};

struct attack_window {
	uint64_t begin_ns;
	uint32_t n; /* 0: it has not begun */
};

/* A source or a socket. Number 0 is none, and the head of the list by last use. */
struct attack_entry {
	struct attack_key key;
	struct attack_window fast, slow;
	uint16_t fast_port
		[ATTACK_FAST_PORTS]; /* the different ports of a scan, numbers of a flood */
	uint16_t slow_port[ATTACK_SLOW_PORTS];
	uint16_t next; /* in the bucket */
	uint16_t older, newer;
	uint16_t running; /* number of its attack; 0: none */
};

/* An attack that is being counted. */
struct attack_running {
	uint16_t entry; /* 0: free */
	uint16_t next;	/* free: the next free one's number */
	bool slow;
	uint64_t due_ns;
	struct attack_tally tally;
};

struct attack {
	uint64_t seed;
	uint64_t due_ns;  /* no report is due before */
	uint64_t evicted; /* suspects forgotten within their window */
	uint16_t entries; /* numbers that were ever used */
	uint16_t runnings;
	uint16_t free;	 /* the first free attack below RUNNINGS; 0: none */
	uint16_t cursor; /* the last that attack_next looked at */
	uint16_t bucket[ATTACK_BUCKETS];
	struct attack_entry entry[ATTACK_ENTRIES + 1];
	struct attack_running running[ATTACK_RUNNING + 1];
};

/* SEED: some number that nobody outside can know, so that no sender can choose the bucket. */
void attack_init(struct attack *a, uint64_t seed);

/* Takes an incident whose cause and owner are known. Returns false if it belongs to an attack that
 * is being counted: then a report stands for it, and it must not get a line of its own. */
bool attack_add(struct attack *a, const struct incident *in);

/* Takes the next report that is due at NOW_NS (CLOCK_MONOTONIC, as the events have it); FORCE: all
 * that is left. Returns false: there is none. */
bool attack_next(struct attack *a, uint64_t now_ns, bool force, struct attack_report *out);

#endif
