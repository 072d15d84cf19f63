/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_payload.c: each convention by which a RST explains itself, and what only looks like it. */
#include <criterion/criterion.h>
#include <string.h>

#include "build_event.h"
#include "explain/payload.h"

/* A RST of the peer's that was seen, with so many bytes of options and then a payload. */
static void build_rst(struct built *b, const char *options, size_t n, const char *payload,
		      size_t len)
{
	struct carried *c = &b->in.carried;

	build_event(b, DIR_RECEIVED, "tcp_reset < tcp_validate_incoming < tcp_rcv_established");
	build_packet(b, RST_FLAG_RST, (uint32_t)len);
	b->in.packet.header = (uint8_t)(20 + n);
	b->in.packet.window = 0;
	b->in.packet.ttl = 60;
	c->options = (uint8_t)n;
	c->payload = (uint8_t)len;
	memcpy(c->bytes, options, n);
	memcpy(c->bytes + n, payload, len);
}

static void assert_says(struct built *b, const char *by, uint32_t code, const char *sentence)
{
	memset(&b->in.payload, 0, sizeof(b->in.payload));
	b->in.verdict.why[0] = '\0';
	payload_read(&b->in);
	payload_say(&b->in);
	if (by)
		cr_expect_str_eq(b->in.payload.by ? b->in.payload.by : "none", by);
	else
		cr_expect_null(b->in.payload.by, "%s", b->in.payload.by);
	cr_expect_eq(b->in.payload.code, code);
	cr_expect_str_eq(b->in.verdict.why, sentence, "%s", b->in.verdict.why);
}

#define IETF "; by the IETF's draft on RST payloads it says reason "

Test(payload, ietf)
{
	struct built b;

	build_rst(&b, "", 0, "\x33\xaa\0\x0e\0\0\0\0", 8);
	assert_says(&b, "ietf", 14, IETF "14 (connection timeout)");
	build_rst(&b, "", 0, "\x33\xaa\0\x07\0\0\x7e\xd9", 8);
	assert_says(&b, "ietf", 7, IETF "7 of enterprise 32473");
	cr_expect_eq(b.in.payload.pen, 32473);
	build_rst(&b, "", 0, "\x33\xaa\0\x12\0\0\0\0", 8);
	assert_says(&b, "ietf", 18, IETF "18");
}

/* No reason; another length; another number. They are shown as they are, escaped. */
Test(payload, not_ietf)
{
	struct built b;

	build_rst(&b, "", 0, "\x33\xaa\0\0\0\0\0\0", 8);
	assert_says(&b, NULL, 0, "; it carries \"3\\xaa\\x00\\x00\\x00\\x00\\x00\\x00\"");
	build_rst(&b, "", 0, "\x33\xaa\0\x07\0\0\0\0\0", 9);
	assert_says(&b, NULL, 0, "; it carries \"3\\xaa\\x00\\x07\\x00\\x00\\x00\\x00\\x00\"");
	build_rst(&b, "", 0, "\x33\xab\0\x07\0\0\0\0", 8);
	assert_says(&b, NULL, 0, "; it carries \"3\\xab\\x00\\x07\\x00\\x00\\x00\\x00\"");
}

Test(payload, big_ip)
{
	static const char text[] = "BIG-IP: [0x2664c65:2574] No flow found for ACK";
	struct built b;

	build_rst(&b, "", 0, text, sizeof(text) - 1);
	assert_says(&b, "big-ip", 0, "; it says, as a BIG-IP does, \"No flow found for ACK\"");
	/* Cut off, it is a text like others. */
	build_rst(&b, "", 0, text, 16);
	assert_says(&b, "text", 0, "; it says \"BIG-IP: [0x2664c\"");
}

/* Whoever writes it may want the reader's terminal. */
Test(payload, hostile)
{
	struct built b;

	build_rst(&b, "", 0, "\x1b[2J\"x", 6);
	assert_says(&b, NULL, 0, "; it carries \"\\x1b[2J\"x\"");
	build_rst(&b, "", 0, "BIG-IP: [0x1] \x1b[31m", 19);
	assert_says(&b, "big-ip", 0, "; it says, as a BIG-IP does, \"\\x1b[31m\"");
}

Test(payload, mptcp)
{
	struct built b;

	build_rst(&b, "\x01\x01\x1e\x04\x80\x03\x00\x00", 8, "", 0);
	assert_says(&b, "mptcp", 3,
		    "; by its MP_TCPRST option it says reason 3 (administratively prohibited)");
	/* Of another subtype; with a length that leads outside; of no length at all. */
	build_rst(&b, "\x1e\x04\x70\x03", 4, "", 0);
	assert_says(&b, NULL, 0, "");
	build_rst(&b, "\x02\x28\x1e\x04\x80\x03\x00\x00", 8, "", 0);
	assert_says(&b, NULL, 0, "");
	build_rst(&b, "\x02\x00\x1e\x04\x80\x03\x00\x00", 8, "", 0);
	assert_says(&b, NULL, 0, "");
}

Test(payload, netscaler)
{
	struct built b;

	build_rst(&b, "", 0, "", 0);
	b.in.packet.window = 9811;
	assert_says(
		&b, "netscaler", 9811,
		"; its window 9811 is what a NetScaler (Citrix ADC) sends for: a fatal TLS alert was "
		"sent");
	/* A window in use, of a connection with timestamps; one that is no code. */
	b.in.packet.header = 32;
	assert_says(&b, NULL, 0, "");
	b.in.packet.header = 20;
	b.in.packet.window = 9810;
	assert_says(&b, NULL, 0, "");
}

Test(payload, short_ttl)
{
	struct built b;

	build_rst(&b, "", 0, "", 0);
	b.in.packet.ttl = 1;
	assert_says(
		&b, "short-ttl", 0,
		"; its TTL of 1 is that of a silent drop (HAProxy): it was not meant to arrive");
	b.in.packet.ttl = 2;
	assert_says(&b, NULL, 0, "");
}

/* The segment that a RST of this host answers explains nothing. */
Test(payload, of_the_rst_only)
{
	struct built b;

	build_rst(&b, "", 0, "", 0);
	b.in.packet.flags = RST_FLAG_ACK;
	b.in.packet.window = 9811;
	assert_says(&b, NULL, 0, "");
	b.in.rst = b.in.packet;
	b.in.rst.flags = RST_FLAG_RST;
	assert_says(
		&b, "netscaler", 9811,
		"; its window 9811 is what a NetScaler (Citrix ADC) sends for: a fatal TLS alert was "
		"sent");
}
