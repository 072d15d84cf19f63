/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * packet.h: from bytes to a TCP segment. No BPF helper and no kernel type, so that user space
 * tests and fuzzes the very code that the kernel runs. Every read is preceded by its bounds check
 * in the form the verifier follows: pointer + constant > end.
 */
#ifndef RSTTRACE_PACKET_H
#define RSTTRACE_PACKET_H

#include "event.h"

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define PACKET_VLAN_TAGS 2   /* 802.1Q inside 802.1ad */
#define PACKET_IP6_HEADERS 6 /* hop-by-hop, destination, routing, fragment, AH, destination */

enum packet_ether_type {
	PACKET_ETH_IP = 0x0800,
	PACKET_ETH_8021Q = 0x8100,
	PACKET_ETH_IP6 = 0x86dd,
	PACKET_ETH_8021AD = 0x88a8,
};

enum packet_protocol {
	PACKET_HOPOPTS = 0,
	PACKET_TCP = 6,
	PACKET_ROUTING = 43,
	PACKET_FRAGMENT = 44,
	PACKET_AH = 51,
	PACKET_DSTOPTS = 60,
};

/* Sees a tuple from the other end. */
static __always_inline void packet_turn(struct rst_tuple *t)
{
	struct rst_tuple was = *t;

	__builtin_memcpy(t->local, was.remote, sizeof(t->local));
	__builtin_memcpy(t->remote, was.local, sizeof(t->remote));
	t->local_port = was.remote_port;
	t->remote_port = was.local_port;
}

static __always_inline __u16 packet_u16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

static __always_inline __u32 packet_u32(const __u8 *p)
{
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | p[3];
}

/* Of the TCP header, what tells the connection and its state. */
static __always_inline void packet_ends(const __u8 *tcp, struct rst_tuple *tuple,
					struct rst_packet *packet)
{
	tuple->remote_port = packet_u16(tcp);
	tuple->local_port = packet_u16(tcp + 2);
	packet->flags = tcp[13];
	packet->window = packet_u16(tcp + 14);
}

/* The fixed 20 bytes of a TCP header. FOLLOWING is the number of bytes from the header's begin to
 * the packet's end by the IP header's word; the payload's length comes from it. */
static __always_inline void packet_tcp(const __u8 *tcp, __u32 following, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	__u32 header = (__u32)(tcp[12] >> 4) * 4;

	if (header < 20)
		header = 20;
	packet_ends(tcp, tuple, packet);
	packet->seq = packet_u32(tcp + 4);
	packet->ack = packet_u32(tcp + 8);
	packet->length = following > header ? following - header : 0;
	packet->valid = 1;
}

/* The fixed 20 bytes of an IPv4 header; the source is the remote end. */
static __always_inline void packet_ip4(const __u8 *ip, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	packet->ip_id = packet_u16(ip + 4);
	packet->ttl = ip[8];
	__builtin_memcpy(tuple->remote, ip + 12, 4);
	__builtin_memcpy(tuple->local, ip + 16, 4);
	tuple->family = 4;
}

/* The fixed 40 bytes of an IPv6 header; the source is the remote end. */
static __always_inline void packet_ip6(const __u8 *ip, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	packet->ttl = ip[7];
	__builtin_memcpy(tuple->remote, ip + 8, 16);
	__builtin_memcpy(tuple->local, ip + 24, 16);
	tuple->family = 6;
}

/* From the IPv4 header at IP to the TCP header, or NULL: no TCP, a later fragment, cut short. */
static __always_inline const __u8 *packet_skip_ip4(const __u8 *ip, const __u8 *end,
						   __u32 *following)
{
	__u32 header, total;

	if (ip + 20 > end || ip[0] >> 4 != 4 || ip[9] != PACKET_TCP)
		return 0;
	header = (ip[0] & 0xf) * 4U;
	total = packet_u16(ip + 2);
	if (header < 20 || total < header + 20 || (packet_u16(ip + 6) & 0x1fff))
		return 0;
	*following = total - header;
	return ip + header;
}

/* The IPv6 headers that can be skipped, a bit each. */
#define PACKET_IP6_SKIPPED                                                           \
	(1ULL << PACKET_HOPOPTS | 1ULL << PACKET_ROUTING | 1ULL << PACKET_FRAGMENT | \
	 1ULL << PACKET_AH | 1ULL << PACKET_DSTOPTS)

/* 1 if A is B, else 0; both less than 2^31. Without a branch, and the compiler must not make it one:
 * in the loop below, the verifier would follow both ways of each, every time. */
static __always_inline __u32 packet_same(__u32 a, __u32 b)
{
	__u32 differ = a ^ b;

	asm volatile("" : "+r"(differ));
	return (differ - 1) >> 31;
}

