/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* event/asked.h: somebody was allowed what it takes to send or pass on a RST past TCP. */
#ifndef RSTTRACE_EVENT_ASKED_H
#define RSTTRACE_EVENT_ASKED_H

#include "event/socket.h"

/* Which of the two flags in `asked_told`. */
enum rst_asked_by {
	RST_ASKED_RAW,	 /* CAP_NET_RAW: a raw or packet socket */
	RST_ASKED_OTHER, /* CAP_NET_ADMIN, CAP_BPF: a rule, a device, a setting, a program */
	RST_ASKED_KINDS,
};

/* The only record of the ring `asked`. */
struct rst_asked {
	__u64 mono_ns;
	__u32 by;  /* enum rst_asked_by */
	__u32 pid; /* in the tracer's pid namespace; 0: not seen there */
	char comm[RST_COMM_LEN];
};

_Static_assert(sizeof(struct rst_asked) == 32, "rst_asked");

#endif
