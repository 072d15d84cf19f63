/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_packet_random.c: the packet parser on what nobody would send. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_frame.h"

/* xorshift32: the same bytes in every run. */
static uint32_t next_random(uint32_t *state)
{
	uint32_t x = *state;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

static void check_random(const uint8_t *bytes, size_t n, unsigned *found)
{
	struct parsed p;

	if (!frame_parse_bytes(bytes, n, &p))
		return;
	++*found;
	cr_assert(p.packet.flags & RST_FLAG_RST);
	cr_assert(p.tuple.family == 4 || p.tuple.family == 6);
	cr_assert_eq(p.packet.valid, 1);
	cr_assert_leq(p.packet.length, 65535U);
}

Test(packet, random_bytes)
{
	uint32_t seed = 20221122;
	unsigned found = 0;

	for (int i = 0; i < 200000; i++) {
		uint8_t bytes[160];
		size_t n = next_random(&seed) % (sizeof(bytes) + 1);

		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)next_random(&seed);
		/* Else nearly all would end at the EtherType. */
		if (n > 20) {
			static const uint8_t types[4][2] = {
				{ 0x08, 0x00 }, { 0x86, 0xdd }, { 0x81, 0x00 }, { 0x88, 0xa8 }
			};

			memcpy(bytes + 12, types[i & 3], 2);
			if ((i & 3) == 0) {
				bytes[14] = (uint8_t)(0x40 | (bytes[14] & 0xf));
				bytes[23] = PACKET_TCP;
			} else if ((i & 3) == 1) {
				static const uint8_t next[4] = { PACKET_TCP, PACKET_HOPOPTS,
								 PACKET_FRAGMENT, PACKET_AH };

				bytes[14] = 0x60;
				bytes[20] = next[i >> 2 & 3];
			}
		}
		check_random(bytes, n, &found);
	}
	cr_expect_gt(found, 1000, "%u", found);
}

/* Good frames with a few bytes changed and the end cut off reach deeper than noise. */
Test(packet, damaged_frames)
{
	struct frame_bytes good[3];
	uint32_t seed = 6;
	unsigned found = 0;

	frame_ether(&good[0], PACKET_ETH_8021Q);
	frame_vlan(&good[0], PACKET_ETH_IP);
	frame_ip4(&good[0], 12, 20);
	frame_ip6_rst(&good[1]);
	frame_six_headers(&good[2]);
	frame_extension(&good[2], PACKET_TCP, 0, 8);
	frame_ip6_end(&good[2], 9);
	for (int i = 0; i < 200000; i++) {
		struct frame_bytes *f = &good[i % 3];
		uint8_t bytes[256];
		size_t n = f->n - (next_random(&seed) & 1 ? next_random(&seed) % f->n : 0);

		cr_assert_leq(f->n, sizeof(bytes));
		memcpy(bytes, f->b, f->n);
		for (uint32_t k = next_random(&seed) % 4; k > 0; k--)
			bytes[next_random(&seed) % f->n] = (uint8_t)next_random(&seed);
		check_random(bytes, n, &found);
	}
	cr_expect_gt(found, 10000, "%u", found);
}
