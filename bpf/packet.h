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
	PACKET_IPIP = 4,
	PACKET_TCP = 6,
	PACKET_IP6IP = 41,
	PACKET_ROUTING = 43,
	PACKET_FRAGMENT = 44,
	PACKET_GRE = 47,
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

#if defined(__bpf__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* Clang for BPF reads byte by byte, and writes so, what may lie anywhere; the machines need not. Of the stack, the
 * verifier wants what is aligned: so are the headers' words in PACKET_ROOM. */
static __always_inline __u16 packet_u16(const __u8 *p)
{
	return __builtin_bswap16(*(const __u16 *)p);
}

static __always_inline __u32 packet_u32(const __u8 *p)
{
	return __builtin_bswap32(*(const __u32 *)p);
}

static __always_inline void packet_copy4(__u8 *to, const __u8 *from)
{
	*(__u32 *)to = *(const __u32 *)from;
}
#else
static __always_inline __u16 packet_u16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

static __always_inline __u32 packet_u32(const __u8 *p)
{
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | p[3];
}

static __always_inline void packet_copy4(__u8 *to, const __u8 *from)
{
	__builtin_memcpy(to, from, 4);
}
#endif

static __always_inline void packet_copy16(__u8 *to, const __u8 *from)
{
	packet_copy4(to, from);
	packet_copy4(to + 4, from + 4);
	packet_copy4(to + 8, from + 8);
	packet_copy4(to + 12, from + 12);
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
	packet->header = (__u8)header;
	packet->valid = 1;
}

/* The fixed 20 bytes of an IPv4 header; the source is the remote end. */
static __always_inline void packet_ip4(const __u8 *ip, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	packet->ip_id = packet_u16(ip + 4);
	packet->ttl = ip[8];
	packet_copy4(tuple->remote, ip + 12);
	packet_copy4(tuple->local, ip + 16);
	tuple->family = 4;
}

/* The fixed 40 bytes of an IPv6 header; the source is the remote end. */
static __always_inline void packet_ip6(const __u8 *ip, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	packet->ttl = ip[7];
	packet_copy16(tuple->remote, ip + 8);
	packet_copy16(tuple->local, ip + 24);
	tuple->family = 6;
}

/*
 * How the walk below comes to the N bytes at AT: 0, and BYTES points to them, or -1 if they do not lie
 * before END. ROOM has space for N, for a reader that must copy them. A constant wherever it is passed,
 * so that it is inlined.
 */
typedef int (*packet_reader)(const __u8 *at, const __u8 *end, __u32 n, __u8 *room,
			     const __u8 **bytes);

