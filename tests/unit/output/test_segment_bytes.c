/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_segment_bytes.c: segments as they would stand on the wire. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

#include "output/segment_bytes.h"
#include "pcapng_blocks.h"

static uint8_t source[16], destination[16], buf[SEGMENT_BYTES_MAX];

static struct segment v4(void)
{
	inet_pton(AF_INET, "10.0.0.1", source);
	inet_pton(AF_INET, "10.0.0.2", destination);
	return (struct segment){ .source = source,
				 .destination = destination,
				 .source_port = 8080,
				 .destination_port = 51234,
				 .family = 4,
				 .flags = RST_FLAG_RST | RST_FLAG_ACK,
				 .ttl = 63,
				 .window = 0x1234,
				 .ip_id = 0xabcd,
				 .seq = 0xfffffff0,
				 .ack = 7 };
}

static struct segment v6(void)
{
	struct segment s = v4();

	s.family = 6;
	inet_pton(AF_INET6, "2001:db8::1", source);
	inet_pton(AF_INET6, "2001:db8::2", destination);
	return s;
}

/* Byte for byte as tcpdump and the kernel see such a one. */
Test(segment_bytes, ipv4)
{
	static const uint8_t wanted[] = {
		0x45, 0x00, 0x00, 0x28, 0xab, 0xcd, 0x00, 0x00, 0x3f, 0x06, 0xbc, 0x00,
		10,   0,    0,	  1,	10,   0,    0,	  2,	0x1f, 0x90, 0xc8, 0x22,
		0xff, 0xff, 0xff, 0xf0, 0,    0,    0,	  7,	0x50, 0x14, 0x12, 0x34,
	};
	struct segment s = v4();
	uint32_t length;
	size_t n = segment_bytes(buf, &s, &length);

	cr_assert_eq(n, 40u);
	cr_assert_eq(length, 40u);
	cr_assert_eq(memcmp(buf, wanted, sizeof(wanted)), 0);
	cr_assert(packet_sums_right(buf, n));
}

Test(segment_bytes, ipv6)
{
	struct segment s = v6();
	uint32_t length;
	size_t n = segment_bytes(buf, &s, &length);

	cr_assert_eq(n, 60u);
	cr_assert_eq(length, 60u);
	cr_assert_eq(buf[0], 0x60);
	cr_assert_eq(buf[5], 20);
	cr_assert_eq(buf[6], 6);
	cr_assert_eq(buf[7], 63);
	cr_assert_eq(memcmp(buf + 8, source, 16), 0);
	cr_assert_eq(memcmp(buf + 24, destination, 16), 0);
	cr_assert(packet_sums_right(buf, n));
}

/* Options of a length that is no multiple of four, and a payload of an odd one. */
Test(segment_bytes, what_it_carries)
{
	static const uint8_t options[] = { 1, 2, 3, 4, 5 };

	for (int i = 0; i < 2; i++) {
		struct segment s = i ? v6() : v4();
		size_t ip = i ? 40 : 20, n;
		uint32_t length;

		s.options = options;
		s.options_len = sizeof(options);
		s.payload = (const uint8_t *)"why";
		s.payload_len = 3;
		s.length = 3;
		n = segment_bytes(buf, &s, &length);
		cr_assert_eq(n, ip + 28 + 3);
		cr_assert_eq(length, n);
		cr_assert_eq(buf[ip + 12], 7 << 4);
		cr_assert_eq(memcmp(buf + ip + 20, "\1\2\3\4\5\0\0\0why", 11), 0);
		cr_assert(packet_sums_right(buf, n));
	}
}

/* What is not known of it is not there, and no checksum pretends that it was. */
Test(segment_bytes, payload_that_is_not_known)
{
	struct segment s = v4();
	uint32_t length;

	s.payload = (const uint8_t *)"why";
	s.payload_len = 3;
	s.length = 1000;
	cr_assert_eq(segment_bytes(buf, &s, &length), 43u);
	cr_assert_eq(length, 1040u);
	cr_assert_eq(buf[2] << 8 | buf[3], 1040);
	cr_assert_eq(buf[36] | buf[37], 0);
}

/* Joined on the way in, or made up by whoever wrote the line. */
Test(segment_bytes, longer_than_a_packet)
{
	struct segment s = v4();
	uint32_t length;

	s.length = 100000;
	cr_assert_eq(segment_bytes(buf, &s, &length), 40u);
	cr_assert_eq(length, 100040u);
	cr_assert_eq(buf[2] << 8 | buf[3], 65535);
	s.length = UINT32_MAX;
	s.options_len = 255;
	s.options = buf;
	s.payload_len = 255;
	s.payload = (const uint8_t[255]){ 0 };
	s.options = (const uint8_t[255]){ 0 };
	cr_assert_leq(segment_bytes(buf, &s, &length), SEGMENT_BYTES_MAX);
	cr_assert_gt(length, UINT32_MAX / 2);
}
