/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* pcapng.c: a block is its type, its length, what it holds, options, and its length again; all in words of four
 * bytes. */
#include "output/pcapng.h"

#include <endian.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "model/tuple.h"

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_NAMES = 4,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
	BLOCK_CUSTOM = 0x0bad, /* one that other programs may copy */
	BLOCK_SECTION = 0x0a0d0d0a,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4dU

/* Of every block. */
#define OPTION_END 0
#define OPTION_COMMENT 1

#define SECTION_APPLICATION 4

#define INTERFACE_NAME 2
#define INTERFACE_DESCRIPTION 3
#define INTERFACE_RESOLUTION 9

#define PACKET_FLAGS 2
#define PACKET_LOST 4
#define PACKET_VERDICT 7
#define PACKET_PROCESS 8

#define STATISTICS_START 2
#define STATISTICS_END 3
#define STATISTICS_RECEIVED 4
#define STATISTICS_LOST 5

#define NAMES_END 0
#define NAMES_IPV4 1
#define NAMES_IPV6 2

/* Wireshark's own custom blocks: wiretap/pcapng-wireshark-custom.c. An entry, little-endian in every file, which has
 * the body that the IETF is asked to give a process. */
#define WIRESHARK 32622
#define ENTRY_PROCESS 3
#define PROCESS_NAME 2
#define PROCESS_PATH 3
#define PROCESS_UID 6
#define PROCESS_START 9

static void put_u16(struct buffer *b, uint16_t n)
{
	buffer_put(b, &n, sizeof(n));
}

static void put_u32(struct buffer *b, uint32_t n)
{
	buffer_put(b, &n, sizeof(n));
}

static void pad(struct buffer *b, size_t len)
{
	buffer_fill(b, '\0', -len & 3);
}

/* Returns where the block begins. */
static size_t begin(struct buffer *b, enum block type)
{
	size_t at = b->len;

	put_u32(b, type);
	put_u32(b, 0);
	return at;
}

static void end(struct buffer *b, size_t at)
{
	uint32_t len = (uint32_t)(b->len - at + sizeof(len));

	put_u32(b, len);
	if (!b->failed)
		memcpy(b->data + at + sizeof(uint32_t), &len, sizeof(len));
}

static void put_option(struct buffer *b, uint16_t code, const void *value, size_t len)
{
	put_u16(b, code);
	put_u16(b, (uint16_t)len);
	buffer_put(b, value, len);
	pad(b, len);
}

static void put_option_u32(struct buffer *b, uint16_t code, uint32_t n)
{
	put_option(b, code, &n, sizeof(n));
}

static void put_option_u64(struct buffer *b, uint16_t code, uint64_t n)
{
	put_option(b, code, &n, sizeof(n));
}

/* The LEN bytes at TEXT, or as many as an option holds; none: no option. */
static void put_option_text(struct buffer *b, uint16_t code, const char *text, size_t len)
{
	char escaped[UINT16_MAX];
	size_t n;

	if (!len)
		return;
	if (len < sizeof(escaped) && !memchr(text, '\0', len) && text_is_printable(text, len)) {
		put_option(b, code, text, len);
		return;
	}
	n = strlen(text_escape(escaped, sizeof(escaped), text, len));
	put_option(b, code, escaped, n);
}

/* A time is told in two halves, the upper one first in either byte order. */
static void put_option_time(struct buffer *b, uint16_t code, uint64_t ns)
{
	uint32_t halves[] = { (uint32_t)(ns >> 32), (uint32_t)ns };

	if (ns)
		put_option(b, code, halves, sizeof(halves));
}

void pcapng_section(struct buffer *b, const char *application)
{
	size_t at = begin(b, BLOCK_SECTION);

	put_u32(b, BYTE_ORDER_MAGIC);
	put_u16(b, 1); /* version 1.0 */
	put_u16(b, 0);
	put_u32(b, UINT32_MAX); /* of a length that nobody knows yet */
	put_u32(b, UINT32_MAX);
	put_option_text(b, SECTION_APPLICATION, application, strlen(application));
	put_option(b, OPTION_END, "", 0);
	end(b, at);
}

void pcapng_interface(struct buffer *b, const char *name, const char *description)
{
	static const uint8_t nanoseconds = 9;
	size_t at = begin(b, BLOCK_INTERFACE);

	put_u16(b, PCAPNG_RAW);
	put_u16(b, 0);
	put_u32(b, PCAPNG_SNAPLEN);
	put_option_text(b, INTERFACE_NAME, name, strlen(name));
	put_option_text(b, INTERFACE_DESCRIPTION, description, strlen(description));
	put_option(b, INTERFACE_RESOLUTION, &nanoseconds, 1);
	put_option(b, OPTION_END, "", 0);
	end(b, at);
}

