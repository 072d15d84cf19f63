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
#include "explain/numbers.h"
#include "model/incident.h"

/* The two ends of a reset on one host are raised within microseconds, in either order. */
#define JOIN_PAIR_NS 20000000ULL

/* A socket that is locked by its owner takes the RST from its backlog, when the lock is released:
 * within a scheduling delay. */
#define JOIN_ARRIVAL_NS 250000000ULL

/* So long a RST may be on its way on one host, if nothing else is like it. */
#define JOIN_PATH_NS 3000000000ULL

/* So long a packet may wait for its neighbour's address. */
#define JOIN_NEIGHBOUR_NS 3000000000ULL

/* Copies of one packet are made within a call. */
#define JOIN_COPY_NS 1000000ULL

/* RSTs that come so close together are one burst. */
#define JOIN_BURST_NS 1000000000ULL

/* Whoever makes a firewall refuse something for a moment has changed its ruleset back by then; what is
 * told of the rule should still be true for the reader. */
#define JOIN_RULE_NS 400000000ULL

#define JOIN_MAX 2048

/* When all that is held goes at once, the other ends of the oldest of them still stand. */
#define JOIN_KEPT 64
#define JOIN_ROOM (JOIN_MAX + JOIN_KEPT)

/* So long a RST may wait for its neighbour's address, or in a queue, before it is dropped. */
#define JOIN_UNSENT_NS 5000000000ULL

/* RSTs that did not leave, and whose events come later (samples of folds, up to a second). */
#define JOIN_STAYED 64

#define JOIN_BUCKETS 4096

/* By what an entry is found: a number of its RST, together with both of its ends, with the end it comes
 * from, with the one it goes to, or alone. */
enum join_key { JOIN_BY_ENDS, JOIN_BY_SOURCE, JOIN_BY_TARGET, JOIN_BY_NUMBER, JOIN_KEYS };

#define JOIN_NODES ((uint64_t)JOIN_KEYS * NUMBERS_MAX)
#define JOIN_NODE_BUCKETS 16384

struct join_entry {
	struct rst_event event; /* of a lone arrival: made up from it, without a socket */
	struct rst_arrival arrival;
	enum direction direction;
	enum origin origin; /* of what left without TCP */
	bool have_arrival;  /* `arrival` is the RST of this event, as XDP saw it */
	bool arrival_only;  /* there is no event but the arrival */
	bool merged;	    /* another entry has it now */
	uint64_t into;	    /* number of the one whose line tells of it as well; 0: none */
	uint32_t also;	    /* so many further RSTs does its own line tell of */
	bool relayed;	    /* a program wrote it, but TCP here had sent it before */
	struct numbers numbers;
	struct rst_stayed stayed;   /* what became of it on its way out; hdr.size 0: not known */
	uint64_t corrects;	    /* the line that was written before that was known; 0: none */
	struct rst_packet rejected; /* what a firewall, or TCP, answered; valid 0: not known */
	uint32_t rejected_ifindex;  /* where that had come in */
	struct carried carried;	    /* what it carries besides its header */
	struct rst_tuple
		came; /* of what passes: its ends before they were translated here; family 0: the
				* same, as far as is known */
	uint64_t came_local_hash, came_remote_hash;
	struct rst_tuple
		asked; /* the ends of the SYN that it answers, its source first, before that was
				 * translated; family 0: the same, as far as is known */
	uint64_t due_ns;
	uint64_t id;			  /* of the line that tells of it: see join_id */
	uint64_t local_hash, remote_hash; /* of the event's two ends */
	uint64_t number;
	uint64_t mate; /* number of the other end's entry; of what passes through: of its
			* sender's; 0: none is known */
	uint64_t next; /* number of the next older entry in the bucket; 0: none */
	uint64_t node[JOIN_NODES]; /* the next older node of each of its keys; 0: none */
};

/*
 * The flow in a network namespace that packets from TUPLE's local end to its remote end belong to, if
 * they, or those the other way, are translated there. Fills OUT, or returns false.
 */
typedef bool join_translated_fn(void *context, uint32_t netns, const struct rst_tuple *tuple,
				struct translation *out);

