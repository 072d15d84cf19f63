/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_packet.c: the packet parser of the XDP program, header by header. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/util.h"
#include "build_frame.h"

static void assert_tcp(const struct parsed *p, uint32_t length)
{
	cr_expect_eq(p->tuple.remote_port, 40000);
	cr_expect_eq(p->tuple.local_port, 443);
	cr_expect_eq(p->packet.seq, 0xfffefdfc);
	cr_expect_eq(p->packet.ack, 0x01020304);
	cr_expect_eq(p->packet.flags, RST_FLAG_RST | RST_FLAG_ACK);
	cr_expect_eq(p->packet.window, 0x1234);
	cr_expect_eq(p->packet.length, length, "length %u, not %u", p->packet.length, length);
	cr_expect_eq(p->packet.valid, 1);
}

static void assert_4(const struct frame_bytes *f, uint32_t length)
{
	struct parsed p;

	cr_assert_eq(frame_parse(f, &p), 1);
	assert_tcp(&p, length);
	cr_expect_eq(p.tuple.family, 4);
	cr_expect_arr_eq(p.tuple.remote, ((uint8_t[16]){ 10, 0, 0, 2 }), 16);
	cr_expect_arr_eq(p.tuple.local, ((uint8_t[16]){ 10, 0, 0, 1 }), 16);
	cr_expect_eq(p.packet.ip_id, 0xabcd);
	cr_expect_eq(p.packet.ttl, 63);
}

static void assert_6(const struct frame_bytes *f, uint32_t length)
{
	struct parsed p;

	cr_assert_eq(frame_parse(f, &p), 1);
	assert_tcp(&p, length);
	cr_expect_eq(p.tuple.family, 6);
	cr_expect_arr_eq(p.tuple.remote, frame_source6, 16);
	cr_expect_arr_eq(p.tuple.local, frame_target6, 16);
	cr_expect_eq(p.packet.ip_id, 0);
	cr_expect_eq(p.packet.ttl, 63);
}

/* A frame that is none of ours leaves no trace either. */
static void assert_none(const struct frame_bytes *f)
{
	static const struct parsed nothing;
	struct parsed p;

	cr_expect_eq(frame_parse(f, &p), 0);
	cr_expect_eq(memcmp(&p, &nothing, sizeof(p)), 0);
}

static void assert_none_truncated(const struct frame_bytes *f)
{
	struct frame_bytes cut = *f;

	for (cut.n = 0; cut.n < f->tcp + 20; cut.n++)
		assert_none(&cut);
}

Test(packet, ip4)
{
	struct frame_bytes f;

	frame_ip4_rst(&f);
	assert_4(&f, 0);
	assert_none_truncated(&f);
	frame_ether(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 17);
	assert_4(&f, 17);
	/* Ethernet pads to 60 bytes. */
	frame_ip4_rst(&f);
	frame_add(&f, NULL, 6);
	assert_4(&f, 0);
	/* Only the headers are needed. */
	frame_ether(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 1000);
	f.n = f.tcp + 20;
	assert_4(&f, 1000);
}

Test(packet, ip4_options)
{
	for (size_t options = 4; options <= 40; options += 4) {
		struct frame_bytes f;

		frame_ether(&f, PACKET_ETH_IP);
		frame_ip4(&f, options, 3);
		assert_4(&f, 3);
		assert_none_truncated(&f);
	}
}

/* 60 bytes of zeros after the header: whatever its length, something is there to be read. */
Test(packet, ip4_header_length_lies)
{
	for (uint8_t ihl = 0; ihl < 5; ihl++) {
		struct frame_bytes f;

		frame_ip4_rst(&f);
		frame_add(&f, NULL, 60);
		f.b[f.ip] = 0x40 | ihl;
		assert_none(&f);
	}
	for (uint8_t ihl = 6; ihl <= 15; ihl++) {
		struct frame_bytes f;
		struct parsed p;

		frame_ip4_rst(&f);
		f.b[f.ip] = 0x40 | ihl;
		assert_none(&f);
		/* The total length leaves room for a TCP header: what stands there counts. */
		frame_put16(&f, f.ip + 2, 200);
		assert_none(&f);
		frame_add(&f, NULL, 60);
		f.b[f.ip + ihl * 4 + 13] = RST_FLAG_RST;
		cr_expect_eq(frame_parse(&f, &p), 1, "ihl %u", ihl);
	}
}

