/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* segment_bytes.h: a TCP segment as it would stand on the wire, from the IP header on. Pure. */
#ifndef RSTTRACE_SEGMENT_BYTES_H
#define RSTTRACE_SEGMENT_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* Most of a TCP header that are options. */
#define SEGMENT_OPTIONS_MAX 40
#define SEGMENT_BYTES_MAX (40 + 20 + SEGMENT_OPTIONS_MAX + RST_BYTES_MAX)

struct segment {
	const uint8_t *source, *destination; /* of 16 bytes, of which IPv4 takes the first 4 */
	uint16_t source_port, destination_port;
	uint8_t family;			  /* 4 or 6 */
	uint8_t flags;			  /* enum rst_tcp_flag */
	uint8_t ttl;			  /* or hop limit */
	uint8_t options_len, payload_len; /* of those that are known, RST_BYTES_MAX at most */
	uint16_t window, ip_id;
	uint32_t seq, ack;
	uint32_t length; /* of the payload, known or not */
	const uint8_t *options, *payload;
};

/*
 * Writes it to BUF, of SEGMENT_BYTES_MAX bytes, and how long it was on the wire to *LENGTH. Returns the bytes
 * written, fewer where not all of its payload is known. Checksums are right; but that of TCP over bytes that
 * are not known is 0.
 */
size_t segment_bytes(uint8_t *buf, const struct segment *s, uint32_t *length);

#endif
