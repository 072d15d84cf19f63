/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* payload.c: the conventions by which RSTs explain themselves, one function each, the surest first. */
#include "explain/payload.h"

#include <string.h>

#include "base/util.h"
#include "explain/say.h"
#include "packet.h"

static const uint8_t *data_of(const struct carried *c)
{
	return c->bytes + c->options;
}

/* draft-ietf-tcpm-rst-diagnostic-payload-03, its table of TCP failure causes. */
static const char *const ietf_causes[] = {
	[1] = "illegal option length",
	[2] = "desynchronized state",
	[3] = "new data after the close",
	[4] = "abort",
	[5] = "an unexpected ACK",
	[6] = "an unexpected SYN in the window",
	[7] = "an unexpected security compartment",
	[8] = "malformed message",
	[9] = "not authorized",
	[10] = "resource exceeded",
	[11] = "network failure",
	[12] = "reset received from the peer",
	[13] = "destination unreachable",
	[14] = "connection timeout",
	[15] = "too much outstanding data",
	[16] = "unacceptable performance",
	[17] = "middlebox interference",
};

#define IETF_MAGIC 0x33aa
#define IETF_BYTES 8

static bool read_ietf(struct incident *in, const struct rst_packet *rst)
{
	const uint8_t *data = data_of(&in->carried);
	struct payload *p = &in->payload;

	if (in->carried.payload != IETF_BYTES || rst->length != IETF_BYTES ||
	    packet_u16(data) != IETF_MAGIC || !packet_u16(data + 2))
		return false;
	p->by = "ietf";
	p->code = packet_u16(data + 2);
	p->pen = packet_u32(data + 4);
	if (!p->pen && p->code < ARRAY_SIZE(ietf_causes))
		p->words = ietf_causes[p->code];
	return true;
}

/* "BIG-IP: [0x2664c65:2574] No flow found for ACK": with tm.rstcause.pkt. */
static bool read_big_ip(struct incident *in, const struct rst_packet *rst)
{
	static const char begin[] = "BIG-IP: [0x";
	const uint8_t *data = data_of(&in->carried), *end;
	struct payload *p = &in->payload;
	size_t n = in->carried.payload;

	if (n <= sizeof(begin) || memcmp(data, begin, sizeof(begin) - 1) != 0)
		return false;
	end = memchr(data, ']', n);
	if (!end)
		return false;
	p->by = "big-ip";
	end++;
	while (end < data + n && *end == ' ')
		end++;
	p->text = (uint8_t)(end - in->carried.bytes);
	p->text_len = (uint8_t)(data + n - end);
	return true;
}

/* RFC 8684, 3.6: MP_TCPRST, option 30 of subtype 8. */
#define OPTION_MPTCP 30
#define MPTCP_RESET 8

static bool read_mptcp(struct incident *in, const struct rst_packet *rst)
{
	static const char *const reasons[] = {
		"unspecified",
		"MPTCP-specific error",
		"lack of resources",
		"administratively prohibited",
		"too much outstanding data",
		"unacceptable performance",
		"middlebox interference",
	};
	const uint8_t *o = in->carried.bytes, *end = o + in->carried.options;
	struct payload *p = &in->payload;

	while (o < end && *o) {
		size_t len = *o == 1 ? 1 : o + 1 < end ? o[1] : 0;

		if (!len || (*o != 1 && len < 2) || len > (size_t)(end - o))
			return false;
		if (*o == OPTION_MPTCP && len == 4 && o[2] >> 4 == MPTCP_RESET) {
			p->by = "mptcp";
			p->code = o[3];
			if (p->code < ARRAY_SIZE(reasons))
				p->words = reasons[p->code];
			return true;
		}
		o += len;
	}
	return false;
}

/* Some of Citrix' CTX200852; others of its ranges are shown by their number. */
static const struct {
	uint16_t window;
	const char *words;
} netscaler[] = {
	{ 8201, "a segment for a connection that was closed" },
	{ 8202, "data without a connection, and no valid SYN cookie" },
	{ 8204, "a SYN again with another number" },
	{ 8205, "a wrong last ACK of the handshake" },
	{ 8206, "a bad segment in answer to its SYN" },
	{ 8207, "a SYN on an established connection" },
	{ 8208, "too many retransmissions" },
	{ 8209, "out of memory" },
	{ 8212, "a SYN that nothing listens for" },
	{ 9100, "an HTTP connection that was left" },
	{ 9206, "an invalid HTTP header" },
	{ 9212, "an invalid HTTP request" },
	{ 9300, "idle timeout, or its service is down" },
	{ 9301, "idle timeout, or its service is down" },
	{ 9302, "idle timeout, or its service is down" },
	{ 9303, "idle timeout, or its service is down" },
	{ 9304, "a window of zero for too long" },
	{ 9310, "keep-alive probes unanswered" },
	{ 9400, "a server connection that cannot be used again" },
	{ 9401, "flushed, for want of room or by configuration" },
	{ 9700, "a RST of the other side, passed on" },
	{ 9701, "a RST of the other side, passed on" },
	{ 9702, "data after the FIN" },
	{ 9800, "a probe that timed out" },
	{ 9811, "a fatal TLS alert was sent" },
	{ 9812, "its address was removed" },
	{ 9814, "a policy with action RESET" },
	{ 9816, "a bad TLS record" },
	{ 9830, "an access list denies it" },
	{ 9845, "an application security policy" },
	{ 9952, "a fatal TLS alert was received" },
	{ 9953, "a timeout action" },
};

