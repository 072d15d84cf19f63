/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_sink_pcapng.c: a pcapng file, block by block. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "output/sink_pcapng.h"
#include "pcapng_blocks.h"
#include "sample.h"

#define WALL_NS UINT64_C(1795324321123456789)

static struct sample sample;
static struct sink sink;
static struct sink_style style;
static struct blocks blocks;
static char file[1 << 20];

static void setup(void)
{
	sample_fill(&sample);
	sample.in.id = 12;
	style = (struct sink_style){ .run = "boot-run" };
}

TestSuite(sink_pcapng, .init = setup);

static void open_sink(void)
{
	sample_open(&sink, &sink_pcapng, &style, memfd_create("sink", MFD_CLOEXEC));
	cr_assert_eq(sink_pcapng.begin(&sink), 0);
}

static void put(void)
{
	cr_assert_eq(sink_pcapng.event(&sink, &sample.in), 0);
}

static void take(void)
{
	ssize_t n;

	cr_assert_eq(writer_flush(sink.out), 0);
	n = pread(sink.out->fd, file, sizeof(file), 0);
	cr_assert(n > 0 && n < (ssize_t)sizeof(file));
	blocks_read(&blocks, file, (size_t)n);
}

static void close_sink(void)
{
	take();
	sample_close(&sink);
}

/* All of it for the one incident. */
static const struct block *one(void)
{
	open_sink();
	put();
	close_sink();
	return blocks_get(&blocks, BLOCK_EPB, blocks_count(&blocks, BLOCK_EPB) - 1);
}

static void expect_comment(const struct block *b, const char *part)
{
	cr_assert_not_null(strstr(packet_comment(b), part), "'%s' is not in '%s'", part,
			   packet_comment(b));
}

Test(sink_pcapng, begins_with_section_and_interface)
{
	const struct block *b;

	open_sink();
	close_sink();
	cr_assert_eq(blocks.n, 2u);
	b = blocks_get(&blocks, BLOCK_SHB, 0);
	cr_assert_eq(b, &blocks.block[0]);
	cr_assert_eq(block_u32(b, 0), 0x1a2b3c4du);
	cr_assert_eq(block_u16(b, 4), 1);
	cr_assert_eq(block_u16(b, 6), 0);
	cr_assert_eq(block_u32(b, 8) & block_u32(b, 12), UINT32_MAX);
	cr_assert_eq(strncmp(block_text(b, 16, 4), "rsttrace ", 9), 0);
	b = blocks_get(&blocks, BLOCK_IDB, 0);
	cr_assert_eq(block_u16(b, 0), 101, "LINKTYPE_RAW");
	cr_assert_eq(block_u32(b, 4), 262144u);
	cr_assert_str_eq(block_text(b, 8, 2), "rsttrace");
	cr_assert_eq(block_number(b, 8, 9), 9u);
}

Test(sink_pcapng, a_reset_that_answers_nothing)
{
	const struct block *b = one();
	uint32_t captured, length;
	const uint8_t *packet = packet_bytes(b, &captured, &length);

	cr_assert_eq(blocks_count(&blocks, BLOCK_EPB), 1u);
	cr_assert_eq(block_u32(b, 0), 0u);
	cr_assert_eq(packet_time(b), WALL_NS);
	cr_assert_eq(captured, 40u);
	cr_assert_eq(length, 40u);
	cr_assert(packet_sums_right(packet, captured));
	cr_assert_eq(block_number(b, packet_options(b), 2), 2u, "outbound");
	cr_assert_eq(block_number(b, packet_options(b), 8), (uint64_t)1235 << 32 | 1234);
	cr_assert_not(block_has(b, packet_options(b), 4));
	cr_assert_not(block_has(b, packet_options(b), 7));
	expect_comment(b, "rsttrace: close-unread: 512 bytes unread [sent, certain, of nginx/1234");
	expect_comment(b, ", id boot-run-12");
	expect_comment(b, "made from the numbers of the socket that sent it; not known: TTL, "
			  "window, IP ID]");
}

