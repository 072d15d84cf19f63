/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* denial.h: an attempt to connect that was refused, or came to nothing, without a RST. */
#ifndef RSTTRACE_DENIAL_H
#define RSTTRACE_DENIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "model/incident.h"

/* Who sent the ICMP message that refused it, as far as that was seen. */
struct denial_icmp {
	bool there;
	bool own;	  /* from an address of this host's */
	uint8_t from[16]; /* as in struct rst_tuple, of the same family */
	uint8_t type, code;
};

struct denial {
	uint64_t id;	  /* of its line, as in struct incident */
	uint64_t wall_ns; /* CLOCK_REALTIME */
	uint64_t mono_ns;
	uint64_t after_ns; /* since the first SYN; 0: not known */
	struct rst_tuple tuple;
	uint32_t netns;
	int error;     /* errno, as the process sees it */
	uint32_t syns; /* how many were sent */
	bool gave_up;  /* the kernel repeated the SYN to the end; the error was noted on the way */
	struct process owner; /* pid 0: not known */
	struct denial_icmp icmp;
	char why[WHY_MAX]; /* the sentence; names from outside are escaped */
};

/* What an error of connect() says: "port-unreachable", "host-unreachable", "no-answer", …; "other". Static
 * storage. */
const char *denial_kind(int error);

/* The same as a person would say it: "ICMP port unreachable". */
const char *denial_words(int error);

/* "ECONNREFUSED"; "?": no name is known. */
const char *denial_error(int error);

/* What an ICMP (FAMILY 4) or ICMPv6 message of that type and code says; NULL: nothing special. */
const char *denial_icmp_words(uint8_t family, uint8_t type, uint8_t code);

#endif
