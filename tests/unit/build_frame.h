/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_frame.h: Ethernet frames made header by header, for the packet parser. */
#ifndef UNIT_BUILD_FRAME_H
#define UNIT_BUILD_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "packet.h"

#define FRAME_MAX 2048

struct frame_bytes {
	uint8_t b[FRAME_MAX];
	size_t n;
	size_t ip;  /* where the IP header begins */
	size_t tcp; /* where the TCP header begins */
};

struct parsed {
	struct rst_tuple tuple;
	struct rst_packet packet;
};

/* 2001:db8::2 and 2001:db8::1 */
extern const uint8_t frame_source6[16], frame_target6[16];

/* What packet_rst() returns and fills in. The frame lies in a heap buffer of exactly its size, so
 * that ASan sees a read beyond it, as the verifier would. Fails the test if a reader that copies, as the
 * tracepoints' does, finds anything else in it. */
int frame_parse_bytes(const uint8_t *bytes, size_t n, struct parsed *p);
int frame_parse(const struct frame_bytes *f, struct parsed *p);

/* Big-endian, at an offset that is in the frame already. */
void frame_put16(struct frame_bytes *f, size_t at, uint32_t v);
/* Appends; BYTES NULL: zeros. */
void frame_add(struct frame_bytes *f, const void *bytes, size_t n);

/* Each appends a header; frame_ether() begins a frame. */
void frame_ether(struct frame_bytes *f, uint16_t type);
void frame_vlan(struct frame_bytes *f, uint16_t type);
/* A RST,ACK from port 40000 to port 443. */
void frame_tcp(struct frame_bytes *f, size_t payload);
/* From 10.0.0.2 to 10.0.0.1, with the TCP segment. */
void frame_ip4(struct frame_bytes *f, size_t options, size_t payload);
/* From source6 to target6; the extension headers follow, then frame_ip6_end. */
void frame_ip6_begin(struct frame_bytes *f, uint8_t next);
/* UNITS as the header counts them, LENGTH in bytes. */
void frame_extension(struct frame_bytes *f, uint8_t next, uint8_t units, size_t length);
void frame_ip6_end(struct frame_bytes *f, size_t payload);

/* Whole frames without payload; and one with five extension headers and one more to come. */
void frame_ip4_rst(struct frame_bytes *f);
void frame_ip6_rst(struct frame_bytes *f);
void frame_six_headers(struct frame_bytes *f);

#endif