struct join {
	struct join_entry entry[JOIN_ROOM]; /* number N stands at N % JOIN_ROOM, numbers from 1 */
	uint64_t bucket[JOIN_BUCKETS];	    /* number of the newest entry; 0: none */
	uint64_t seed;			    /* of the hashes */
	uint64_t first;			    /* the oldest that is held */
	uint64_t last;			    /* the newest; first > last: none is held */
	uint64_t keep;			    /* what stands from here on is in use; 0: nothing */
	uint64_t ids;			    /* given to lines so far */
	struct rst_stayed waiting[JOIN_STAYED]; /* for their event; hdr.size 0: none */
	uint32_t waits;				/* so many have */
	uint64_t newest_seen;	 /* the newest of which the RST itself was seen; 0: none */
	uint64_t newest_arrival; /* the newest that was an arrival at first; 0: none */
	uint64_t newest_written; /* the newest that a program wrote past TCP; 0: none */
	uint64_t node_bucket[JOIN_NODE_BUCKETS]; /* the newest node: see mates_group.c; 0: none */
	join_translated_fn *translated;		 /* NULL: nobody knows */
	void *context;				 /* its first argument */
};

static inline struct join_entry *join_at(struct join *j, uint64_t number)
{
	return &j->entry[number % JOIN_ROOM];
}

/* Not overwritten yet. */
static inline bool join_has(const struct join *j, uint64_t number)
{
	return number && number + JOIN_ROOM > j->last;
}

/* SEED: a number that nobody outside can know. */
void join_init(struct join *j, uint64_t seed);
bool join_full(const struct join *j);
bool join_empty(const struct join *j);
/* FIRST, which join_next has given out, and all after it stand until this is called again, whatever is added:
 * there is room for less. NULL: none of those that join_next has given out. */
void join_keep(struct join *j, const struct join_entry *first);

/* How many resets are held, those counted in folds included. */
uint64_t join_held(const struct join *j);

/* A number for one more line of this run. What is added gets one by itself, long before its line is
 * written, so that the lines of two ends can name each other. */
uint64_t join_id(struct join *j);

/* Adds an event, an arrival (of namespace NETNS). There must be room: see join_full. */
void join_event(struct join *j, const struct rst_event *event, enum direction direction);
void join_arrival(struct join *j, const struct rst_arrival *arrival, uint32_t netns);

/* Adds a RST that was dropped. FOR_OTHERS: it was on its way to somebody else; its ends are turned to those
 * of one that passes. */
void join_dropped(struct join *j, const struct rst_event *event, bool for_others);

/* Adds a RST that left without TCP. One that a neighbour's address was missing for has no stack any
 * more: if TCP had told of it, it is not held again. */
void join_wire(struct join *j, const struct rst_event *event, enum origin origin);

/* What the RST carries that was put in last, on that CPU. */
void join_bytes(struct join *j, const struct rst_bytes *b);

/* Gives the ends that it came in with, or its SYN, to the RST that was put in last, on that CPU. */
void join_came(struct join *j, const struct rst_translated *t);

/* Gives the packet that a firewall answered with a RST to the held event of that RST. */
void join_rejected(struct join *j, const struct rst_rejected *rejected);

/*
 * The segment that the RST of ENTRY, an event whose packet is the `answer`, was sent for. When no drop told of
 * it, what the RST shows of it: a RST has an ACK when what it answers has none, and so is a SYN; else
 * it goes on where that one's ACK points (RFC 9293, 3.10.7.1).
 */
struct rst_packet join_answered(const struct join_entry *entry);

/*
 * Gives what became of a RST on its way out to its event. If the line of that may be written already, the
 * event is added once more, and corrects it. There must be room: see join_full.
 */
void join_stayed(struct join *j, const struct rst_stayed *stayed);

/* Gives the owner that closed a socket to the held event of that socket, if there is one. */
void join_owner(struct join *j, const struct rst_closed *closed);

/* Whether join_next would give out one at NOW_NS because its time is over. */
bool join_is_due(struct join *j, uint64_t now_ns);

/* Takes the oldest entry when its time is over at NOW_NS; FORCE: whatever its time. NULL: none.
 * Valid until the next record is added, but see join_keep. */
const struct join_entry *join_next(struct join *j, uint64_t now_ns, bool force);

/* The entry of the other end, held or only just taken; NULL: none is known. Of what passes through:
 * the entry of whoever sent it. Of one that join_next has given out; see mates.h. */
const struct join_entry *join_mate(const struct join *j, const struct join_entry *entry);

/* Looks at all RSTs of a moment that came to the entry's socket, and fills BURST's burst, resets,
 * ahead, first_seq and last_seq. A peer's own RSTs bear the number that it would send next, or one
 * that this host has acknowledged: never several different ones ahead of all that it has sent. */
void join_burst(const struct join *j, const struct join_entry *entry, struct suspicion *burst);

#endif