Test(sink_pcapng, what_provoked_it_comes_first)
{
	const struct block *provoking, *reset;
	uint32_t captured, length;

	sample.in.packet = (struct rst_packet){ .valid = 1,
						.flags = RST_FLAG_PSH | RST_FLAG_ACK,
						.ack = 5,
						.length = 1700,
						.ttl = 60 };
	reset = one();
	cr_assert_eq(blocks_count(&blocks, BLOCK_EPB), 2u);
	provoking = blocks_get(&blocks, BLOCK_EPB, 0);
	packet_bytes(provoking, &captured, &length);
	cr_assert_eq(captured, 40u);
	cr_assert_eq(length, 1740u);
	cr_assert_eq(packet_time(provoking), packet_time(reset));
	cr_assert_eq(block_number(provoking, packet_options(provoking), 2), 1u, "inbound");
	cr_assert_not(block_has(provoking, packet_options(provoking), 8), "it is nobody's here");
	expect_comment(provoking, "rsttrace provoked: close-unread [answered by the RST");
	expect_comment(provoking, "made from its headers; not known: 1,700 bytes of payload]");
	expect_comment(reset, "made from the segment that it answers; not known: TTL, IP ID]");
}

/* Wireshark's custom block of a process: the PEN, the entry's type and length, the body. */
Test(sink_pcapng, a_process_is_told_once)
{
	const struct block *b;
	uint32_t len;

	sample.in.owner.start_ns = 1000000000;
	style.suspended_ns = 2000000000;
	open_sink();
	put();
	put();
	take();
	cr_assert_eq(blocks_count(&blocks, BLOCK_CB), 1u);
	b = blocks_get(&blocks, BLOCK_CB, 0);
	cr_assert_lt(b, blocks_get(&blocks, BLOCK_EPB, 0));
	cr_assert_eq(block_u32(b, 0), 32622u);
	cr_assert_eq(block_u32(b, 4), 3u);
	len = block_u32(b, 8);
	cr_assert_eq(12 + len, b->len);
	cr_assert_eq(block_u32(b, 12), 1234u);
	cr_assert_str_eq(block_text(b, 16, 2), "nginx");
	cr_assert_str_eq(block_text(b, 16, 3), "/usr/sbin/nginx");
	cr_assert_eq(block_number(b, 16, 6), 0u);
	/* 5 s of CLOCK_MONOTONIC and 2 s asleep: 7 s of CLOCK_BOOTTIME, of which it has lived 6. */
	cr_assert_eq(block_number(b, 16, 9), WALL_NS - UINT64_C(6000000000));
	/* Another one of that number, and then one of another. */
	sample.in.owner.start_ns = 1500000000;
	put();
	sample.in.owner.pid = 77;
	put();
	close_sink();
	cr_assert_eq(blocks_count(&blocks, BLOCK_CB), 3u);
	cr_assert_eq(block_u32(blocks_get(&blocks, BLOCK_CB, 2), 12), 77u);
}

Test(sink_pcapng, a_start_that_is_not_known_is_not_told)
{
	one();
	cr_assert_not(block_has(blocks_get(&blocks, BLOCK_CB, 0), 16, 9));
}

/* The option says who sent a packet: of one that came, the process at the other end, if that is here. */
Test(sink_pcapng, who_sent_one_that_was_received)
{
	const struct block *b;

	sample.in.direction = DIR_RECEIVED;
	b = one();
	cr_assert_eq(block_number(b, packet_options(b), 2), 1u, "inbound");
	cr_assert_not(block_has(b, packet_options(b), 8));
	cr_assert_eq(blocks_count(&blocks, BLOCK_CB), 0u);
	expect_comment(b, ", of nginx/1234");
	sample.in.pair = (struct pair){ .there = true, .pid = 99, .comm = "peer" };
	b = one();
	cr_assert_eq(block_number(b, packet_options(b), 8), 99u);
	cr_assert_str_eq(block_text(blocks_get(&blocks, BLOCK_CB, 0), 16, 2), "peer");
}

Test(sink_pcapng, a_firewalls_is_no_process_s)
{
	const struct block *b;

	sample.in.origin = ORIGIN_FIREWALL;
	b = one();
	cr_assert_not(block_has(b, packet_options(b), 8));
	cr_assert_eq(block_number(b, packet_options(b), 2), 2u);
	/* Neither comes in nor goes out: both ends are here. */
	sample.in.origin = ORIGIN_OWN_FIREWALL;
	b = one();
	cr_assert_not(block_has(b, packet_options(b), 2));
}

