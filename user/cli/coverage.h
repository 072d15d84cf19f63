/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* coverage.h: when somebody recorded, and what was lost then, from the lines of recordings. Pure. */
#ifndef RSTTRACE_COVERAGE_H
#define RSTTRACE_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/brief.h"
#include "model/report.h"

/* A recorder that was away for less is a file that was changed. */
#define COVERAGE_GAP_NS 2000000000ULL

/* A file, or a part of one with a header of its own. */
struct coverage_part {
	uint64_t from_ns, to_ns; /* 0: no line of it had a time */
	uint64_t lost;		 /* as its lines tell */
	uint64_t total;		 /* as its summary tells of the run */
	uint64_t unwatched_ns;	 /* the same of what left and was not looked at */
	char run[BRIEF_ID];	 /* "" when nothing said so */
	char host[BRIEF_NAME];
	bool header; /* it begins with one: from_ns is when it was begun */
};

struct coverage {
	struct coverage_part *part;
	size_t n, room;
	bool failed; /* no memory: something is missing */
};

/* A file begins. */
void coverage_begin(struct coverage *c);

/* B is its next line. */
void coverage_add(struct coverage *c, const struct brief *b);

/* The host of the lines that come now; "" when nothing said so. */
const char *coverage_host(const struct coverage *c);

/* All that was lost; where nobody recorded, between two parts of one host, into R. */
void coverage_report(struct coverage *c, struct report *r);

/* Whether somebody recorded at some time in that span; *LOST: events that were lost in those parts. */
bool coverage_at(const struct coverage *c, uint64_t from_ns, uint64_t to_ns, uint64_t *lost);

/* The end of what was recorded before NS, and the beginning of what was recorded after; 0: nothing was. */
void coverage_around(const struct coverage *c, uint64_t ns, uint64_t *before, uint64_t *after);

void coverage_free(struct coverage *c);

#endif
