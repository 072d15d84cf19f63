/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ruleset.h: which nftables rule rejected or dropped a packet, as the ruleset is now. */
#ifndef RSTTRACE_RULESET_H
#define RSTTRACE_RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "event.h"
#include "model/incident.h"

struct ruleset;

enum ruleset_verdict {
	RULESET_REJECT, /* with a RST */
	RULESET_DROP,	/* in silence. A RST that meets `reject` is dropped as well. */
};

/* What is known of a packet and its end. Words as in struct firewall; NULL: not known. */
struct ruleset_query {
	enum ruleset_verdict verdict;
	struct rst_tuple tuple;	  /* remote: where the packet came from, local: where it went */
	struct rst_packet packet; /* valid 0: only the ends are known */
	const char *kind;
	bool dropped_by_nft; /* the code that dropped it is nftables' */
	bool names_dropper; /* such code is named by this kernel: so it was nftables, or none of it */
	const char *family; /* of the table; NULL: any that such a packet passes */
	const char *hook;   /* without it there is no answer */
	const char *in_interface, *out_interface; /* NULL or empty: not known */
	uint32_t in_ifindex, out_ifindex;	  /* 0: not known */
	uint64_t at_ns;				  /* when it was: CLOCK_MONOTONIC */
	uint32_t generation; /* of the ruleset then, see nft_generation; 0: not known */
	bool counted; /* filled by the walk: a rule's counter was read after the packet came */
};

struct ruleset_answer {
	char rule[FIREWALL_RULE_MAX]; /* as ruleset_find writes it; empty: not known */
	bool inferred;
	bool changed;	     /* the ruleset is another one than that which the packet met */
	uint32_t generation; /* of the ruleset that was asked; 0: none was */
};

/* Returns 0 and a handle that the caller closes, or -errno. Opens nothing yet. */
int ruleset_open(struct ruleset **out);
void ruleset_close(struct ruleset *r);

/*
 * Ends a batch: closes what stands open in namespaces (a socket there would keep a deleted one
 * alive). What was read is kept for as long as that namespace's ruleset stays the same.
 */
void ruleset_release(struct ruleset *r);

/* Whether nf_tables is there as a module. To ask where it is not would load it. */
bool ruleset_is_loaded(void);

/* The same, or built into the kernel: to ask it loads nothing. */
bool ruleset_is_there(void);

/*
 * Notes which generation the namespace's ruleset has by now, without reading it: when it has that still after a
 * packet came, the packet has met it. Matters where the kernel side cannot read it with the packet (5.13 to 6.16).
 */
void ruleset_note(struct ruleset *r, uint32_t netns, uint32_t pid);

/*
 * Fills OUT. Its rule, names escaped: "inet filter input handle 5", or, when the packet ran into a
 * chain's policy, "inet filter input policy drop". It is inferred when it is the only one that can have
 * been it, but not all of what it asks for is understood, or when nobody knows whether the ruleset is
 * still the one that the packet met; with both doubts there is none. NETNS and PID as for diag_find. No
 * rule: several may have been it, or none; the ruleset has changed; iptables-legacy; the ruleset is too
 * big, or cannot be read (not permitted, no way into the namespace).
 */
void ruleset_find(struct ruleset *r, uint32_t netns, uint32_t pid, const struct ruleset_query *q,
		  struct ruleset_answer *out);

#endif
