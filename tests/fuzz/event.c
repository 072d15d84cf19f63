/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * event.c: records as the ring has them, of any content, from decoding to both kinds of line. What becomes of one is
 * read back and explained again (tests/unit/again_check.c).
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "again_check.h"
#include "base/text.h"
#include "base/util.h"
#include "explain/decode.h"
#include "fake_questions.h"
#include "given.h"
#include "sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS_MAX 8

/* In a stack, the fake's addresses are names. */
static const char *const functions[] = {
	"tcp_v4_send_reset",
	"tcp_v6_send_response",
	"tcp_v6_send_reset",
	"tcp_v4_rcv",
	"tcp_v4_do_rcv",
	"tcp_check_req",
	"tcp_send_active_reset",
	"__tcp_close",
	"tcp_close",
	"tcp_disconnect",
	"inet_child_forget",
	"inet_csk_listen_stop",
	"tcp_abort",
	"tcp_keepalive_timer",
	"tcp_out_of_resources",
	"mptcp_do_fastclose",
	"tcp_reset",
	"tcp_validate_incoming",
	"tcp_rcv_established",
	"tcp_rcv_state_process",
	"__dev_queue_xmit",
	"ip_output",
	"nf_send_reset",
	"nft_reject_inet_eval",
	"ip_forward",
	"raw_sendmsg",
	"packet_sendmsg",
	"nf_hook_slow",
	"__inet_stream_connect",
	"do_exit",
	"tun_get_user",
	"nobody_knows_it",
};

static const struct {
	uint16_t type, size;
} kinds[] = {
	{ RST_REC_SENT, sizeof(struct rst_event) },
	{ RST_REC_RECEIVED, sizeof(struct rst_event) },
	{ RST_REC_WIRE, sizeof(struct rst_event) },
	{ RST_REC_DROPPED, sizeof(struct rst_event) },
	{ RST_REC_ARRIVED, sizeof(struct rst_arrival) },
	{ RST_REC_CLOSED, sizeof(struct rst_closed) },
	{ RST_REC_REJECTED, sizeof(struct rst_rejected) },
	{ RST_REC_STAYED, sizeof(struct rst_stayed) },
	{ RST_REC_CGROUP, sizeof(struct rst_cgroup) },
	{ RST_REC_BYTES, sizeof(struct rst_bytes) },
	{ RST_REC_DENIED, sizeof(struct rst_denied) },
	{ RST_REC_TRANSLATED, sizeof(struct rst_translated) },
};

static union {
	struct rst_header header;
	struct rst_event event;
	struct rst_stayed stayed;
	uint8_t bytes[2048];
} record;

static void name_stack(__u64 *stack, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (stack[i])
			stack[i] = (uintptr_t)functions[stack[i] % ARRAY_SIZE(functions)];
}

/* So that what is known to lead somewhere still does when the record changes. */
static const uint16_t fields[] = {
	offsetof(struct rst_event, tuple.local),      offsetof(struct rst_event, tuple.remote),
	offsetof(struct rst_event, tuple.local_port), offsetof(struct rst_event, tuple.family),
	offsetof(struct rst_event, packet),	      offsetof(struct rst_event, packet.flags),
	offsetof(struct rst_event, packet.valid),     offsetof(struct rst_event, sock),
	offsetof(struct rst_event, sock.inode),	      offsetof(struct rst_event, sock.kind),
	offsetof(struct rst_event, sock.state),	      offsetof(struct rst_event, sock.role),
	offsetof(struct rst_event, cpu_task),	      offsetof(struct rst_event, owner),
	offsetof(struct rst_event, owner.known_by),   offsetof(struct rst_event, closer),
	offsetof(struct rst_event, listener_end),     offsetof(struct rst_event, past),
	offsetof(struct rst_event, past.kind),	      offsetof(struct rst_event, past.end),
	offsetof(struct rst_event, folded),	      offsetof(struct rst_event, netns),
	offsetof(struct rst_event, location),	      offsetof(struct rst_event, ifname),
	offsetof(struct rst_event, reason),	      offsetof(struct rst_event, nstack),
	offsetof(struct rst_event, unsent),
};

static size_t place(struct given *g, size_t size)
{
	uint16_t where = given_u16(g);

	if (size == sizeof(struct rst_event) && record.header.type != RST_REC_CGROUP)
		return fields[(where & 0xff) % ARRAY_SIZE(fields)] + (size_t)(where >> 8) % 64;
	return sizeof(record.header) + where % (size - sizeof(record.header));
}

