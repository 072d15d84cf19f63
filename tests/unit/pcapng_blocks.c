/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pcapng_blocks.c: draft-ietf-opsawg-pcapng, read. */
#include "pcapng_blocks.h"

#include <criterion/criterion.h>
#include <string.h>

static uint16_t u16(const uint8_t *at)
{
	uint16_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

static uint32_t u32(const uint8_t *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return n;
}

void blocks_read(struct blocks *out, const void *data, size_t n)
{
	const uint8_t *at = data;

	out->n = 0;
	while (n) {
		uint32_t len;

		cr_assert_geq(n, 12u, "%zu bytes are no block", n);
		len = u32(at + 4);
		cr_assert_eq(len % 4, 0u);
		cr_assert(len >= 12 && len <= n, "a block of %u bytes of %zu", len, n);
		cr_assert_eq(u32(at + len - 4), len);
		cr_assert_lt(out->n, BLOCKS_MAX);
		out->block[out->n++] = (struct block){ u32(at), at + 8, len - 12 };
		at += len;
		n -= len;
	}
}

size_t blocks_count(const struct blocks *b, uint32_t type)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->block[i].type == type;
	return n;
}

const struct block *blocks_get(const struct blocks *b, uint32_t type, size_t i)
{
	for (size_t k = 0; k < b->n; k++)
		if (b->block[k].type == type && !i--)
			return &b->block[k];
	cr_assert_fail("there is no such block of type %x", type);
	return NULL;
}

uint16_t block_u16(const struct block *b, size_t at)
{
	cr_assert_leq(at + 2, b->len);
	return u16(b->body + at);
}

uint32_t block_u32(const struct block *b, size_t at)
{
	cr_assert_leq(at + 4, b->len);
	return u32(b->body + at);
}

const uint8_t *option_find(const uint8_t *data, size_t len, size_t from, uint16_t code, size_t *n)
{
	const uint8_t *found = NULL;
	bool ended = false;

	while (from < len) {
		uint16_t one, size;

		cr_assert_not(ended, "something stands behind the last option");
		cr_assert_leq(from + 4, len);
		one = u16(data + from);
		size = u16(data + from + 2);
		from += 4;
		cr_assert_leq(from + size, len);
		for (size_t pad = from + size; pad % 4; pad++)
			cr_assert_eq(data[pad], 0);
		if (one == code && one) {
			cr_assert_null(found, "option %u is there twice", code);
			found = data + from;
			*n = size;
		}
		ended = !one;
		from += (size + 3u) & ~3u;
	}
	cr_assert(ended, "the options do not end");
	return found;
}

const char *block_text(const struct block *b, size_t from, uint16_t code)
{
	static char text[65536];
	size_t n = 0;
	const uint8_t *value = option_find(b->body, b->len, from, code, &n);

	if (value)
		memcpy(text, value, n);
	text[value ? n : 0] = '\0';
	return text;
}

uint64_t block_number(const struct block *b, size_t from, uint16_t code)
{
	uint64_t number = 0;
	size_t n = 0;
	const uint8_t *value = option_find(b->body, b->len, from, code, &n);

	cr_assert_not_null(value, "there is no option %u", code);
	cr_assert_leq(n, sizeof(number));
	memcpy(&number, value, n);
	return number;
}

bool block_has(const struct block *b, size_t from, uint16_t code)
{
	size_t n;

	return option_find(b->body, b->len, from, code, &n);
}

size_t packet_options(const struct block *b)
{
	return 20 + ((block_u32(b, 12) + 3) & ~3u);
}

const uint8_t *packet_bytes(const struct block *b, uint32_t *captured, uint32_t *length)
{
	*captured = block_u32(b, 12);
	*length = block_u32(b, 16);
	cr_assert_leq(20 + *captured, b->len);
	cr_assert_leq(*captured, *length);
	return b->body + 20;
}

uint64_t packet_time(const struct block *b)
{
	return (uint64_t)block_u32(b, 4) << 32 | block_u32(b, 8);
}

const char *packet_comment(const struct block *b)
{
	return block_text(b, packet_options(b), 1);
}

/* RFC 1071, over bytes that hold the checksum: nothing is left. */
static uint32_t add(uint32_t sum, const uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)at[i] << (i % 2 ? 0 : 8);
	return sum;
}

static bool is_zero(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

bool packet_sums_right(const uint8_t *packet, size_t len)
{
	bool v4 = packet[0] >> 4 == 4;
	size_t ip = v4 ? (packet[0] & 15u) * 4u : 40;
	uint32_t sum = 6 + (uint32_t)(len - ip);

	if (v4 && !is_zero(add(0, packet, ip)))
		return false;
	sum = v4 ? add(sum, packet + 12, 8) : add(sum, packet + 8, 32);
	return is_zero(add(sum, packet + ip, len - ip));
}
