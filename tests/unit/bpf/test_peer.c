/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_peer.c: what the kernel side notes of each peer, and the number that finds it again. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_frame.h"
#include "peer.h"

#define TAG 7
#define ACK RST_FLAG_ACK
#define SYN RST_FLAG_SYN

static struct rst_tuple tuple(uint8_t family)
{
	struct rst_tuple t = { .local_port = 80, .remote_port = 40000, .family = family };

	memset(t.local, 1, family == 4 ? 4 : 16);
	memset(t.remote, 2, family == 4 ? 4 : 16);
	return t;
}

/* Every bit of what identifies a connection changes the slot and the tag. */
Test(peer, hash_takes_everything_in)
{
	static const uint8_t families[] = { 4, 6 };

	for (size_t f = 0; f < sizeof(families); f++) {
		struct rst_tuple t = tuple(families[f]);
		uint64_t hash = peer_hash(&t);
		size_t n = families[f] == 4 ? 4 : 16;

		for (size_t i = 0; i < n * 8; i++) {
			struct rst_tuple l = t, r = t;

			l.local[i / 8] ^= (uint8_t)(1 << i % 8);
			r.remote[i / 8] ^= (uint8_t)(1 << i % 8);
			cr_expect_neq(peer_hash(&l), hash, "local bit %zu", i);
			cr_expect_neq(peer_hash(&r), hash, "remote bit %zu", i);
			cr_expect_neq((uint32_t)peer_hash(&l), (uint32_t)hash, "local bit %zu", i);
			cr_expect_neq((uint32_t)peer_hash(&r), (uint32_t)hash, "remote bit %zu", i);
			cr_expect_neq(peer_hash(&l) >> 32, hash >> 32, "local bit %zu", i);
			cr_expect_neq(peer_hash(&r) >> 32, hash >> 32, "remote bit %zu", i);
		}
		for (size_t i = 0; i < 16; i++) {
			struct rst_tuple l = t, r = t;

			l.local_port ^= (uint16_t)(1 << i);
			r.remote_port ^= (uint16_t)(1 << i);
			cr_expect_neq(peer_hash(&l), hash, "local port bit %zu", i);
			cr_expect_neq(peer_hash(&r), hash, "remote port bit %zu", i);
		}
	}
}

Test(peer, hash_of_each_family)
{
	struct rst_tuple four = tuple(4), six = tuple(6), other = four;

	/* IPv4 addresses take four bytes; what stands behind them is nothing. */
	memset(other.local + 4, 0xff, 12);
	memset(other.remote + 4, 0xff, 12);
	cr_expect_eq(peer_hash(&other), peer_hash(&four));
	memset(six.local + 4, 0, 12);
	memset(six.remote + 4, 0, 12);
	cr_expect_neq(peer_hash(&six), peer_hash(&four));
}

/* Ports that differ at both ends do not make up for each other. */
Test(peer, hash_of_both_ports)
{
	struct rst_tuple t = tuple(4), other = t;

	for (uint16_t i = 0; i < 16; i++) {
		other.local_port = t.local_port ^ (uint16_t)(1 << i);
		other.remote_port = t.remote_port ^ (uint16_t)(1 << i);
		cr_expect_neq(peer_hash(&other), peer_hash(&t), "bit %u", i);
	}
	other.local_port = t.remote_port;
	other.remote_port = t.local_port;
	cr_expect_neq(peer_hash(&other), peer_hash(&t));
}

/* The two directions are two peers. */
Test(peer, hash_of_each_direction)
{
	struct rst_tuple t = tuple(4), turned = t;

	memcpy(turned.local, t.remote, sizeof(t.local));
	memcpy(turned.remote, t.local, sizeof(t.local));
	turned.local_port = t.remote_port;
	turned.remote_port = t.local_port;
	cr_expect_neq(peer_hash(&turned), peer_hash(&t));
}

/* Neighbours are spread over the slots. */
Test(peer, hash_spreads)
{
	static uint16_t slots[4096];
	unsigned int most = 0, used = 0;

	for (uint32_t i = 0; i < 4096; i++) {
		struct rst_tuple t = tuple(4);

		t.remote_port = (uint16_t)(32768 + i % 1024);
		t.remote[3] = (uint8_t)(i / 1024);
		slots[peer_hash(&t) % 4096]++;
	}
	for (uint32_t i = 0; i < 4096; i++) {
		used += slots[i] > 0;
		if (slots[i] > most)
			most = slots[i];
	}
	cr_expect_gt(used, 2300, "%u slots", used);
	cr_expect_lt(most, 12, "%u in one slot", most);
}

