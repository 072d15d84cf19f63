/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * progs.h: the time that the kernel spends in BPF programs, as it counts itself: calls and
 * nanoseconds of each program, while somebody holds progs_count_on() open.
 */
#ifndef BENCH_PROGS_H
#define BENCH_PROGS_H

#include <stddef.h>
#include <stdint.h>

#define PROGS_MAX 128
#define PROG_NAME 16

struct prog {
	uint32_t id;
	char name[PROG_NAME];
	uint64_t ns, calls;
};

struct progs {
	size_t n;
	struct prog prog[PROGS_MAX];
};

/* Has the kernel count until the descriptor is closed; no sysctl is touched. Ends the process with
 * a message if it refuses. */
int progs_count_on(void);

/* All programs that are loaded now, of anybody. */
void progs_read(struct progs *all);

/* What the programs of AFTER that BEFORE does not have, or has with smaller numbers, did between:
 * those that ran. */
void progs_between(struct progs *ran, const struct progs *before, const struct progs *after);

/* NULL if there is none of that id, or name. */
const struct prog *progs_find(const struct progs *all, uint32_t id);
const struct prog *progs_named(const struct progs *all, const char *name);

#endif