Test(sink_pcapng, verdicts)
{
	const struct block *b;
	const uint8_t *value;
	size_t n;

	sample.in.stayed = (struct stayed){ .what = RST_UNSENT_DROPPED, .by = "traffic-control" };
	b = one();
	value = option_find(b->body, b->len, packet_options(b), 7, &n);
	cr_assert_eq(n, 9u);
	cr_assert_eq(memcmp(value, "\1\2\0\0\0\0\0\0\0", 9), 0, "TC_ACT_SHOT");
	expect_comment(b, ", did not leave this host: traffic-control");
	sample.in.stayed.by = "neighbour";
	b = one();
	cr_assert_not(block_has(b, packet_options(b), 7), "no such thing decided");
	memset(&sample.in.stayed, 0, sizeof(sample.in.stayed));
	sample.in.direction = DIR_RECEIVED;
	sample.in.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_RST };
	b = one();
	value = option_find(b->body, b->len, packet_options(b), 7, &n);
	cr_assert_eq(memcmp(value, "\2\2\0\0\0\0\0\0\0", 9), 0, "XDP_PASS");
	sample.in.drop_reason = "TC_INGRESS";
	b = one();
	value = option_find(b->body, b->len, packet_options(b), 7, &n);
	cr_assert_eq(memcmp(value, "\1\2\0\0\0\0\0\0\0", 9), 0, "TC_ACT_SHOT");
	expect_comment(b, ", dropped: TC_INGRESS");
}

Test(sink_pcapng, losses_stand_before_the_next_one)
{
	const struct block *b;

	open_sink();
	put();
	cr_assert_eq(sink_pcapng.lost(&sink, 3), 0);
	cr_assert_eq(sink_pcapng.lost(&sink, 4), 0);
	put();
	put();
	close_sink();
	b = blocks_get(&blocks, BLOCK_EPB, 1);
	cr_assert_eq(block_number(b, packet_options(b), 4), 7u);
	cr_assert_not(block_has(blocks_get(&blocks, BLOCK_EPB, 0), packet_options(b), 4));
	b = blocks_get(&blocks, BLOCK_EPB, 2);
	cr_assert_not(block_has(b, packet_options(b), 4));
}

Test(sink_pcapng, containers_have_names)
{
	const struct block *b;
	struct container_names *names = &sample.in.place.names;

	strcpy(names->pod, "cart 0\n");
	strcpy(names->space, "shop");
	open_sink();
	put();
	put();
	close_sink();
	cr_assert_eq(blocks_count(&blocks, BLOCK_NRB), 1u);
	b = blocks_get(&blocks, BLOCK_NRB, 0);
	cr_assert_eq(block_u16(b, 0), 1);
	cr_assert_eq(block_u16(b, 2), 4 + sizeof("cart-0-.shop"));
	cr_assert_eq(memcmp(b->body + 4, sample.ev.tuple.local, 4), 0);
	cr_assert_str_eq((const char *)b->body + 8, "cart-0-.shop");
	cr_assert_eq(block_u32(b, b->len - 4), 0u, "the end of the records");
	/* Of a container, its name. */
	*names->pod = '\0';
	strcpy(names->name, "web");
	sample_long_ipv6(&sample);
	one();
	b = blocks_get(&blocks, BLOCK_NRB, 0);
	cr_assert_eq(block_u16(b, 0), 2);
	cr_assert_eq(block_u16(b, 2), 16 + sizeof("web"));
	cr_assert_str_eq((const char *)b->body + 20, "web");
	/* Every host has that address. */
	sample.ev.tuple.family = 4;
	inet_pton(AF_INET, "127.0.0.1", sample.ev.tuple.local);
	one();
	cr_assert_eq(blocks_count(&blocks, BLOCK_NRB), 0u);
	/* What passes is of somebody else. */
	inet_pton(AF_INET, "10.0.0.1", sample.ev.tuple.local);
	sample.in.direction = DIR_PASSING;
	one();
	cr_assert_eq(blocks_count(&blocks, BLOCK_NRB), 0u);
}

Test(sink_pcapng, many_in_one)
{
	const struct block *b;

	sample.ev.folded.count = 298;
	sample.ev.folded.span_ns = 2100000000;
	sample.in.also = 2;
	b = one();
	expect_comment(b, ", 300 resets in this one within 2.1 s");
}

Test(sink_pcapng, an_attack)
{
	struct attack_report a;
	const struct block *b;

	sample_attack(&a);
	open_sink();
	cr_assert_eq(sink_pcapng.attack(&sink, &a), 0);
	cr_assert_eq(sink_pcapng_told(&sink).resets, 12345u);
	a.tuple.family = 0;
	cr_assert_eq(sink_pcapng.attack(&sink, &a), 0);
	cr_assert_eq(sink_pcapng_told(&sink).without, 12345u);
	close_sink();
	cr_assert_eq(blocks_count(&blocks, BLOCK_EPB), 1u);
	b = blocks_get(&blocks, BLOCK_EPB, 0);
	expect_comment(b, "rsttrace: no-listener: port-scan: SYNs to 8,192 closed ports [sent, "
			  "12,345 resets in this one, within 998 ms");
}