Test(packet, ip4_total_length_lies)
{
	struct frame_bytes f;

	frame_ip4_rst(&f);
	for (uint32_t total = 0; total < 40; total++) {
		frame_put16(&f, f.ip + 2, total);
		assert_none(&f);
	}
	frame_put16(&f, f.ip + 2, 65535);
	assert_4(&f, 65535 - 40);
}

Test(packet, ip4_fragments)
{
	struct frame_bytes f;

	frame_ip4_rst(&f);
	frame_put16(&f, f.ip + 6, 0x2000);
	assert_4(&f, 0);
	frame_put16(&f, f.ip + 6, 0x8000);
	assert_4(&f, 0);
	for (uint32_t bit = 1; bit <= 0x1000; bit <<= 1) {
		frame_put16(&f, f.ip + 6, bit);
		assert_none(&f);
		frame_put16(&f, f.ip + 6, 0x2000 | bit);
		assert_none(&f);
	}
}

Test(packet, not_the_version_of_its_ether_type)
{
	struct frame_bytes f;

	for (uint32_t version = 0; version < 16; version++) {
		frame_ip4_rst(&f);
		f.b[f.ip] = (uint8_t)(version << 4 | 5);
		if (version != 4)
			assert_none(&f);
		frame_ip6_rst(&f);
		f.b[f.ip] = (uint8_t)(version << 4);
		if (version != 6)
			assert_none(&f);
	}
}

Test(packet, other_protocols)
{
	struct frame_bytes f;

	for (uint32_t protocol = 0; protocol < 256; protocol++) {
		if (protocol == PACKET_TCP)
			continue;
		frame_ip4_rst(&f);
		f.b[f.ip + 9] = (uint8_t)protocol;
		assert_none(&f);
	}
	for (uint32_t next = 0; next < 256; next++) {
		if (next == PACKET_HOPOPTS || next == PACKET_TCP || next == PACKET_ROUTING ||
		    next == PACKET_FRAGMENT || next == PACKET_AH || next == PACKET_DSTOPTS)
			continue;
		frame_ether(&f, PACKET_ETH_IP6);
		frame_ip6_begin(&f, (uint8_t)next);
		frame_extension(&f, PACKET_TCP, 0, 8);
		frame_ip6_end(&f, 0);
		assert_none(&f);
	}
}

Test(packet, other_ether_types)
{
	static const uint16_t types[] = { 0,	  46,	  0x0806, 0x0801, 0x86dc,
					  0x8101, 0x8863, 0x9100, 0xffff };
	struct frame_bytes f;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		frame_ip4_rst(&f);
		frame_put16(&f, 12, types[i]);
		assert_none(&f);
	}
	frame_ip4_rst(&f);
	frame_put16(&f, 12, PACKET_ETH_IP6);
	assert_none(&f);
	frame_ip6_rst(&f);
	frame_put16(&f, 12, PACKET_ETH_IP);
	assert_none(&f);
}

Test(packet, only_with_rst)
{
	struct frame_bytes f;
	struct parsed p;

	for (uint32_t flags = 0; flags < 256; flags++) {
		frame_ip4_rst(&f);
		f.b[f.tcp + 13] = (uint8_t)flags;
		cr_expect_eq(frame_parse(&f, &p), !!(flags & RST_FLAG_RST), "flags %02x", flags);
		cr_expect_eq(p.packet.flags, flags);
		frame_ip6_rst(&f);
		f.b[f.tcp + 13] = (uint8_t)flags;
		cr_expect_eq(frame_parse(&f, &p), !!(flags & RST_FLAG_RST), "flags %02x", flags);
	}
}

Test(packet, vlan_tags)
{
	struct frame_bytes f;

	frame_ether(&f, PACKET_ETH_8021Q);
	frame_vlan(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 2);
	assert_4(&f, 2);
	assert_none_truncated(&f);

	frame_ether(&f, PACKET_ETH_8021AD);
	frame_vlan(&f, PACKET_ETH_8021Q);
	frame_vlan(&f, PACKET_ETH_IP6);
	frame_ip6_begin(&f, PACKET_TCP);
	frame_ip6_end(&f, 2);
	assert_6(&f, 2);
	assert_none_truncated(&f);

	frame_ether(&f, PACKET_ETH_8021Q);
	frame_vlan(&f, PACKET_ETH_8021Q);
	frame_vlan(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 0);
	assert_4(&f, 0);

	frame_ether(&f, PACKET_ETH_8021AD);
	frame_vlan(&f, PACKET_ETH_8021AD);
	frame_vlan(&f, PACKET_ETH_8021Q);
	frame_vlan(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 0);
	assert_none(&f);
}

