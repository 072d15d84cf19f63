/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* attack_report.h: the one line that stands for the many resets of an attack. */
#ifndef RSTTRACE_ATTACK_REPORT_H
#define RSTTRACE_ATTACK_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "model/causes.h"
#include "model/incident.h"

enum attack_kind {
	ATTACK_PORT_SCAN,  /* one source's SYNs to many closed ports */
	ATTACK_RST_FLOOD,  /* many RSTs at one connection, or ignored ones at one local port */
	ATTACK_RESET_RATE, /* many resets of one remote address, whatever their causes */
	ATTACK_KINDS,
};

struct attack_report {
	enum attack_kind kind;
	enum direction direction;
	uint64_t id;		/* of its line, as in struct incident */
	uint64_t count;		/* the resets that it stands for, which have no line of their own */
	uint64_t ended;		/* of those, how many ended a connection */
	uint64_t wall_ns;	/* of the last one */
	uint64_t mono_ns;	/* the same */
	uint64_t span_ns;	/* from the first to the last */
	enum cause_id cause;	/* the most frequent */
	uint64_t of_cause;	/* how many of that */
	uint64_t rejected;	/* how many a firewall here rejected */
	bool benign;		/* all of them are */
	struct rst_tuple tuple; /* zero: the addresses or ports that are not the same in all */
	uint32_t netns;
	struct process owner; /* pid 0: not known, or not one */
	uint32_t ports;	      /* port-scan: how many different local ports; 0: not known */
	uint16_t first_port, last_port; /* the lowest and the highest */
	bool have_seq;			/* rst-flood: the RSTs themselves were seen */
	uint32_t first_seq, last_seq;	/* the lowest and the highest, as plain numbers */
	char why[WHY_MAX];		/* the sentence; names from outside are escaped */
};

/* "port-scan", "rst-flood", "reset-rate". Static storage. */
const char *attack_kind_name(enum attack_kind kind);

#endif