/* The same for IPv6, through its extension headers. */
static __always_inline const __u8 *packet_skip_ip6(const __u8 *ip, const __u8 *end,
						   __u32 *following)
{
	const __u8 *at = ip + 40;
	__u32 left, length, fragment, ah;
	__u8 next;
	int i;

	if (ip + 40 > end || ip[0] >> 4 != 6)
		return 0;
	next = ip[6];
	left = packet_u16(ip + 4);
	for (i = 0; i < PACKET_IP6_HEADERS && next != PACKET_TCP; i++) {
		if (at + 8 > end)
			return 0;
		if (next > PACKET_DSTOPTS || !(PACKET_IP6_SKIPPED >> next & 1))
			return 0;
		/* A fragment's header is 8 bytes, AH counts 4 bytes each and two more, others 8. */
		fragment = packet_same(next, PACKET_FRAGMENT);
		ah = packet_same(next, PACKET_AH);
		length = ((at[1] & (fragment - 1)) + 1 + ah) << (3 - ah);
		/* At most 256 times 8, which the verifier would not find out. */
		asm volatile("" : "+r"(length));
		length &= 0xfff;
		if (left < length || (packet_u16(at + 2) & 0xfff8 & -fragment))
			return 0;
		left -= length;
		next = at[0];
		at += length;
	}
	if (next != PACKET_TCP || left < 20)
		return 0;
	*following = left;
	return at;
}

/* One function a family: the verifier must see the IP header's bounds check on the path that reads
 * the addresses. */
static __always_inline int packet_read_ip4(const __u8 *ip, const __u8 *end, int whole,
					   struct rst_tuple *tuple, struct rst_packet *packet)
{
	__u32 following = 0;
	const __u8 *tcp = packet_skip_ip4(ip, end, &following);

	if (!tcp || tcp + 20 > end)
		return 0;
	packet_ip4(ip, tuple, packet);
	if (whole)
		packet_tcp(tcp, following, tuple, packet);
	else
		packet_ends(tcp, tuple, packet);
	return 1;
}

static __always_inline int packet_read_ip6(const __u8 *ip, const __u8 *end, int whole,
					   struct rst_tuple *tuple, struct rst_packet *packet)
{
	__u32 following = 0;
	const __u8 *tcp = packet_skip_ip6(ip, end, &following);

	if (!tcp || tcp + 20 > end)
		return 0;
	packet_ip6(ip, tuple, packet);
	if (whole)
		packet_tcp(tcp, following, tuple, packet);
	else
		packet_ends(tcp, tuple, packet);
	return 1;
}

static __always_inline int packet_read(const __u8 *data, const __u8 *end, int whole,
				       struct rst_tuple *tuple, struct rst_packet *packet)
{
	const __u8 *ip = data + 14;
	__u16 type;
	int i;

	if (data + 14 > end)
		return 0;
	type = packet_u16(data + 12);
	for (i = 0; i < PACKET_VLAN_TAGS; i++) {
		if (type != PACKET_ETH_8021Q && type != PACKET_ETH_8021AD)
			break;
		if (ip + 4 > end)
			return 0;
		type = packet_u16(ip + 2);
		ip += 4;
	}
	if (type == PACKET_ETH_IP)
		return packet_read_ip4(ip, end, whole, tuple, packet);
	if (type == PACKET_ETH_IP6)
		return packet_read_ip6(ip, end, whole, tuple, packet);
	return 0;
}

/*
 * Reads the Ethernet frame [DATA, END). Returns 1 and fills TUPLE and PACKET (both zeroed by the
 * caller) if it holds the beginning of a TCP segment; 0 otherwise. The frame's source becomes the
 * tuple's remote end.
 */
static __always_inline int packet_segment(const __u8 *data, const __u8 *end,
					  struct rst_tuple *tuple, struct rst_packet *packet)
{
	return packet_read(data, end, 1, tuple, packet);
}

/* The same for the little that every segment is looked at for: TUPLE without the bytes that its family
 * has no address in; of PACKET flags, window, TTL and IP ID. Neither need be zeroed. */
static __always_inline int packet_glance(const __u8 *data, const __u8 *end, struct rst_tuple *tuple,
					 struct rst_packet *packet)
{
	return packet_read(data, end, 0, tuple, packet);
}

/* The same for a segment with the RST flag only. */
static __always_inline int packet_rst(const __u8 *data, const __u8 *end, struct rst_tuple *tuple,
				      struct rst_packet *packet)
{
	return packet_segment(data, end, tuple, packet) && packet->flags & RST_FLAG_RST;
}

#endif