Test(packet, ip6)
{
	struct frame_bytes f;

	frame_ip6_rst(&f);
	assert_6(&f, 0);
	assert_none_truncated(&f);
	for (uint32_t length = 0; length < 20; length++) {
		frame_put16(&f, f.ip + 4, length);
		assert_none(&f);
	}
	frame_put16(&f, f.ip + 4, 65535);
	assert_6(&f, 65535 - 20);
}

Test(packet, ip6_extension_headers)
{
	static const uint8_t headers[] = { PACKET_HOPOPTS, PACKET_ROUTING, PACKET_DSTOPTS };
	struct frame_bytes f;

	for (size_t i = 0; i < sizeof(headers); i++) {
		for (uint8_t units = 0; units < 3; units++) {
			frame_ether(&f, PACKET_ETH_IP6);
			frame_ip6_begin(&f, headers[i]);
			frame_extension(&f, PACKET_TCP, units, (units + 1U) * 8);
			frame_ip6_end(&f, 4);
			assert_6(&f, 4);
			assert_none_truncated(&f);
		}
	}
	/* AH counts words, and two less. */
	for (uint8_t units = 1; units < 5; units++) {
		frame_ether(&f, PACKET_ETH_IP6);
		frame_ip6_begin(&f, PACKET_AH);
		frame_extension(&f, PACKET_TCP, units, (units + 2U) * 4);
		frame_ip6_end(&f, 4);
		assert_6(&f, 4);
		assert_none_truncated(&f);
	}
	/* The longest there is. */
	frame_ether(&f, PACKET_ETH_IP6);
	frame_ip6_begin(&f, PACKET_DSTOPTS);
	frame_extension(&f, PACKET_TCP, 200, 201 * 8);
	frame_ip6_end(&f, 4);
	assert_6(&f, 4);
	f.b[f.ip + 41] = 255;
	assert_none(&f);
}

Test(packet, ip6_six_extension_headers_are_enough)
{
	struct frame_bytes f;

	frame_six_headers(&f);
	frame_extension(&f, PACKET_TCP, 0, 8);
	frame_ip6_end(&f, 9);
	assert_6(&f, 9);
	assert_none_truncated(&f);

	frame_six_headers(&f);
	frame_extension(&f, PACKET_DSTOPTS, 0, 8);
	frame_extension(&f, PACKET_TCP, 0, 8);
	frame_ip6_end(&f, 9);
	assert_none(&f);
}

Test(packet, ip6_fragments)
{
	struct frame_bytes f;
	size_t at;

	frame_ether(&f, PACKET_ETH_IP6);
	frame_ip6_begin(&f, PACKET_FRAGMENT);
	at = f.n;
	frame_extension(&f, PACKET_TCP, 0, 8);
	frame_ip6_end(&f, 6);
	assert_6(&f, 6);
	frame_put16(&f, at + 2, 0x0001);
	assert_6(&f, 6);
	frame_put16(&f, at + 2, 0x0006);
	assert_6(&f, 6);
	for (uint32_t bit = 0x0008; bit <= 0x8000; bit <<= 1) {
		frame_put16(&f, at + 2, bit);
		assert_none(&f);
	}
	/* The second byte of a fragment header is reserved, not a length. */
	frame_put16(&f, at + 2, 0);
	f.b[at + 1] = 255;
	assert_6(&f, 6);
	assert_none_truncated(&f);
}

/* What is an offset there is data elsewhere. */
Test(packet, ip6_only_a_fragments_header_has_an_offset)
{
	static const uint8_t headers[] = { PACKET_HOPOPTS, PACKET_ROUTING, PACKET_DSTOPTS };
	struct frame_bytes f;

	for (size_t i = 0; i < sizeof(headers); i++) {
		size_t at;

		frame_ether(&f, PACKET_ETH_IP6);
		frame_ip6_begin(&f, headers[i]);
		at = f.n;
		frame_extension(&f, PACKET_TCP, 0, 8);
		frame_ip6_end(&f, 4);
		frame_put16(&f, at + 2, 0xffff);
		assert_6(&f, 4);
	}
}

