/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* instructions.h: how many instructions user space takes for a line of output. */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

#include "load.h"
#include "netlab.h"

/*
 * For each load that makes resets of one kind: has each build of rsttrace record what its kernel side
 * tells of it, runs the same build on that under valgrind's callgrind, and prints what it takes from the
 * ring to the line, as text and as JSON. The profiles go into DIRECTORY. Ends the process with a message
 * if it cannot.
 */
void instructions_measure(const struct netlab *lab, const char *directory);

/* Writes the first records that the ring brings that program under a load to a file, for $RING_REPLAY. */
void instructions_record(const struct netlab *lab, enum load_kind load, const char *program,
			 const char *path);

#endif