/* Of memory that may be read as it is: XDP's. */
static __always_inline int packet_direct(const __u8 *at, const __u8 *end, __u32 n, __u8 *room,
					 const __u8 **bytes)
{
	(void)room;
	if (at + n > end)
		return -1;
	*bytes = at;
	return 0;
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

#define PACKET_IP_BYTES 40 /* of IPv6; and IPv4 with the least TCP header has as many */
#define PACKET_ROOM 60

/* What is left to tell once the TCP header is found. */
static __always_inline int packet_found(const __u8 *tcp, __u32 following, int whole,
					struct rst_tuple *tuple, struct rst_packet *packet)
{
	if (whole)
		packet_tcp(tcp, following, tuple, packet);
	else
		packet_ends(tcp, tuple, packet);
	return 1;
}

/* HEADER: PACKET_IP_BYTES of the packet at IP. Not: no TCP, a later fragment, cut short. */
static __always_inline int packet_read_ip4(packet_reader read, const __u8 *ip, const __u8 *end,
					   const __u8 *header, __u8 *room, __u32 big, int whole,
					   struct rst_tuple *tuple, struct rst_packet *packet)
{
	__u32 length = (header[0] & 0xf) * 4U, total = packet_u16(header + 2);
	const __u8 *tcp = header + 20;

	if (!total)
		total = big;
	if (header[9] != PACKET_TCP || length < 20 || total < length + 20 ||
	    (packet_u16(header + 6) & 0x1fff))
		return 0;
	if (length != 20 && read(ip + length, end, 20, room + PACKET_IP_BYTES, &tcp))
		return 0;
	packet_ip4(header, tuple, packet);
	if (whole)
		packet->at = (__u16)length;
	return packet_found(tcp, total - length, whole, tuple, packet);
}

/* The same for IPv6, through its extension headers. */
static __always_inline int packet_read_ip6(packet_reader read, const __u8 *ip, const __u8 *end,
					   const __u8 *header, __u8 *room, __u32 big, int whole,
					   struct rst_tuple *tuple, struct rst_packet *packet)
{
	const __u8 *at = ip + 40, *bytes;
	__u32 left = packet_u16(header + 4), length, fragment, ah;
	__u8 next = header[6];
	int i;

	if (!left && big > 40)
		left = big - 40;
	for (i = 0; i < PACKET_IP6_HEADERS && next != PACKET_TCP; i++) {
		if (next > PACKET_DSTOPTS || !(PACKET_IP6_SKIPPED >> next & 1))
			return 0;
		if (read(at, end, 8, room + PACKET_IP_BYTES, &bytes))
			return 0;
		/* A fragment's header is 8 bytes, AH counts 4 bytes each and two more, others 8. */
		fragment = packet_same(next, PACKET_FRAGMENT);
		ah = packet_same(next, PACKET_AH);
		length = ((bytes[1] & (fragment - 1)) + 1 + ah) << (3 - ah);
		/* At most 256 times 8, which the verifier would not find out. */
		asm volatile("" : "+r"(length));
		length &= 0xfff;
		if (left < length || (packet_u16(bytes + 2) & 0xfff8 & -fragment))
			return 0;
		left -= length;
		next = bytes[0];
		at += length;
	}
	if (next != PACKET_TCP || left < 20 || read(at, end, 20, room + PACKET_IP_BYTES, &bytes))
		return 0;
	packet_ip6(header, tuple, packet);
	if (whole)
		packet->at = (__u16)(at - ip);
	return packet_found(bytes, left, whole, tuple, packet);
}

/*
 * Reads the IP packet [IP, END) by READ, for both sides: XDP and the skbs of tracepoints. VERSION is what
 * it must be, 0: 4 or 6. BIG is its length in bytes where its header says 0, as the kernel's own packets
 * above 64 KiB do; 0: such a header is not believed. Returns and fills in as packet_segment() does, or
 * as packet_glance() unless WHOLE.
 */
static __always_inline int packet_walk(packet_reader read, const __u8 *ip, const __u8 *end,
				       int version, __u32 big, int whole, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	__u8 room[PACKET_ROOM] __attribute__((aligned(8)));
	const __u8 *header;

	if (read(ip, end, PACKET_IP_BYTES, room, &header))
		return 0;
	if (version && header[0] >> 4 != version)
		return 0;
	if (header[0] >> 4 == 4)
		return packet_read_ip4(read, ip, end, header, room, big, whole, tuple, packet);
	if (header[0] >> 4 == 6)
		return packet_read_ip6(read, ip, end, header, room, big, whole, tuple, packet);
	return 0;
}

/* What stands before a packet's IP header, on the device that it comes by. */
enum packet_layer {
	PACKET_ETHERNET,
	PACKET_BARE, /* nothing */
};

static __always_inline int packet_read_ether(const __u8 *data, const __u8 *end, int whole,
					     struct rst_tuple *tuple, struct rst_packet *packet)
{
	const __u8 *ip = data + 14;
	__u16 type, before = 14;
	int i, found = 0;

	if (data + 14 > end)
		return 0;
	type = packet_u16(data + 12);
	for (i = 0; type != PACKET_ETH_IP && i < PACKET_VLAN_TAGS; i++) {
		if (type != PACKET_ETH_8021Q && type != PACKET_ETH_8021AD)
			break;
		if (ip + 4 > end)
			return 0;
		type = packet_u16(ip + 2);
		ip += 4;
		before += 4;
	}
	if (type == PACKET_ETH_IP)
		found = packet_walk(packet_direct, ip, end, 4, 0, whole, tuple, packet);
	else if (type == PACKET_ETH_IP6)
		found = packet_walk(packet_direct, ip, end, 6, 0, whole, tuple, packet);
	if (found && whole)
		packet->at += before;
	return found;
}

/* Whether what follows an IP header of this protocol is a packet of its own. */
static __always_inline int packet_is_outer(__u8 protocol)
{
	return protocol == PACKET_IPIP || protocol == PACKET_IP6IP || protocol == PACKET_GRE;
}

/* RFC 2890: the length of a GRE header in bytes. */
static __always_inline __u32 packet_gre(const __u8 *gre)
{
	return 4 + (gre[0] >> 7 & 1) * 4U + (gre[0] >> 5 & 1) * 4U + (gre[0] >> 4 & 1) * 4U;
}

/* Of the IPv6 header at IP, of which 60 bytes are there: how long it is with what a tunnel puts behind it, the 8 bytes
 * of options that ip6tnl has (RFC 2473, 4.1.1) and GRE's header. 0: it is no tunnel's. */
static __always_inline __u32 packet_outer6(const __u8 *ip)
{
	__u32 n = 40;
	__u8 next = ip[6];

	if (next == PACKET_DSTOPTS && !ip[41]) {
		next = ip[40];
		n = 48;
	}
	if (!packet_is_outer(next))
		return 0;
	if (next == PACKET_GRE)
		n += n == 40 ? packet_gre(ip + 40) : packet_gre(ip + 48);
	return n;
}

/*
 * How many bytes stand before the inner packet where XDP sees a tunnel's outer header: GRE's that has no fixed other
 * end (ipgre_header_ops, up to 7.3); and others up to 5.13, IPIP's and IPv6's even with the frame around it: there the
 * MAC header, at which XDP begins (netif_receive_generic_xdp), stays where it was (ip_tunnel_rcv, __ip6_tnl_rcv in
 * 5.10). 0: there is no such header.
 */
static __always_inline __u32 packet_outer(const __u8 *data, const __u8 *end)
{
	__u32 n;

	/* The least that there may be: two headers of IPv4, and TCP's. */
	if (data + 20 + PACKET_IP_BYTES > end)
		return 0;
	if (packet_u16(data + 12) == PACKET_ETH_IP && data[14] == 0x45 && packet_is_outer(data[23]))
		return 14 + 20;
	if (packet_u16(data + 12) == PACKET_ETH_IP6 && data[14] >> 4 == 6 &&
	    data + 14 + 60 <= end) {
		n = packet_outer6(data + 14);
		if (n)
			return 14 + n;
	}
	if (data[0] >> 4 == 6)
		return packet_outer6(data);
	if (data[0] != 0x45 || !packet_is_outer(data[9]))
		return 0;
	return 20 + (data[9] == PACKET_GRE ? packet_gre(data + 20) : 0);
}

static __always_inline int packet_read_bare(const __u8 *data, const __u8 *end, int whole,
					    struct rst_tuple *tuple, struct rst_packet *packet)
{
	__u32 before = packet_outer(data, end);

	/* At most 78, which the verifier would not find out. */
	asm volatile("" : "+r"(before));
	before &= 0x7f;
	if (!packet_walk(packet_direct, data + before, end, 0, 0, whole, tuple, packet))
		return 0;
	if (whole)
		packet->at += before;
	return 1;
}

/* LAYER is a constant wherever it is passed. */
static __always_inline int packet_read(const __u8 *data, const __u8 *end, enum packet_layer layer,
				       int whole, struct rst_tuple *tuple,
				       struct rst_packet *packet)
{
	if (layer == PACKET_BARE)
		return packet_read_bare(data, end, whole, tuple, packet);
	return packet_read_ether(data, end, whole, tuple, packet);
}

/*
 * Reads the frame [DATA, END). Returns 1 and fills TUPLE and PACKET (both zeroed by the
 * caller) if it holds the beginning of a TCP segment; 0 otherwise. The frame's source becomes the
 * tuple's remote end.
 */
static __always_inline int packet_segment(const __u8 *data, const __u8 *end,
					  enum packet_layer layer, struct rst_tuple *tuple,
					  struct rst_packet *packet)
{
	return packet_read(data, end, layer, 1, tuple, packet);
}

/* The same for the little that every segment is looked at for: TUPLE without the bytes that its family
 * has no address in; of PACKET flags, window, TTL and IP ID. Neither need be zeroed. */
static __always_inline int packet_glance(const __u8 *data, const __u8 *end, enum packet_layer layer,
					 struct rst_tuple *tuple, struct rst_packet *packet)
{
	return packet_read(data, end, layer, 0, tuple, packet);
}

/* The same for a segment with the RST flag only. */
static __always_inline int packet_rst(const __u8 *data, const __u8 *end, struct rst_tuple *tuple,
				      struct rst_packet *packet)
{
	return packet_segment(data, end, PACKET_ETHERNET, tuple, packet) &&
	       packet->flags & RST_FLAG_RST;
}

#endif