/* The payload length is used up by the headers before TCP begins. */
Test(packet, ip6_payload_shorter_than_its_headers)
{
	struct frame_bytes f;

	frame_ether(&f, PACKET_ETH_IP6);
	frame_ip6_begin(&f, PACKET_HOPOPTS);
	frame_extension(&f, PACKET_TCP, 1, 16);
	frame_ip6_end(&f, 0);
	assert_6(&f, 0);
	for (uint32_t length = 0; length < 36; length++) {
		frame_put16(&f, f.ip + 4, length);
		assert_none(&f);
	}
}

Test(packet, tcp_header_length)
{
	struct frame_bytes f;

	frame_ether(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 40);
	for (uint32_t doff = 5; doff <= 15; doff++) {
		f.b[f.tcp + 12] = (uint8_t)(doff << 4 | 0xf);
		assert_4(&f, 60 - doff * 4);
	}
	/* More header than packet. */
	frame_ether(&f, PACKET_ETH_IP);
	frame_ip4(&f, 0, 4);
	for (uint32_t doff = 6; doff <= 15; doff++) {
		f.b[f.tcp + 12] = (uint8_t)(doff << 4);
		assert_4(&f, 0);
	}
}

/* A TCP header has 20 bytes at least, whatever it says: they are no payload. */
Test(packet, tcp_header_length_below_the_least)
{
	for (uint32_t doff = 0; doff < 5; doff++) {
		struct frame_bytes f;
		struct parsed p;

		frame_ether(&f, PACKET_ETH_IP);
		frame_ip4(&f, 0, 8);
		f.b[f.tcp + 12] = (uint8_t)(doff << 4);
		frame_parse(&f, &p);
		cr_expect_leq(p.packet.length, 8, "doff %u: %u bytes of payload", doff,
			      p.packet.length);
	}
}

Test(packet, offsets_within_the_frame)
{
	uint8_t none[1] = { 0 };
	struct parsed p = { .tuple = { .family = 0 } };

	cr_expect_eq(packet_rst(none, none, &p.tuple, &p.packet), 0);
}

/* Above 64 KiB the kernel's own packets say 0, and the skb knows: tracepoints see such, XDP does not. */
Test(packet, big_packets)
{
	struct frame_bytes f;
	struct parsed p;

	for (int version = 4; version <= 6; version += 2) {
		size_t headers = version == 4 ? 40 : 60;

		if (version == 4)
			frame_ip4_rst(&f);
		else
			frame_ip6_rst(&f);
		frame_put16(&f, f.ip + (version == 4 ? 2 : 4), 0);
		assert_none(&f);
		memset(&p, 0, sizeof(p));
		cr_expect_eq(packet_walk(packet_direct, f.b + f.ip, f.b + f.n, 0, 100000, 1,
					 &p.tuple, &p.packet),
			     1);
		assert_tcp(&p, (uint32_t)(100000 - headers));
	}
}

/* A tracepoint's packet has no EtherType to go by. */
Test(packet, of_either_version_and_no_other)
{
	struct frame_bytes f;

	for (uint32_t version = 0; version < 16; version++) {
		struct parsed p = { .tuple = { .family = 0 } };

		frame_ip4_rst(&f);
		f.b[f.ip] = (uint8_t)(version << 4 | 5);
		cr_expect_eq(packet_walk(packet_direct, f.b + f.ip, f.b + f.n, 0, 0, 1, &p.tuple,
					 &p.packet),
			     version == 4, "%u", version);
		frame_ip6_rst(&f);
		f.b[f.ip] = (uint8_t)(version << 4);
		cr_expect_eq(packet_walk(packet_direct, f.b + f.ip, f.b + f.n, 0, 0, 1, &p.tuple,
					 &p.packet),
			     version == 6, "%u", version);
	}
}

/* What every segment is looked at for is little: the rest stays as it was. */
Test(packet, a_glance)
{
	struct frame_bytes f;

	for (int version = 4; version <= 6; version += 2) {
		struct parsed p = { .packet = { .seq = 0xa5a5a5a5, .length = 77 } };

		if (version == 4)
			frame_ip4_rst(&f);
		else
			frame_ip6_rst(&f);
		cr_expect_eq(packet_glance(f.b, f.b + f.n, PACKET_ETHERNET, &p.tuple, &p.packet),
			     1);
		cr_expect_eq(p.tuple.family, version);
		cr_expect_eq(p.tuple.remote_port, 40000);
		cr_expect_eq(p.tuple.local_port, 443);
		cr_expect_eq(p.packet.flags, RST_FLAG_RST | RST_FLAG_ACK);
		cr_expect_eq(p.packet.window, 0x1234);
		cr_expect_eq(p.packet.ttl, 63);
		cr_expect_eq(p.packet.seq, 0xa5a5a5a5);
		cr_expect_eq(p.packet.length, 77);
		cr_expect_eq(p.packet.valid, 0);
	}
}

