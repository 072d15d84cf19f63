/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pcapng_blocks.h: a pcapng file taken apart again, by its specification and not by what writes it. */
#ifndef PCAPNG_BLOCKS_H
#define PCAPNG_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCKS_MAX 512

enum {
	BLOCK_SHB = 0x0a0d0d0a,
	BLOCK_IDB = 1,
	BLOCK_NRB = 4,
	BLOCK_ISB = 5,
	BLOCK_EPB = 6,
	BLOCK_CB = 0x0bad,
};

struct block {
	uint32_t type;
	const uint8_t *body; /* behind type and length */
	size_t len;
};

struct blocks {
	struct block block[BLOCKS_MAX];
	size_t n;
};

/* Fails the test where the N bytes at DATA are not whole blocks, each with its length at both ends. */
void blocks_read(struct blocks *out, const void *data, size_t n);

/* How many there are of that type; and number I of them. */
size_t blocks_count(const struct blocks *b, uint32_t type);
const struct block *blocks_get(const struct blocks *b, uint32_t type, size_t i);

uint16_t block_u16(const struct block *b, size_t at);
uint32_t block_u32(const struct block *b, size_t at);

/* Option CODE of those that begin at FROM of the LEN bytes at DATA, which have to end well. Returns its value and
 * *N bytes; NULL: there is none. */
const uint8_t *option_find(const uint8_t *data, size_t len, size_t from, uint16_t code, size_t *n);

/* The same of a block, as a text; "": there is none. Static storage. */
const char *block_text(const struct block *b, size_t from, uint16_t code);
uint64_t block_number(const struct block *b, size_t from, uint16_t code);
bool block_has(const struct block *b, size_t from, uint16_t code);

/* Of an EPB: where its options begin, its packet, its time. */
size_t packet_options(const struct block *b);
const uint8_t *packet_bytes(const struct block *b, uint32_t *captured, uint32_t *length);
uint64_t packet_time(const struct block *b);
const char *packet_comment(const struct block *b);

/* Whether the checksums of IPv4 and of TCP in it are right. */
bool packet_sums_right(const uint8_t *packet, size_t len);

#endif
