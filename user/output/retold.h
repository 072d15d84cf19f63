/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * retold.h: the segments that a reset is about, made again from the numbers that are known of them: nobody kept
 * their bytes. What no number is known of is told as such. Pure.
 */
#ifndef RSTTRACE_RETOLD_H
#define RSTTRACE_RETOLD_H

#include <stdbool.h>

#include "model/attack_report.h"
#include "model/incident.h"
#include "output/segment_bytes.h"

/* Where the numbers of a RST are from. */
enum retold_from {
	RETOLD_SEEN,	 /* its own headers */
	RETOLD_ANSWER,	 /* the segment that it answers: RFC 9293, 3.10.7.1 */
	RETOLD_SOCKET,	 /* the socket that sent it */
	RETOLD_EXPECTED, /* what the socket that took it expected */
	RETOLD_NOTHING,
};

struct retold {
	struct segment segment;
	enum retold_from from;
	bool ttl, window, ip_id; /* whether these are known; else 64, 0, 0 */
};

/* The RST. Returns whether it has two ends; without them it is no packet. */
bool retold_reset(struct retold *r, const struct incident *in);

/* The segment that it answers. Returns whether that is known. */
bool retold_provoking(struct retold *r, const struct incident *in);

/* One RST for all of an attack's; an address or port that is not the same in all is zero. */
bool retold_attack(struct retold *r, const struct attack_report *a);

#endif
