/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* symbols.h: kernel addresses to names, resolved once at start from /proc/kallsyms. */
#ifndef RSTTRACE_SYMBOLS_H
#define RSTTRACE_SYMBOLS_H

#include <stdint.h>
#include <stdio.h>

#include "incident.h"

struct symbols;

/*
 * Reads the kallsyms text from IN. Returns 0 and a table that the caller frees with symbols_free;
 * -EPERM: all addresses read as zero (kptr_restrict, or no CAP_SYSLOG); -ENODATA: nothing in it;
 * -ENOMEM.
 */
int symbols_read(struct symbols **out, FILE *in);
void symbols_free(struct symbols *symbols);

/* Fills FRAME for the return address IP. The name stays valid as long as SYMBOLS. */
void symbols_frame(const struct symbols *symbols, uint64_t ip, struct frame *frame);

/*
 * Whether EVENT, a tcp_receive_reset, is no received RST at all: tcp_reset, and with it its
 * tracepoint, is also called when data arrives for a socket whose process is gone (kernel.md,
 * section B; tcp_rcv_state_process in 5.10 to 7.3). Such an event is counted and not reported; the
 * RST sent in answer is.
 */
bool symbols_not_received(const struct symbols *symbols, const struct rst_event *event);

/*
 * Fills IN's frames from its event's stack and finds the emitter. The frames above the emitter
 * (the BPF program's own) are dropped; without an emitter all are kept and `emitter` is -1.
 */
void symbols_stack(const struct symbols *symbols, struct incident *in);

#endif
