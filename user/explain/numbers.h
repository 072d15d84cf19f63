/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * numbers.h: the sequence numbers that a RST bears, as far as the record of one end shows them. Two
 * records of one RST agree in them, however its addresses were translated in between. Pure.
 */
#ifndef RSTTRACE_NUMBERS_H
#define RSTTRACE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "model/incident.h"

/* A RST that was accepted bears one of so many at most. */
#define NUMBERS_MAX 3

/* N 0: not known. */
struct numbers {
	uint8_t n;
	bool exact;    /* the RST was seen, or is known to the bit: `flags` and `ack` hold */
	bool by_ack;   /* not exact: it is the acknowledgment that must be one of `v` */
	uint8_t flags; /* RST_FLAG_ACK: it has an acknowledgment */
	uint32_t ack;  /* with that */
	uint32_t v[NUMBERS_MAX]; /* what it may bear; exact: v[0], and ack besides */
};

/* Of an event that goes in DIRECTION; SEEN: the RST itself where XDP saw it, or NULL. */
struct numbers numbers_of(const struct rst_event *event, enum direction direction,
			  const struct rst_packet *seen);

/* Whether a RST that is known to the bit may be the one that OTHER tells of. */
bool numbers_fit(const struct numbers *rst, const struct numbers *other);

#endif
