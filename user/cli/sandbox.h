/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sandbox.h: which system calls a process may still make, for good. */
#ifndef RSTTRACE_SANDBOX_H
#define RSTTRACE_SANDBOX_H

#include <stddef.h>

enum sandbox {
	SANDBOX_TRACE,
	SANDBOX_RECORD, /* and makes files, where there are none of that name, and removes some */
	SANDBOX_REPORT, /* reads */
	SANDBOX_CLERK,	/* looks up for the first two what takes a privilege (host/clerk.h) */
	SANDBOXES,
};

/* What the first two may do besides; a bit each. */
enum sandbox_also {
	SANDBOX_SERVES = 1, /* takes connections to the socket that it listens on */
	SANDBOX_WRITES = 2, /* makes files, as SANDBOX_RECORD does */
};

/*
 * From now on the calling thread may make the system calls of that sandbox's work only, with those arguments.
 * Others are answered as by a kernel that does not have them (ENOSYS): a library then does what it did before there
 * was that one, and nothing ends that records. But at one that only an intruder makes, as execve, the process is
 * killed. *CALLS: how many there are. ALSO: of enum
 * sandbox_also.
 *
 * Returns 0; 1: there is no filter, *WHY says why; or -errno.
 */
int sandbox_enter(enum sandbox kind, unsigned int also, size_t *calls, const char **why);

#endif