void pcapng_packet(struct buffer *b, const struct pcapng_packet *p)
{
	uint32_t process[] = { p->pid, p->tid };
	uint8_t verdict[1 + sizeof(p->verdict)] = { (uint8_t)p->judge };
	size_t at = begin(b, BLOCK_PACKET);

	put_u32(b, 0); /* the one interface */
	put_u32(b, (uint32_t)(p->time_ns >> 32));
	put_u32(b, (uint32_t)p->time_ns);
	put_u32(b, p->captured);
	put_u32(b, p->length);
	buffer_put(b, p->data, p->captured);
	pad(b, p->captured);
	put_option_text(b, OPTION_COMMENT, p->comment, p->comment_len);
	if (p->way != PCAPNG_WAY_UNKNOWN)
		put_option_u32(b, PACKET_FLAGS, p->way);
	if (p->lost)
		put_option_u64(b, PACKET_LOST, p->lost);
	if (p->judge != PCAPNG_JUDGE_NONE) {
		memcpy(verdict + 1, &p->verdict, sizeof(p->verdict));
		put_option(b, PACKET_VERDICT, verdict, sizeof(verdict));
	}
	if (p->pid)
		put_option(b, PACKET_PROCESS, process, sizeof(process));
	put_option(b, OPTION_END, "", 0);
	end(b, at);
}

/* As put_option, little-endian. */
static void put_entry_option(struct buffer *b, uint16_t code, const void *value, size_t len)
{
	put_u16(b, htole16(code));
	put_u16(b, htole16((uint16_t)len));
	buffer_put(b, value, len);
	pad(b, len);
}

/* No name or path of a process is as long as that once it is escaped. */
#define PROCESS_TEXT 4096

static void put_entry_text(struct buffer *b, uint16_t code, const char *text)
{
	char escaped[PROCESS_TEXT];
	size_t len = strlen(text_escape(escaped, sizeof(escaped), text, strlen(text)));

	if (len)
		put_entry_option(b, code, escaped, len);
}

void pcapng_process(struct buffer *b, const struct pcapng_process *p)
{
	size_t at = begin(b, BLOCK_CUSTOM), entry;
	uint64_t start = htole64(p->start_ns);
	uint32_t uid = htole32(p->uid), len;

	put_u32(b, WIRESHARK);
	put_u32(b, htole32(ENTRY_PROCESS));
	put_u32(b, 0);
	entry = b->len;
	put_u32(b, htole32(p->pid));
	put_entry_text(b, PROCESS_NAME, p->name);
	put_entry_text(b, PROCESS_PATH, p->path);
	if (p->have_uid)
		put_entry_option(b, PROCESS_UID, &uid, sizeof(uid));
	if (p->start_ns)
		put_entry_option(b, PROCESS_START, &start, sizeof(start));
	put_entry_option(b, OPTION_END, "", 0);
	len = htole32((uint32_t)(b->len - entry));
	if (!b->failed)
		memcpy(b->data + entry - sizeof(len), &len, sizeof(len));
	end(b, at);
}

void pcapng_name(struct buffer *b, const uint8_t *address, uint8_t family, const char *name)
{
	size_t at = begin(b, BLOCK_NAMES), bytes = address_size(family);
	size_t len = bytes + strlen(name) + 1;

	put_u16(b, family == 4 ? NAMES_IPV4 : NAMES_IPV6);
	put_u16(b, (uint16_t)len);
	buffer_put(b, address, bytes);
	buffer_put(b, name, strlen(name) + 1);
	pad(b, len);
	put_u16(b, NAMES_END);
	put_u16(b, 0);
	end(b, at);
}

void pcapng_statistics(struct buffer *b, const struct pcapng_statistics *s)
{
	size_t at = begin(b, BLOCK_STATISTICS);

	put_u32(b, 0);
	put_u32(b, (uint32_t)(s->end_ns >> 32));
	put_u32(b, (uint32_t)s->end_ns);
	put_option_text(b, OPTION_COMMENT, s->comment, s->comment_len);
	put_option_time(b, STATISTICS_START, s->start_ns);
	put_option_time(b, STATISTICS_END, s->end_ns);
	put_option_u64(b, STATISTICS_RECEIVED, s->received);
	put_option_u64(b, STATISTICS_LOST, s->lost);
	put_option(b, OPTION_END, "", 0);
	end(b, at);
}