/* The window of a RST means nothing to TCP. Linux sends 0 where it has no connection, and a window in use
 * otherwise, which may by chance be such a number: options or a payload, as it sends then, speak against. */
static bool read_netscaler(struct incident *in, const struct rst_packet *rst)
{
	struct payload *p = &in->payload;

	if (rst->length || rst->header > 20)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(netscaler); i++) {
		if (netscaler[i].window != rst->window)
			continue;
		p->by = "netscaler";
		p->code = rst->window;
		p->words = netscaler[i].words;
		return true;
	}
	return false;
}

/* HAProxy's silent-drop without TCP_REPAIR, or with rst-ttl: the RST is not to get to the client. */
static bool read_short_ttl(struct incident *in, const struct rst_packet *rst)
{
	if (rst->ttl != 1)
		return false;
	in->payload.by = "short-ttl";
	return true;
}

/* RFC 9293, 3.5.3, lets a RST carry a text that explains it. */
static bool read_text(struct incident *in, const struct rst_packet *rst)
{
	const uint8_t *data = data_of(&in->carried);
	struct payload *p = &in->payload;
	size_t n = in->carried.payload;

	if (n < 4)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((data[i] < ' ' || data[i] > '~') && data[i] != '\r' && data[i] != '\n')
			return false;
	p->by = "text";
	p->text = in->carried.options;
	p->text_len = (uint8_t)n;
	return true;
}

/* The RST itself, where it was seen. NULL: what is there is the segment that one answered. */
static const struct rst_packet *rst_of(const struct incident *in)
{
	if (in->rst.valid)
		return &in->rst;
	return in->packet.valid && in->packet.flags & RST_FLAG_RST ? &in->packet : NULL;
}

void payload_read(struct incident *in)
{
	static bool (*const conventions[])(struct incident * in, const struct rst_packet *rst) = {
		read_ietf, read_big_ip, read_mptcp, read_text, read_netscaler, read_short_ttl,
	};
	const struct rst_packet *rst = rst_of(in);

	for (size_t i = 0; rst && !in->payload.by && i < ARRAY_SIZE(conventions); i++)
		conventions[i](in, rst);
}

/* So much of a text is part of the sentence. */
#define TEXT_SAID 60

/* Zero bytes are nothing special here. */
static void say_text(struct incident *in, const uint8_t *bytes, size_t n)
{
	char text[4 * TEXT_SAID + 1];
	size_t at = 0, most = n < TEXT_SAID ? n : TEXT_SAID;

	say(in, "\"");
	while (at < most) {
		size_t len = strnlen((const char *)bytes + at, most - at);

		say(in, "%s%s", text_escape(text, sizeof(text), (const char *)bytes + at, len),
		    at + len < most ? "\\x00" : "");
		at += len + 1;
	}
	say(in, n > most ? "...\"" : "\"");
}

static void say_code(struct incident *in, const char *whose)
{
	const struct payload *p = &in->payload;

	say(in, "; by %s it says reason %u", whose, p->code);
	if (p->words)
		say(in, " (%s)", p->words);
	if (p->pen)
		say(in, " of enterprise %u", p->pen);
}

void payload_say(struct incident *in)
{
	const struct payload *p = &in->payload;

	if (!p->by && in->carried.payload) {
		say(in, "; it carries ");
		say_text(in, data_of(&in->carried), in->carried.payload);
		return;
	}
	if (!p->by)
		return;
	if (!strcmp(p->by, "ietf"))
		say_code(in, "the IETF's draft on RST payloads");
	else if (!strcmp(p->by, "mptcp"))
		say_code(in, "its MP_TCPRST option");
	else if (!strcmp(p->by, "netscaler"))
		say(in, "; its window %u is what a NetScaler (Citrix ADC) sends for: %s", p->code,
		    p->words);
	else if (!strcmp(p->by, "short-ttl"))
		say(in,
		    "; its TTL of 1 is that of a silent drop (HAProxy): it was not meant to arrive");
	else
		say(in, "; it says%s ", !strcmp(p->by, "big-ip") ? ", as a BIG-IP does," : "");
	if (p->text_len)
		say_text(in, in->carried.bytes + p->text, p->text_len);
}
