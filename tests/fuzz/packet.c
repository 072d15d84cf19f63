/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* packet.c: a frame from the wire, by the very code that runs in the kernel. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads as packet_direct does, into the room, as those do that copy. */
static inline int copied(const __u8 *at, const __u8 *end, __u32 n, __u8 *room, const __u8 **bytes)
{
	if (at > end || (size_t)(end - at) < n)
		return -1;
	memcpy(room, at, n);
	*bytes = room;
	return 0;
}

static int same(const struct rst_tuple *a, const struct rst_tuple *b)
{
	size_t n = a->family == 4 ? 4 : 16;

	return a->family == b->family && a->local_port == b->local_port &&
	       a->remote_port == b->remote_port && !memcmp(a->local, b->local, n) &&
	       !memcmp(a->remote, b->remote, n);
}

/* Both readers find the same in an IP packet, and its payload lies within what it says its length is. */
static void walk(const uint8_t *ip, const uint8_t *end, uint32_t big)
{
	struct rst_packet packet = { 0 }, other = { 0 };
	struct rst_tuple tuple = { 0 }, turned = { 0 };
	int found = packet_walk(packet_direct, ip, end, 0, big, 1, &tuple, &packet);

	if (found != packet_walk(copied, ip, end, 0, big, 1, &turned, &other))
		abort();
	if (!found)
		return;
	if (!same(&tuple, &turned) || memcmp(&packet, &other, sizeof(packet)) != 0)
		abort();
	if (packet.header < 20 || ip + packet.at + 20 > end ||
	    packet.length > (big > UINT16_MAX ? big : UINT16_MAX))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rst_packet packet = { 0 }, glance = { 0 };
	struct rst_tuple tuple = { 0 }, little = { 0 };
	uint8_t *frame = malloc(size ? size : 1);
	int found;

	if (!frame)
		return 0;
	if (size)
		memcpy(frame, data, size);
	found = packet_segment(frame, frame + size, PACKET_ETHERNET, &tuple, &packet);
	if (found != packet_glance(frame, frame + size, PACKET_ETHERNET, &little, &glance))
		abort();
	if (found && (!same(&tuple, &little) || packet.flags != glance.flags ||
		      packet.window != glance.window || packet.ttl != glance.ttl ||
		      (size_t)packet.at + 20 > size))
		abort();
	memset(&packet, 0, sizeof(packet));
	memset(&glance, 0, sizeof(glance));
	found = packet_segment(frame, frame + size, PACKET_BARE, &tuple, &packet);
	if (found != packet_glance(frame, frame + size, PACKET_BARE, &little, &glance) ||
	    (found && (packet.flags != glance.flags || (size_t)packet.at + 20 > size)))
		abort();
	if (size > 14) {
		walk(frame + 14, frame + size, 0);
		walk(frame + 14, frame + size, 100000);
	}
	free(frame);
	return 0;
}
