/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pcapng_order.h: packets that come nearly in the order of their times, put into it. Pure but for its memory. */
#ifndef RSTTRACE_PCAPNG_ORDER_H
#define RSTTRACE_PCAPNG_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

/* So many, or so many bytes, wait for an earlier one. */
#define PCAPNG_ORDER_UNITS 65536
#define PCAPNG_ORDER_BYTES (64U << 20)

struct pcapng_unit;

struct pcapng_order {
	struct pcapng_unit **heap;
	size_t n, room, bytes;
	uint64_t number;
};

/* Takes in the LEN bytes at DATA. Returns 0 or -ENOMEM. */
int pcapng_order_put(struct pcapng_order *o, uint64_t time_ns, const void *data, size_t len);

/* Whether the earliest has waited long enough. */
bool pcapng_order_full(const struct pcapng_order *o);

/* Takes the earliest out, into B; of the same time, the one that came first. Returns false: there is none. */
bool pcapng_order_take(struct pcapng_order *o, struct buffer *b);

void pcapng_order_free(struct pcapng_order *o);

#endif