/* Patches of a zeroed record: where, how many bytes, which; and of an event its stack, a function a byte. */
static void fill(struct given *g, uint16_t type, size_t size)
{
	uint8_t patches = given_byte(g) % 64;

	memset(&record, 0, sizeof(record));
	record.header.type = type;
	while (patches-- && g->at < g->end) {
		size_t at = place(g, size);
		size_t n = given_byte(g);

		given_bytes(g, record.bytes + at, n < size - at ? n : size - at);
	}
	if (size != sizeof(struct rst_event) || type == RST_REC_CGROUP)
		return;
	for (uint32_t i = 0, n = given_byte(g) % (RST_STACK_MAX + 1); i < n; i++)
		record.event.stack[record.event.nstack++ % RST_STACK_MAX] = given_byte(g);
}

static void put(struct fake *f, struct given *g)
{
	uint8_t which = given_byte(g), how = given_byte(g);
	size_t size = kinds[which % ARRAY_SIZE(kinds)].size;

	fill(g, kinds[which % ARRAY_SIZE(kinds)].type, size);
	record.header.size = (uint32_t)size;
	/* The kernel side knows two families (sock_fill, skb_segment), and leaves the rest of an IPv4 address zero. */
	if (record.event.tuple.family != 4 && record.header.type != RST_REC_CGROUP)
		record.event.tuple.family = 6;
	if (record.event.tuple.family == 4 && record.header.type != RST_REC_CGROUP) {
		memset(record.event.tuple.local + 4, 0, 12);
		memset(record.event.tuple.remote + 4, 0, 12);
	}
	record.header.cpu = how & 1;
	record.header.mono_ns = FAKE_NOW_NS - (how >> 1) * 500000ULL;
	if (size == sizeof(struct rst_event) && record.header.type != RST_REC_CGROUP) {
		name_stack(record.event.stack, RST_STACK_MAX);
		name_stack(&record.event.location, 1);
		/* A slot is the kernel side's map, which a fake has not got. */
		record.event.folded.slot = UINT32_MAX;
	}
	if (record.header.type == RST_REC_STAYED) {
		name_stack(record.stayed.stack, RST_STAYED_STACK);
		name_stack(&record.stayed.location, 1);
	}
	fake_record(f, &record, (uint32_t)size);
}

/* Any bytes at all: of them, only what decode lets pass may be looked at. */
static void decode_raw(const uint8_t *data, size_t size)
{
	void *copy = malloc(size ? size : 1); /* aligned */
	struct record out;

	if (!copy)
		return;
	if (size)
		memcpy(copy, data, size);
	if (!decode(&out, copy, size) && out.event && size < sizeof(*out.event))
		abort();
	free(copy);
}

static void answer(struct fake *f, uint8_t how)
{
	static const int errors[] = { 0, -ENOENT, -EACCES, -EAGAIN };

	f->socket_err = errors[how & 3];
	f->socket.state = RST_TCP_ESTABLISHED;
	f->socket.inode = 1;
	f->owners_err = errors[how >> 2 & 3];
	f->translated = how >> 4 & 1;
	f->rule = how >> 5 & 1 ? "inet filter input handle 5" : NULL;
	f->interface = how >> 6 & 1 ? "a\"b\\c\x1b[2J\xff" : NULL;
	if (how >> 7)
		f->features.have[FEATURE_DROP_SOCKET] = f->features.have[FEATURE_DROP_REASON] =
			false;
}

static void check_line(const struct incident *in)
{
	static const struct sink_style style = { .stack = true, .wide = true, .time = true };
	_cleanup(freep) char *text = sample_render(&sink_text, &style, in, NULL);
	size_t len = strlen(text), step;
	uint32_t c;

	for (size_t i = 0; i < len; i += step) {
		step = text_utf8((const unsigned char *)text + i, len - i, &c);
		if (!step || (c < 0x20 && c != '\n'))
			abort();
	}
	again_check(in, "a fuzzed record");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct given g = { data, data + size };
	struct fake *f;

	decode_raw(data, size);
	f = fake_begin();
	f->on_line = check_line;
	answer(f, given_byte(&g));
	for (int n = 0; n < RECORDS_MAX && g.at < g.end; n++)
		put(f, &g);
	fake_run(f);
	fake_end(f);
	return 0;
}
