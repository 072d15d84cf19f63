/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* command.h: rsttrace run as a person would, to see what it says and how it ends. */
#ifndef E2E_COMMAND_H
#define E2E_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "run.h"

struct command {
	const char *const *args; /* ends in NULL */
	enum side side;
	bool nobody;	 /* as user nobody, without any capability but `keep` */
	uint64_t keep;	 /* bit N is capability N */
	const char *out; /* a file for stdout; NULL: it is collected */
	int out_fd;	 /* > 0: this is stdout */
	bool both;	 /* out_fd is stderr as well */
	bool ready;	 /* wait until it traces */

	pid_t pid;
	int out_file, err_file;
};

void command_start(struct run *run, struct command *c);

/* Waits for the end, at most ten seconds. Returns the exit status. */
int command_wait(struct command *c);

/* Checks exit status, and that stderr has LINES lines (without "rsttrace: tracing") that begin with
 * "rsttrace: "; the first contains SAYS (alternatives by "|") unless that is NULL. */
void command_expect(struct command *c, int status, int lines, const char *says);

/* All of these: start, wait, check. */
void command_fails(struct run *run, enum side side, const char *const *args, int status,
		   const char *says);

#endif