/* The segment of F's packet behind N bytes of a device without a link layer. */
static int parse_bare(const struct frame_bytes *f, const uint8_t *before, size_t n,
		      struct parsed *p)
{
	size_t inner = f->n - f->ip;
	uint8_t *copy = malloc(n + inner);
	struct parsed glance = { .tuple = { .family = 0 } };
	int found;

	memset(p, 0, sizeof(*p));
	if (n)
		memcpy(copy, before, n);
	memcpy(copy + n, f->b + f->ip, inner);
	found = packet_segment(copy, copy + n + inner, PACKET_BARE, &p->tuple, &p->packet);
	cr_expect_eq(
		packet_glance(copy, copy + n + inner, PACKET_BARE, &glance.tuple, &glance.packet),
		found);
	cr_expect(!found || p->packet.at == n + f->tcp - f->ip, "at %u", p->packet.at);
	free(copy);
	return found;
}

/* Of a tunnel, some kernels show XDP what stood around the packet as well. */
Test(packet, without_a_link_layer)
{
	static const uint8_t ip4[20] = { 0x45, [9] = 4 }, ip6_4[20] = { 0x45, [9] = 41 };
	static const uint8_t udp[20] = { 0x45, [9] = 17 };
	static const uint8_t framed[34] = { 2, [12] = 8, [14] = 0x45, [23] = 4 };
	static const uint8_t gre[24] = { 0x45, [9] = 47, [22] = 8 };
	static const uint8_t gre_key[28] = { 0x45, [9] = 47, [20] = 0x20, [22] = 8 };
	static const uint8_t gre_all[36] = { 0x45, [9] = 47, [20] = 0xb0, [22] = 8 };
	static const uint8_t v6[40] = { 0x60, [6] = 41 };
	static const uint8_t v6_limit[48] = { 0x60, [6] = 60, [40] = 4, [42] = 4, 1, 4 };
	static const uint8_t v6_gre[44] = { 0x60, [6] = 47, [42] = 8 };
	static const uint8_t v6_gre_limit[52] = { 0x60, [6] = 60, [40] = 47, [42] = 4, 1, 4 };
	static const uint8_t framed6[54] = { 2, [12] = 0x86, 0xdd, 0x60, [20] = 41 };
	static const uint8_t framed6_gre[66] = {
		2, [12] = 0x86, 0xdd, 0x60, [20] = 60, [54] = 47, [56] = 4, 1, 4
	};
	static const struct {
		const uint8_t *bytes;
		size_t n;
		int found;
	} before[] = {
		{ framed6, sizeof(framed6), 1 },
		{ framed6_gre, sizeof(framed6_gre), 1 },
		{ NULL, 0, 1 },
		{ ip4, sizeof(ip4), 1 },
		{ ip6_4, sizeof(ip6_4), 1 },
		{ udp, sizeof(udp), 0 },
		{ framed, sizeof(framed), 1 },
		{ gre, sizeof(gre), 1 },
		{ gre_key, sizeof(gre_key), 1 },
		{ gre_all, sizeof(gre_all), 1 },
		{ v6, sizeof(v6), 1 },
		{ v6_limit, sizeof(v6_limit), 1 },
		{ v6_gre, sizeof(v6_gre), 1 },
		{ v6_gre_limit, sizeof(v6_gre_limit), 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(before); i++)
		for (int version = 4; version <= 6; version += 2) {
			struct frame_bytes f;
			struct parsed p;

			if (version == 4)
				frame_ip4_rst(&f);
			else
				frame_ip6_rst(&f);
			cr_expect_eq(parse_bare(&f, before[i].bytes, before[i].n, &p),
				     before[i].found, "%zu: IPv%d", i, version);
			if (!before[i].found)
				continue;
			assert_tcp(&p, 0);
			cr_expect_eq(p.tuple.family, version);
		}
}

Test(packet, without_a_link_layer_cut_short)
{
	struct frame_bytes f;

	frame_ip4_rst(&f);
	for (size_t n = f.ip; n < f.n; n++) {
		struct frame_bytes cut = f;
		struct parsed p;

		cut.n = n;
		cr_expect_eq(parse_bare(&cut, NULL, 0, &p), 0, "%zu", n);
	}
}
