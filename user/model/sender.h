/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sender.h: who made a RST that a socket took. That it was taken is certain; it bears the peer's name
 * either way. */
#ifndef RSTTRACE_MODEL_SENDER_H
#define RSTTRACE_MODEL_SENDER_H

#include <stdbool.h>
#include <stdint.h>

enum sender_who {
	SENDER_NONE,	 /* nothing is said: it is no RST that was taken */
	SENDER_PEER,	 /* the peer itself */
	SENDER_PROGRAM,	 /* a program of this host's, by hand: `pair` names it */
	SENDER_FIREWALL, /* a firewall of this host's: `pair` or `firewall` names it */
	SENDER_OTHER,	 /* somebody else, nobody knows who */
	SENDER_WHOS,
};

/* What speaks for or against the peer. */
enum sender_sign {
	SIGN_NUMBER,	 /* for: it bore exactly the number that was expected */
	SIGN_SEEN,	 /* for: this host's TCP sent it at the other end */
	SIGN_ROUND_TRIP, /* for: it came as long after a segment of this end as an answer takes */
	SIGN_DISTANCE,	 /* for, against: the hops that it came, beside the peer's packets */
	SIGN_WRITTEN,	 /* against: a program of this host's wrote it */
	SIGN_REJECTED,	 /* against: a firewall of this host's made it */
	SIGN_IP_ID,	 /* against: the IP ID does not fit the peer's */
	SIGN_WINDOW,	 /* against: the window does not */
	SIGN_NUMBERS,	 /* against: RSTs with several numbers beyond it came as well */
	SIGN_STALE,	 /* against: RSTs with older numbers did, which answer nothing */
	SIGN_REPEATED, /* against: the same RST came again, and nothing was sent that it answers */
	SIGN_SOONER,   /* against: it answers a segment sooner than the path is long */
	SIGN_WENT_ON,  /* against: the peer went on afterwards */
	SIGN_SECOND,   /* against: another host answered the connection's SYN as well */
	SIGNS,
};

struct sender {
	enum sender_who who;
	uint8_t certainty;		     /* enum certainty */
	uint32_t speaks_for, speaks_against; /* bits: 1 << enum sender_sign */
	uint64_t answer_ns; /* since the segment was sent that it may answer; 0: there is none */
	uint64_t round_trip_ns; /* the shortest of the connection; 0: not known */
	uint64_t went_on_ns;	/* SIGN_WENT_ON: how long after the RST */
	uint64_t went_on_id;	/* the line of what the peer sent then */
	bool unwatched; /* whether something on this host made it was not watched then (--wire) */
};

/* "peer", "program", "firewall", "other"; NULL: nothing is said. Static storage. */
const char *sender_who_name(enum sender_who who);

/* "number", "round-trip", …. Static storage. */
const char *sender_sign_name(enum sender_sign sign);

#endif
