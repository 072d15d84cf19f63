/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* recording.h: what recording costs beside printing, and reporting beside what one would use in its place. */
#ifndef BENCH_RECORDING_H
#define BENCH_RECORDING_H

#include <stdbool.h>

#include "netlab.h"

struct recording_options {
	int rounds;
	unsigned long lines; /* of the recording that is reported of */
	bool quick;	     /* whether it works: no goal is judged */
	bool json;	     /* each number, one JSON object a line */
};

/* Measures, and prints on standard output. Returns how many of the parts failed. PROBE: see load_probe(). */
int recording_measure(const struct netlab *lab, int probe, const struct recording_options *o);

#endif
