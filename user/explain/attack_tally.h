/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* attack_tally.h: what is counted of an attack while its resets come. */
#ifndef RSTTRACE_ATTACK_TALLY_H
#define RSTTRACE_ATTACK_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/attack_report.h"

/* One interval's resets. */
struct attack_tally {
	struct attack_report report; /* but for what only the whole of it tells */
	uint64_t first_ns;
	uint64_t of_cause[CAUSE_COUNT];
	uint64_t benign, owned;
	bool several_owners;
	bool more_ports;	   /* than are marked */
	uint64_t port[65536 / 64]; /* port-scan: a bit for each local port */
};

/* Begins an interval. */
void attack_tally_reset(struct attack_tally *t, enum attack_kind kind);

void attack_tally_add(struct attack_tally *t, const struct incident *in);

/* What the outputs are to say of at least one reset. */
void attack_tally_report(const struct attack_tally *t, struct attack_report *out);

/* Writes R's sentence, which rests on all else in it. */
void attack_why(struct attack_report *r);

#endif
