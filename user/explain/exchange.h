/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exchange.h: what a connection was at when it was reset: who had spoken last, what waited for an answer,
 * what was lost; and from that, whether the end was harmless. Pure.
 */
#ifndef RSTTRACE_EXCHANGE_H
#define RSTTRACE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/incident.h"

/* A pause this long before a close is worth telling: an idle limit at work, not the end of an exchange. */
#define EXCHANGE_IDLE_NS 500000000ULL

/* The connection by its socket, or by what is remembered of it. */
struct exchange {
	bool there; /* false: of no connection are the numbers known */
	enum rst_role role;
	enum rst_last last;
	uint64_t received, read, sent; /* bytes, each once */
	uint64_t unread, unsent;
	uint64_t unacked; /* not known to have reached the peer; but for `exact` it may have */
	bool exact;
	uint64_t peer_unread; /* what did reach it, and its process had not read */
	bool have_life;
	uint64_t life_ns; /* from its establishment to its close here; not closed: to the reset */
	bool from_syn;	  /* it was over before the handshake was (fast open): from the SYN */
	uint64_t
		shut_ns; /* so long before that, this end had shut its sending side; 0: it had not */
	uint64_t late;	 /* bytes of the segment that came after it was closed */
	bool closed;	 /* this end had closed, before the reset or by it, of its own will */
};

void exchange_of(const struct incident *in, struct exchange *x);

/* How long the connection had been quiet before the last of the unread data came; 0: not known, or it was
 * not quiet. */
uint64_t exchange_quiet_ns(const struct incident *in);

/* How long ago the last of the unread data came. */
uint64_t exchange_unread_ns(const struct incident *in);

/* Whether the peer's window has no room for what is unsent. */
bool exchange_window_full(const struct incident *in);

/* A word for the situation, one of detail's; NULL: none. */
const char *exchange_detail(const struct incident *in);

/* The phase of a connection that the peer reset. */
const char *exchange_phase(const struct incident *in);

/*
 * Whether nothing that mattered was lost: nothing asked and unanswered, nothing unsent, unread or unacknowledged,
 * nobody turned away, and no crash. By what was lost and not by the cause, so that a situation is the same however
 * its race went. Where the other end is on this host, both ends are what the sender's is.
 */
bool exchange_benign(const struct incident *in);

#endif
