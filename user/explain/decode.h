/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* decode.h: from a ring record's bytes to a typed record. Pure. */
#ifndef RSTTRACE_DECODE_H
#define RSTTRACE_DECODE_H

#include <stddef.h>

#include "event.h"

struct record {
	enum rst_record_type type;
	const struct rst_event *event;		 /* sent, received, wire, dropped; else NULL */
	const struct rst_arrival *arrival;	 /* arrived; else NULL */
	const struct rst_closed *closed;	 /* closed; else NULL */
	const struct rst_rejected *rejected;	 /* rejected; else NULL */
	const struct rst_stayed *stayed;	 /* stayed; else NULL */
	const struct rst_bytes *bytes;		 /* bytes; else NULL */
	const struct rst_denied *denied;	 /* denied; else NULL */
	const struct rst_translated *translated; /* translated; else NULL */
	const struct rst_cgroup *cgroup;	 /* a cgroup; else NULL */
};

/*
 * Checks DATA (8-byte aligned, SIZE bytes) and points *OUT into it. Returns 0; -EBADMSG: truncated,
 * or a field that the rest relies on is out of range; -EPROTO: a type this build does not know,
 * which a reader skips.
 */
int decode(struct record *out, const void *data, size_t size);

#endif
