/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* symbols.h: kernel addresses to names. The kernel is asked for each address once, when it is met. */
#ifndef RSTTRACE_SYMBOLS_H
#define RSTTRACE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "model/incident.h"

struct symbols;

/* Room for the names of a whole stack: KSYM_NAME_LEN is 512. */
#define SYMBOLS_TEXT_MAX 32768

/*
 * Writes to TEXT, of ROOM bytes, one line for each of N return addresses (at most RST_STACK_MAX, none
 * of them 0) in the way of the kernel's %pB, "name+0x1f/0x200 [module]", and ends it with NUL.
 * Returns 0 or -errno.
 */
typedef int symbols_name_fn(void *context, const uint64_t *address, size_t n, char *text,
			    size_t room);

/* Returns 0 and an empty table that asks NAME, and that the caller frees with symbols_free; -ENOMEM. */
int symbols_open(struct symbols **out, symbols_name_fn *name, void *context);
void symbols_free(struct symbols *symbols);

/* Fills FRAME for the return address IP; its symbol is NULL when the kernel has no name for it. The
 * name stays valid as long as SYMBOLS, and is the same pointer for all addresses in one function. */
void symbols_frame(struct symbols *symbols, uint64_t ip, struct frame *frame);

/*
 * Whether EVENT, a tcp_receive_reset, is no received RST at all: tcp_reset, and with it its
 * tracepoint, is also called when data arrives for a socket whose process is gone (rule
 * P7 of docs/rules.md; tcp_rcv_state_process in 5.10 to 7.3). Such an event is counted and not reported; the
 * RST sent in answer is. *CALLER becomes the return address that tells, 0 if none does.
 */
bool symbols_not_received(struct symbols *symbols, const struct rst_event *event, uint64_t *caller);

/*
 * Fills IN's frames from its event's stack and finds the emitter. The frames above the emitter
 * (the BPF program's own) are dropped; without an emitter all are kept and `emitter` is -1.
 */
void symbols_stack(struct symbols *symbols, struct incident *in);

#endif
