/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* summary.h: what a run saw, lost and could not see. Filled as it goes, printed at the end. */
#ifndef RSTTRACE_SUMMARY_H
#define RSTTRACE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "model/denial.h"
#include "model/incident.h"
#include "model/kinds.h"

#define SUMMARY_NOTES 32
#define SUMMARY_PRESSURE 32

/* A listener that dropped handshakes without any RST: their RSTs may come minutes later. */
struct pressure {
	struct listener_ref listener;
	bool ended;
	uint64_t dropped;    /* SYNs and last ACKs that it dropped while traced */
	uint64_t overflowed; /* of those, last ACKs that met a full accept queue */
	uint64_t by_icmp;    /* not of those: half-open connections that ICMP probably ended */
};

#define SUMMARY_DENIED 32

/* Connects of one process to one place that failed in one way without a RST. */
struct denied_sum {
	uint8_t remote[16]; /* as in struct rst_tuple */
	uint8_t family;
	uint16_t port;
	uint32_t netns;
	uint32_t pid; /* 0: not known */
	char comm[RST_COMM_LEN + 1];
	int error;		 /* errno */
	struct denial_icmp icmp; /* of the last one */
	uint64_t count;
};

/* How packets that leave were looked at, with --wire=auto or never. */
struct wire_told {
	const char *mode;    /* NULL: always */
	bool watched;	     /* at the moment */
	uint64_t spans;	     /* how often not, although it may have had to be */
	uint64_t without_ns; /* how long together */
	const char *why;     /* what needed it last; NULL: nothing did */
};

struct reconciliation;

struct summary {
	bool interim;	  /* it goes on */
	uint64_t waiting; /* interim: resets that are held back for a moment, and not in here yet */
	uint64_t wall_ns; /* CLOCK_REALTIME when it was taken; 0: not known */
	uint64_t duration_ns;
	uint64_t by_cause[DIRECTIONS][CAUSE_COUNT];  /* indexed by enum direction, then cause */
	uint64_t benign_of[DIRECTIONS][CAUSE_COUNT]; /* of those, the same way */
	uint64_t benign;			     /* all of these */
	uint64_t shown;				     /* of those that passed the filters */
	uint64_t left_out;		 /* by the filters here, and counted nowhere else */
	uint64_t folded;		 /* of those, without a line of their own */
	uint64_t fold_evicted;		 /* suspects forgotten, see attack.h */
	struct kind_sum kind[KINDS_MAX]; /* the kernel side's totals */
	uint32_t nkinds;
	uint64_t counters[RST_CNT_MAX]; /* the kernel side's, enum rst_counter */
	uint64_t not_received; /* tcp_receive_reset without a RST (data after close), but for those
				* that the kernel side has left out itself */
	uint64_t seen_before;  /* RSTs on the wire that had been told of already */
	uint64_t malformed;    /* records the decoder refused */
	uint64_t remembered;   /* ended connections put into the history */
	uint64_t held;	       /* of those, still there at the end */
	struct pressure pressure[SUMMARY_PRESSURE]; /* the most dropped first */
	uint32_t npressure;
	struct denied_sum denied[SUMMARY_DENIED]; /* in the order in which they came first */
	uint32_t ndenied;
	uint64_t denials; /* all of them, also those without room in `denied` */
	const char *not_covered[SUMMARY_NOTES]; /* one sentence each; static storage */
	uint32_t nnot_covered;
	struct wire_told wire;
	const struct reconciliation *reconciliation; /* with the counters; NULL: not known */
};

/* Adds one incident that has passed the filters to the totals. */
void summary_add(struct summary *s, const struct incident *in, bool shown);

/* Adds a connect that failed without a RST, and passed the filters. */
void summary_add_denial(struct summary *s, const struct denial *d);

/* Moves a reset that was added from BEFORE to AFTER, which corrects it. */
struct verdict;
void summary_correct(struct summary *s, enum direction direction, const struct verdict *before,
		     const struct verdict *after);

/* Adds a sentence to the list of what is not covered; ignored when the list is full or has it. */
void summary_not_covered(struct summary *s, const char *sentence);

/* Adds a listener that dropped something; when there is no room, the one that dropped least goes. */
void summary_pressure(struct summary *s, const struct pressure *p);

/* Tells the half-open connections that ICMP messages ended from what was dropped for want of room, by the
 * counters of each listener's namespace. The kernel counts both in one number. */
void summary_part_icmp(struct summary *s);

/* All events that the kernel calls received resets and that were none. */
uint64_t summary_not_received(const struct summary *s);

/* Ended connections that the history had to forget: of what is not there any more, all that no later
 * connection of the same ends took the place of. */
uint64_t summary_forgotten(const struct summary *s);

/* Resets of a direction that were counted and nothing else: the ring was full. */
uint64_t summary_without_details(const struct summary *s, enum direction direction);

/* Resets that no filter let through, in the kernel or here. */
uint64_t summary_filtered(const struct summary *s);

/* Records lost of all kinds. */
uint64_t summary_lost(const struct summary *s);

#endif
