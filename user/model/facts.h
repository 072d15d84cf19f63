/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* facts.h: what a socket's raw numbers mean, for the rules, the sentences and the outputs alike. */
#ifndef RSTTRACE_FACTS_H
#define RSTTRACE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

/* The state before the reset: most tracepoints fire when the socket is CLOSE already. */
uint8_t facts_state(const struct rst_socket *s);

/* Data bytes the peer sent: the kernel's own count includes its FIN (5.10 to 7.3). */
uint64_t facts_received(const struct rst_socket *s);

/* Bytes lost. `valid` false: the socket never got so far that its sequence numbers count bytes. */
struct facts_queues {
	uint32_t unread;  /* received, not read by the application */
	uint32_t unsent;  /* written by the application, never sent */
	uint32_t unacked; /* sent, not acknowledged */
	bool valid;
};

struct facts_queues facts_queues(const struct rst_socket *s);

/* Since the last data either way, in ms. Returns false when there never was any. */
bool facts_idle_ms(const struct rst_socket *s, uint64_t *ms);

/* Which way the last data went. */
enum rst_last facts_last(const struct rst_socket *s);

/* By how many routers a packet of this TTL has probably come: the usual first values are 64, 128, 255. */
uint8_t facts_hops(uint8_t ttl);

#endif