/* A comment is one line of UTF-8, whoever has named himself how. */
Test(sink_pcapng, hostile_names)
{
	static const char hostile[] = "x\n\x1b[2J\xff\xc2\x9b";
	const struct block *b;

	memcpy(sample.in.owner.comm, hostile, sizeof(hostile));
	memcpy(sample.in.owner.exe, hostile, sizeof(hostile));
	memcpy(sample.in.place.name, hostile, sizeof(hostile));
	/* One that was cut in the middle of a character. */
	strcpy(sample.in.verdict.why, "closed by \xe2\x82");
	b = one();
	cr_assert(text_is_printable(packet_comment(b), strlen(packet_comment(b))), "%s",
		  packet_comment(b));
	expect_comment(b, "x\\");
	b = blocks_get(&blocks, BLOCK_CB, 0);
	cr_assert_str_eq(block_text(b, 16, 2), "x\\x0a\\x1b[2J\\xff\\xc2\\x9b");
	cr_assert_str_eq(block_text(b, 16, 3), "x\\x0a\\x1b[2J\\xff\\xc2\\x9b");
}

Test(sink_pcapng, statistics_at_the_end)
{
	struct summary s = { .wall_ns = WALL_NS + 5, .duration_ns = 1000000000 };
	const struct block *b;

	s.counters[RST_CNT_LOST_SENT] = 7;
	summary_not_covered(&s, "all that is far");
	open_sink();
	put();
	s.interim = true;
	cr_assert_eq(sink_pcapng.summary(&sink, &s), 0);
	take();
	cr_assert_eq(blocks_count(&blocks, BLOCK_ISB), 0u, "it goes on");
	s.interim = false;
	cr_assert_eq(sink_pcapng.summary(&sink, &s), 0);
	close_sink();
	cr_assert_eq(blocks.block[blocks.n - 1].type, BLOCK_ISB);
	b = blocks_get(&blocks, BLOCK_ISB, 0);
	cr_assert_eq(block_number(b, 12, 4), 8u);
	cr_assert_eq(block_number(b, 12, 5), 7u);
	cr_assert_eq((uint64_t)block_u32(b, 4) << 32 | block_u32(b, 8), s.wall_ns);
	cr_assert_str_eq(block_text(b, 12, 1),
			 "rsttrace: 1 resets in 1 packets; 7 events were lost; "
			 "not covered: all that is far");
}

/* Of a recording, what comes late stands where its time is; the two packets of one reset stay together. */
Test(sink_pcapng, in_order)
{
	static const uint64_t times[] = { 300, 100, 200, 200 };
	uint64_t before = 0;

	style.in_order = true;
	sample.in.packet = (struct rst_packet){ .valid = 1, .flags = RST_FLAG_SYN };
	open_sink();
	for (size_t i = 0; i < 4; i++) {
		sample.in.wall_ns = times[i];
		sample.in.id = i + 1;
		put();
	}
	take();
	cr_assert_eq(blocks_count(&blocks, BLOCK_EPB), 0u);
	cr_assert_eq(sink_pcapng_end(&sink, 0, NULL), 0);
	close_sink();
	cr_assert_eq(blocks_count(&blocks, BLOCK_EPB), 8u);
	for (size_t i = 0; i < 8; i++) {
		const struct block *b = blocks_get(&blocks, BLOCK_EPB, i);

		cr_assert_geq(packet_time(b), before);
		before = packet_time(b);
		expect_comment(b, i % 2 ? "rsttrace: " : "rsttrace provoked: ");
	}
	expect_comment(blocks_get(&blocks, BLOCK_EPB, 3), "boot-run-3");
	expect_comment(blocks_get(&blocks, BLOCK_EPB, 5), "boot-run-4");
	expect_comment(blocks_get(&blocks, BLOCK_EPB, 7), "boot-run-1");
}

Test(sink_pcapng, full_disk)
{
	int err = 0;

	sample_open(&sink, &sink_pcapng, &style, open("/dev/full", O_WRONLY));
	for (int n = 0; n < 10000 && !err; n++)
		err = sink_pcapng.event(&sink, &sample.in);
	cr_assert_eq(err, -ENOSPC);
	cr_assert_eq(sink_pcapng_end(&sink, 0, NULL), -ENOSPC);
	sample_close(&sink);
}
