/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* segment_bytes.c: RFC 791, RFC 8200, RFC 9293; the checksum of RFC 1071. */
#include "output/segment_bytes.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

#include "base/util.h"
#include "model/tuple.h"

/* The sum so far, with N more bytes; an odd one at the end counts as if a zero followed. */
static uint32_t sum(uint32_t so_far, const void *data, size_t n)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i < n; i++)
		so_far += i & 1 ? byte[i] : (uint32_t)byte[i] << 8;
	return so_far;
}

static uint16_t folded(uint32_t all)
{
	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	return htons((uint16_t)~all);
}

static uint32_t shorter(uint32_t a, size_t b)
{
	return a < b ? a : (uint32_t)b;
}

static size_t put_ipv4(uint8_t *buf, const struct segment *s, uint32_t tcp_len)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		/* What was longer when it was seen was several, joined on the way in. */
		.tot_len = htons((uint16_t)shorter(tcp_len + (uint32_t)sizeof(ip), UINT16_MAX)),
		.id = htons(s->ip_id),
		.ttl = s->ttl,
		.protocol = IPPROTO_TCP,
	};

	memcpy(&ip.saddr, s->source, sizeof(ip.saddr));
	memcpy(&ip.daddr, s->destination, sizeof(ip.daddr));
	memcpy(buf, &ip, sizeof(ip));
	ip.check = folded(sum(0, buf, sizeof(ip)));
	memcpy(buf, &ip, sizeof(ip));
	return sizeof(ip);
}

static size_t put_ipv6(uint8_t *buf, const struct segment *s, uint32_t tcp_len)
{
	struct ip6_hdr ip = {
		.ip6_flow = htonl(6U << 28),
		.ip6_plen = htons((uint16_t)shorter(tcp_len, UINT16_MAX)),
		.ip6_nxt = IPPROTO_TCP,
		.ip6_hlim = s->ttl,
	};

	memcpy(&ip.ip6_src, s->source, sizeof(ip.ip6_src));
	memcpy(&ip.ip6_dst, s->destination, sizeof(ip.ip6_dst));
	memcpy(buf, &ip, sizeof(ip));
	return sizeof(ip);
}

static void check(uint8_t *tcp, size_t len, const struct segment *s)
{
	size_t address = address_size(s->family);
	uint32_t all = sum(IPPROTO_TCP + (uint32_t)len, s->source, address);
	uint16_t result;

	result = folded(sum(sum(all, s->destination, address), tcp, len));
	memcpy(tcp + offsetof(struct tcphdr, check), &result, sizeof(result));
}

size_t segment_bytes(uint8_t *buf, const struct segment *s, uint32_t *length)
{
	uint32_t options = shorter(s->options_len, SEGMENT_OPTIONS_MAX);
	uint32_t header = (uint32_t)sizeof(struct tcphdr) + ((options + 3) & ~3U);
	uint32_t payload = shorter(shorter(s->payload_len, s->length), RST_BYTES_MAX);
	/* No segment is longer than 32 bits can say with the headers. */
	uint32_t whole = header + shorter(s->length, UINT32_MAX - SEGMENT_BYTES_MAX);
	size_t at = s->family == 4 ? put_ipv4(buf, s, whole) : put_ipv6(buf, s, whole);
	struct tcphdr tcp = {
		.source = htons(s->source_port),
		.dest = htons(s->destination_port),
		.seq = htonl(s->seq),
		.ack_seq = htonl(s->ack),
		.doff = header / 4,
		.window = htons(s->window),
	};
	uint8_t *to = buf + at;

	memset(to, 0, header);
	memcpy(to, &tcp, sizeof(tcp));
	to[13] = s->flags;
	if (options)
		memcpy(to + sizeof(tcp), s->options, options);
	if (payload)
		memcpy(to + header, s->payload, payload);
	if (payload == s->length)
		check(to, header + payload, s);
	*length = (uint32_t)at + whole;
	return at + header + payload;
}
