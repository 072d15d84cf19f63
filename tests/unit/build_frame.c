/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* build_frame.c: Ethernet frames, header by header. */
#include "build_frame.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* As the tracepoints' reader does it: the bytes are copied, and what was in the room before is lost. */
static int read_copy(const uint8_t *at, const uint8_t *end, uint32_t n, uint8_t *room,
		     const uint8_t **bytes)
{
	if (at + n > end)
		return -1;
	memcpy(room, at, n);
	*bytes = room;
	return 0;
}

/* Where the IP header of a frame begins, and which version its EtherType says; 0: none. */
static size_t ip_begins(const uint8_t *bytes, size_t n, int *version)
{
	size_t at = 14;

	for (int tags = 0; at <= n; tags++, at += 4) {
		uint16_t type = packet_u16(bytes + at - 2);

		if (type == PACKET_ETH_IP || type == PACKET_ETH_IP6) {
			*version = type == PACKET_ETH_IP ? 4 : 6;
			return at;
		}
		if ((type != PACKET_ETH_8021Q && type != PACKET_ETH_8021AD) ||
		    tags == PACKET_VLAN_TAGS)
			return 0;
	}
	return 0;
}

/* Whatever one reader finds, the other one does. */
static void check_readers_agree(const uint8_t *bytes, size_t n, int found, const struct parsed *p)
{
	struct parsed copied;
	int version = 0, again = 0;
	size_t ip = ip_begins(bytes, n, &version);

	memset(&copied, 0, sizeof(copied));
	if (ip)
		again = packet_walk(read_copy, bytes + ip, bytes + n, version, 0, 1, &copied.tuple,
				    &copied.packet) &&
			copied.packet.flags & RST_FLAG_RST;
	cr_assert_eq(!!again, !!found, "copied %d, direct %d", again, found);
	/* One counts from the frame's begin, the other from the IP header's. */
	if (copied.packet.valid)
		copied.packet.at += (uint16_t)ip;
	cr_assert_eq(memcmp(&copied, p, sizeof(copied)), 0);
}

int frame_parse_bytes(const uint8_t *bytes, size_t n, struct parsed *p)
{
	uint8_t *copy = malloc(n ? n : 1);
	int found;

	memset(p, 0, sizeof(*p));
	if (n)
		memcpy(copy, bytes, n);
	found = packet_rst(copy, copy + n, &p->tuple, &p->packet);
	check_readers_agree(copy, n, found, p);
	free(copy);
	return found;
}

int frame_parse(const struct frame_bytes *f, struct parsed *p)
{
	return frame_parse_bytes(f->b, f->n, p);
}

void frame_put16(struct frame_bytes *f, size_t at, uint32_t v)
{
	f->b[at] = (uint8_t)(v >> 8);
	f->b[at + 1] = (uint8_t)v;
}

void frame_add(struct frame_bytes *f, const void *bytes, size_t n)
{
	cr_assert_leq(f->n + n, FRAME_MAX);
	if (bytes)
		memcpy(f->b + f->n, bytes, n);
	else
		memset(f->b + f->n, 0, n);
	f->n += n;
}

void frame_ether(struct frame_bytes *f, uint16_t type)
{
	memset(f, 0, sizeof(*f));
	frame_add(f, NULL, 12);
	frame_add(f, NULL, 2);
	frame_put16(f, 12, type);
}

void frame_vlan(struct frame_bytes *f, uint16_t type)
{
	frame_add(f, "\x0f\xff", 2);
	frame_add(f, NULL, 2);
	frame_put16(f, f->n - 2, type);
}

/* A RST,ACK from 10.0.0.2:40000 or 2001:db8::2 to port 443; PAYLOAD bytes follow. */
void frame_tcp(struct frame_bytes *f, size_t payload)
{
	static const uint8_t header[20] = { 0x9c, 0x40, 0x01, 0xbb, 0xff, 0xfe, 0xfd,
					    0xfc, 0x01, 0x02, 0x03, 0x04, 0x50, 0x14,
					    0x12, 0x34, 0,    0,    0,	  0 };

	f->tcp = f->n;
	frame_add(f, header, sizeof(header));
	frame_add(f, NULL, payload);
}

void frame_ip4(struct frame_bytes *f, size_t options, size_t payload)
{
	static const uint8_t header[20] = { 0x45, 0, 0,	 0, 0xab, 0xcd, 0x40, 0, 63, 6,
					    0,	  0, 10, 0, 0,	  2,	10,   0, 0,  1 };

	f->ip = f->n;
	frame_add(f, header, sizeof(header));
	frame_add(f, NULL, options);
	f->b[f->ip] = (uint8_t)(0x40 | (20 + options) / 4);
	frame_tcp(f, payload);
	frame_put16(f, f->ip + 2, (uint32_t)(f->n - f->ip));
}

const uint8_t frame_source6[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 2 };
const uint8_t frame_target6[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 1 };

void frame_ip6_begin(struct frame_bytes *f, uint8_t next)
{
	f->ip = f->n;
	frame_add(f, "\x60\0\0\0\0\0", 6);
	frame_add(f, &next, 1);
	frame_add(f, "\x3f", 1);
	frame_add(f, frame_source6, 16);
	frame_add(f, frame_target6, 16);
}

/* UNITS as the header counts them. */
void frame_extension(struct frame_bytes *f, uint8_t next, uint8_t units, size_t length)
{
	size_t at = f->n;

	frame_add(f, NULL, length);
	f->b[at] = next;
	f->b[at + 1] = units;
}

void frame_ip6_end(struct frame_bytes *f, size_t payload)
{
	frame_tcp(f, payload);
	frame_put16(f, f->ip + 4, (uint32_t)(f->n - f->ip - 40));
}

void frame_ip4_rst(struct frame_bytes *f)
{
	frame_ether(f, PACKET_ETH_IP);
	frame_ip4(f, 0, 0);
}

void frame_ip6_rst(struct frame_bytes *f)
{
	frame_ether(f, PACKET_ETH_IP6);
	frame_ip6_begin(f, PACKET_TCP);
	frame_ip6_end(f, 0);
}

void frame_six_headers(struct frame_bytes *f)
{
	frame_ether(f, PACKET_ETH_IP6);
	frame_ip6_begin(f, PACKET_HOPOPTS);
	frame_extension(f, PACKET_DSTOPTS, 0, 8);
	frame_extension(f, PACKET_ROUTING, 1, 16);
	frame_extension(f, PACKET_FRAGMENT, 0, 8);
	frame_extension(f, PACKET_AH, 0, 8);
	frame_extension(f, PACKET_DSTOPTS, 4, 24);
}
