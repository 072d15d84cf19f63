/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* json_packet.c: segments, and what a RST carries. */
#include "output/json_parts.h"

#include "model/words.h"

void json_packet_put(struct json_out *o, const char *key, const struct rst_packet *p,
		     uint8_t family)
{
	struct json_mark c;
	char flags[40];

	if (!p->valid)
		return;
	c = json_out_object(o, key);
	json_put_own(o, "flags", words_tcp_flags(flags, p->flags));
	json_out_number(o, "seq", p->seq);
	/* Without the flag the field says nothing. */
	if (p->flags & RST_FLAG_ACK)
		json_out_number(o, "ack", p->ack);
	json_out_number(o, "length", p->length);
	json_out_number(o, "window", p->window);
	json_put_nonzero(o, "ttl", p->ttl);
	if (family == 4)
		json_out_number(o, "ip_id", p->ip_id);
	if (p->join)
		json_out_bool(o, "mp_join", true);
	json_out_end(o, c);
}

static void put_hex(struct json_out *o, const char *key, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * RST_BYTES_MAX];

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	if (n)
		json_out_plain(o, key, text, 2 * n);
}

/* What the RST itself carries, and what that says by whose convention. */
void json_payload_put(struct json_out *o, const struct incident *in)
{
	const struct carried *c = &in->carried;
	const struct payload *p = &in->payload;
	struct json_mark payload, says;

	if (!c->payload && !c->options && !p->by)
		return;
	payload = json_out_object(o, "payload");
	json_put_name(o, "text", (const char *)c->bytes + c->options, c->payload);
	put_hex(o, "bytes", c->bytes + c->options, c->payload);
	put_hex(o, "options", c->bytes, c->options);
	if (p->by) {
		says = json_out_object(o, "says");
		json_put_word(o, "by", p->by);
		json_put_word(o, "certainty", "inferred");
		json_put_nonzero(o, "reason", p->code);
		json_put_nonzero(o, "pen", p->pen);
		json_put_word(o, "words", p->words);
		json_put_name(o, "text", (const char *)c->bytes + p->text, p->text_len);
		json_out_end(o, says);
	}
	json_out_end(o, payload);
}