Test(peer, tag_is_never_that_of_an_empty_slot)
{
	cr_expect_eq(peer_tag(0), 1);
	cr_expect_eq(peer_tag(0xffffffff), 1);
	cr_expect_eq(peer_tag(0xfffffffeffffffff), 0xffffffff);
	cr_expect_eq(peer_tag(0x1234567800000000), 0x12345679);
}

static struct rst_packet packet(uint8_t flags, uint8_t ttl, uint16_t ip_id, uint16_t window)
{
	return (struct rst_packet){
		.flags = flags, .ttl = ttl, .ip_id = ip_id, .window = window, .valid = 1
	};
}

static void note(struct rst_peer *p, uint8_t flags, uint8_t ttl, uint16_t ip_id, uint16_t window)
{
	struct rst_packet packet_of = packet(flags, ttl, ip_id, window);

	peer_note(p, TAG, 4, &packet_of, 99);
}

Test(peer, a_connection)
{
	struct rst_peer p = { 0 };

	/* The handshake: Linux gives a SYN-ACK the ID 0, and its window is not scaled. */
	note(&p, SYN | ACK, 57, 0, 65535);
	cr_expect_eq(p.tag, TAG);
	cr_expect_eq(p.last, 99);
	cr_expect_eq(p.packets, 1);
	cr_expect_eq(p.data_packets, 0);
	cr_expect_eq(p.id_zero, 0);
	cr_expect_eq(p.window_max, 0);
	cr_expect_eq(p.ttl, 57);

	note(&p, ACK, 57, 1000, 502);
	cr_expect_eq(p.packets, 2);
	cr_expect_eq(p.data_packets, 1);
	cr_expect_eq(p.ip_id, 1000);
	cr_expect_eq(p.id_steps, 0, "nothing before it");
	cr_expect_eq(p.window_min, 502);
	cr_expect_eq(p.window_max, 502);

	note(&p, ACK, 57, 1001, 501);
	note(&p, ACK, 58, 1065, 510);
	cr_expect_eq(p.id_steps, 2);
	cr_expect_eq(p.other_ttl, 1);
	cr_expect_eq(p.ttl, 57, "the first");
	cr_expect_eq(p.window_min, 501);
	cr_expect_eq(p.window_max, 510);
	note(&p, ACK, 57, 1130, 505);
	cr_expect_eq(p.id_steps, 2, "65 are too many");
	note(&p, ACK, 57, 1130, 505);
	cr_expect_eq(p.id_steps, 2, "the same does not count");
	note(&p, ACK, 57, 1129, 505);
	cr_expect_eq(p.id_steps, 2, "nor one before");
	cr_expect_eq(p.ip_id, 1129);
	cr_expect_eq(p.packets, 7);
	cr_expect_eq(p.data_packets, 6);
}

/* A sender that counts from 0 on: its first follows on nothing. */
Test(peer, the_first_id_follows_on_nothing)
{
	struct rst_peer p = { 0 };

	note(&p, SYN, 64, 0, 1);
	note(&p, ACK, 64, 5, 1);
	cr_expect_eq(p.id_steps, 0);
	note(&p, ACK, 64, 6, 1);
	cr_expect_eq(p.id_steps, 1);
}

Test(peer, ids_wrap)
{
	struct rst_peer p = { 0 };

	note(&p, ACK, 64, 65535, 1);
	note(&p, ACK, 64, 5, 1);
	cr_expect_eq(p.id_steps, 1);
}

Test(peer, ids_of_zero)
{
	struct rst_peer p = { 0 };

	note(&p, SYN, 64, 0, 1);
	note(&p, ACK, 64, 0, 1);
	note(&p, ACK, 64, 0, 1);
	cr_expect_eq(p.id_zero, 2, "the SYN's is none");
	cr_expect_eq(p.id_steps, 0);
}

/* A SYN begins anew: a port is used again, or the slot was another's. */
Test(peer, starts_again)
{
	static const uint8_t syns[] = { SYN, SYN | ACK };

	for (size_t i = 0; i < sizeof(syns); i++) {
		struct rst_peer p;

		memset(&p, 0xff, sizeof(p));
		p.tag = TAG;
		note(&p, syns[i], 128, 3, 7);
		cr_expect_eq(p.packets, 1);
		cr_expect_eq(p.other_ttl, 0);
		cr_expect_eq(p.data_packets, 0);
		cr_expect_eq(p.id_zero, 0);
		cr_expect_eq(p.id_steps, 0);
		cr_expect_eq(p.window_max, 0);
		cr_expect_eq(p.ttl, 128);
		cr_expect_eq(p.last, 99);
	}
}

