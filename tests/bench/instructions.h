/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* instructions.h: how many instructions user space takes for a line of output. */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

#include "netlab.h"

/*
 * For each load that makes resets of one kind: has each build of rsttrace record what its kernel side
 * tells of it, runs the same build on that under valgrind's callgrind, and prints what it takes from the
 * ring to the line, as text and as JSON. The profiles go into DIRECTORY. Ends the process with a message
 * if it cannot.
 */
void instructions_measure(const struct netlab *lab, const char *directory);

#endif
