/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tuple.h: comparisons of the two ends of a connection, and of their addresses. Pure. */
#ifndef RSTTRACE_TUPLE_H
#define RSTTRACE_TUPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "event.h"

/* Addresses of 16 bytes, of which IPv4 takes the first 4. */
static inline bool tuple_same_end(const uint8_t *a, uint16_t a_port, const uint8_t *b,
				  uint16_t b_port)
{
	return a_port == b_port && !memcmp(a, b, 16);
}

static inline bool tuple_same_local(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->local_port == b->local_port && !memcmp(a->local, b->local, sizeof(a->local));
}

static inline bool tuple_same(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->family == b->family && tuple_same_local(a, b) &&
	       a->remote_port == b->remote_port && !memcmp(a->remote, b->remote, sizeof(a->remote));
}

/* Whether B is A as the other end has it. */
static inline bool tuple_turned(const struct rst_tuple *a, const struct rst_tuple *b)
{
	return a->family == b->family && a->local_port == b->remote_port &&
	       a->remote_port == b->local_port && !memcmp(a->local, b->remote, sizeof(a->local)) &&
	       !memcmp(a->remote, b->local, sizeof(a->remote));
}

/* Bytes of an address of FAMILY, 4 or 6. */
static inline size_t address_size(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

/* Of 16 bytes, of which IPv4 takes the first 4: 0.0.0.0 or ::. */
static inline bool address_is_any(const uint8_t *address)
{
	static const uint8_t any[16];

	return !memcmp(address, any, sizeof(any));
}

/* The same for 127.0.0.0/8 and ::1. */
static inline bool address_is_loopback(const uint8_t *address, uint8_t family)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	return family == 4 ? address[0] == 127 : !memcmp(address, loopback6, sizeof(loopback6));
}

#endif