Test(peer, a_slot_is_taken_over)
{
	struct rst_packet of_other = packet(ACK, 100, 77, 5);
	struct rst_peer p = { 0 };

	note(&p, ACK, 57, 1000, 502);
	note(&p, ACK, 57, 1001, 502);
	peer_note(&p, TAG + 2, 4, &of_other, 100);
	cr_expect_eq(p.tag, TAG + 2);
	cr_expect_eq(p.packets, 1);
	cr_expect_eq(p.data_packets, 1);
	cr_expect_eq(p.id_steps, 0);
	cr_expect_eq(p.other_ttl, 0);
	cr_expect_eq(p.ttl, 100);
	cr_expect_eq(p.ip_id, 77);
	cr_expect_eq(p.window_min, 5);
	cr_expect_eq(p.window_max, 5);
	cr_expect_eq(p.last, 100);
}

Test(peer, counts_stop)
{
	struct rst_peer p = { 0 };

	note(&p, ACK, 57, 0, 0);
	p.packets = p.other_ttl = p.data_packets = p.id_zero = p.id_steps = 0xfffe;
	note(&p, ACK, 58, 0, 0);
	cr_expect_eq(p.packets, 0xffff);
	cr_expect_eq(p.other_ttl, 0xffff);
	cr_expect_eq(p.data_packets, 0xffff);
	cr_expect_eq(p.id_zero, 0xffff);
	note(&p, ACK, 58, 0, 0);
	cr_expect_eq(p.packets, 0xffff);
	cr_expect_eq(p.other_ttl, 0xffff);
	cr_expect_eq(p.data_packets, 0xffff);
	cr_expect_eq(p.id_zero, 0xffff);
	note(&p, ACK, 58, 1, 0);
	note(&p, ACK, 58, 2, 0);
	cr_expect_eq(p.id_steps, 0xffff);
}

Test(peer, ipv6_has_no_id)
{
	struct rst_packet first = packet(ACK, 64, 0, 10), second = packet(ACK, 64, 1, 20);
	struct rst_peer p = { 0 };

	peer_note(&p, TAG, 6, &first, 1);
	peer_note(&p, TAG, 6, &second, 2);
	cr_expect_eq(p.id_zero, 0);
	cr_expect_eq(p.id_steps, 0);
	cr_expect_eq(p.ip_id, 0);
	cr_expect_eq(p.data_packets, 2);
	cr_expect_eq(p.window_min, 10);
	cr_expect_eq(p.window_max, 20);
	cr_expect_eq(p.last, 2);
}

/* A window of 0 is one, whether it comes first or later. */
Test(peer, windows_of_zero)
{
	struct rst_peer p = { 0 };

	note(&p, ACK, 64, 1, 0);
	note(&p, ACK, 64, 2, 10);
	cr_expect_eq(p.window_min, 0);
	cr_expect_eq(p.window_max, 10);
	memset(&p, 0, sizeof(p));
	note(&p, ACK, 64, 1, 10);
	note(&p, ACK, 64, 2, 0);
	cr_expect_eq(p.window_min, 0);
	cr_expect_eq(p.window_max, 10);
}

/* packet_segment is packet_rst for every segment. */
Test(peer, every_segment_is_read)
{
	struct frame_bytes f;

	for (uint32_t flags = 0; flags < 256; flags++) {
		for (int six = 0; six < 2; six++) {
			struct parsed p = { 0 };

			if (six)
				frame_ip6_rst(&f);
			else
				frame_ip4_rst(&f);
			f.b[f.tcp + 13] = (uint8_t)flags;
			cr_expect_eq(packet_segment(f.b, f.b + f.n, PACKET_ETHERNET, &p.tuple,
						    &p.packet),
				     1);
			cr_expect_eq(p.packet.flags, flags);
			cr_expect_eq(p.packet.valid, 1);
			cr_expect_eq(p.packet.window, 0x1234);
			cr_expect_eq(p.packet.ttl, 63);
			cr_expect_eq(p.packet.ip_id, six ? 0 : 0xabcd);
			cr_expect_eq(p.tuple.family, six ? 6 : 4);
			cr_expect_eq(p.tuple.remote_port, 40000);
			cr_expect_eq(p.tuple.local_port, 443);
		}
	}
}

Test(peer, a_segment_cut_short_is_none)
{
	struct frame_bytes f;

	frame_ip4_rst(&f);
	f.b[f.tcp + 13] = ACK;
	for (size_t n = 0; n <= f.n; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		struct parsed p = { 0 };

		memcpy(copy, f.b, n);
		cr_expect_eq(packet_segment(copy, copy + n, PACKET_ETHERNET, &p.tuple, &p.packet),
			     n == f.n, "%zu bytes", n);
		cr_expect_eq(p.packet.valid, n == f.n);
		free(copy);
	}
}
